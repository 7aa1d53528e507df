"""numba: what the points of a chain of tiles may grow to, and how often their tiles then come."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.jit import njit
from accelsim.mapper.chain_costs import copies_at
from accelsim.mapper.chain_tables import times_over
from accelsim.schedule.relevance import INPUT, OUTPUT, C, K, N, P, Q, R, S


class Choices(NamedTuple):
    """What the point of one operand may grow to, best staying first within each block."""

    table: NDArray[np.int64]
    """int64[n, 16]: sizes at its cut, then at the next point; -1: as it is."""
    block: int
    """Neighbours in the table with the same sizes at the cut."""
    times: NDArray[np.float64]
    """float64[points, n, 2]: how often the tile then comes, for upper and lower instances."""


@njit
def input_table(problem, own_growth):
    """Sizes int64[n, 16] that an input's point may grow to: the map or the window, then filters.

    own_growth 0: filters only, 1: the whole window or not, and whole columns, whole rows or whole
    columns of some rows of the map. -1: as it is. Largest first, as it is last.
    """
    count = problem.tables.count
    rows = count[P] + 1 if own_growth else 1
    table = np.full((count[K] * 4 * rows, 16), -1, dtype=np.int64)
    found = 0
    for window in range(1 if own_growth and count[R] * count[S] > 1 else 0, -1, -1):
        for q in range(1 if own_growth and count[Q] > 1 else 0, -1, -1):
            for row in range(rows):
                partial = own_growth and 0 < row < rows - 1
                if partial and (q == 0 and count[Q] > 1):
                    continue
                for k in range(count[K] - 1, -1, -1):
                    entry = table[found]
                    entry[8 + K] = k
                    entry[P] = count[P] - 1 - row if own_growth else -1
                    if q == 1:
                        entry[Q] = count[Q] - 1
                    if window == 1:
                        entry[S], entry[R] = count[S] - 1, count[R] - 1
                    found += 1
    return table[:found]


@njit
def other_table(problem, operand):
    """Sizes int64[n, 16] that an output's or weight's tile may stay up to, longest first."""
    count = problem.tables.count
    found = 0
    dims = (C, R, S) if operand == OUTPUT else (N, P, Q)
    total = count[dims[0]] * count[dims[1]] * count[dims[2]]
    table = np.full((total, 16), -1, dtype=np.int64)
    for a in range(count[dims[0]] - 1, -1, -1):
        for b in range(count[dims[1]] - 1, -1, -1):
            for c in range(count[dims[2]] - 1, -1, -1):
                table[found, 8 + dims[0]] = a
                table[found, 8 + dims[1]] = b
                table[found, 8 + dims[2]] = c
                found += 1
    staying = np.empty(found)
    for number in range(found):
        staying[number] = times_over(problem.tables, operand, 0, table[number, 8:])
    return table[np.argsort(staying, kind="mergesort")]


@njit
def with_times(problem, operand, table, block):
    """The choices of a table with how often tiles then come at every point."""
    times = np.empty((problem.points[operand], table.shape[0], 2))
    for point in range(problem.points[operand]):
        above, below = copies_at(problem, operand, point)
        for number in range(table.shape[0]):
            free = table[number, 8:]
            times[point, number, 0] = times_over(problem.tables, operand, above, free)
            times[point, number, 1] = times_over(problem.tables, operand, below, free)
    return Choices(table, block, times)


@njit
def choices_of(problem, operand, own_growth):
    """What points of an operand may grow to."""
    if operand == INPUT:
        filters = problem.tables.count[K]
        return with_times(problem, operand, input_table(problem, own_growth), filters)
    table = other_table(problem, operand)
    return with_times(problem, operand, table, table.shape[0])
