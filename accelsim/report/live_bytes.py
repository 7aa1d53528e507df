"""The picture of memory over time: live bytes while each operator runs, and why they are live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from accelsim.hardware.accelerator import Accelerator
from accelsim.lifetime.live import live_bytes
from accelsim.lifetime.order import memory_order
from accelsim.lifetime.pieces import Tensors, storage_of, tensors_of
from accelsim.lifetime.roles import live_by_role
from accelsim.report.digits import counted
from accelsim.report.names import shortened
from accelsim.report.style import (
    BLUE,
    FORMATS,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    VERMILLION,
    check_formats,
    drawing,
    legend_below,
    safe_name,
    save_figure,
    slide,
)
from accelsim.units import format_bytes
from accelsim.workload.operators import Operator, Shape

COLOURS = {"used": BLUE, "skip": VERMILLION, "gate": PURPLE, "branch": ORANGE}
NAMES = {
    "used": "read or written by the operator",
    "skip": "waits for a sum (residual)",
    "gate": "waits for its gate",
    "branch": "waits for another branch or concat",
}
PEAKS = 5
"""Peaks that are named."""
APART = 0.04
"""Of all operators, how far apart named peaks are at least."""


class MemoryView(NamedTuple):
    """Operators in the order in which an accelerator runs them."""

    name: str
    inputs: dict[str, Shape]
    operators: tuple[Operator, ...]
    hardware: Accelerator


def draw_live_bytes(view: MemoryView, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """`memory_<network>`: live bytes over the operators."""
    check_formats(formats)
    with drawing():
        return save_figure(live_bytes_figure(view), folder, picture_stem(view.name), formats)


def picture_stem(network: str) -> str:
    """File name of the picture, without its ending."""
    return f"memory_{safe_name(network)}"


def live_bytes_figure(view: MemoryView) -> Figure:
    """Live bytes of one image in execution order, by role, with the on-chip size as a line."""
    tensors = tensors_of(view.inputs, view.operators, storage_of(view.hardware))
    live, level = live_bytes(tensors), view.hardware.scratchpad
    near = level.total_bytes < 2 * max(live)
    figure = slide(
        f"{view.name}: live bytes of its tensors on {view.hardware.label}, peak "
        f"{counted(max(live), 'B')}",
        f"A tensor lives from its producer to its last reader; weights are not counted. "
        f"{'Dashed' if near else 'Far above'}: {_level_text(view.hardware)}. "
        f"{_reordered(tensors, view.operators)}",
    )
    panel = figure.subplots()
    roles = live_by_role(tensors, view.operators)
    _stack(panel, roles)
    if near:
        panel.axhline(level.total_bytes, color=INK, linewidth=1.2, linestyle="--")
    _name_peaks(panel, live, view.operators)
    panel.set_ylim(0, 1.08 * max(*live, level.total_bytes * near))
    panel.set_xlim(0.5, len(live) + 0.5)
    panel.xaxis.set_major_locator(MaxNLocator(24, steps=(1, 2, 5, 10), integer=True))
    panel.set_xlabel("operator (execution order)")
    panel.set_ylabel("live bytes")
    panel.yaxis.set_major_formatter(EngFormatter(unit="B", sep=" "))
    panel.grid(axis="y")
    legend_below(figure, {NAMES[role]: COLOURS[role] for role in COLOURS if any(roles[role])})
    return figure


def _level_text(hardware: Accelerator) -> str:
    """Name and size of the level beside which tensors are set, and whose it is."""
    level, cores = hardware.scratchpad, hardware.cores
    text = f"{level.name}, {format_bytes(level.total_bytes)}"
    if cores.count == 1:
        return text
    return f"{text} {'for all cores' if level.name in cores.shared else 'in each core'}"


def _reordered(tensors: Tensors, operators: Sequence[Operator]) -> str:
    order = memory_order(tensors, operators)
    if order.peak_bytes < order.given_peak_bytes:
        return f"In the order of least memory the peak is {counted(order.peak_bytes, 'B')}."
    return "No order of its operators has a lower peak." if order.proved else ""


def _stack(panel: Axes, roles: dict[str, list[int]]) -> None:
    """One step per operator; bands upon each other, what the operator uses lowest."""
    edges = np.arange(len(roles["used"]) + 1) + 0.5
    base = np.zeros(len(edges) - 1)
    for role, colour in COLOURS.items():
        top = base + roles[role]
        panel.fill_between(
            edges, np.append(base, base[-1]), np.append(top, top[-1]),
            step="post", color=colour, linewidth=0,
        )  # fmt: skip
        base = top


def _name_peaks(panel: Axes, live: Sequence[int], operators: Sequence[Operator]) -> None:
    """Letters over the highest peaks, and their operators in the corner."""
    lines = []
    for letter, at in zip("ABCDE", peaks_of(live), strict=False):
        panel.annotate(
            letter, (at + 1, live[at]), xytext=(0, 3), textcoords="offset points",
            ha="center", weight="bold",
        )  # fmt: skip
        name = shortened(operators[at].name)
        lines.append(f"{letter}  {at + 1}: {name}, {counted(live[at], 'B')}")
    panel.text(
        0.995, 0.99, "\n".join(lines), transform=panel.transAxes, ha="right", va="top",
        linespacing=1.4, multialignment="left",
        bbox={"facecolor": "white", "edgecolor": GREY, "linewidth": 0.6, "pad": 4},
    )  # fmt: skip


def peaks_of(live: Sequence[int]) -> list[int]:
    """Positions of the highest peaks, the highest first, with some operators between them."""
    gap = max(1, round(APART * len(live)))
    found: list[int] = []
    for at in sorted(range(len(live)), key=lambda at: (-live[at], at)):
        around = live[max(at - 1, 0) : at + 2]
        if live[at] == max(around) and all(abs(at - other) > gap for other in found):
            found.append(at)
    return found[:PEAKS]
