"""`accelsim study kernels`: what a kernel size costs, beside its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from accelsim.cli.inputs import Mistakes, accelerators_of
from accelsim.cli.options import Output
from accelsim.cli.output import note_compiling, print_table, progress
from accelsim.cli.study_output import print_data, print_sections, write
from accelsim.results.network import Row
from accelsim.study.kernels import ACCELERATORS, KernelStudy, steps, study_kernels
from accelsim.study.rows import chosen, distinct

HEADINGS = {
    "gap_area": "engine_area_gap", "gap_buffer": "buffer_area_gap", "gap_cycles": "cycles_gap",
    "gap_energy": "energy_gap",
}  # fmt: skip
"""Column -> what it is called on the terminal: the cost that is compared comes first."""

SUMMARY = ("type", "kernel", "param_ratio", "mac_ratio", *HEADINGS.values())
NETWORKS = (
    "network", "kernel", "params_change_percent", "macs_change_percent", "cycles_change_percent",
    "energy_change_percent", "cycles_gap",
)  # fmt: skip
LEGEND = (
    "gap: ratio of that cost to 3x3 / ratio of the parameters; 1 where it grows as they do, more "
    "where it outgrows them.",
    "engine area: a dedicated engine of one channel with its line buffers. buffer area: the "
    "smallest SRAM that moves no byte twice. Area x time grows as the cycles.",
)
SHOWN_SECTIONS = 3
"""Of findings.md, on the terminal: how to read it, where the claim holds, engines."""


def run(names: Sequence[str], effort: str, output: Output) -> KernelStudy:
    """The study; everything is checked before the first simulation."""
    mistakes = Mistakes()
    found = accelerators_of(names or ACCELERATORS, (), mistakes)
    mistakes.report(output.out)
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
    medians = study.medians()
    for name in distinct(medians, "accelerator"):
        rows = chosen(medians, accelerator=name)
        print_table(_headed(rows), SUMMARY, f"{name}: medians over map sizes and channels")
    for name in distinct(study.networks, "accelerator"):
        rows = chosen(study.networks, accelerator=name, depthwise_on="array")
        title = f"{name}: whole networks with other depthwise kernels, against 3x3"
        print_table(_headed(rows), NETWORKS, title)
    click.echo("\n".join([*LEGEND, ""]))
    print_sections(study.sections[:SHOWN_SECTIONS])


def _headed(rows: Sequence[Row]) -> list[Row]:
    return [{HEADINGS.get(name, name): value for name, value in row.items()} for row in rows]
