"""The structure of a network as pictures: boxes in the colour of their kind, lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle

from accelsim.report.digits import counted
from accelsim.report.structure import SEPARATOR, Graph, Node, graph_of
from accelsim.report.structure_blocks import blocks_of
from accelsim.report.structure_labels import KINDS, kind_of, label
from accelsim.report.structure_pages import Page, Room, pages
from accelsim.report.structure_places import BADGE, BOX_HEIGHT, BOX_WIDTH, TITLE, Box, Frame
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
    SLIDE,
    VERMILLION,
    check_formats,
    drawing,
    safe_name,
    save_figure,
    slide,
)
from accelsim.workload.network import Network

SILVER, SAND = "#DADADA", "#F3E3A2"
COLOURS = dict(
    zip(
        KINDS,
        ("white", BLUE, SKY, ORANGE, PURPLE, VERMILLION, GREEN, PALE_GREEN, SAND, SILVER, GREY),
        strict=True,
    )
)
DARK = (BLUE, VERMILLION, GREEN)
"""Colours that take white text."""
LINE = "#555555"
TEXT = 6.0
"""Points at scale 1: the smallest text."""
MOST_KEYS = 8
"""Of the legend in one row."""
HEAD, FOOT = 0.78, 0.5
"""Inches of the title and of the legend."""


def draw_structure(
    network: Network, prefix: str | None, folder: Path, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """`structure_<network>`, of all of it or of the operators under a prefix of their names.

    Several pages have `_page1` and so on behind the name.
    """
    check_formats(formats)
    stem = picture_stem(network.name, prefix)
    with drawing():
        figures = structure_figures(network, prefix)
        names = (
            [stem] if len(figures) == 1 else [f"{stem}_page{n + 1}" for n in range(len(figures))]
        )
        return [
            path
            for name, figure in zip(names, figures, strict=True)
            for path in save_figure(figure, folder, name, formats)
        ]


def picture_stem(network: str, prefix: str | None) -> str:
    """Name of the file, but for the page and the format."""
    return safe_name(f"structure_{network}" + (f"_{prefix}" if prefix else ""))


def structure_figures(network: Network, prefix: str | None = None) -> list[Figure]:
    """One figure for each page."""
    whole = graph_of(network, prefix)
    graph, blocks = blocks_of(whole)
    room = Room(SLIDE[0], SLIDE[1] - HEAD - FOOT)
    found, scale = pages(graph, blocks, room)
    title = network.name if prefix is None else f"{network.name}, {prefix}"
    figures = []
    for number, page in enumerate(found, 1):
        place = f", page {number} of {len(found)}" if len(found) > 1 else ""
        text = (f"{title}: {_totals(whole)}{place}", _key(page))
        figures.append(_page_figure(graph, page, scale, text))
    return figures


def _totals(graph: Graph) -> str:
    operators = [node.operator for node in graph.nodes.values() if node.operator]
    macs = sum(operator.macs for operator in operators)
    params = sum(operator.params + operator.norm_params for operator in operators)
    return f"{len(operators)} operators, {counted(macs, 'MACs')}, {counted(params, 'parameters')}"


def _key(page: Page) -> str:
    """How to read the picture."""
    words = (
        "Box: number in execution order; kernel, kind, /stride; channels × height × width written."
    )
    if any(frame.times > 1 for frame in page.drawing.frames):
        words += "  × n: n equal blocks in a row, drawn once with the numbers of the first."
    if any(item.text.startswith("+") for item in page.drawing.words):
        words += "  + 2, 5 ... 21: also reads these operators, in equal steps."
    return words


def _page_figure(graph: Graph, page: Page, scale: float, text: tuple[str, str]) -> Figure:
    width = max(SLIDE[0], page.size.width * scale)
    height = max(SLIDE[1], page.size.height * scale + HEAD + FOOT)
    figure = slide(*text, height=height)
    figure.set_figwidth(width)
    figure.set_layout_engine("none")
    inner = Room(width / scale, (height - HEAD - FOOT) / scale)
    panel = figure.add_axes((0, FOOT / height, 1, 1 - (HEAD + FOOT) / height))
    spare = (inner.width - page.size.width) / 2
    panel.set_xlim(-spare, inner.width - spare)
    below = (inner.height - page.size.height) / 2
    panel.set_ylim(inner.height - below, -below)
    panel.set_axis_off()
    _draw_frames(panel, page.drawing.frames, scale)
    _draw_lines(panel, page, scale)
    _draw_boxes(panel, graph, page.drawing.boxes, scale)
    for (x, y), words in page.drawing.words:
        panel.text(x, y, words, fontsize=TEXT * scale, va="center", color=INK, linespacing=1.0)
    shown = {kind_of(graph.nodes[box.numbers[0]]) for box in page.drawing.boxes}
    patches = [
        Patch(facecolor=COLOURS[kind], edgecolor=INK, linewidth=0.5, label=kind)
        for kind in KINDS
        if kind in shown
    ]
    figure.legend(handles=patches, loc="lower center", ncols=min(len(patches), MOST_KEYS))
    return figure


def _draw_frames(panel: Axes, frames: Sequence[Frame], scale: float) -> None:
    corners = [Rectangle(a, b[0] - a[0], b[1] - a[1]) for a, b, *_ in frames]
    panel.add_collection(
        PatchCollection(corners, facecolor="#F6F6F6", edgecolor="#BBBBBB", linewidth=0.6 * scale)
    )
    for upper_left, lower_right, title, times in frames:
        middle = (upper_left[1] + lower_right[1]) / 2
        signs = int((lower_right[1] - upper_left[1]) / 0.055)
        panel.text(
            upper_left[0] + TITLE / 2 + 0.01, middle, _shortened(title, signs), rotation=90,
            fontsize=TEXT * scale, ha="center", va="center", weight="bold", color=INK,
        )  # fmt: skip
        if times > 1:
            panel.text(
                lower_right[0] - BADGE / 2, middle, f"× {times}", fontsize=9 * scale, weight="bold",
                ha="center", va="center", color=INK,
            )  # fmt: skip


def _shortened(title: str, signs: int) -> str:
    """A title without the folders and, as far as it must be, the first words of its names."""
    names = [name.rpartition("/")[2] for name in title.split(" to ")]
    while len(" to ".join(names)) > signs and all(SEPARATOR.search(name) for name in names):
        names = [SEPARATOR.split(name, maxsplit=1)[1] for name in names]
    short = " to ".join(names)
    return short if len(short) <= signs else f"...{short[len(short) - max(signs - 3, 1) :]}"


def _draw_lines(panel: Axes, page: Page, scale: float) -> None:
    lines = [route.points for route in page.drawing.routes]
    panel.add_collection(LineCollection(lines, colors=LINE, linewidths=0.8, capstyle="round"))
    ends = [(points[-1][0], points[-1][1] - 0.022) for points in lines]
    if ends:
        x, y = zip(*ends, strict=True)
        panel.scatter(x, y, marker="v", s=12 * scale**2, color=LINE, linewidths=0, zorder=3)


def _draw_boxes(panel: Axes, graph: Graph, boxes: Sequence[Box], scale: float) -> None:
    for box in boxes:
        node = graph.nodes[box.numbers[0]]
        colour = COLOURS[kind_of(node)]
        ink = "white" if colour in DARK else "black"
        x, y = box.middle
        panel.add_patch(
            FancyBboxPatch(
                (x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2), BOX_WIDTH, BOX_HEIGHT,
                boxstyle="round,pad=0,rounding_size=0.03", facecolor=colour, edgecolor=INK,
                linewidth=0.5, zorder=4,
            )
        )  # fmt: skip
        _write(panel, node, (x, y), ink, scale)


def _write(panel: Axes, node: Node, middle: tuple[float, float], ink: str, scale: float) -> None:
    """Number at the left, two lines right of it."""
    x, y = middle
    if node.number > 0:
        panel.text(
            x - BOX_WIDTH / 2 + 0.02, y, str(node.number), fontsize=TEXT * scale, va="center",
            color=ink, alpha=0.75, zorder=5,
        )  # fmt: skip
    first, second = label(node)
    for text, up, weight in ((first, -0.055, "bold"), (second, 0.06, "normal")):
        panel.text(
            x + 0.08, y + up, text, fontsize=TEXT * scale, ha="center", va="center",
            weight=weight, color=ink, zorder=5,
        )  # fmt: skip
