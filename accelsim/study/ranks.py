"""How alike two lists of figures are ordered."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import correlation


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Rank correlation, -1 to 1; equal figures share the mean of their ranks.

    None where a list has no two different figures, so that nothing is ordered.
    """
    if len(set(one)) < 2 or len(set(other)) < 2:
        return None
    return correlation(_ranks(one), _ranks(other))


def _ranks(values: Sequence[float]) -> list[float]:
    """Rank of every figure, from 1: those below it, and half of its equals."""
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
        for value in values
    ]
