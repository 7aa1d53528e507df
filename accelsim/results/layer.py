"""The result of one operator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerResult:
    """One operator on one accelerator, whole batch. Counts add up; ratios are properties."""

    network: str
    index: int
    layer: str
    operator: str
    type: str
    kernel_h: int | None
    kernel_w: int | None
    stride: int | str
    groups: int
    in_c: int
    in_h: int
    in_w: int
    out_c: int
    out_h: int
    out_w: int
    macs: int
    params: int
    dataflow: str
    cycles: int
    compute_cycles: int
    fill_drain_cycles: int
    stall_input_cycles: int
    stall_weight_cycles: int
    stall_output_cycles: int
    stall_bank_cycles: int
    stall_launch_cycles: int
    stall_idle_cycles: int
    channel_cycles: int
    dram_read_bytes: int
    dram_write_bytes: int
    dram_payload_bytes: int
    compulsory_bytes: int
    sram_read_bytes: int
    sram_write_bytes: int
    register_read_bytes: int
    register_write_bytes: int
    buffer_bytes: int
    steps: int
    mapping_proved: int | None
    energy_mac_pj: float
    energy_register_pj: float
    energy_sram_pj: float
    energy_dram_pj: float
    energy_vector_pj: float
    energy_leakage_pj: float
    peak_macs_per_cycle: int
    clock_hz: int
    avoided_bytes: int = 0
    unit: str = ""
    """Where it ran; empty for an operator that is only addressing."""
    start_cycle: int | None = None
    end_cycle: int | None = None

    @property
    def stall_cycles(self) -> int:
        """Cycles in which the array waits."""
        return (
            self.stall_input_cycles
            + self.stall_weight_cycles
            + self.stall_output_cycles
            + self.stall_bank_cycles
            + self.stall_launch_cycles
            + self.stall_idle_cycles
        )

    @property
    def utilization(self) -> float | None:
        """MACs over what the array could do in all cycles; None without MACs."""
        return self._used(self.cycles)

    @property
    def array_utilization(self) -> float | None:
        """MACs over what the array could do in its compute cycles; None without MACs."""
        return self._used(self.compute_cycles)

    def _used(self, cycles: int) -> float | None:
        if not self.macs or not cycles:
            return None
        return self.macs / (self.peak_macs_per_cycle * cycles)

    @property
    def bound(self) -> str:
        """What takes most of the cycles; the first of equals; empty where nothing is done."""
        on_vector_unit = self.dataflow == "vector"
        shares = {
            "compute": 0 if on_vector_unit else self.compute_cycles,
            "fill": self.fill_drain_cycles,
            "dram": self.stall_input_cycles + self.stall_weight_cycles + self.stall_output_cycles,
            "sram": self.stall_bank_cycles,
            "vector": self.compute_cycles if on_vector_unit else 0,
            "launch": self.stall_launch_cycles,
        }
        return max(shares, key=lambda name: shares[name]) if self.cycles else ""

    @property
    def energy_pj(self) -> float:
        """All parts of the energy."""
        return (
            self.energy_mac_pj
            + self.energy_register_pj
            + self.energy_sram_pj
            + self.energy_dram_pj
            + self.energy_vector_pj
            + self.energy_leakage_pj
        )

    @property
    def latency_ms(self) -> float:
        """Cycles at the accelerator's clock."""
        return self.cycles / self.clock_hz * 1e3

    @property
    def dram_bytes(self) -> int:
        """Bytes on the DRAM channel, both ways."""
        return self.dram_read_bytes + self.dram_write_bytes

    @property
    def sram_bytes(self) -> int:
        """Bytes into and out of the on-chip buffer."""
        return self.sram_read_bytes + self.sram_write_bytes

    @property
    def kernel(self) -> str:
        """`5x5` (R x S), or `none` for an operator without a kernel."""
        return f"{self.kernel_h}x{self.kernel_w}" if self.kernel_h else "none"


class LayerSums:
    """What layers add up to, for whatever holds `layers`."""

    __slots__ = ()
    layers: tuple[LayerResult, ...]

    @property
    def cycles(self) -> int:
        """All operators in order, launch overheads included."""
        return sum(layer.cycles for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the whole batch."""
        return sum(layer.macs for layer in self.layers)

    @property
    def latency_ms(self) -> float:
        """Time of the whole batch at the accelerator's clock."""
        return self.cycles / self.layers[0].clock_hz * 1e3

    @property
    def energy_uj(self) -> float:
        """Energy of the whole batch."""
        return sum(layer.energy_pj for layer in self.layers) * 1e-6

    @property
    def dram_bytes(self) -> int:
        """Bytes on the DRAM channel, both ways."""
        return sum(layer.dram_bytes for layer in self.layers)

    @property
    def sram_bytes(self) -> int:
        """Bytes into and out of the on-chip buffer."""
        return sum(layer.sram_bytes for layer in self.layers)

    @property
    def compulsory_bytes(self) -> int:
        """Distinct inputs, weights and outputs of each operator: the least DRAM traffic."""
        return sum(layer.compulsory_bytes for layer in self.layers)

    @property
    def utilization(self) -> float | None:
        """MACs over what the array could do in these cycles; None without MACs."""
        possible = sum(layer.cycles * layer.peak_macs_per_cycle for layer in self.layers)
        return self.macs / possible if self.macs and possible else None


@dataclass(frozen=True, slots=True)
class Idle:
    """Cycles in which units have nothing to do, all units together, and what leaks meanwhile."""

    cycles: int = 0
    energy_leakage_pj: float = 0.0


NEVER_IDLE = Idle()


@dataclass(frozen=True, slots=True)
class LayerGroup(LayerSums):
    """Any layers of one network on one accelerator, and their sums."""

    layers: tuple[LayerResult, ...]
