"""`accelsim study kernels`: what a kernel size costs, beside its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from accelsim.cli.inputs import Mistakes, accelerators_of, check_folder
from accelsim.cli.options import Output
from accelsim.cli.output import note_compiling, print_table, progress
from accelsim.cli.study_output import print_data, print_sections, write
from accelsim.study.kernels import ACCELERATORS, KernelStudy, steps, study_kernels

SUMMARY = (
    "accelerator", "type", "kernel", "param_ratio", "mac_ratio", "gap_area", "gap_area_time",
    "gap_buffer", "gap_cycles", "gap_energy",
)  # fmt: skip
NETWORKS = (
    "accelerator", "network", "kernel", "params_change_percent", "macs_change_percent",
    "cycles_change_percent", "energy_change_percent", "area_time_change_percent", "gap_cycles",
)  # fmt: skip
SHOWN_SECTIONS = 3
"""Of findings.md, on the terminal: how to read it, where the claim holds, engines."""


def run(names: Sequence[str], effort: str, output: Output) -> KernelStudy:
    """The study; everything is checked before the first simulation."""
    mistakes = Mistakes()
    found = accelerators_of(names or ACCELERATORS, (), mistakes)
    with mistakes.collected():
        check_folder(output.out)
    mistakes.report()
    note_compiling(output)
    with progress(steps(found), output) as advance:
        return study_kernels(found, effort, advance)


def save(study: KernelStudy, output: Output, plots: bool) -> None:
    """Write the folder, if there is to be one."""

    def draw(folder: Path) -> None:
        from accelsim.report.study_kernels import draw_study  # matplotlib takes half a second

        draw_study(study, folder)

    write(study, output, draw if plots else None)


def show(study: KernelStudy, output: Output) -> None:
    """Print kernel_costs.csv, everything as JSON, or tables and sentences."""
    tables = {"costs": study.costs, "networks": study.networks, "engines": study.engines}
    if print_data(study, output, **tables):
        return
    title = "medians over map sizes and channels; gap = cost ratio / parameter ratio"
    print_table(study.medians(), SUMMARY, title)
    on_array = [row for row in study.networks if row["depthwise_on"] == "array"]
    print_table(on_array, NETWORKS, "whole networks with other depthwise kernels, against 3x3")
    print_sections(study.sections[:SHOWN_SECTIONS])
