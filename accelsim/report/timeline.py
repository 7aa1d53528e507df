"""The picture of a trace: what every core, channel and shared port does over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from accelsim.report.groups import setting
from accelsim.report.layers import shortened
from accelsim.report.style import (
    BLUE,
    BROWN,
    FORMATS,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE_GREEN,
    PURPLE,
    SKY,
    VERMILLION,
    YELLOW,
    drawing,
    legend_below,
    safe_name,
    save_figure,
    slide,
)
from accelsim.results.network import NetworkResult
from accelsim.results.trace import Slice, Trace, tracks_of

COLOURS = {
    "compute": GREEN,
    "launch": INK,
    "stall_input": VERMILLION,
    "stall_weight": ORANGE,
    "stall_output": PURPLE,
    "stall_bank": YELLOW,
    "input": BLUE,
    "weight": SKY,
    "sums": PALE_GREEN,
    "store": GREY,
    "access": BROWN,
    "conflict": YELLOW,
}
MEANINGS = {
    "compute": "work",
    "launch": "launch",
    "stall_input": "wait for input",
    "stall_weight": "wait for weights",
    "stall_output": "wait for sums, stores",
    "stall_bank": "wait for banks of a shared level",
    "input": "load input",
    "weight": "load weights",
    "sums": "load sums",
    "store": "store",
    "access": "one at a shared port",
    "conflict": "several at a shared port",
}
"""What a colour says; work includes fill, drain and waits for ports that are too narrow alone."""

OPERATORS = ("#DADADA", "#B8B8B8")
"""Neighbouring operators, so that each can be told from the next."""

NAMED = 0.06
"""Share of the width from which an operator has room for its name."""


def draw_timelines(
    results: Sequence[NetworkResult],
    traces: dict[str, Trace],
    folder: Path,
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """One picture per result into `folder`; `traces` go by the names of the networks."""
    paths: list[Path] = []
    with drawing():
        for result in results:
            figure = timeline_figure(result, traces[result.network])
            paths += save_figure(figure, folder, f"timeline_{safe_name(result.network)}", formats)
    return paths


def timeline_figure(result: NetworkResult, trace: Trace) -> Figure:
    """Two strips per core, its operators and under them what each cycle went into; one per channel
    and shared port.

    x is in clock cycles.
    """
    end = max(item.end for item in trace.slices)
    tracks = tracks_of(trace)
    figure = slide(
        f"{result.network}: timeline, policy {result.policy}{_staying(result)}",
        f"{setting([result])}; {end:,} cycles. Grey: operators; under them what the unit did.",
        min(max(2.4 + 1.1 * len(tracks), 4), 20),
    )
    panel = figure.subplots()
    for row, track in enumerate(tracks):
        own = [item for item in trace.slices if item.track == track]
        _operators(panel, [item for item in own if item.what == "operator"], row, end)
        for what, colour in COLOURS.items():
            _strip(panel, [item for item in own if item.what == what], (row, colour))
    panel.set_xlim(0, end)
    panel.set_ylim(len(tracks) - 0.45, -0.55)
    panel.set_yticks(range(len(tracks)), tracks)
    panel.xaxis.set_major_formatter(EngFormatter(sep=" "))
    panel.set_xlabel("cycles")
    shown = {item.what for item in trace.slices}
    legend_below(figure, {MEANINGS[w]: COLOURS[w] for w in MEANINGS if w in shown})
    return figure


def _staying(result: NetworkResult) -> str:
    """How tensors were chosen that stay on chip, and how many do."""
    if result.residency == "none":
        return ""
    staying = result.provenance["resident_tensors"]
    assert isinstance(staying, list), "a manifest lists them"
    return f", residency {result.residency} ({len(staying)} tensors on chip)"


def _operators(panel: Axes, slices: Sequence[Slice], row: int, end: int) -> None:
    for place, item in enumerate(slices):
        colour = OPERATORS[place % 2]
        _strip(panel, [item], (row, colour), (-0.42, -0.14))
        if item.end - item.start > NAMED * end:
            room = int(130 * (item.end - item.start) / end)
            panel.text(
                (item.start + item.end) / 2, row - 0.28, shortened(item.layer, room),
                ha="center", va="center", fontsize=7, clip_on=True,
            )  # fmt: skip


def _strip(
    panel: Axes,
    slices: Sequence[Slice],
    look: tuple[int, str],
    height: tuple[float, float] = (-0.12, 0.42),
) -> None:
    """Slices as one artist, so that many thousands are quick."""
    (row, colour), (top, bottom) = look, height
    corners = [
        [
            (item.start, row + top),
            (item.end, row + top),
            (item.end, row + bottom),
            (item.start, row + bottom),
        ]
        for item in slices
    ]
    strip = PolyCollection(corners, facecolors=colour, linewidths=0, rasterized=len(corners) > 1000)
    panel.add_collection(strip, autolim=False)
