"""All pictures of `study kernels`, and under which names they are written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from accelsim.report.study_bars import engine_figure, network_figure
from accelsim.report.study_curves import TITLES, latency_figure, ratio_figure
from accelsim.report.study_heat import heat_figure
from accelsim.report.style import FORMATS, check_formats, drawing, save_figure
from accelsim.study.kernels import KernelStudy

LARGER = ("5x5", "7x7")
"""Kernels that have pictures of their own."""

LATENCY_OF = "mixnet_s"
"""Network whose area is drawn against its latency: it has the widest mix of its own."""


def draw_study(study: KernelStudy, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write all pictures of the study; the paths of the files."""
    check_formats(formats)
    with drawing():
        return [
            path
            for name, figure in _figures(study).items()
            for path in save_figure(figure, folder, name, formats)
        ]


def _figures(study: KernelStudy) -> dict[str, Figure]:
    return {
        **{f"cost_ratio_{kind}": ratio_figure(study.costs, kind) for kind in TITLES},
        "engine_area": engine_figure(),
        "area_against_latency": latency_figure(study.networks, LATENCY_OF),
        **{f"gap_by_map_{kernel}": heat_figure(study.costs, kernel) for kernel in LARGER},
        **{f"networks_{kernel}": network_figure(study.networks, kernel) for kernel in LARGER},
    }
