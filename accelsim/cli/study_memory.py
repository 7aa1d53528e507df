"""`accelsim study memory`: what skips, branches and concats cost in live bytes, spills and time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from accelsim.cli.inputs import Mistakes, hardware_of
from accelsim.cli.options import Output
from accelsim.cli.output import note_compiling, print_table, progress
from accelsim.cli.study_output import print_data, print_sections, write
from accelsim.hardware.accelerator import Accelerator
from accelsim.resident import required_level
from accelsim.study.memory import ACCELERATORS, MemoryStudy, steps, study_memory
from accelsim.study.rows import chosen, distinct, number
from accelsim.units import format_bytes

SUMMARY = (
    "group", "subject", "variant", "live_peak_bytes", "spilled_bytes", "live_peak_ratio",
    "live_mean_ratio", "dram_ratio", "cycles_ratio",
)  # fmt: skip


def run(names: Sequence[str], effort: str, output: Output) -> MemoryStudy:
    """The study; everything is checked before the first simulation."""
    mistakes, found = Mistakes(), list[Accelerator]()
    for name in names or ACCELERATORS:
        with mistakes.collected():
            accelerator = hardware_of(name, ())
            required_level(accelerator)
            found.append(accelerator)
    mistakes.report(output.out)
    note_compiling(output)
    with progress(steps(found), output) as advance:
        return study_memory(found, effort, advance)


def save(study: MemoryStudy, output: Output, plots: bool) -> None:
    """Write the folder, if there is to be one."""

    def draw(folder: Path) -> None:
        from accelsim.report.study_memory import draw_study  # matplotlib takes half a second

        draw_study(study, folder)

    write(study, output, draw if plots else None)


def show(study: MemoryStudy, output: Output) -> None:
    """Print memory.csv, everything as JSON, or a table and sentences."""
    if print_data(study, output, rows=study.rows):
        return
    for name in distinct(study.rows, "accelerator"):
        rows = chosen(study.rows[::2], accelerator=name, level_times=1.0)
        size = format_bytes(int(number(rows[0], "on_chip_bytes") or 0))
        print_table(rows, SUMMARY, f"{name}, {size} where tensors may stay; ratios are to the twin")
    print_sections(study.sections)
