"""`accelsim study kernels`: what a kernel size costs, beside its parameters."""

from __future__ import annotations

from collections.abc import Sequence

import click

from accelsim.cli.inputs import Mistakes, check_folder, hardware_of
from accelsim.cli.options import Output
from accelsim.cli.output import note, note_compiling, print_csv, print_json, print_table, progress
from accelsim.hardware.accelerator import Accelerator
from accelsim.results.files import replacing
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
    mistakes, found = Mistakes(), list[Accelerator]()
    for name in names or ACCELERATORS:
        with mistakes.collected():
            found.append(hardware_of(name, ()))
    with mistakes.collected():
        check_folder(output.out)
    mistakes.report()
    note_compiling(output)
    with progress(steps(found), output) as advance:
        return study_kernels(found, effort, advance)


def save(study: KernelStudy, output: Output, plots: bool) -> None:
    """Write the folder, if there is to be one: tables and findings, then pictures."""
    if output.out is None:
        return
    study.save(output.out)
    if plots:
        from accelsim.report.study_kernels import draw_study  # matplotlib takes half a second

        note("drawing plots", output)
        with replacing(output.out / "plots", ("*.svg", "*.png")) as fresh:
            draw_study(study, fresh)
    note(f"wrote {output.out}", output)


def show(study: KernelStudy, output: Output) -> None:
    """Print kernel_costs.csv, everything as JSON, or tables and sentences."""
    if output.format == "csv":
        print_csv(study.costs)
    elif output.format == "json":
        print_json(_as_data(study))
    else:
        title = "medians over map sizes and channels; gap = cost ratio / parameter ratio"
        print_table(study.medians(), SUMMARY, title)
        on_array = [row for row in study.networks if row["depthwise_on"] == "array"]
        print_table(on_array, NETWORKS, "whole networks with other depthwise kernels, against 3x3")
        for section in study.sections[:SHOWN_SECTIONS]:
            click.echo("\n".join([section.title, *section.sentences, ""]))


def _as_data(study: KernelStudy) -> dict[str, object]:
    return {
        "costs": study.costs,
        "networks": study.networks,
        "engines": study.engines,
        "findings": [section._asdict() for section in study.sections],
    }
