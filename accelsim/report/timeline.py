"""The picture of a trace: what every core, channel and shared port does over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from accelsim.report.groups import setting
from accelsim.report.names import shortened
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
UNITS = {
    "compute": "work, fill, drain",
    "launch": "launch",
    "stall_input": "wait for input",
    "stall_weight": "wait for weights",
    "stall_output": "wait for sums, stores",
    "stall_bank": "wait for shared banks",
}
CHANNELS = {
    "input": "load input",
    "weight": "load weights",
    "sums": "load sums",
    "store": "store",
    "access": "one at a shared port",
    "conflict": "several at a shared port",
}
"""What a colour says on a core or vector unit, and on a DRAM channel or shared port; work includes
waits for ports that are too narrow alone."""

OPERATORS = ("#DADADA", "#B8B8B8")
"""Neighbouring operators, so that each can be told from the next."""

PANEL = 11.7
"""Inches that the cycles have; names of tracks and margins take the rest of a slide."""
LETTER, LINE = 0.062, 0.115
"""Inches that a letter of a name, and its line, take."""
MOST_LETTERS = 22
"""Of a name that stands upright; longer ones lose their middle."""
MOST_TALL = 8
"""Units up to which names stand upright; more would not fit on a page."""
WORK, GAP = 0.6, 0.22
"""Inches: what a unit did, and between tracks."""


class Name(NamedTuple):
    """The name of an operator where it has room: along the cycles, or upright."""

    at: float
    text: str
    upright: bool


class Track(NamedTuple):
    """A unit, channel or port."""

    name: str
    slices: list[Slice]
    names: list[Name]
    tall: float
    """Inches of its operators; 0 where it has none."""


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

    x is in clock cycles, y in inches from the top.
    """
    end = max(item.end for item in trace.slices)
    tracks = _tracks(trace, end)
    height = sum(track.tall + WORK + GAP for track in tracks)
    figure = slide(
        f"{result.network}: timeline, policy {result.policy}{_staying(result)}",
        f"{setting([result])}; {end:,} cycles. Grey: operators, named where there is room; under "
        "them what the unit did; white: idle.",
        min(2.2 + height, 24),
    )
    panel = figure.subplots()
    middles, top = dict[float, str](), 0.0
    for track in tracks:
        _draw(panel, track, top)
        middles[top + track.tall + WORK / 2] = track.name
        top += track.tall + WORK + GAP
    _axes(panel, (end, height), middles)
    shown = {item.what for item in trace.slices}
    legend_below(figure, _present(UNITS, shown), side="left", most=3)
    legend_below(figure, _present(CHANNELS, shown), side="right", most=3)
    return figure


def _tracks(trace: Trace, end: int) -> list[Track]:
    """Units, channels and ports; names stand upright only where a picture can hold so many."""
    units = {item.track for item in trace.slices if item.what == "operator"}
    found = list[Track]()
    for name in tracks_of(trace):
        own = [item for item in trace.slices if item.track == name]
        names = named(own, end, may_stand=len(units) <= MOST_TALL)
        found.append(Track(name, own, names, _strip_height(names) if name in units else 0.0))
    return found


def _draw(panel: Axes, track: Track, top: float) -> None:
    """Operators with their names from `top` on, and what the cycles went into below them."""
    operators = [item for item in track.slices if item.what == "operator"]
    for turn, colour in enumerate(OPERATORS):
        _strip(panel, operators[turn::2], colour, (top, track.tall))
    for name in track.names:
        panel.text(
            name.at, top + track.tall / 2, name.text, rotation=90 if name.upright else 0,
            ha="center", va="center", fontsize=7, clip_on=True,
        )  # fmt: skip
    for what, colour in COLOURS.items():
        own = [item for item in track.slices if item.what == what]
        _strip(panel, own, colour, (top + track.tall, WORK))


def _staying(result: NetworkResult) -> str:
    """How tensors were chosen that stay on chip, and how many do."""
    if result.residency == "none":
        return ""
    staying = result.provenance["resident_tensors"]
    assert isinstance(staying, list), "a manifest lists them"
    return f", residency {result.residency} ({len(staying)} tensors on chip)"


def _present(words: dict[str, str], shown: set[str]) -> dict[str, str]:
    """Words -> colours of what is shown."""
    return {words[what]: COLOURS[what] for what in words if what in shown}


def named(slices: Sequence[Slice], end: int, *, may_stand: bool = True) -> list[Name]:
    """Names of the operators that are wide enough: for their letters, or for one line upright."""
    found = list[Name]()
    for item in slices:
        inches = PANEL * (item.end - item.start) / end
        fits = inches >= LETTER * (len(item.layer) + 2)
        if item.what == "operator" and (fits or (may_stand and inches >= LINE)):
            text = item.layer if fits else shortened(item.layer, MOST_LETTERS)
            found.append(Name((item.start + item.end) / 2, text, not fits))
    return found


def _strip_height(names: Sequence[Name]) -> float:
    """Inches of the operators of a unit."""
    letters = max((len(name.text) + 2 for name in names if name.upright), default=0)
    return max(2 * LINE, LETTER * letters)


def _axes(panel: Axes, ends: tuple[float, float], tracks: dict[float, str]) -> None:
    panel.set_xlim(0, ends[0])
    panel.set_ylim(ends[1], -GAP / 2)
    panel.set_yticks(list(tracks), list(tracks.values()))
    panel.xaxis.set_major_formatter(EngFormatter(sep=" "))
    panel.set_xlabel("cycles")


def _strip(panel: Axes, slices: Sequence[Slice], colour: str, place: tuple[float, float]) -> None:
    """Slices as one artist, so that many thousands are quick; `place`: top and height."""
    top, bottom = place[0], sum(place)
    corners = [
        [(item.start, top), (item.end, top), (item.end, bottom), (item.start, bottom)]
        for item in slices
    ]
    strip = PolyCollection(corners, facecolors=colour, linewidths=0, rasterized=len(corners) > 1000)
    panel.add_collection(strip, autolim=False)
