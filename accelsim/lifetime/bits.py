"""Small sets of numbers as the bits of one int: quick to join, to compare and to look up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def as_bits(numbers: Iterable[int]) -> int:
    """The set of these numbers."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def members(bits: int) -> Iterator[int]:
    """The numbers of a set, smallest first."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1
