"""`accelsim study guidelines`: ShuffleNet V2's G1 to G4, measured and predicted."""

from __future__ import annotations

from pathlib import Path

from accelsim.cli.inputs import Mistakes, accelerators_of, check_folder
from accelsim.cli.options import Output
from accelsim.cli.output import note_compiling, print_table, progress
from accelsim.cli.study_output import print_data, print_sections, write
from accelsim.hardware.accelerator import Accelerator
from accelsim.study.guideline_rows import CASES, SCALES
from accelsim.study.guidelines import PRESETS, GuidelineStudy, study_guidelines

ROWS = (
    "guideline", "accelerator", "case", "scale", "channels", "measured_per_s", "predicted_per_s",
    "measured_relative", "predicted_relative", "error", "read_off",
)  # fmt: skip


def run(
    gpu: tuple[str, ...], arm: tuple[str, ...], effort: str | None, output: Output
) -> GuidelineStudy:
    """The study; everything is checked before the first simulation."""
    mistakes, found = Mistakes(), dict[str, list[Accelerator]]()
    for device, names in (("gpu", gpu), ("arm", arm)):
        found[device] = accelerators_of(names or PRESETS[device], (), mistakes)
    with mistakes.collected():
        check_folder(output.out)
    mistakes.report()
    note_compiling(output)
    machines = sum(map(len, found.values()))
    with progress(machines * len(CASES) * len(SCALES), output) as advance:
        return study_guidelines(found, effort, advance=advance)


def save(study: GuidelineStudy, output: Output, plots: bool) -> None:
    """Write the folder, if there is to be one."""

    def draw(folder: Path) -> None:
        from accelsim.report.study_guidelines import (
            draw_guidelines,
        )  # matplotlib takes half a second

        draw_guidelines(study, folder)

    write(study, output, draw if plots else None)


def show(study: GuidelineStudy, output: Output) -> None:
    """Print guidelines.csv, everything as JSON, or tables and sentences."""
    if print_data(study, output, rows=study.rows, agreement=study.agreement):
        return
    print_table(study.rows, ROWS, "speed relative to the first case of guideline and scale")
    print_table(study.agreement, list(study.agreement[0]), "how well it is predicted")
    print_sections(study.sections)
