"""Pictures of `study gap`: what is left of a promise, and where the rest went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accelsim.report.digits import rounded
from accelsim.report.style import (
    BLUE,
    FORMATS,
    GREEN,
    GREY,
    INK,
    LINES,
    MARKERS,
    ORANGE,
    PALE_GREEN,
    PURPLE,
    SKY,
    VERMILLION,
    check_formats,
    drawing,
    grid_height,
    panel_grid,
    safe_name,
    save_figure,
    slide,
)
from accelsim.results.network import Row
from accelsim.study.rows import chosen, distinct, number

WATERFALLS = 2
"""Networks beside every reference that have a waterfall: the first ones."""

VISIBLE = 0.005
"""Share of the tallest bar below which causes are drawn together."""

PROMISES = {"params_ratio": ("parameters", "*"), "macs_ratio": ("operations (MACs)", "h")}
"""Column -> what it promises, and its marker."""

BARS = {
    "depthwise": ("dw PEs\nunused", VERMILLION),
    "array": ("other PEs\nunused", ORANGE),
    "fill_drain": ("fill,\ndrain", SKY),
    "dram": ("DRAM\nwaits", BLUE),
    "ports": ("buffer\nports", PURPLE),
    "elementwise": ("element-\nwise", GREEN),
    "pooling": ("pooling", PALE_GREEN),
    "joins": ("concat,\nsplit", "#B8A000"),
    "launch": ("launch", "#777777"),
    "idle": ("idle\ncores", "#CCCCCC"),
}
"""Cause -> its name under the bar, and its colour."""


def draw_gap(rows: Sequence[Row], folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write a ladder for every reference and waterfalls for the first networks."""
    check_formats(formats)
    with drawing():
        return [
            path
            for name, figure in _figures(rows).items()
            for path in save_figure(figure, folder, name, formats)
        ]


def _figures(rows: Sequence[Row]) -> dict[str, Figure]:
    found = {}
    for reference in distinct(rows, "reference"):
        beside, end = chosen(rows, reference=reference), safe_name(reference)
        found[f"ladder_{end}"] = ladder_figure(beside)
        others = [name for name in distinct(beside, "network") if name != reference]
        for name in others[:WATERFALLS]:
            timed = [row for row in chosen(beside, network=name) if number(row, "gap") is not None]
            if timed:
                found[f"waterfall_{safe_name(name)}_beside_{end}"] = waterfall_figure(timed)
    return found


def ladder_figure(rows: Sequence[Row]) -> Figure:
    """How many times less than the reference: parameters, MACs, and time on each accelerator."""
    reference = str(rows[0]["reference"])
    names = [name for name in distinct(rows, "network") if name != reference]
    figure = slide(
        f"What is left of fewer parameters and operations: networks beside {reference}",
        "Times less than the reference, logarithmic; right is better. Where time stands left of "
        "operations, the accelerator does not keep what they promise.",
        max(5.0, 1.6 + 0.5 * len(names)),
    )
    (panel,) = panel_grid(figure, 1)
    for place, name in enumerate(names):
        _rung(panel, place, chosen(rows, network=name))
    panel.set_xscale("log")
    panel.axvline(1, color=INK, linewidth=0.8)
    panel.set_yticks(range(len(names)), names)
    panel.set_ylim(len(names) - 0.5, -0.5)
    panel.set_xlabel(f"{reference}'s over the network's")
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    panel.grid(axis="x", visible=True)
    figure.legend(
        handles=_ladder_key(distinct(rows, "accelerator")), loc="outside lower center", ncols=8
    )
    return figure


def _rung(panel: Axes, place: int, rows: Sequence[Row]) -> None:
    """One network: what it promises above, what accelerators make of it below."""
    macs = number(rows[0], "macs_ratio") or 1.0
    for column, (_, marker) in PROMISES.items():
        if value := number(rows[0], column):
            panel.plot(value, place - 0.18, marker, color=INK, markersize=9)
            panel.annotate(
                rounded(value), (value, place - 0.18), xytext=(0, 6), ha="center",
                textcoords="offset points", fontsize=7.5,
            )  # fmt: skip
    for number_, row in enumerate(rows):
        if value := number(row, "time_ratio"):
            colour, marker = _mark(number_)
            panel.plot([value, macs], [place + 0.15] * 2, color="#E2E2E2", zorder=0)
            panel.plot(value, place + 0.15, marker, color=colour, markersize=7)


def _mark(place: int) -> tuple[str, str]:
    return LINES[place % len(LINES)], MARKERS[place % len(MARKERS)]


def _ladder_key(accelerators: Sequence[str]) -> list[Line2D]:
    keys = [(name, INK, marker) for name, marker in PROMISES.values()]
    keys += [(f"time, {name}", *_mark(place)) for place, name in enumerate(accelerators)]
    return [
        Line2D([], [], linestyle="none", color=colour, marker=marker, label=name)
        for name, colour, marker in keys
    ]


def waterfall_figure(rows: Sequence[Row]) -> Figure:
    """From the promised to the simulated latency of one network, a panel for each accelerator."""
    network, reference = rows[0]["network"], rows[0]["reference"]
    figure = slide(
        f"{network}: from the time that its MACs promise to the time it takes",
        f"Promised: its MACs at the rate that {reference} reaches on the same accelerator. Bars: "
        "what each cause takes beyond the reference's for as many MACs. Scales differ.",
        grid_height(len(rows)),
    )
    for panel, row in zip(panel_grid(figure, len(rows)), rows, strict=True):
        _fall(panel, row)
        gap = rounded(number(row, "gap") or 0.0)
        panel.set_title(f"{row['accelerator']}: gap {gap}", weight="bold")
        panel.set_ylabel("latency (ms)")
    return figure


def _fall(panel: Axes, row: Row) -> None:
    """Promised, causes, simulated."""
    promised, simulated = (number(row, name) or 0.0 for name in ("promised_ms", "latency_ms"))
    level = promised
    panel.bar(0, promised, 0.75, color=INK)
    names = ["promised"]
    for name, height, colour in _steps(row, VISIBLE * max(promised, simulated)):
        panel.bar(len(names), height, 0.75, bottom=level, color=colour)
        _label(panel, len(names), max(level, level + height), f"{height:+.3g}")
        level += height
        names.append(name)
    panel.bar(len(names), simulated, 0.75, color=INK)
    _label(panel, 0, promised, rounded(promised))
    _label(panel, len(names), simulated, rounded(simulated))
    panel.set_xticks(range(len(names) + 1), [*names, "simulated"], fontsize=8)
    panel.axhline(0, color=INK, linewidth=0.8)
    panel.margins(y=0.1)


def _steps(row: Row, least: float) -> Iterator[tuple[str, float, str]]:
    """Name, height in ms and colour of each cause, those below `least` together."""
    heights = {cause: number(row, f"extra_{cause}_ms") or 0.0 for cause in BARS}
    for cause, (name, colour) in BARS.items():
        if abs(heights[cause]) >= least:
            yield name, heights.pop(cause), colour
    if rest := sum(heights.values()):
        yield "all\nelse", rest, GREY


def _label(panel: Axes, place: int, top: float, text: str) -> None:
    panel.annotate(
        text, (place, top), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8
    )
