"""Reading tables of a study: numbers, selections, and what many rows say together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from accelsim.results.network import Row


class Spread(NamedTuple):
    """Median, lowest and highest of some figures."""

    middle: float
    low: float
    high: float


def number(row: Row, column: str) -> float | None:
    """The figure of a cell; None where it is blank."""
    value = row[column]
    return value if isinstance(value, (int, float)) else None


def chosen(rows: Iterable[Row], **cells: object) -> list[Row]:
    """Rows whose cells have these values."""
    return [row for row in rows if all(row[name] == value for name, value in cells.items())]


def distinct(rows: Iterable[Row], column: str) -> list[str]:
    """Values of a column in the order in which they first stand there."""
    return list(dict.fromkeys(str(row[column]) for row in rows))


def spread(rows: Iterable[Row], column: str) -> Spread | None:
    """Of all rows that know the figure; None where none does."""
    return spread_of([value for row in rows if (value := number(row, column)) is not None])


def spread_of(values: Sequence[float]) -> Spread | None:
    """None without values."""
    return Spread(median(values), min(values), max(values)) if values else None
