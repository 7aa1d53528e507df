"""`accelsim study memory`: what skips, branches and concats cost in live bytes, spills and time."""

from __future__ import annotations

from collections.abc import Sequence

import click

from accelsim.cli.inputs import Mistakes, check_folder, hardware_of
from accelsim.cli.options import Output
from accelsim.cli.output import note, note_compiling, print_csv, print_json, print_table, progress
from accelsim.hardware.accelerator import Accelerator
from accelsim.resident import required_level
from accelsim.results.files import replacing
from accelsim.study.memory import ACCELERATORS, MemoryStudy, steps, study_memory

SUMMARY = (
    "accelerator", "group", "subject", "variant", "on_chip_bytes", "live_peak_bytes",
    "spilled_bytes", "live_peak_ratio", "live_mean_ratio", "dram_ratio", "cycles_ratio",
)  # fmt: skip


def run(names: Sequence[str], effort: str, output: Output) -> MemoryStudy:
    """The study; everything is checked before the first simulation."""
    mistakes, found = Mistakes(), list[Accelerator]()
    for name in names or ACCELERATORS:
        with mistakes.collected():
            accelerator = hardware_of(name, ())
            required_level(accelerator)
            found.append(accelerator)
    with mistakes.collected():
        check_folder(output.out)
    mistakes.report()
    note_compiling(output)
    with progress(steps(found), output) as advance:
        return study_memory(found, effort, advance)


def save(study: MemoryStudy, output: Output, plots: bool) -> None:
    """Write the folder, if there is to be one: table and findings, then the pictures."""
    if output.out is None:
        return
    study.save(output.out)
    if plots:
        from accelsim.report.study_memory import draw_study  # matplotlib takes half a second

        note("drawing plots", output)
        with replacing(output.out / "plots", ("*.svg", "*.png")) as fresh:
            draw_study(study, fresh)
    note(f"wrote {output.out}", output)


def show(study: MemoryStudy, output: Output) -> None:
    """Print memory.csv, everything as JSON, or a table and sentences."""
    if output.format == "csv":
        print_csv(study.rows)
    elif output.format == "json":
        findings = [section._asdict() for section in study.sections]
        print_json({"rows": study.rows, "findings": findings})
    else:
        firsts = [row for row in study.rows[::2] if row["level_times"] == 1]
        print_table(firsts, SUMMARY, "at the accelerator's own size; ratios are to the twin")
        for section in study.sections:
            click.echo("\n".join([section.title, *section.sentences, ""]))
