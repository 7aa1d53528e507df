"""Pictures of the gap between what a kernel adds in parameters and what it costs in hardware."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accelsim.report.digits import counted, percent, rounded
from accelsim.report.groups import CAUSES, cycles_by_cause, setting
from accelsim.report.kernel_costs import DepthwiseCost, NetworkChange
from accelsim.report.kernels import CAUSE_COLOURS
from accelsim.report.style import (
    GREY,
    INK,
    ORANGE,
    SKY,
    VERMILLION,
    grid_height,
    legend_below,
    panel_grid,
    slide,
)
from accelsim.results.layer import LayerGroup
from accelsim.results.network import NetworkResult

Costs = tuple[NetworkResult, list[DepthwiseCost]]


def cost_figure(networks: Sequence[Costs]) -> Figure:
    """Cost ratios of depthwise kernels beside parameter ratios; cycles per output by cause."""
    figure = slide(
        "What a depthwise kernel costs beside its parameters, on "
        f"{setting([result for result, _ in networks])}",
        "Left: relative to the smallest kernel at the same channels, map and stride. "
        "gap = cycle ratio ÷ parameter ratio. Right: where the cycles of one output go.",
        grid_height(2 * len(networks)),
    )
    panels = panel_grid(figure, 2 * len(networks))
    for index, (result, costs) in enumerate(networks):
        _ratio_bars(panels[2 * index], result.network, costs)
        _cycle_bars(panels[2 * index + 1], result.network, costs)
    spent = cycles_by_cause(x for _, costs in networks for cost in costs for x in cost.layers)
    legend_below(figure, {cause: CAUSE_COLOURS[cause] for cause in CAUSES if spent[cause]})
    return figure


def _ratio_bars(panel: Axes, network: str, costs: Sequence[DepthwiseCost]) -> None:
    """Parameters, cycles and energy of each kernel size over those of the smallest."""
    places = range(len(costs))
    series = (
        ("parameters per channel = MACs per output", GREY, [c.parameter_ratio for c in costs]),
        ("cycles per output = area × time", VERMILLION, [c.cycle_ratio for c in costs]),
        ("energy per output", ORANGE, [c.energy_ratio for c in costs]),
    )
    for column, (name, colour, heights) in enumerate(series):
        bars = panel.bar([p + 0.27 * (column - 1) for p in places], heights, 0.25, color=colour)
        bars.set_label(name)
        tops = [c.highest for c in costs] if colour == VERMILLION else heights
        for place, height, top in zip(places, heights, tops, strict=True):
            _write_above(panel, place + 0.27 * (column - 1), max(top, height), f"{height:.2f}")
    panel.vlines(
        list(places), [c.lowest for c in costs], [c.highest for c in costs],
        color=INK, linewidth=1.5, label="lowest to highest layer",
    )  # fmt: skip
    labels = [f"{c.kernel}\ngap {c.gap:.2f}\n{_matched(c)}" for c in costs]
    panel.set_xticks(places, labels)
    panel.set_ylim(0, 1.1 * max(max(heights) for _, _, heights in series))
    panel.set_ylabel(f"ratio to {costs[0].kernel}")
    panel.set_title(f"{network}: depthwise operators by kernel size", weight="bold")
    panel.legend(loc="upper left")


def _matched(cost: DepthwiseCost) -> str:
    layers = len(cost.layers)
    words = f"{layers} layer" if layers == 1 else f"{layers} layers"
    if cost.matched == layers:
        return words
    return f"{words},\n{layers - cost.matched} on other maps"


def _cycle_bars(panel: Axes, network: str, costs: Sequence[DepthwiseCost]) -> None:
    """Cycles per output element of each kernel size, stacked by cause."""
    for place, cost in enumerate(costs):
        base = 0.0
        for cause, cycles in cycles_by_cause(cost.layers).items():
            height = cycles / cost.outputs
            panel.bar(place, height, 0.6, bottom=base, color=CAUSE_COLOURS[cause])
            base += height
        _write_above(
            panel,
            place,
            base,
            f"{rounded(base)}\n({percent(LayerGroup(tuple(cost.layers)).utilization)} used)",
        )
    panel.set_xticks(range(len(costs)), [cost.kernel for cost in costs])
    panel.set_ylim(0, 1.12 * max(sum(x.cycles for x in c.layers) / c.outputs for c in costs))
    panel.set_ylabel("cycles per output element")
    panel.set_title(f"{network}: cycles per output, by cause", weight="bold")


def _write_above(panel: Axes, place: float, top: float, text: str) -> None:
    panel.annotate(text, (place, top), xytext=(0, 3), textcoords="offset points", ha="center")


def change_figure(families: Sequence[Sequence[NetworkChange]], context: str) -> Figure:
    """Whole networks that differ in their depthwise kernels: parameters, MACs, cycles, energy."""
    figure = slide(
        f"Another depthwise kernel in the whole network, on {context}",
        "Every network relative to the one with the fewest parameters: a change that hardly moves "
        "the parameter count can change the cost.",
        grid_height(len(families)),
    )
    for panel, family in zip(panel_grid(figure, len(families)), families, strict=True):
        _change_bars(panel, family)
    names = ("parameters", "MACs", "cycles = area × time", "energy")
    legend_below(figure, dict(zip(names, (GREY, SKY, VERMILLION, ORANGE), strict=True)))
    return figure


def _change_bars(panel: Axes, family: Sequence[NetworkChange]) -> None:
    places = range(len(family))
    columns = (
        ([c.params for c in family], GREY), ([c.macs for c in family], SKY),
        ([c.cycles for c in family], VERMILLION), ([c.energy for c in family], ORANGE),
    )  # fmt: skip
    for column, (heights, colour) in enumerate(columns):
        bars = panel.bar([p + 0.2 * (column - 1.5) for p in places], heights, 0.19, color=colour)
        panel.bar_label(bars, [_change_text(height) for height in heights], padding=2)
    panel.axhline(1, color=INK, linewidth=0.8, linestyle="--")
    panel.set_xticks(places, [_absolute(change.result) for change in family])
    panel.set_ylim(0, 1.12 * max(max(heights) for heights, _ in columns))
    panel.set_ylabel(f"ratio to {family[0].result.network}")
    panel.set_title(family[0].result.network, weight="bold")


def _absolute(result: NetworkResult) -> str:
    return (
        f"{result.network}\n{counted(result.params, 'parameters')}, "
        f"{counted(result.macs, 'MAC')}\n{rounded(result.latency_ms)} ms, "
        f"{rounded(result.energy_uj / 1e3)} mJ"
    )


def _change_text(ratio: float) -> str:
    if ratio == 1:
        return "1.00"
    return f"+{percent(ratio - 1)}" if ratio > 1 else f"−{percent(1 - ratio)}"
