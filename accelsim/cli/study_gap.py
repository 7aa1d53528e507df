"""`accelsim study gap`: networks beside a reference, in counts, time and energy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from accelsim.cli.inputs import Mistakes, accelerators_of, networks_of
from accelsim.cli.options import Output
from accelsim.cli.output import note_compiling, print_table, progress
from accelsim.cli.study_output import print_data, print_sections, write
from accelsim.study.gap import ACCELERATORS, NETWORKS, REFERENCES, GapStudy, steps, study_gap
from accelsim.study.rows import chosen, distinct
from accelsim.study.runs import Runs

RATIOS = (
    "network", "accelerator", "params_ratio", "macs_ratio", "activations_ratio", "time_ratio",
    "energy_ratio", "latency_ms", "promised_ms", "gap",
)  # fmt: skip


def run(
    names: Sequence[str], references: Sequence[str], hardware: Sequence[str],
    changes: Sequence[str], effort: str, output: Output,
) -> GapStudy:  # fmt: skip
    """The study; everything is checked before the first simulation."""
    mistakes = Mistakes()
    with mistakes.collected():
        networks = networks_of(names or NETWORKS)
    with mistakes.collected():
        beside = networks_of(references or REFERENCES)
    accelerators = accelerators_of(hardware or ACCELERATORS, changes, mistakes)
    mistakes.report(output.out)
    note_compiling(output)
    runs = Runs(accelerators, effort)
    with progress(steps(runs, networks, beside), output) as advance:
        return study_gap(runs, networks, beside, advance)


def save(study: GapStudy, output: Output, plots: bool) -> None:
    """Write the folder, if there is to be one."""

    def draw(folder: Path) -> None:
        from accelsim.report.study_gap import draw_gap  # matplotlib takes half a second

        draw_gap(study.rows, folder)

    write(study, output, draw if plots else None)


def show(study: GapStudy, output: Output) -> None:
    """Print gap.csv, everything as JSON, or a table and sentences for each reference."""
    if print_data(study, output, rows=study.rows):
        return
    references = distinct(study.rows, "reference")
    for name in references:
        title = f"{name} over each network; gap = latency / promised at {name}'s MAC rate"
        print_table(chosen(study.rows, reference=name), RATIOS, title)
    print_sections(study.sections[: 1 + len(references)])
