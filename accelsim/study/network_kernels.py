"""Whole networks with other depthwise kernels: what a larger kernel does to everything at once.

Each network has all its depthwise kernels 3x3, 5x5, 7x7 or 9x9, or those of its definition; all
figures are relative to 3x3. `depthwise_on` says where the depthwise operators run: on the
accelerator's own array, or on fixed-function engines beside it, one per column of the array
(`kernel_engines.py`): engines of the largest window, of every window side by side, or 3x3 engines
that take larger filters in passes. The rest of the network stays on the array, which waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from accelsim.errors import AccelsimError
from accelsim.hardware.accelerator import Accelerator
from accelsim.kernel_engines import WAYS
from accelsim.networks.registry import load_network
from accelsim.results.columns import Column
from accelsim.results.layer import LayerGroup
from accelsim.results.network import Cell, NetworkResult, Row
from accelsim.study.cases import BASE_KERNEL, depthwise
from accelsim.study.engines import NO_ENGINE, engine_area_mm2, has_engines, service
from accelsim.study.figures import Bench, Figures, reason_text
from accelsim.study.kernel_costs import Subject, cost_row, gap_divisor, ratio_of
from accelsim.workload.mac_operators import Conv
from accelsim.workload.network import Network

NETWORKS = (
    "mobilenet_v1", "mobilenet_v2", "mobilenet_v3_large", "mixnet_s", "mixnet_m", "mixnet_l",
)  # fmt: skip
KERNELS = (3, 5, 7, 9)
OWN = "own"
"""Kernels of the definition, where they are not all 3x3."""

ARRAY = "array"
NO_ENERGY = "energy: not modelled with engines beside the array"
CHANGES = {
    "params": "params", "macs": "macs", "cycles": "cycles", "energy": "energy_uj",
    "area_time": "area_time_mm2_ms", "area_needed": "area_needed_mm2",
}  # fmt: skip
"""Change -> the column whose ratio to 3x3 it is made from."""

COLUMNS = (
    Column("network", "", "network"),
    Column("kernel", "", "all depthwise kernels, or own: those of the definition"),
    Column("accelerator", "", "accelerator, with what was changed in it"),
    Column("depthwise_on", "", "array, or engines beside it: largest, side_by_side or passes"),
    Column("params", "", "all learnables"),
    Column("macs", "MAC", "of one image"),
    Column("cycles", "cycles", "of one image"),
    Column("latency_ms", "ms", "cycles at the accelerator's clock"),
    Column("energy_uj", "uJ", "DRAM included; not modelled for engines"),
    Column("area_mm2", "mm2", "accelerator, and engines where there are some"),
    Column("area_time_mm2_ms", "mm2 ms", "area x latency"),
    Column("area_needed_mm2", "mm2", "area with the smallest buffer in place of shared SRAM"),
    Column("depthwise_utilization", "1", "MACs over those of all taps, idle engines included"),
    Column("depthwise_share_of_params", "1", "depthwise weights over all learnables"),
    Column("depthwise_share_of_cycles", "1", "cycles of the depthwise operators"),
    *(Column(f"{name}_change_percent", "%", "relative to all 3x3") for name in CHANGES),
    Column("gap_cycles", "1", "cycle ratio / parameter ratio, or cycle ratio: see gap_divisor"),
    Column("gap_divisor", "1", "parameter ratio, or 1 where that is within 5 % of 1"),
    Column("reason", "", "why cells are blank"),
)
"""Columns of network_costs.csv."""


class Variant(NamedTuple):
    """A network with one set of depthwise kernels."""

    name: str
    kernel: str
    network: Network

    @property
    def largest(self) -> int:
        """Its largest depthwise kernel."""
        return max(conv.window[0] for conv in depthwise(self.network))


class Tables(NamedTuple):
    """Rows of one network on one accelerator: of kernel_costs.csv and of network_costs.csv."""

    costs: list[Row]
    changes: list[Row]


def variants(name: str) -> tuple[Variant, ...]:
    """All 3x3 first; the definition's own kernels last, unless they are all 3x3."""
    network = load_network(name)
    made = [Variant(name, f"{k}x{k}", network.with_kernels((k,))) for k in KERNELS]
    own = Variant(name, OWN, network)
    return tuple(made if own.largest == BASE_KERNEL else [*made, own])


def network_tables(bench: Bench, name: str) -> Tables:
    """All variants of a network on one accelerator."""
    costs, changes, guess = list[Row](), list[Row](), 0
    base: Figures | None = None
    bases = dict[bool, Row]()  # all ways of engines are one where all kernels are 3x3
    for variant in variants(name):
        outcome = bench.run(variant.network)
        engine_mm2 = engine_area_mm2(variant.largest, _widest(variant), bench.hardware)
        figures = bench.figures(variant.network, outcome, engine_mm2, guess)
        guess, base = figures.buffer_bytes or guess, base or figures
        costs.append(_cost_row(variant, bench, figures, base))
        start = _start(variant, bench, figures, base)
        for row in _placements(variant, bench, outcome, start):
            on_array = row["depthwise_on"] == ARRAY
            changes.append(_with_changes(row, bases.setdefault(on_array, row)))
    return Tables(costs, changes)


def _widest(variant: Variant) -> int:
    return max(conv.input_shape[2] for conv in depthwise(variant.network))


def _cost_row(variant: Variant, bench: Bench, own: Figures, base: Figures) -> Row:
    kind = OWN if variant.kernel == OWN else "dw"
    in_h = next(iter(variant.network.inputs.values()))[1]
    subject = Subject(variant.largest, kind, "network", in_h, network=variant.name)
    return cost_row(subject, bench.label, own, base)


def _start(variant: Variant, bench: Bench, own: Figures, base: Figures) -> Row:
    """What all rows of a variant share; the area needed is that without engines."""
    return {
        "network": variant.name,
        "kernel": variant.kernel,
        "accelerator": bench.label,
        "params": own.params,
        "macs": own.macs,
        "area_needed_mm2": bench.area_needed_mm2(own),
        "depthwise_share_of_params": sum(x.params for x in depthwise(variant.network)) / own.params,
        "reason": reason_text([own, base]),
    }


def _placements(
    variant: Variant, bench: Bench, outcome: NetworkResult | AccelsimError, start: Row
) -> Iterator[Row]:
    """Rows of one variant: depthwise operators on the array, and on engines in every way."""
    if isinstance(outcome, AccelsimError):
        yield {**start, "depthwise_on": ARRAY}
        return
    convs = depthwise(variant.network)
    layers = _layers_of(outcome, convs)
    yield {
        **start,
        "depthwise_on": ARRAY,
        "energy_uj": outcome.energy_uj,
        "depthwise_utilization": layers.utilization,
        **_timed(outcome.area_mm2, outcome.cycles, layers.cycles, bench.hardware),
    }
    for way in _ways(variant):
        if has_engines(bench.hardware):
            yield _on_engines(way, convs, outcome, start, bench.hardware)
        else:
            reason = _joined(start["reason"], NO_ENGINE)
            yield {**start, "depthwise_on": way, "area_needed_mm2": None, "reason": reason}


def _on_engines(
    way: str, convs: Sequence[Conv], outcome: NetworkResult, start: Row, hardware: Accelerator
) -> Row:
    """A variant with its depthwise operators on engines beside the array."""
    layers = _layers_of(outcome, convs)
    channel_cycles = [layer.channel_cycles for layer in layers.layers]
    engines = service(way, convs, channel_cycles, hardware)
    area_mm2 = outcome.area_mm2 + engines.area_mm2
    cycles = outcome.cycles - layers.cycles + engines.cycles
    needed = start["area_needed_mm2"]
    return {
        **start,
        "depthwise_on": way,
        "area_needed_mm2": needed + engines.area_mm2 if isinstance(needed, float) else None,
        "depthwise_utilization": engines.utilization,
        "reason": _joined(start["reason"], NO_ENERGY),
        **_timed(area_mm2, cycles, engines.cycles, hardware),
    }


def _layers_of(outcome: NetworkResult, convs: Sequence[Conv]) -> LayerGroup:
    names = {conv.name for conv in convs}
    return LayerGroup(tuple(layer for layer in outcome.layers if layer.layer in names))


def _joined(*reasons: Cell) -> str:
    return "; ".join(str(reason) for reason in reasons if reason)


def _ways(variant: Variant) -> tuple[str, ...]:
    """Engines of every window are those of the largest where there is one kernel."""
    return WAYS if variant.kernel == OWN else tuple(way for way in WAYS if way != "side_by_side")


def _timed(area_mm2: float, cycles: int, depthwise_cycles: int, hardware: Accelerator) -> Row:
    latency_ms = cycles / hardware.clock_hz * 1e3
    return {
        "cycles": cycles,
        "latency_ms": latency_ms,
        "area_mm2": area_mm2,
        "area_time_mm2_ms": area_mm2 * latency_ms,
        "depthwise_share_of_cycles": depthwise_cycles / cycles,
    }


def _with_changes(row: Row, base: Row) -> Row:
    """The row with all columns, its changes and its gap."""
    ratios = {name: _ratio(row, base, column) for name, column in CHANGES.items()}
    divisor = gap_divisor(ratios["params"] or 1.0)
    cycles = ratios["cycles"]
    more: Row = {
        **{
            f"{name}_change_percent": None if ratio is None else 100 * (ratio - 1)
            for name, ratio in ratios.items()
        },
        "gap_cycles": None if cycles is None else cycles / divisor,
        "gap_divisor": divisor,
    }
    return {column.name: {**row, **more}.get(column.name) for column in COLUMNS}


def _ratio(row: Row, base: Row, column: str) -> float | None:
    value, first = row.get(column), base.get(column)
    if not isinstance(value, (int, float)) or not isinstance(first, (int, float)):
        return None
    return ratio_of(value, first)
