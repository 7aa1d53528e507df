"""Heat maps of `study kernels`: where a larger kernel costs more than its parameters."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from accelsim.report.style import INK, SLIDE, slide
from accelsim.results.network import Row
from accelsim.study.cases import TYPES, Size, sizes
from accelsim.study.rows import chosen, distinct, number

SHADES = "PuOr_r"
"""Purple: less than the parameters; orange: more. Legible with any colour vision."""

WORDS = {"conv": "dense", "dw": "depthwise", "dws": "depthwise + 1x1", "mix": "MixConv"}

WIDEST = 4.0
"""Gap at which the colours end, and its inverse."""


def heat_figure(costs: Sequence[Row], kernel: str) -> Figure:
    """Gap in cycles of a kernel over map size and channels: a row of panels per accelerator."""
    rows = [row for row in chosen(costs, kernel=kernel) if row["channels"]]
    names = distinct(rows, "accelerator")
    figure = slide(
        f"Gap of {kernel} in cycles (area × time), by map and channels",
        "Gap = cycles over those of 3x3 ÷ parameters over those of 3x3 (cycle ratio alone where "
        "parameters differ by 5 % or less). In a cell: gap, channels.",
        max(SLIDE[1], 1.2 + 2.1 * len(names)),
    )
    norm = LogNorm(1 / WIDEST, WIDEST)
    grid = figure.subplots(len(names), len(TYPES), squeeze=False)
    for line, name in zip(grid, names, strict=True):
        for panel, kind in zip(line, TYPES, strict=True):
            _cells(panel, chosen(rows, accelerator=name, type=kind), norm)
            panel.set_title(f"{name}: {WORDS[kind]}", weight="bold", fontsize=10)
    bar = figure.colorbar(
        ScalarMappable(norm, mpl.colormaps[SHADES]), ax=grid.ravel().tolist(), shrink=0.6,
        ticks=[0.25, 0.5, 1, 2, 4], format="%g",
    )  # fmt: skip
    bar.set_label("gap: less ← 1 → more than the parameters")
    bar.minorticks_off()
    return figure


def _cells(panel: Axes, rows: Sequence[Row], norm: LogNorm) -> None:
    """Maps from top to bottom; the channels that the definitions have there side by side."""
    maps = list(dict.fromkeys(size.in_h for size in sizes()))
    for line, in_h in enumerate(maps):
        here = [size for size in sizes() if size.in_h == in_h]
        for column, size in enumerate(here):
            _cell(panel, (column / len(here), line, 1 / len(here)), size, rows, norm)
    panel.set_xlim(0, 1)
    panel.set_ylim(len(maps), 0)
    panel.set_yticks([line + 0.5 for line in range(len(maps))], [f"{m}x{m}" for m in maps])
    panel.set_xticks([])
    panel.tick_params(length=0)


def _cell(
    panel: Axes, place: tuple[float, int, float], size: Size, rows: Sequence[Row], norm: LogNorm
) -> None:
    left, top, width = place
    (row,) = chosen(rows, in_h=size.in_h, channels=size.channels)
    gap = number(row, "gap_cycles")
    shade = "white" if gap is None else mpl.colormaps[SHADES](norm(gap))
    panel.add_patch(Rectangle((left, top), width, 1, facecolor=shade, edgecolor="white"))
    dark = gap is not None and not 0.46 < gap < 2.2
    panel.text(
        left + width / 2, top + 0.5,
        f"{'unknown' if gap is None else f'{gap:.2f}'}   {size.channels} ch",
        ha="center", va="center", fontsize=8, color="white" if dark else INK,
    )  # fmt: skip
