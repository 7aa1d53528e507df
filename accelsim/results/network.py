"""The result of a whole network: its layers, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from accelsim.errors import UsageError, suggestion
from accelsim.mapping import Mapping, Sharded
from accelsim.results.columns import COLUMNS
from accelsim.results.layer import NEVER_IDLE, Idle, LayerGroup, LayerResult, LayerSums
from accelsim.results.mapping_file import Chains
from accelsim.results.trace import Trace

Cell = str | int | float | None
Row = dict[str, Cell]

GROUPS = ("kernel", "type", "layer")


@dataclass(frozen=True, slots=True)
class AreaPart:
    """One component of the accelerator: how many of it, and their area together."""

    component: str
    count: int
    area_mm2: float


@dataclass(frozen=True, kw_only=True)
class NetworkResult(LayerSums):
    """One network on one accelerator; `layers` stand in execution order."""

    network: str
    hardware: str
    engine: str
    dataflow: str
    objective: str
    batch: int
    clock_hz: int
    params: int
    """All learnables of the definition, norms before folding."""
    layers: tuple[LayerResult, ...]
    area: tuple[AreaPart, ...]
    mappings: dict[str, Mapping]
    """Layer name -> mapping, for layers that move or compute something and ran whole."""
    provenance: dict[str, object]
    """Hashes, versions and assumptions for the manifest."""
    chains: dict[str, Chains] = field(default_factory=dict)
    """Dataflow -> operand -> names of the on-chip levels that its cuts are of."""
    shards: dict[str, Sharded] = field(default_factory=dict)
    """Layer name -> mappings of its shards, for layers that were cut."""
    policy: str = "in_order"
    residency: str = "none"
    schedule: str = "given"
    cores: int = 1
    units: int = 1
    """Whose cycles the layers and `idle` add up to."""
    idle: Idle = NEVER_IDLE
    cycles_lower_bound: int | None = None
    """None where the fast engine has not looked for one."""
    trace: Trace | None = field(default=None, compare=False, repr=False)

    @property
    def cycles(self) -> int:
        """From the start of the first operator to the end of the last, launches included."""
        return self.unit_cycles // self.units

    @property
    def unit_cycles(self) -> int:
        """Cycles of all units: those of the layers, and those in which a unit is idle."""
        return sum(layer.cycles for layer in self.layers) + self.idle.cycles

    @property
    def energy_uj(self) -> float:
        """Energy of the whole batch, idle units included."""
        return super().energy_uj + self.idle.energy_leakage_pj * 1e-6

    @property
    def utilization(self) -> float | None:
        """MACs over what the arrays of all cores could do in these cycles; None without MACs."""
        possible = self.cycles * self.cores * self.layers[0].peak_macs_per_cycle
        return self.macs / possible if self.macs and possible else None

    @property
    def images_per_s(self) -> float | None:
        """Batch over latency; None for a network that takes no time."""
        return self.batch / self.latency_ms * 1e3 if self.cycles else None

    @property
    def power_mw(self) -> float | None:
        """Energy over latency, DRAM included; `accelsim area --result DIR` has it by part."""
        return self.energy_uj / self.latency_ms if self.cycles else None

    @property
    def area_mm2(self) -> float:
        """Area of the accelerator: the sum of its components."""
        return sum(part.area_mm2 for part in self.area)

    @property
    def area_time_mm2_ms(self) -> float:
        """Whole accelerator times latency."""
        return self.area_mm2 * self.latency_ms

    def summary(self) -> Row:
        """One line of summary.csv."""
        stalls = ("input", "weight", "output", "bank", "launch")
        return {
            "network": self.network,
            "hardware": self.hardware,
            "engine": self.engine,
            "dataflow": self.dataflow,
            "objective": self.objective,
            "batch": self.batch,
            "params": self.params,
            "macs": self.macs,
            "cycles": self.cycles,
            "compute_cycles": sum(layer.compute_cycles for layer in self.layers),
            "fill_drain_cycles": sum(layer.fill_drain_cycles for layer in self.layers),
            **{
                f"stall_{cause}_cycles": sum(
                    getattr(layer, f"stall_{cause}_cycles") for layer in self.layers
                )
                for cause in stalls
            },
            "stall_idle_cycles": self.idle.cycles,
            "latency_ms": self.latency_ms,
            "images_per_s": self.images_per_s,
            "utilization": self.utilization,
            "energy_uj": self.energy_uj,
            "dram_bytes": self.dram_bytes,
            "sram_bytes": self.sram_bytes,
            "area_mm2": self.area_mm2,
            "area_time_mm2_ms": self.area_time_mm2_ms,
            "power_mw": self.power_mw,
            "policy": self.policy,
            "residency": self.residency,
            "schedule": self.schedule,
            "cores": self.cores,
            "units": self.units,
            "cycles_lower_bound": self.cycles_lower_bound,
            "avoided_bytes": sum(layer.avoided_bytes for layer in self.layers),
        }

    def table(self, by: str = "layer") -> list[Row]:
        """Rows by `layer` (layers.csv), `kernel` (kernels.csv: kernel size and type) or `type`."""
        if by == "layer":
            return [
                *(
                    {column.name: getattr(layer, column.name) for column in COLUMNS}
                    for layer in self.layers
                ),
                *self._idle_layer(),
            ]
        if by == "kernel":
            return self._grouped(lambda layer: (filter_size(layer), layer.type))
        if by == "type":
            return self._grouped(lambda layer: ("all", layer.type))
        raise UsageError(f"table by '{by}'; allowed: {', '.join(GROUPS)}{suggestion(by, GROUPS)}")

    def _grouped(self, key: Callable[[LayerResult], tuple[str, str]]) -> list[Row]:
        groups: dict[tuple[str, str], list[LayerResult]] = {}
        for layer in self.layers:
            groups.setdefault(key(layer), []).append(layer)
        order = sorted(groups, key=lambda name: (_area_of(name[0]), name))
        rows = [self._group_row(*name, LayerGroup(tuple(groups[name]))) for name in order]
        return [*rows, *self._idle_group(rows[0])]

    @property
    def _idle_row(self) -> Row:
        """What both tables say of units with nothing to do."""
        return {
            "network": self.network,
            "type": "idle",
            "cycles": self.idle.cycles,
            "latency_ms": self.idle.cycles / self.clock_hz * 1e3,
        }

    def _idle_layer(self) -> list[Row]:
        """The last row of layers.csv, so that it adds up to all units; none where it is nothing."""
        if not self.idle.cycles:
            return []
        blank: Row = {column.name: None for column in COLUMNS}
        own: Row = {
            "layer": "idle",
            "operator": "idle",
            "dataflow": "none",
            "stall_cycles": self.idle.cycles,
            "stall_idle_cycles": self.idle.cycles,
            "energy_pj": self.idle.energy_leakage_pj,
            "energy_leakage_pj": self.idle.energy_leakage_pj,
            "clock_hz": self.clock_hz,
        }
        return [{**blank, **own, **self._idle_row}]

    def _idle_group(self, columns: Iterable[str]) -> list[Row]:
        """The last row of kernels.csv, in the same way."""
        if not self.idle.cycles:
            return []
        own: Row = {
            "kernel": "none",
            "latency_ms": self.idle.cycles / self.units / self.clock_hz * 1e3,
            "energy_uj": self.idle.energy_leakage_pj * 1e-6,
            "area_time_mm2_ms": self.area_time_mm2_ms * self.idle.cycles / self.unit_cycles,
            "share_of_cycles": self.idle.cycles / self.unit_cycles,
        }
        return [{**dict.fromkeys(columns, 0), **self._idle_row, **own}]

    def _group_row(self, kernel: str, kind: str, group: LayerGroup) -> Row:
        return {
            "network": self.network,
            "kernel": kernel,
            "operators": len(group.layers),
            "macs": group.macs,
            "params": sum(layer.params for layer in group.layers),
            "cycles": group.cycles,
            "latency_ms": group.latency_ms / self.units,
            "dram_bytes": group.dram_bytes,
            "sram_bytes": group.sram_bytes,
            "energy_uj": group.energy_uj,
            "area_time_mm2_ms": self.area_mm2 * group.latency_ms / self.units,
            "share_of_macs": group.macs / self.macs if self.macs else None,
            "share_of_cycles": group.cycles / self.unit_cycles if self.cycles else None,
            "type": kind,
        }

    def save(self, folder: str | Path) -> Path:
        """Write the output folder (manifest.json, *.csv, mapping.yaml); see `results.folder`."""
        from accelsim.results.folder import save_results  # noqa: PLC0415  (folder needs this class)

        return save_results([self], folder)


def filter_size(layer: LayerResult) -> str:
    """`5x5` (R x S) of the filter; `none` for operators without weights, pooling windows too."""
    return layer.kernel if layer.operator in ("conv", "linear") else "none"


def _area_of(kernel: str) -> tuple[int, str]:
    """Sort key: none last, else by the number of taps."""
    if "x" not in kernel:
        return (10**9, kernel)
    rows, columns = kernel.split("x")
    return (int(rows) * int(columns), kernel)
