"""`study claims`: what the field says, beside what is computed here, with a verdict for each."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from accelsim.errors import check_known
from accelsim.hardware.accelerator import Accelerator
from accelsim.results.files import replacing, rows_to_csv
from accelsim.results.network import Row
from accelsim.study.claim_rules import FIRST_COLUMNS, LAST_COLUMNS, Claim, claim_row
from accelsim.study.claims_blocks import block_claims
from accelsim.study.claims_guidelines import guideline_claims
from accelsim.study.claims_networks import network_claims
from accelsim.study.claims_page import TITLE, sections
from accelsim.study.page import Section, page
from accelsim.study.runs import Runs

Progress = Callable[[int, int, str], None]
"""Called with what is done, what there is to do, and what comes next."""


@dataclass(frozen=True, kw_only=True)
class ClaimStudy:
    """Table of the study, and the page made from it."""

    rows: tuple[Row, ...]
    """claims.csv"""
    accelerators: tuple[Accelerator, ...]
    effort: str

    @property
    def sections(self) -> list[Section]:
        """Sentences computed from the table."""
        return sections(self.rows)

    def save(self, folder: str | Path) -> Path:
        """Write claims.csv, claims.md and manifest.json."""
        texts = {
            "claims.csv": rows_to_csv(self.rows),
            "claims.md": page(TITLE, self.sections),
            "manifest.json": json.dumps(self._manifest(), indent=2) + "\n",
        }
        with replacing(folder) as fresh:
            for name, text in texts.items():
                (fresh / name).write_text(text, encoding="utf-8")
        return Path(folder)

    def _manifest(self) -> dict[str, object]:
        return {
            "schema": 1,
            "study": "claims",
            "effort": self.effort,
            "accelerators": {hw.label: hw.digest for hw in self.accelerators},
            "columns": {
                column.name: [column.unit, column.meaning]
                for column in (*FIRST_COLUMNS, *LAST_COLUMNS)
            },
            "versions": {name: version(name) for name in ("accelsim", "numpy", "numba")},
        }


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
