"""Values of a workload file: sizes, pairs, paddings, names, each checked when it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator

from accelsim.errors import WorkloadError
from accelsim.workload.window import Padding, Pair, as_pair, as_sides

T = TypeVar("T")


def _checked(parse: Callable[[object], T], least: int) -> Callable[[object], T]:
    """A validator that gives pydantic the reason why a value does not parse or is too small."""

    def validator(value: object) -> T:
        try:
            parsed = parse(value)
        except WorkloadError as error:
            raise ValueError(str(error)) from None
        if isinstance(parsed, tuple) and min(parsed) < least:
            raise ValueError(f"{value}: every number must be >= {least}")
        return parsed

    return validator


def _padding(value: object) -> Padding:
    return "same" if value == "same" else as_sides(value)


def _short(sizes: Pair | Padding) -> Padding:
    """The shortest way to write a pair or four sides."""
    if not isinstance(sizes, tuple):
        return sizes
    if len(set(sizes)) == 1:
        return sizes[0]
    return (sizes[0], sizes[1]) if sizes[:2] == sizes[2:] else sizes


Whole = Annotated[int, Field(strict=True, ge=1)]
Count = Annotated[int, Field(strict=True, ge=0)]
Flag = Annotated[bool, Field(strict=True)]
Word = Annotated[str, Field(strict=True, min_length=1)]
Steps = Annotated[Pair, PlainValidator(_checked(as_pair, 1)), PlainSerializer(_short)]
Pads = Annotated[Padding, PlainValidator(_checked(_padding, 0)), PlainSerializer(_short)]
Shape3 = tuple[Whole, Whole, Whole]
Reads = Annotated[
    list[Word], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]
"""`in: conv1` or `in: [conv1, conv2]`."""
