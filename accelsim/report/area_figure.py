"""Stacked bars: what share of each accelerator its components take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accelsim.cost.area import AreaBreakdown, AreaRow
from accelsim.report.digits import rounded
from accelsim.report.style import (
    BLUE,
    FORMATS,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE_GREEN,
    PURPLE,
    SKY,
    VERMILLION,
    drawing,
    legend_below,
    save_figure,
    slide,
)

NAME = "area"
CLASSES = {
    "PEs": BLUE,
    "engines, array beside PEs": SKY,
    "requantisers": ORANGE,
    "vector lanes": VERMILLION,
    "control": GREY,
    "flip-flop memories": PALE_GREEN,
    "SRAM": GREEN,
    "other": PURPLE,
}
"""Classes of components and their colours, in the order of the stack."""

ROOM_FOR_LABEL = 0.045
"""Share of a bar that holds the text of its area."""


def draw_area(
    breakdowns: Mapping[str, AreaBreakdown], folder: Path, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Write `area.svg` and `area.png`: a bar per accelerator."""
    with drawing():
        return save_figure(area_figure(breakdowns), folder, NAME, formats)


def area_figure(breakdowns: Mapping[str, AreaBreakdown]) -> Figure:
    """Bars of shares, so that small accelerators are legible too; areas are written on them."""
    height = min(max(3.2, 1.9 + 0.62 * len(breakdowns)), 7.5)
    title = "Area by component"
    figure = slide(title, "share of the accelerator; figures in mm², totals at the right", height)
    axes = figure.subplots()
    used = [_draw_bar(axes, place, found) for place, found in enumerate(breakdowns.values())]
    axes.set_yticks(range(len(breakdowns)), list(breakdowns))
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100"])
    axes.set_xlabel("share of the area, %")
    axes.spines["bottom"].set_bounds(0, 1)
    present = set().union(*used)
    legend_below(figure, {name: colour for name, colour in CLASSES.items() if name in present})
    return figure


def class_areas(breakdown: AreaBreakdown) -> dict[str, float]:
    """Area of each of `CLASSES` in mm2; they add up to the total."""
    areas = dict.fromkeys(CLASSES, 0.0)
    for row in breakdown.rows:
        areas[_class_of(row)] += row.area_mm2
    return areas


def _draw_bar(axes: Axes, place: int, breakdown: AreaBreakdown) -> set[str]:
    """One bar and its labels; the classes that it has."""
    left, total = 0.0, breakdown.total_mm2
    areas = {name: area for name, area in class_areas(breakdown).items() if area}
    for name, area in areas.items():
        share = area / total
        axes.barh(place, share, left=left, color=CLASSES[name], edgecolor="white", height=0.62)
        if share >= ROOM_FOR_LABEL:
            dark = CLASSES[name] in {BLUE, GREEN, VERMILLION}
            colour = "white" if dark else INK
            axes.text(
                left + share / 2, place, rounded(area), ha="center", va="center", color=colour
            )
        left += share
    axes.text(1.012, place, f"{rounded(total)} mm²", va="center", weight="bold")
    return set(areas)


def _class_of(row: AreaRow) -> str:
    if row.part == "array":
        return "PEs" if row.name == "PE" else "engines, array beside PEs"
    if row.part == "vector":
        return "vector lanes" if row.name == "vector lanes" else "requantisers"
    if row.part == "memory":
        return "SRAM" if row.name.endswith("SRAM macros") else "flip-flop memories"
    return "control" if row.part == "control" else "other"
