"""Curves of `study kernels`: cost ratios over the kernel size, and area against latency."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from accelsim.report.digits import rounded
from accelsim.report.point_labels import Label, Point, label_points
from accelsim.report.style import GREY, INK, LINES, MARKERS, arrange, panel_grid, slide
from accelsim.results.network import Row
from accelsim.study.kernel_costs import GAPS
from accelsim.study.kernel_findings import cost_ratios
from accelsim.study.rows import Spread, chosen, distinct, number, spread, spread_of

TITLES = {
    "conv": "Dense convolution",
    "dw": "Depthwise convolution",
    "dws": "Depthwise separable block (depthwise and 1x1)",
    "mix": "MixConv: 3x3 up to the kernel in equal parts",
}
PANELS = {
    "gap_area": "area of a dedicated engine, with line buffers",
    "gap_cycles": "cycles on the accelerator = area × time",
    "gap_energy": "energy",
    "gap_buffer": "smallest buffer for compulsory traffic, area",
}
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
NARROW_TICKS = (0.8, 0.9, 1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3)
"""Ratios to 3x3 where the whole axis spans less than a factor of four."""
COARSE = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
FINE = (1.0, 1.1, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0)
FINEST = tuple(1 + step / 20 for step in range(180))
"""Ticks of latency and area in each decade."""


def ratio_figure(costs: Sequence[Row], kind: str) -> Figure:
    """Cost ratios to 3x3 of one type, a panel per cost, a line per accelerator."""
    rows = [row for row in chosen(costs, type=kind) if row["channels"]]
    figure = slide(
        f"{TITLES[kind]}: what a kernel costs beside its parameters",
        "Relative to 3x3: median over the maps and channels of MobileNetV1 and MixNet-S, shaded "
        "from lowest to highest. Above the dashed line a kernel costs more than its parameters.",
    )
    names = distinct(rows, "accelerator")
    for panel, (gap, title) in zip(panel_grid(figure, len(PANELS)), PANELS.items(), strict=True):
        own = names[:1] if gap == "gap_area" else names
        for name in own:
            _line(panel, chosen(rows, accelerator=name), gap, names.index(name))
        _reference(panel, rows)
        panel.set_title(title, weight="bold")
        panel.set_xlabel("kernel")
        panel.set_ylabel("ratio to 3x3")
    handles = [_handle(name, index) for index, name in enumerate(names)]
    dashed = Line2D([], [], color=INK, linestyle="--", linewidth=2, label="parameters")
    figure.legend(handles=[dashed, *handles], loc="outside lower center", ncols=len(handles) + 1)
    return figure


def _line(panel: Axes, rows: Sequence[Row], gap: str, index: int) -> None:
    """Medians over sizes; a blank where no size has a figure."""
    kernels = distinct(rows, "kernel")
    found = [spread_of(cost_ratios(chosen(rows, kernel=kernel), gap)) for kernel in kernels]
    known = [(_side(kernel), at) for kernel, at in zip(kernels, found, strict=True) if at]
    if not known:
        panel.text(0.5, 0.5, f"no figure of {GAPS[gap]}", transform=panel.transAxes, ha="center")
        return
    sides = [side for side, _ in known]
    colour = LINES[index % len(LINES)]
    low, high = [at.low for _, at in known], [at.high for _, at in known]
    panel.fill_between(sides, low, high, color=colour, alpha=0.12, linewidth=0)
    panel.plot(
        sides, [at.middle for _, at in known], color=colour, marker=MARKERS[index % len(MARKERS)],
        markersize=6, linewidth=1.8,
    )  # fmt: skip


def _reference(panel: Axes, rows: Sequence[Row]) -> None:
    """Parameter ratios, and the axes."""
    kernels = distinct(rows, "kernel")
    ratios = [found.middle for kernel in kernels if (found := _params(rows, kernel))]
    sides = [_side(kernel) for kernel in kernels]
    panel.plot(sides, ratios, color=INK, linestyle="--", linewidth=2)
    panel.set_xticks(sides, kernels)
    panel.set_yscale("log")
    low, high = panel.get_ylim()
    ticks = TICKS if high > 4 * low else NARROW_TICKS
    panel.set_yticks([tick for tick in ticks if low <= tick <= high])
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{value:g}"))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.grid(axis="y")


def _params(rows: Sequence[Row], kernel: str) -> Spread | None:
    return spread(chosen(rows, kernel=kernel), "param_ratio")


def _side(kernel: str) -> int:
    return int(kernel.partition("x")[0])


def _handle(name: str, index: int) -> Line2D:
    return Line2D(
        [], [], color=LINES[index % len(LINES)], marker=MARKERS[index % len(MARKERS)], label=name
    )


PLACES = {
    "array": "depthwise on the array",
    "largest": "on engines of the largest kernel",
    "side_by_side": "on engines of every kernel",
    "passes": "on 3x3 engines, in passes",
}


LEAST_SPAN = 1.12
"""Ratio of the ends of an axis of area or latency."""

SAME = 0.002
"""Relative distance up to which points are one: their markers cover each other."""


def latency_figure(networks: Sequence[Row], network: str) -> Figure:
    """Area against latency of one network per depthwise kernel, a panel per accelerator."""
    rows = chosen(networks, network=network)
    figure = slide(
        f"{network}: area against latency per depthwise kernel",
        "Each line goes through the kernels 3x3, 5x5, 7x7, 9x9; own is the definition's mix. "
        "Grey lines: equal area × time. Engines: one per column of the array, beside it.",
    )
    names = distinct(rows, "accelerator")
    panels = panel_grid(figure, len(names))
    for panel, name in zip(panels, names, strict=True):
        own = chosen(rows, accelerator=name)
        for index, place in enumerate(PLACES):
            _walk(panel, chosen(own, depthwise_on=place), index)
        _equal_area_time(panel)
        panel.set_title(name, weight="bold")
        panel.set_xlabel("latency (ms)")
        panel.set_ylabel("area (mm²)")
    handles = [_handle(words, index) for index, words in enumerate(PLACES.values())]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    arrange(figure)
    for panel, name in zip(panels, names, strict=True):
        label_points(panel, _labels(chosen(rows, accelerator=name)))
    return figure


def _walk(panel: Axes, rows: Sequence[Row], index: int) -> None:
    """A line through the uniform kernels, and a point for the definition's own."""
    known = _known(rows)
    colour, marker = LINES[index], MARKERS[index]
    uniform = [row for row in known if row["kernel"] != "own"]
    panel.plot(*_points(uniform), color=colour, marker=marker, markersize=7, linewidth=1.4)
    own = [row for row in known if row["kernel"] == "own"]
    panel.plot(
        *_points(own), color=colour, marker=marker, linestyle="", markersize=10,
        markerfacecolor="white", markeredgewidth=2,
    )  # fmt: skip


def _known(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if number(row, "latency_ms") is not None]


def _labels(rows: Sequence[Row]) -> list[Label]:
    """Kernels beside their points, in the colour of their line; points that are one share a label.

    3x3 engines are the same whichever way other kernels are served: one label.
    """
    found: dict[Point, tuple[list[str], str]] = {}
    for place, colour in zip(PLACES, LINES, strict=False):
        for row in _known(chosen(rows, depthwise_on=place)):
            ((x,), (y,)) = _points([row])
            same = (p for p in found if abs(x / p.x - 1) < SAME and abs(y / p.y - 1) < SAME)
            words = found.setdefault(next(same, Point(x, y)), ([], colour))[0]
            if row["kernel"] not in words:
                words.append(str(row["kernel"]))
    return [Label(at, ", ".join(words), colour) for at, (words, colour) in found.items()]


def _points(rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    pairs = [(number(row, "latency_ms") or 0.0, number(row, "area_mm2") or 0.0) for row in rows]
    return [x for x, _ in pairs], [y for _, y in pairs]


def _equal_area_time(panel: Axes) -> None:
    """Grey hyperbolas, each twice the area × time of the one before; straight on these axes."""
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.margins(0.15, 0.25)
    left, right = _widened(*panel.get_xlim())
    low, high = _widened(*panel.get_ylim())
    product = left * low
    while product < right * high:
        panel.plot([left, right], [product / left, product / right], color=GREY, linewidth=0.5)
        product *= 2
    panel.set_xlim(left, right)
    panel.set_ylim(low, high)
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: rounded(value)))
        axis.set_minor_formatter(NullFormatter())
    panel.set_xticks(_ticks(left, right))
    panel.set_yticks(_ticks(low, high))


def _widened(low: float, high: float) -> tuple[float, float]:
    """Limits at least `LEAST_SPAN` apart, so that small differences look small."""
    spare = max(1.0, LEAST_SPAN * low / high) ** 0.5
    return low / spare, high * spare


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers of each decade within the limits; finer ones where those would be few."""
    ticks: list[float] = []
    for steps in (COARSE, FINE, FINEST):
        ticks = [step * 10.0**power for power in range(-4, 6) for step in steps]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) >= 3:
            break
    return ticks
