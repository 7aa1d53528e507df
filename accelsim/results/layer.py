"""The result of one operator, and what every column of layers.csv means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


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
    buffer_bytes: int
    steps: int
    energy_mac_pj: float
    energy_sram_pj: float
    energy_dram_pj: float
    energy_vector_pj: float
    energy_leakage_pj: float
    peak_macs_per_cycle: int
    clock_hz: int

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


class Column(NamedTuple):
    """One column of layers.csv: attribute of LayerResult, its unit and its meaning."""

    name: str
    unit: str
    meaning: str


COLUMNS = (
    Column("network", "", "network name, with its parameters"),
    Column("index", "", "place in execution order, from 1"),
    Column("layer", "", "operator name"),
    Column("operator", "", "conv, linear, matmul, pool, elementwise, concat, move, softmax, norm"),
    Column("kernel_h", "", "filter or window rows R; blank without one"),
    Column("kernel_w", "", "filter or window columns S"),
    Column("stride", "", "step of the window; 2x1 where rows and columns differ"),
    Column("groups", "", "independent channel groups; all channels for depthwise"),
    Column("in_c", "", "input channels"),
    Column("in_h", "", "input rows"),
    Column("in_w", "", "input columns"),
    Column("out_c", "", "output channels"),
    Column("out_h", "", "output rows"),
    Column("out_w", "", "output columns"),
    Column("macs", "MAC", "multiply-accumulates of the batch, padding included"),
    Column("params", "", "weights and bias of the operator, norms aside"),
    Column("dataflow", "", "ws, os, is on the array; vector; none where nothing moves"),
    Column("cycles", "cycles", "compute + fill_drain + stall"),
    Column("compute_cycles", "cycles", "a streamed vector enters the array"),
    Column("fill_drain_cycles", "cycles", "load, skew and drain that nothing hides"),
    Column("stall_cycles", "cycles", "the array waits; sum of the stall_* columns"),
    Column("utilization", "1", "macs / (peak MACs per cycle x cycles); blank without MACs"),
    Column("bound", "", "compute, fill, dram, sram, vector or launch: what takes most cycles"),
    Column("dram_read_bytes", "B", "bytes on the channel, whole bursts"),
    Column("dram_write_bytes", "B", "bytes on the channel, whole bursts"),
    Column("sram_read_bytes", "B", "read from the on-chip buffer, by the array and by stores"),
    Column("sram_write_bytes", "B", "written to the on-chip buffer, by the array and by loads"),
    Column("energy_pj", "pJ", "sum of the energy_* columns"),
    Column("type", "", "conv, pw, dw, group, linear, ... for grouping"),
    Column("stall_input_cycles", "cycles", "waiting for an input tile"),
    Column("stall_weight_cycles", "cycles", "waiting for a weight tile"),
    Column("stall_output_cycles", "cycles", "waiting for partial sums or for a store"),
    Column("stall_bank_cycles", "cycles", "the buffer's ports are narrower than the array asks"),
    Column("stall_launch_cycles", "cycles", "launch overhead of the operator"),
    Column("stall_idle_cycles", "cycles", "nothing to do (0 in order on one core)"),
    Column("array_utilization", "1", "macs / (peak MACs per cycle x compute_cycles)"),
    Column("latency_ms", "ms", "cycles at the accelerator's clock"),
    Column("channel_cycles", "cycles", "the DRAM channel is held"),
    Column("dram_payload_bytes", "B", "tile bytes both ways, before bursts are filled up"),
    Column("compulsory_bytes", "B", "distinct inputs, weights and outputs: the least traffic"),
    Column("buffer_bytes", "B", "what the mapping claims of the on-chip buffer"),
    Column("steps", "", "steps of the tile program"),
    Column("energy_mac_pj", "pJ", "multipliers, adders and PE registers"),
    Column("energy_sram_pj", "pJ", "on-chip buffer accesses"),
    Column("energy_dram_pj", "pJ", "DRAM accesses"),
    Column("energy_vector_pj", "pJ", "vector unit operations"),
    Column("energy_leakage_pj", "pJ", "leakage over the operator's own cycles"),
    Column("peak_macs_per_cycle", "MAC/cycle", "multipliers in the array"),
    Column("clock_hz", "Hz", "clock of the accelerator"),
)
"""Columns of layers.csv in their order; the first ones are the public contract."""
