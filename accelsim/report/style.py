"""The look of all pictures, and how they are written: same input, same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from textwrap import wrap
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch

from accelsim.errors import UsageError, suggestion

FORMATS = ("svg", "png")

BLUE, SKY, GREEN, ORANGE = "#0072B2", "#56B4E9", "#009E73", "#E69F00"
VERMILLION, PURPLE, GREY, INK = "#D55E00", "#CC79A7", "#999999", "#333333"
PALE_GREEN, YELLOW, BROWN = "#A8DCCB", "#F0E442", "#8C6D46"
# Source: Okabe and Ito, "Color Universal Design", 2008; greys, pale green and brown are our own.

LINES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, INK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

COMPARABLE = 3
"""Ratio of the widest to the narrowest panel up to which they share a scale."""

SLIDE = (13.333, 7.5)
"""Inches; a 16:9 slide, so that a font of 9 pt is 9 pt there."""

LETTERS = 172
"""Of a line under the title: what the width of a slide holds."""

STYLE: dict[Any, Any] = {
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": "#E2E2E2",
    "grid.linewidth": 0.7,
    "figure.titlesize": 14,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # a dollar sign in a layer's name is a dollar sign
    "svg.fonttype": "none",  # text stays text: it can be searched and edited
    "svg.hashsalt": "accelsim",
    "savefig.dpi": 144,  # 1920 x 1080
}


@contextmanager
def drawing() -> Iterator[None]:
    """Settings for making and for writing figures, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def slide(title: str, subtitle: str = "", height: float = SLIDE[1]) -> Figure:
    """An empty figure with a title, and under it in a line (or more) how to read it."""
    room = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08, wspace=0.03, hspace=0.05)
    figure = Figure(figsize=(SLIDE[0], height), layout=room)
    FigureCanvasAgg(figure)
    lines = wrap(subtitle, LETTERS)
    figure.suptitle(title + "\n" * len(lines), x=0.012, ha="left", weight="bold")
    for number, line in enumerate(lines):
        below = (0.5 + 0.22 * number) / height
        figure.text(0.012, 1 - below, line, fontsize=10, va="center", color=INK)
    return figure


def panel_grid(figure: Figure, count: int) -> list[Axes]:
    """`count` panels, two beside each other from the second on; cells left over stay empty."""
    columns = min(max(count, 1), 2)
    grid = figure.subplots(ceil(count / columns), columns, squeeze=False)
    panels: list[Axes] = list(grid.flat)
    for spare in panels[count:]:
        spare.remove()
    return panels[:count]


def share_scale(panels: Sequence[Axes]) -> None:
    """One x axis for all panels if it leaves the smallest legible; else each says it has its own.

    Bars of panels beside each other are compared by length, whatever the numbers say.
    """
    ends = [panel.get_xlim()[1] for panel in panels]
    if len(ends) > 1 and max(ends) <= COMPARABLE * min(ends):
        for panel in panels:
            panel.set_xlim(0, max(ends))
    elif len(ends) > 1:
        for panel in panels:
            panel.set_xlabel(f"{panel.get_xlabel()}, own scale")


def grid_height(count: int) -> float:
    """Inches for `panel_grid`: a slide for up to four panels, longer for more."""
    return max(SLIDE[1], 3.6 * ceil(count / 2))


Side = Literal["left", "center", "right"]
BELOW: dict[Side, Literal["outside lower left", "outside lower center", "outside lower right"]] = {
    "left": "outside lower left",
    "center": "outside lower center",
    "right": "outside lower right",
}


def legend_below(
    figure: Figure, colours: dict[str, str], *more: Patch, side: Side = "center", most: int = 7
) -> None:
    """One legend for all panels, under them; two go to the left and the right `side`.

    most: entries beside each other.
    """
    patches = [Patch(facecolor=colour, label=name) for name, colour in colours.items()]
    handles = [*patches, *more]
    figure.legend(handles=handles, loc=BELOW[side], ncols=min(len(handles), most))


def save_figure(figure: Figure, folder: Path, name: str, formats: Sequence[str]) -> list[Path]:
    """Write `<folder>/<name>.<format>` for every format; equal figures give equal bytes."""
    check_formats(formats)
    paths = [folder / f"{name}.{kind}" for kind in formats]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        arrange(figure)
        for path in paths:
            stamp = "Date" if path.suffix == ".svg" else "Software"
            figure.savefig(path, metadata={stamp: None})
    except OSError as error:
        raise UsageError(f"{folder}: cannot write pictures there: {error.strerror}") from error
    return paths


def arrange(figure: Figure) -> None:
    """Lay the figure out once, and not again for every format."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")


def check_formats(formats: Sequence[str]) -> None:
    """Raise UsageError for a format that pictures are not written in."""
    for kind in formats:
        if kind not in FORMATS:
            allowed = ", ".join(FORMATS)
            raise UsageError(
                f"picture format '{kind}'; allowed: {allowed}{suggestion(kind, FORMATS)}"
            )


def safe_name(text: str) -> str:
    """A file name without folders or signs: `mobilenet_v2:kernel=5` -> `mobilenet_v2_kernel_5`."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", text).strip("._-")[:120] or "unnamed"
