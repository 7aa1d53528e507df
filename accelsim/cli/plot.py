"""`accelsim plot`: pictures of folders that `run` and `sweep` wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from accelsim.cli.options import PICTURES
from accelsim.report.plots import draw_kernels, draw_layers, draw_run, draw_sweep
from accelsim.results.files import replacing
from accelsim.results.folder import load_results
from accelsim.results.network import NetworkResult
from accelsim.sweep.folder import MANIFEST
from accelsim.sweep.runner import load_sweep

Drawing = Callable[[Path, Sequence[str]], list[Path]]
"""Folder and formats -> the files drawn."""


def draw_folder(
    folder: Path, formats: Sequence[str] = PICTURES["both"], by: str | None = None
) -> list[Path]:
    """Draw all that the folder holds (or one subject of it) into its plots/.

    Pictures of these formats from before go, unless only one subject is drawn.
    """
    found = drawings(folder, by)
    stale = [f"*.{kind}" for kind in formats] if by is None else []
    with replacing(folder / "plots", stale) as fresh:
        drawn = [path for draw in found for path in draw(fresh, formats)]
    return [folder / "plots" / path.name for path in drawn]


def drawings(folder: Path, by: str | None) -> list[Drawing]:
    """What can be drawn of this folder and is asked for; UsageError when that is nothing."""
    found: list[Drawing] = []
    if by == "array" or (by is None and (folder / MANIFEST).exists()):
        swept = load_sweep(folder)
        found.append(partial(draw_sweep, swept.points, swept.axes))
    if by != "array" and (by or not found or (folder / "manifest.json").exists()):
        results = load_results(folder)
        draw = {None: draw_run, "kernel": draw_kernels, "layer": _draw_layers}
        found.append(partial(draw[by], results))
    return found


def _draw_layers(
    results: Sequence[NetworkResult], folder: Path, formats: Sequence[str]
) -> list[Path]:
    return [path for result in results for path in draw_layers(result, folder, formats)]
