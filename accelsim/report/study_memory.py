"""The picture of `study memory`: live bytes of every pair, and their traffic and time by size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FixedLocator, FuncFormatter, NullLocator

from accelsim.report.line_ends import LineEnd, name_ends
from accelsim.report.style import (
    BLUE,
    FORMATS,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    check_formats,
    drawing,
    legend_below,
    safe_name,
    save_figure,
    slide,
)
from accelsim.results.network import Row
from accelsim.study.memory import MemoryStudy
from accelsim.study.rows import chosen, distinct, number
from accelsim.units import format_bytes

GROUP_COLOURS = {"skip": VERMILLION, "branch": GREEN, "concat": PURPLE}
SAND = "#F3E3A2"
BARS = {
    "used by the running operator": BLUE, "waits meanwhile": ORANGE,
    "twin: used": SKY, "twin: waits": SAND,
}  # fmt: skip
LINES = {
    "with skips / without": VERMILLION, "branches / chain": GREEN,
    "concats copied / in place": PURPLE,
}  # fmt: skip
NAMES_APART = 0.062
"""Names of lines, in heights of a panel: as high as a line of their font."""


def draw_study(study: MemoryStudy, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """`memory_<accelerator>` for each accelerator of the study."""
    check_formats(formats)
    with drawing():
        return [
            path
            for name in distinct(study.rows, "accelerator")
            for path in save_figure(
                memory_figure(chosen(study.rows, accelerator=name)),
                folder, f"memory_{safe_name(name)}", formats,
            )
        ]  # fmt: skip


def memory_figure(rows: Sequence[Row]) -> Figure:
    """Live bytes of each subject and its twin; DRAM bytes and time over the twin's, by size."""
    figure = slide(
        f"What skips, branches and concats cost in memory on {rows[0]['accelerator']}",
        "Left: tensors averaged over time, each subject above its twin. Right: each subject over "
        "its twin; tensors that do not stay on chip spill: out to DRAM and back.",
    )
    grid = figure.add_gridspec(2, 2, width_ratios=(1.15, 1))
    _live_bars(figure.add_subplot(grid[:, 0]), chosen(rows, level_times=1.0))
    for place, (column, label) in enumerate(
        (("dram_ratio", "DRAM bytes over the twin's"), ("cycles_ratio", "time over the twin's"))
    ):
        _ratio_lines(figure.add_subplot(grid[place, 1]), rows, column, label)
    legend_below(figure, {**BARS, **LINES})
    return figure


def _live_bars(panel: Axes, rows: Sequence[Row]) -> None:
    """Two bars for each subject: itself above its twin."""
    subjects = distinct_pairs(rows)
    for place, (group, subject) in enumerate(subjects):
        pair = chosen(rows, group=group, subject=subject)
        for row, offset, colours in zip(
            pair, (-0.2, 0.2), ((BLUE, ORANGE), (SKY, SAND)), strict=True
        ):
            mean, waits = (_figure(row, f"{kind}_mean_bytes") for kind in ("live", "waiting"))
            panel.barh(place + offset, mean - waits, 0.38, color=colours[0])
            panel.barh(place + offset, waits, 0.38, left=mean - waits, color=colours[1])
    panel.set_yticks(
        range(len(subjects)), [f"{group}: {subject}" for group, subject in subjects], fontsize=8
    )
    panel.invert_yaxis()
    panel.set_xlabel("live bytes, mean over time")
    panel.xaxis.set_major_formatter(EngFormatter(unit="B", sep=" "))
    panel.grid(axis="x")


def distinct_pairs(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Groups and subjects in the order of the table."""
    return list(dict.fromkeys((str(row["group"]), str(row["subject"])) for row in rows))


def _ratio_lines(panel: Axes, rows: Sequence[Row], column: str, label: str) -> None:
    firsts, ends = rows[::2], list[LineEnd]()
    for group, subject in distinct_pairs(rows):
        own = chosen(firsts, group=group, subject=subject)
        sizes = [_figure(row, "on_chip_bytes") for row in own]
        ratios = [_figure(row, column) for row in own]
        colour = GROUP_COLOURS[group]
        panel.plot(sizes, ratios, color=colour, marker="o", markersize=3, linewidth=1.2, alpha=0.8)
        ends.append(LineEnd(sizes[-1], ratios[-1], subject.rpartition("/")[2], colour))
    panel.axhline(1, color=INK, linewidth=0.8)
    panel.set_xscale("log", base=2)
    panel.xaxis.set_major_locator(
        FixedLocator(sorted({_figure(row, "on_chip_bytes") for row in firsts}))
    )
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda size, _: format_bytes(round(size))))
    panel.set_xlabel("size of the level where tensors may stay")
    panel.set_ylabel(label)
    panel.grid(axis="y")
    panel.set_ylim(panel.get_ylim())
    name_ends(panel, ends, NAMES_APART)


def _figure(row: Row, column: str) -> float:
    value = number(row, column)
    assert value is not None, f"{column} is never blank"
    return value
