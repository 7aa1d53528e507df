"""The page of `study claims`: every statement with its figures and its verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from accelsim.results.network import Row
from accelsim.study.claim_rules import (
    FIRST_COLUMNS,
    HOLDS,
    KEPT,
    LAST_COLUMNS,
    NEAR,
    PARTLY,
    ROUGH,
    VERDICTS,
)
from accelsim.study.page import Section
from accelsim.study.rows import number

TITLE = "What the field says, tested"


def sections(rows: Sequence[Row]) -> list[Section]:
    """How to read the page, then a section for every claim."""
    return [
        Section("How to read this", tuple(_setting(rows))),
        *(Section(str(row["statement"]), tuple(_told(row))) for row in rows),
    ]


def _setting(rows: Sequence[Row]) -> Iterator[str]:
    count = Counter(str(row["verdict_on_point"]) for row in rows)
    told = ", ".join(f"{count[verdict]} {verdict}" for verdict in VERDICTS if count[verdict])
    statements = "statement" if len(rows) == 1 else "statements"
    yield f"{len(rows)} {statements} tested; on the point: {told}."
    yield (
        f"On the quotation: {HOLDS} where the computed figure is within {NEAR - 1:.0%} of the "
        f"quoted one, {PARTLY} within {ROUGH - 1:.0%}."
    )
    yield (
        f"On the point: {HOLDS} where the figures of all accelerators stand on the side of the "
        f"limit that the statement needs, {PARTLY} where some do. A promise (so many times fewer "
        f"operations, so many times less time) is kept from {KEPT:.0%} of it on."
    )


def places_of(row: Row) -> list[str]:
    """Columns of accelerators and devices."""
    others = {column.name for column in (*FIRST_COLUMNS, *LAST_COLUMNS)}
    return [name for name in row if name not in others]


def _told(row: Row) -> Iterator[str]:
    yield f"**On the point: {row['verdict_on_point']}.** {figures(row)}"
    if row["quoted"]:
        computed = _shown(row["computed"])
        yield (
            f"On the quotation: {row['verdict_on_quotation']}. Quoted {row['quoted']} "
            f"({_shown(row['quoted_figure'])}), computed {computed}."
        )
    yield f"Source: {row['source']}."
    yield f"`{row['command']}`"
    if row["reason"]:
        yield f"Blank: {row['reason']}."


def figures(row: Row) -> str:
    """`latency of a over that of b: 9.58 on edge_16x16, 0.927 on tpu_v1; needs >= 38.5.`"""
    found = ", ".join(
        f"{_shown(row[place])} on {place}"
        for place in places_of(row)
        if number(row, place) is not None
    )
    return (
        f"{row['figure']}: {found or _shown(row['computed'])}; needs {row['relation']} "
        f"{_shown(row['limit'])}."
    )


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, (int, float)) else "unknown"
