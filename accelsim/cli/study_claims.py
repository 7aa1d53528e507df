"""`accelsim study claims`: what the field says, beside what is computed here."""

from __future__ import annotations

from collections.abc import Sequence

import click

from accelsim.cli.inputs import Mistakes, accelerators_of, check_folder
from accelsim.cli.options import Output
from accelsim.cli.output import note, note_compiling, print_csv, print_json, print_table, progress
from accelsim.study.claims import ClaimStudy, all_claims, claims_of, study_claims
from accelsim.study.gap import ACCELERATORS
from accelsim.study.runs import Runs

SHOWN = (
    "claim", "quoted", "computed", "relation", "limit", "verdict_on_quotation", "verdict_on_point",
)  # fmt: skip


def run(names: Sequence[str], hardware: Sequence[str], effort: str, output: Output) -> ClaimStudy:
    """The study; everything is checked before the first simulation."""
    mistakes, claims = Mistakes(), all_claims()
    with mistakes.collected():
        claims = claims_of(names)
    accelerators = accelerators_of(hardware or ACCELERATORS, (), mistakes)
    with mistakes.collected():
        check_folder(output.out)
    mistakes.report()
    note_compiling(output)
    runs = Runs(accelerators, effort)
    with progress(len(claims), output) as advance:
        return study_claims(runs, claims, advance)


def save(study: ClaimStudy, output: Output) -> None:
    """Write the folder, if there is to be one: table and page."""
    if output.out is not None:
        study.save(output.out)
        note(f"wrote {output.out}", output)


def show(study: ClaimStudy, output: Output) -> None:
    """Print claims.csv, everything as JSON, or a table and the page."""
    if output.format == "csv":
        print_csv(study.rows)
    elif output.format == "json":
        sections = [section._asdict() for section in study.sections]
        print_json({"rows": study.rows, "findings": sections})
    else:
        print_table(study.rows, SHOWN, "statements of the field; figures are in the page below")
        for section in study.sections:
            click.echo("\n".join([section.title, *section.sentences, ""]))
