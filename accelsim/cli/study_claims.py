"""`accelsim study claims`: what the field says, beside what is computed here."""

from __future__ import annotations

from collections.abc import Sequence

from accelsim.cli.inputs import Mistakes, accelerators_of
from accelsim.cli.options import Output
from accelsim.cli.output import note_compiling, print_table, progress
from accelsim.cli.study_output import print_data, print_sections, write
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
    mistakes.report(output.out)
    note_compiling(output)
    runs = Runs(accelerators, effort)
    with progress(len(claims), output) as advance:
        return study_claims(runs, claims, advance)


def save(study: ClaimStudy, output: Output) -> None:
    """Write the folder, if there is to be one."""
    write(study, output)


def show(study: ClaimStudy, output: Output) -> None:
    """Print claims.csv, everything as JSON, or a table and the page."""
    if print_data(study, output, rows=study.rows):
        return
    print_table(study.rows, SHOWN, "statements of the field; figures are in the page below")
    print_sections(study.sections)
