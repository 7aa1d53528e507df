"""What the pictures show, as numbers: operators by kernel size, cycles by cause. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accelsim.results.layer import LayerResult, LayerSums
from accelsim.results.network import NetworkResult, filter_size

CAUSES = (
    "useful MACs", "PEs without work", "load, fill and drain", "DRAM stall", "SRAM stall",
    "vector unit", "launch and idle",
)  # fmt: skip
"""Where cycles go. The first two split the array's compute cycles by how full the array is."""


@dataclass(frozen=True, slots=True)
class KernelGroup(LayerSums):
    """The operators of one filter size and type in one network; counts are their sums."""

    kernel: str
    type: str
    layers: tuple[LayerResult, ...]
    units: int = 1
    """Units that work at the same time; cycles are those of all of them."""

    @property
    def latency_ms(self) -> float:
        """The group's share of the network's time."""
        return self.cycles / self.units / self.layers[0].clock_hz * 1e3

    @property
    def label(self) -> str:
        """`5x5 dw`, `linear`, `other` (pooling, elementwise: no filter)."""
        return self.type if self.type in ("linear", "matmul", "other") else self._sized

    @property
    def _sized(self) -> str:
        return f"{self.kernel} {self.type}"


def kernel_groups(result: NetworkResult) -> list[KernelGroup]:
    """Groups in the order of kernels.csv; those without MACs are one, and no time means no group.

    Cycles, MACs and bytes of the groups add up to those of the network, idle units apart.
    """
    members: dict[tuple[str, str], list[LayerResult]] = {}
    for row in result.table("kernel"):
        kind = str(row["type"]) if row["macs"] else "other"
        members.setdefault((str(row["kernel"]), kind), [])
    for layer in result.layers:
        kernel = filter_size(layer)
        exact = (kernel, layer.type)
        members[exact if exact in members else (kernel, "other")].append(layer)
    groups = [KernelGroup(*key, tuple(layers), result.units) for key, layers in members.items()]
    return [group for group in groups if group.cycles]


def cycles_by_cause(layers: Iterable[LayerResult]) -> dict[str, float]:
    """Cycles of each of CAUSES; together all cycles of the layers.

    useful MACs = MACs / peak MACs per cycle: the cycles a full array would need. PEs without work:
    the rest of the cycles in which operands enter the array.
    """
    found = dict.fromkeys(CAUSES, 0.0)
    for layer in layers:
        for cause, cycles in zip(CAUSES, _parts(layer), strict=True):
            found[cause] += cycles
    return found


def _parts(layer: LayerResult) -> tuple[float, ...]:
    """Cycles of one layer in the order of CAUSES."""
    on_vector_unit = layer.dataflow == "vector"
    busy = 0 if on_vector_unit else layer.compute_cycles
    useful = layer.macs / layer.peak_macs_per_cycle if busy else 0.0
    dram = layer.stall_input_cycles + layer.stall_weight_cycles + layer.stall_output_cycles
    return (
        useful,
        busy - useful,
        layer.fill_drain_cycles,
        dram,
        layer.stall_bank_cycles,
        layer.compute_cycles if on_vector_unit else 0,
        layer.stall_launch_cycles + layer.stall_idle_cycles,
    )


def area_by_part(result: NetworkResult) -> dict[str, float]:
    """mm² of array, memory, ...: the word before the colon of each component."""
    found: dict[str, float] = {}
    for part in result.area:
        name = part.component.partition(":")[0]
        found[name] = found.get(name, 0.0) + part.area_mm2
    return found


def setting(results: Sequence[NetworkResult]) -> str:
    """What all results share, for a title: `edge_16x16, 500 MHz, dataflow auto, batch 1`."""
    hardware = {result.hardware for result in results}
    shared = [hardware.pop() if len(hardware) == 1 else "several accelerators"]
    for values in (
        {f"{result.clock_hz / 1e6:g} MHz" for result in results},
        {f"dataflow {result.dataflow}" for result in results},
        {f"batch {result.batch}" for result in results},
    ):
        shared += values if len(values) == 1 else ()
    return ", ".join(shared)


def panel_names(results: Sequence[NetworkResult]) -> list[str]:
    """Network names, with whatever the results do not share."""
    told = [
        (f" on {result.hardware}", f", {result.dataflow}", f", batch {result.batch}")
        for result in results
    ]
    differs = [len(set(column)) > 1 for column in zip(*told, strict=True)]
    return [
        result.network + "".join(part for part, shown in zip(parts, differs, strict=True) if shown)
        for result, parts in zip(results, told, strict=True)
    ]
