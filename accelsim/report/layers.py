"""The picture of one network layer by layer: cycles by cause, and utilization under them."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from accelsim.report.digits import percent, rounded
from accelsim.report.groups import CAUSES, cycles_by_cause, setting
from accelsim.report.kernels import CAUSE_COLOURS
from accelsim.report.names import shortened
from accelsim.report.style import GREEN, GREY, legend_below, slide
from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult

Bar = tuple[int, float, float]
"""Place, lower end, upper end."""


def layers_figure(result: NetworkResult) -> Figure:
    """Cycles of each layer by cause, in execution order, above their utilization (%)."""
    figure = slide(
        f"{result.network}: cycles of each layer on {setting([result])}",
        f"{len(result.layers)} operators, {result.cycles:,} cycles = "
        f"{rounded(result.latency_ms)} ms, {percent(result.utilization)} utilization. "
        "x = index in layers.csv.",
    )
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    _cycle_bars(top, result.layers)
    _name_worst(top, result)
    _utilization_bars(bottom, result.layers)
    bottom.set_xlim(0.3, len(result.layers) + 0.7)
    bottom.xaxis.set_major_locator(MaxNLocator(24, steps=(1, 2, 5, 10), integer=True))
    bottom.set_xlabel("layer (execution order)")
    spent = cycles_by_cause(result.layers)
    legend_below(figure, {cause: CAUSE_COLOURS[cause] for cause in CAUSES if spent[cause]})
    return figure


def worst_layers(layers: Sequence[LayerResult], count: int = 6) -> list[LayerResult]:
    """The layers with most cycles, most first, the earlier of equals; none that takes no time."""
    timed = [layer for layer in layers if layer.cycles]
    return sorted(timed, key=lambda layer: (-layer.cycles, layer.index))[:count]


def _cycle_bars(panel: Axes, layers: Sequence[LayerResult]) -> None:
    stacks: dict[str, list[Bar]] = {cause: [] for cause in CAUSES}
    for layer in layers:
        base = 0.0
        for cause, cycles in cycles_by_cause([layer]).items():
            if cycles:
                stacks[cause].append((layer.index, base, base + cycles))
            base += cycles
    for cause, bars in stacks.items():
        _add_bars(panel, bars, CAUSE_COLOURS[cause])
    panel.set_ylabel("cycles")
    panel.yaxis.set_major_formatter(EngFormatter(sep=" "))
    panel.grid(axis="y")


def _add_bars(panel: Axes, bars: Sequence[Bar], colour: str) -> None:
    """Bars as one artist: `Axes.bar` takes seconds for a thousand of them."""
    corners = [
        [(x - 0.4, low), (x + 0.4, low), (x + 0.4, high), (x - 0.4, high)] for x, low, high in bars
    ]
    panel.add_collection(PolyCollection(corners, facecolors=colour, linewidths=0), autolim=False)


def _name_worst(panel: Axes, result: NetworkResult) -> None:
    """Letters over the slowest layers, and their names in the corner with lower bars."""
    lines = []
    for letter, layer in zip("ABCDEF", worst_layers(result.layers), strict=False):
        panel.annotate(
            letter, (layer.index, layer.cycles), xytext=(0, 3), textcoords="offset points",
            ha="center", weight="bold",
        )  # fmt: skip
        share = percent(layer.cycles / result.unit_cycles)
        lines.append(
            f"{letter}  {layer.index}: {shortened(layer.layer)}, {_what(layer)}, "
            f"{share} of cycles, {percent(layer.utilization) or 'no'} utilization"
        )
    on_right, headroom = key_place(result.layers)
    panel.set_ylim(0, headroom)
    panel.text(
        0.995 if on_right else 0.01, 0.99, "\n".join(lines), transform=panel.transAxes,
        ha="right" if on_right else "left", va="top", linespacing=1.4, multialignment="left",
        bbox={"facecolor": "white", "edgecolor": GREY, "linewidth": 0.6, "pad": 4},
    )  # fmt: skip


def _what(layer: LayerResult) -> str:
    return f"{layer.kernel} {layer.type}" if layer.kernel_h else layer.type


def key_place(layers: Sequence[LayerResult]) -> tuple[bool, float]:
    """Whether the list of names goes to the right, and the end of the axis that it needs.

    The list covers less than the upper 30 % of half the panel, and no bar may reach under it.
    """
    half = len(layers) // 2
    left = max((layer.cycles for layer in layers[: half + 1]), default=0)
    right = max((layer.cycles for layer in layers[half:]), default=0)
    return right <= left, max(1.1 * max(left, right), min(left, right) / 0.66, 1.0)


def _utilization_bars(panel: Axes, layers: Sequence[LayerResult]) -> None:
    _add_bars(panel, [(x.index, 0.0, 100 * x.utilization) for x in layers if x.utilization], GREEN)
    panel.set_ylim(0, 100)
    panel.set_yticks((0, 50, 100))
    panel.set_ylabel("utilization (%)")
    panel.grid(axis="y")
