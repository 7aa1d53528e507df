"""The picture of `study guidelines`: measured against predicted relative speed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accelsim.report.style import (
    FORMATS,
    GREY,
    LINES,
    MARKERS,
    check_formats,
    drawing,
    save_figure,
    slide,
)
from accelsim.results.network import Row
from accelsim.study.guideline_findings import MOST_ERROR, TITLES, machines, of_machine
from accelsim.study.guideline_rows import SCALES
from accelsim.study.guidelines import GuidelineStudy
from accelsim.study.rows import chosen, distinct, number


def draw_guidelines(
    study: GuidelineStudy, folder: Path, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Write the picture; the paths of the files."""
    check_formats(formats)
    with drawing():
        return save_figure(guideline_figure(study), folder, "guidelines", formats)


def guideline_figure(study: GuidelineStudy) -> Figure:
    """A panel for each device and guideline."""
    places = machines(study.rows)
    guidelines = distinct(study.rows, "guideline")
    figure = slide(
        "ShuffleNet V2's guidelines: relative speed, measured and predicted",
        "1 is the first case of each channel scale (in brackets: rank correlation, mean error); "
        f"the band is {MOST_ERROR:.0%} to either side",
    )
    grid = figure.subplots(len(places), len(guidelines), squeeze=False)
    for line, machine in enumerate(places):
        for place, guideline in enumerate(guidelines):
            panel = grid[line][place]
            _draw(panel, of_machine(chosen(study.rows, guideline=guideline), machine))
            (met,) = of_machine(chosen(study.agreement, guideline=guideline), machine)
            name = f"{TITLES[guideline].split(': ')[1]}\n" if line == 0 else ""
            panel.set_title(f"{name}{guideline}, {machine[1]} {_figures(met)}", fontsize=9.5)
    for panel in grid[-1]:
        panel.set_xlabel("measured")
    for row in grid:
        row[0].set_ylabel("predicted")
    handles, names = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    return figure


def _draw(panel: Axes, rows: Sequence[Row]) -> None:
    points = [(number(row, "measured_relative") or 0.0, number(row, "predicted_relative") or 0.0)
              for row in rows]  # fmt: skip
    values = [value for point in points for value in point]
    low, high = min(values) - 0.08, max(values) + 0.08
    ends = (low, high)
    panel.fill_between(
        ends, [end - MOST_ERROR for end in ends], [end + MOST_ERROR for end in ends],
        color=GREY, alpha=0.18, linewidth=0,
    )  # fmt: skip
    panel.plot(ends, ends, color=GREY, linewidth=0.9)
    for scale, colour, marker in zip(SCALES, LINES, MARKERS, strict=False):
        own = [point for point, row in zip(points, rows, strict=True) if row["scale"] == scale]
        panel.plot(
            *zip(*own, strict=True), marker, color=colour, markersize=5, alpha=0.85,
            label=f"channels x{scale}",
        )  # fmt: skip
    panel.set_xlim(ends)
    panel.set_ylim(ends)
    panel.set_aspect("equal")


def _figures(row: Row) -> str:
    ranks = number(row, "spearman")
    text = "?" if ranks is None else f"{ranks:.2f}"
    return f"({text}, {number(row, 'mean_absolute_error') or 0.0:.1%})"
