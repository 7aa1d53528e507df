"""The result of a whole network: its layers, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from accelsim.errors import UsageError, suggestion
from accelsim.mapping import Mapping
from accelsim.results.columns import COLUMNS
from accelsim.results.layer import LayerGroup, LayerResult, LayerSums
from accelsim.results.mapping_file import Chains

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
    """One network on one accelerator; operators run one after the other in `layers` order."""

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
    """Layer name -> mapping, for layers that move or compute something."""
    provenance: dict[str, object]
    """Hashes, versions and assumptions for the manifest."""
    chains: dict[str, Chains] = field(default_factory=dict)
    """Dataflow -> operand -> names of the on-chip levels that its cuts are of."""

    @property
    def images_per_s(self) -> float | None:
        """Batch over latency; None for a network that takes no time."""
        return self.batch / self.latency_ms * 1e3 if self.cycles else None

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
        stalls = ("input", "weight", "output", "bank", "launch", "idle")
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
            "latency_ms": self.latency_ms,
            "images_per_s": self.images_per_s,
            "utilization": self.utilization,
            "energy_uj": self.energy_uj,
            "dram_bytes": self.dram_bytes,
            "sram_bytes": self.sram_bytes,
            "area_mm2": self.area_mm2,
            "area_time_mm2_ms": self.area_time_mm2_ms,
        }

    def table(self, by: str = "layer") -> list[Row]:
        """Rows by `layer` (layers.csv), `kernel` (kernels.csv: kernel size and type) or `type`."""
        if by == "layer":
            return [
                {column.name: getattr(layer, column.name) for column in COLUMNS}
                for layer in self.layers
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
        return [self._group_row(*name, LayerGroup(tuple(groups[name]))) for name in order]

    def _group_row(self, kernel: str, kind: str, group: LayerGroup) -> Row:
        return {
            "network": self.network,
            "kernel": kernel,
            "operators": len(group.layers),
            "macs": group.macs,
            "params": sum(layer.params for layer in group.layers),
            "cycles": group.cycles,
            "latency_ms": group.latency_ms,
            "dram_bytes": group.dram_bytes,
            "sram_bytes": group.sram_bytes,
            "energy_uj": group.energy_uj,
            "area_time_mm2_ms": self.area_mm2 * group.latency_ms,
            "share_of_macs": group.macs / self.macs if self.macs else None,
            "share_of_cycles": group.cycles / self.cycles if self.cycles else None,
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
