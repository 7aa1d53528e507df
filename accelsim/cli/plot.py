"""`accelsim plot`: pictures of folders that `run` and `sweep` wrote, and of networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from accelsim.cli.inputs import check_folder, hardware_of
from accelsim.cli.options import DEFAULT_HARDWARE, PICTURES
from accelsim.errors import UsageError
from accelsim.networks.registry import load_network
from accelsim.report import live_bytes
from accelsim.report.plots import draw_kernels, draw_layers, draw_run, draw_sweep
from accelsim.report.structure_figure import draw_structure, picture_stem
from accelsim.report.timeline import draw_timelines
from accelsim.results.chrome_trace import FILE as TRACE_FILE
from accelsim.results.chrome_trace import load_traces
from accelsim.results.files import replacing
from accelsim.results.folder import load_results
from accelsim.results.network import NetworkResult
from accelsim.sweep.folder import MANIFEST
from accelsim.sweep.runner import load_sweep

Drawing = Callable[[Path, Sequence[str]], list[Path]]
"""Folder and formats -> the files drawn."""


class Choices(NamedTuple):
    """Options of the command."""

    by: str | None
    kind: str | None
    blocks: str | None
    hw: str | None
    out: Path | None
    pictures: str


def draw(subject: str, choices: Choices) -> list[Path]:
    """Draw a network's structure or memory, or else the results in a folder."""
    if choices.kind != "memory":
        _refuse(choices, ("hw",), "is for --kind memory")
    if choices.kind == "timeline":
        _refuse(
            choices, ("by", "blocks", "out"), "is not for --kind timeline, which draws into DIR"
        )
        return draw_timeline(Path(subject), PICTURES[choices.pictures])
    if choices.kind is None:
        _refuse(choices, ("blocks", "out"), "is for networks; add --kind structure")
        return draw_folder(Path(subject), PICTURES[choices.pictures], choices.by)
    _refuse(choices, ("by",), "is for folders; leave --kind out")
    folder = choices.out or Path()
    check_folder(folder)
    if choices.kind == "memory":
        _refuse(choices, ("blocks",), "is for --kind structure")
        return draw_memory(subject, choices.hw, folder, PICTURES[choices.pictures])
    return draw_network(subject, choices.blocks, folder, PICTURES[choices.pictures])


def draw_timeline(folder: Path, formats: Sequence[str]) -> list[Path]:
    """Draw the trace that a run left in the folder into its plots/."""
    traces, results = load_traces(folder), load_results(folder)
    with replacing(folder / "plots") as fresh:
        drawn = draw_timelines(results, traces, fresh, formats)
    return [folder / "plots" / path.name for path in drawn]


def draw_network(
    source: str, blocks: str | None, folder: Path, formats: Sequence[str]
) -> list[Path]:
    """Draw the structure of a network or of a part of it; its older pages go."""
    network = load_network(source)
    stem = picture_stem(network.name, blocks)
    stale = [f"{stem}{page}.{kind}" for page in ("", "_page[0-9]*") for kind in formats]
    with replacing(folder, stale) as fresh:
        drawn = draw_structure(network, blocks, fresh, formats)
    return [folder / path.name for path in drawn]


def draw_memory(source: str, hw: str | None, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Draw the live bytes of a network as an accelerator runs it."""
    from accelsim.evaluate import executed

    network, hardware = load_network(source), hardware_of(hw or DEFAULT_HARDWARE, ())
    operators = executed(network, hardware)
    view = live_bytes.MemoryView(network.name, network.inputs, operators, hardware)
    with replacing(
        folder, [f"{live_bytes.picture_stem(network.name)}.{f}" for f in formats]
    ) as new:
        drawn = live_bytes.draw_live_bytes(view, new, formats)
    return [folder / path.name for path in drawn]


def draw_folder(
    folder: Path, formats: Sequence[str] = PICTURES["both"], by: str | None = None
) -> list[Path]:
    """Draw all that the folder holds (or one subject of it) into its plots/.

    Pictures of these formats from before go, unless only one subject is drawn.
    """
    found = drawings(folder, by)
    stale = [f"*.{kind}" for kind in formats] if by is None else []
    with replacing(folder / "plots", stale) as fresh:
        drawn = [path for draw_into in found for path in draw_into(fresh, formats)]
    return [folder / "plots" / path.name for path in drawn]


def drawings(folder: Path, by: str | None) -> list[Drawing]:
    """What can be drawn of this folder and is asked for; UsageError when that is nothing."""
    found: list[Drawing] = []
    if by == "array" or (by is None and (folder / MANIFEST).exists()):
        swept = load_sweep(folder)
        found.append(partial(draw_sweep, swept.points, swept.axes))
    if by != "array" and (by or not found or (folder / "manifest.json").exists()):
        results = load_results(folder)
        subjects = {None: draw_run, "kernel": draw_kernels, "layer": _draw_layers}
        found.append(partial(subjects[by], results))
        if by is None and (folder / TRACE_FILE).exists():
            found.append(partial(draw_timelines, results, load_traces(folder)))
    return found


def _refuse(choices: Choices, names: Sequence[str], reason: str) -> None:
    """Raise UsageError for the first of these options that is given."""
    for name in names:
        if getattr(choices, name) is not None:
            raise UsageError(f"--{name} {reason}")


def _draw_layers(
    results: Sequence[NetworkResult], folder: Path, formats: Sequence[str]
) -> list[Path]:
    return [path for result in results for path in draw_layers(result, folder, formats)]
