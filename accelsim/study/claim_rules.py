"""What a claim is, the figures that test it, and the rules by which figures become verdicts.

A row has two verdicts. On the quotation: is the computed figure the quoted one? On the point: do
the figures stand on the side of the limit that the statement needs? Both follow from the row alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from accelsim.results.columns import Column
from accelsim.results.network import Row
from accelsim.study.runs import Runs

HOLDS, PARTLY, FAILS, UNKNOWN = "holds", "holds partly", "does not hold here", "not tested"
VERDICTS = (HOLDS, PARTLY, FAILS, UNKNOWN)

NEAR = 1.1
"""Computed and quoted figure are the same up to this ratio, whichever is larger."""

ROUGH = 1.5
"""Up to this ratio the quotation holds partly."""

KEPT = 0.8
"""Share of a promised ratio that must be reached for the promise to be kept."""

AT_LEAST, AT_MOST = ">=", "<="

REQUEST = "the request that this study was written for, which names no paper"
"""Source of statements that are often made and rarely sourced."""


class Quotation(NamedTuple):
    """A figure as it is quoted, the same as a number in the unit of the computed one, and where."""

    text: str
    value: float | None
    source: str


class Evidence(NamedTuple):
    """What was computed for a claim."""

    limit: float
    """On which side of it the figures must stand for the point to hold."""
    computed: float | None
    """The one figure that definitions give, or the median over accelerators."""
    figures: Mapping[str, float | None] = {}
    """Accelerator or device -> figure; none where the claim is about definitions."""
    reason: str = ""
    """Why figures are blank."""


class Claim(NamedTuple):
    """A statement of the field, and how it is tested."""

    name: str
    statement: str
    quotation: Quotation
    figure: str
    """What is computed, with its unit."""
    relation: str
    test: Callable[[Runs], Evidence]
    command: str
    """Prints the figures of the row."""


def own_command(name: str) -> str:
    """Command of a claim that no other study prints all figures of."""
    return f"accelsim study claims {name} --format csv"


FIRST_COLUMNS = (
    Column("claim", "", "name of the row"),
    Column("statement", "", "what is said"),
    Column("source", "", "who says it"),
    Column("quoted", "", "the figure as it is quoted; blank without one"),
    Column("quoted_figure", "", "the same as a number in the unit of `computed`"),
    Column(
        "computed",
        "",
        "the figure here; of several accelerators the median, on the "
        "paper's devices that of its own",
    ),
    Column("figure", "", "what `computed` and the figures of accelerators are"),
    Column("relation", "", ">= or <=: how figures must stand to the limit for the point to hold"),
    Column("limit", "", "in the unit of the figures"),
)  # fmt: skip
"""Columns of claims.csv before those of accelerators."""

LAST_COLUMNS = (
    Column("verdict_on_quotation", "", f"{HOLDS}: within {NEAR - 1:.0%}; {PARTLY}: within "
           f"{ROUGH - 1:.0%}; else {FAILS}; blank where no figure is quoted"),
    Column("verdict_on_point", "", f"{HOLDS}: all figures on the side of the limit; {PARTLY}: "
           f"some; {FAILS}: none"),
    Column("command", "", "prints the figures"),
    Column("reason", "", "why cells are blank"),
)  # fmt: skip
"""Columns of claims.csv behind those of accelerators."""


def over_accelerators(
    figures: Mapping[str, float | None], limit: float, reason: str = ""
) -> Evidence:
    """Evidence of one figure per accelerator; the median stands for all."""
    known = [figure for figure in figures.values() if figure is not None]
    return Evidence(limit, median(known) if known else None, figures, reason)


def on_quotation(quoted: float | None, computed: float | None) -> str:
    """Whether the computed figure is the quoted one."""
    if quoted is None:
        return ""
    if computed is None:
        return UNKNOWN
    if min(quoted, computed) <= 0:
        return HOLDS if quoted == computed else FAILS
    ratio = max(quoted / computed, computed / quoted)
    return HOLDS if ratio <= NEAR else PARTLY if ratio <= ROUGH else FAILS


def on_point(figures: Sequence[float | None], relation: str, limit: float) -> str:
    """Whether the figures that are known stand on the right side of the limit."""
    known = [figure for figure in figures if figure is not None]
    kept = [figure >= limit if relation == AT_LEAST else figure <= limit for figure in known]
    if not kept:
        return UNKNOWN
    return HOLDS if all(kept) else PARTLY if any(kept) else FAILS


def claim_row(claim: Claim, evidence: Evidence, places: Sequence[str]) -> Row:
    """The claim with its figures and verdicts; `places` are the accelerators and devices."""
    tested = list(evidence.figures.values()) or [evidence.computed]
    return {
        "claim": claim.name,
        "statement": claim.statement,
        "source": claim.quotation.source,
        "quoted": claim.quotation.text,
        "quoted_figure": claim.quotation.value,
        "computed": evidence.computed,
        "figure": claim.figure,
        "relation": claim.relation,
        "limit": evidence.limit,
        **{place: evidence.figures.get(place) for place in places},
        "verdict_on_quotation": on_quotation(claim.quotation.value, evidence.computed),
        "verdict_on_point": on_point(tested, claim.relation, evidence.limit),
        "command": claim.command,
        "reason": evidence.reason,
    }
