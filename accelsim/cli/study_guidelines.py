"""`accelsim study guidelines`: ShuffleNet V2's G1 to G4, measured and predicted."""

from __future__ import annotations

import click

from accelsim.cli.inputs import Mistakes, check_folder, hardware_of
from accelsim.cli.options import Output
from accelsim.cli.output import note, note_compiling, print_csv, print_json, print_table, progress
from accelsim.hardware.accelerator import Accelerator
from accelsim.results.files import replacing
from accelsim.study.guideline_rows import CASES, SCALES
from accelsim.study.guidelines import PRESETS, GuidelineStudy, study_guidelines

ROWS = (
    "guideline", "device", "case", "scale", "channels", "measured_per_s", "predicted_per_s",
    "measured_relative", "predicted_relative", "error",
)  # fmt: skip


def run(gpu: str | None, arm: str | None, effort: str, output: Output) -> GuidelineStudy:
    """The study; everything is checked before the first simulation."""
    mistakes, found = Mistakes(), dict[str, Accelerator]()
    for device, name in (("gpu", gpu), ("arm", arm)):
        with mistakes.collected():
            found[device] = hardware_of(name or PRESETS[device], ())
    with mistakes.collected():
        check_folder(output.out)
    mistakes.report()
    note_compiling(output)
    with progress(len(found) * len(CASES) * len(SCALES), output) as advance:
        return study_guidelines(found, effort, advance=advance)


def save(study: GuidelineStudy, output: Output, plots: bool) -> None:
    """Write the folder, if there is to be one: tables and findings, then the picture."""
    if output.out is None:
        return
    study.save(output.out)
    if plots:
        from accelsim.report.study_guidelines import draw_guidelines  # matplotlib takes long

        note("drawing plots", output)
        with replacing(output.out / "plots", ("*.svg", "*.png")) as fresh:
            draw_guidelines(study, fresh)
    note(f"wrote {output.out}", output)


def show(study: GuidelineStudy, output: Output) -> None:
    """Print guidelines.csv, everything as JSON, or tables and sentences."""
    if output.format == "csv":
        print_csv(study.rows)
    elif output.format == "json":
        print_json(_as_data(study))
    else:
        print_table(study.rows, ROWS, "speed relative to the first case of guideline and scale")
        print_table(study.agreement, list(study.agreement[0]), "how well it is predicted")
        for section in study.sections:
            click.echo("\n".join([section.title, *section.sentences, ""]))


def _as_data(study: GuidelineStudy) -> dict[str, object]:
    return {
        "rows": study.rows,
        "agreement": study.agreement,
        "findings": [section._asdict() for section in study.sections],
    }
