"""`study claims`: what the field says, beside what is computed here, with a verdict for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from accelsim.errors import check_known
from accelsim.study.base import Progress, TableStudy
from accelsim.study.claim_rules import FIRST_COLUMNS, LAST_COLUMNS, Claim, claim_row
from accelsim.study.claims_blocks import block_claims
from accelsim.study.claims_guidelines import guideline_claims
from accelsim.study.claims_networks import network_claims
from accelsim.study.claims_page import TITLE, sections
from accelsim.study.page import Section
from accelsim.study.runs import Runs


@dataclass(frozen=True, kw_only=True)
class ClaimStudy(TableStudy):
    """claims.csv, and the page made from it."""

    name: ClassVar = "claims"
    title: ClassVar = TITLE
    page_file: ClassVar = "claims.md"
    columns: ClassVar = (*FIRST_COLUMNS, *LAST_COLUMNS)
    """Between these there is one for each place."""

    @property
    def sections(self) -> list[Section]:
        """Sentences computed from the table."""
        return sections(self.rows)


def all_claims() -> tuple[Claim, ...]:
    """Every statement that is tested, in the order of the table."""
    return (*network_claims(), *block_claims(), *guideline_claims())


def claims_of(names: Sequence[str]) -> tuple[Claim, ...]:
    """The claims of these names, in the order of the table; all without a name."""
    claims = all_claims()
    for name in names:
        check_known("claim", name, tuple(claim.name for claim in claims))
    return tuple(claim for claim in claims if claim.name in names or not names)


def study_claims(
    runs: Runs, claims: Sequence[Claim] | None = None, progress: Progress | None = None
) -> ClaimStudy:
    """All claims, or some, on the accelerators of the runs."""
    claims = all_claims() if claims is None else claims
    tell = progress or (lambda done, total, following: None)
    tested = []
    for done, claim in enumerate(claims):
        tell(done, len(claims), claim.name)
        tested.append(claim.test(runs))
    tell(len(claims), len(claims), "")
    places = list(dict.fromkeys(name for evidence in tested for name in evidence.figures))
    rows = (claim_row(*pair, places) for pair in zip(claims, tested, strict=True))
    return ClaimStudy(rows=tuple(rows), accelerators=runs.hardware, effort=runs.effort)
