"""Axes -> points: pure functions on keys and values, nothing is built or simulated here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from accelsim.documents import read_value
from accelsim.errors import AccelsimError, UsageError

Axes = Mapping[str, Sequence[object]]
"""Dotted key of a hardware file -> its values."""

RANGE = re.compile(r"(\d+):(\d+):(\d+)")
"""first:last:step, the last one included."""

EXAMPLE = "as in array.rows=8,16,32 or array.rows=8:64:8 (first:last:step)"


class Point(NamedTuple):
    """One point of the space: an id that says what it is, and the changes that lead there."""

    id: str
    changes: dict[str, object]


def grid(axes: Axes, *, paired: bool = False) -> tuple[Point, ...]:
    """All points; the last axis runs fastest. `paired`: the first values together, the second...

    The id of a point depends on its changes alone, not on the other points or their order.
    Raises UsageError for an axis without values or with one twice, and for pairs of uneven length.
    """
    _check(axes, paired)
    columns = list(axes.values())
    rows: Iterable[tuple[object, ...]] = zip(*columns, strict=True) if paired else product(*columns)
    return tuple(_point(dict(zip(axes, row, strict=True))) for row in rows)


def _point(changes: dict[str, object]) -> Point:
    return Point(",".join(f"{key}={cell(changes[key])}" for key in sorted(changes)), changes)


def cell(value: object) -> str | int | float:
    """An axis value as it stands in a table: numbers stay numbers, the rest is YAML text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(str(cell(item)) for item in value)}]"
    return "null" if value is None else str(value)


def _check(axes: Axes, paired: bool) -> None:
    if not axes:
        raise UsageError(f"no axis to walk; name at least one, {EXAMPLE}")
    for key, values in axes.items():
        if isinstance(values, str):
            raise UsageError(f"axis {key}: must be a list of values, is the text '{values}'")
        if not values:
            raise UsageError(f"axis {key} has no values; give some, {EXAMPLE}")
        texts = [cell(value) for value in values]
        repeated = [text for index, text in enumerate(texts) if text in texts[:index]]
        if repeated:
            raise UsageError(f"axis {key}: the value {repeated[0]} is given twice; keep one")
    lengths = {key: len(values) for key, values in axes.items()}
    if paired and len(set(lengths.values())) > 1:
        counts = ", ".join(f"{key} has {length}" for key, length in lengths.items())
        raise UsageError(f"paired axes need equally many values; {counts}")


def parse_axis(text: str) -> tuple[str, tuple[object, ...]]:
    """Key and values of `array.rows=8,16,32`, `array.rows=8:64:8` or `array.dataflows=[ws],[os]`.

    Values are read as YAML. Raises UsageError for anything else.
    """
    key, equals, values = (part.strip() for part in text.partition("="))
    if not key or not equals or not values:
        raise UsageError(f"axis '{text}': must be KEY=VALUES, {EXAMPLE}")
    try:
        items = read_value(f"[{values}]", key)
    except AccelsimError as error:
        raise UsageError(f"axis '{text}': the values cannot be read, {EXAMPLE}") from error
    assert isinstance(items, list), "a list in brackets"
    return key, tuple(value for item in items for value in _expanded(key, item))


def _expanded(key: str, item: object) -> Sequence[object]:
    """The numbers of a range, or the value itself."""
    found = RANGE.fullmatch(item) if isinstance(item, str) else None
    if found is None:
        return (item,)
    first, last, step = map(int, found.groups())
    if step < 1 or last < first:
        raise UsageError(f"axis {key}: the range {item} holds nothing, {EXAMPLE}")
    return range(first, last + 1, step)
