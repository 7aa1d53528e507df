"""numba: a chain of tiles as far as it has grown, and what the rest of it costs at least."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.jit import njit
from accelsim.mapper.chain_costs import claimed_bits
from accelsim.mapper.chain_ports import accumulation_loads, port_time
from accelsim.mapper.chain_tables import times_over
from accelsim.schedule.hierarchy import PE
from accelsim.schedule.relevance import OUTPUT

MOST_POINTS = 18
ROW = 17
"""A point written down: operand, sizes at its cut, sizes at the next point."""


class Bounds(NamedTuple):
    """What the rest of a chain costs at least."""

    energy: NDArray[np.float64]
    """float64[points from outside, 8]: of those of operands in the mask, pJ"""
    dram: NDArray[np.float64]
    """the same in DRAM bits"""


class State(NamedTuple):
    """The chain so far, at every depth."""

    points: NDArray[np.int64]
    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]
    """int64[depth, 3]: next point of each operand"""
    spent: NDArray[np.float64]
    """float64[depth, 2]: pJ and DRAM bits"""
    taken: NDArray[np.int64]
    """int64[depth, levels]: bits claimed"""
    marks: NDArray[np.int64]
    """int64[depth, 5]: whether sums are revisited, an outermost tile was placed, the last point did
    not grow; the last operand and the last that grew"""
    rest: NDArray[np.float64]
    """float64[depth, 3, 2]: what remains at least after the next point of each operand"""
    loads: NDArray[np.float64]
    """float64[depth, ports]: bits of one instance"""
    busy: NDArray[np.float64]
    """float64[depth, 2]: cycles of the busiest port, cycles that the PEs wait for fills"""


REVISITED, STEPPED, TRIVIAL, LAST, GROWER = range(5)


@njit
def rest_of(bounds, starts, stops):
    """(pJ, DRAM bits) that the points not yet placed cost at least."""
    energy, dram = 0.0, 0.0
    deepest = 0
    for operand in range(3):
        deepest = max(deepest, stops[operand] - starts[operand])
    for outside in range(deepest):
        mask = 0
        for operand in range(3):
            if stops[operand] - starts[operand] > outside:
                mask |= 1 << operand
        energy += bounds.energy[outside, mask]
        dram += bounds.dram[outside, mask]
    return energy, dram


@njit
def rest_table(bounds, todo):
    """float64[n, n, n, 2]: least (pJ, DRAM bits) of the rest, by points left of each operand."""
    left = todo[1] - todo[0]
    table = np.zeros((left[0] + 1, left[1] + 1, left[2] + 1, 2))
    nothing, points = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    for a in range(left[0] + 1):
        for b in range(left[1] + 1):
            for c in range(left[2] + 1):
                points[0], points[1], points[2] = a, b, c
                energy, dram = rest_of(bounds, nothing, points)
                table[a, b, c, 0], table[a, b, c, 1] = energy, dram
    return table


@njit
def prepare(table, starts, stops, rest):
    """Fill float64[3, 2]: what remains at least after the next point of each operand."""
    a, b, c = stops[0] - starts[0], stops[1] - starts[1], stops[2] - starts[2]
    if a > 0:
        rest[0, 0], rest[0, 1] = table[a - 1, b, c, 0], table[a - 1, b, c, 1]
    if b > 0:
        rest[1, 0], rest[1, 1] = table[a, b - 1, c, 0], table[a, b - 1, c, 1]
    if c > 0:
        rest[2, 0], rest[2, 1] = table[a, b, c - 1, 0], table[a, b, c - 1, 1]


@njit
def reduces(problem):
    """Whether sums take more than one pass of the PEs."""
    return times_over(problem.tables, OUTPUT, 0, np.zeros(8, dtype=np.int64)) > 1


@njit
def new_state(problem, table, todo):
    """The empty chain of the points `todo`."""
    depth = MOST_POINTS + 1
    state = State(
        np.zeros((MOST_POINTS, ROW), dtype=np.int64),
        np.zeros((depth, 8), dtype=np.int64),
        np.zeros((depth, 3), dtype=np.int64),
        np.zeros((depth, 2)),
        np.zeros((depth, problem.levels.shape[0]), dtype=np.int64),
        np.zeros((depth, 5), dtype=np.int64),
        np.zeros((depth, 3, 2)),
        np.zeros((depth, problem.ports.size)),
        np.zeros((depth, 2)),
    )
    if todo[0][OUTPUT] == 0 and todo[1][OUTPUT] > 0:
        accumulation_loads(problem, state.loads[0])
        for port in range(problem.ports.size):
            busy = port_time(problem, port, state.loads[0, port])
            state.busy[0, 0] = max(state.busy[0, 0], busy)
    state.starts[0] = todo[0]
    first = todo[0][OUTPUT] == 0 and reduces(problem)
    state.marks[0, REVISITED], state.marks[0, TRIVIAL] = first, 1
    state.marks[0, LAST], state.marks[0, GROWER] = -1, -1
    prepare(table, state.starts[0], todo[1], state.rest[0])
    return state


@njit
def descend(problem, table, todo, state, depth, operand, free, same, claim, spent):
    """Put the next depth behind a point; claim: (level, bits), spent: (pJ, DRAM bits)."""
    state.sizes[depth + 1] = free
    state.starts[depth + 1] = state.starts[depth]
    state.starts[depth + 1, operand] += 1
    state.spent[depth + 1, 0], state.spent[depth + 1, 1] = spent
    state.taken[depth + 1] = state.taken[depth]
    if claim[0] != PE:
        state.taken[depth + 1, claim[0]] += claim[1]
    marks, after = state.marks[depth], state.marks[depth + 1]
    after[:] = marks
    if operand == OUTPUT:
        after[REVISITED] = times_over(problem.tables, OUTPUT, 0, free) > 1
    if state.starts[depth, operand] == problem.points[operand] - 1:
        after[STEPPED] = 1
    after[TRIVIAL], after[LAST] = same, operand
    if not same:
        after[GROWER] = operand
    prepare(table, state.starts[depth + 1], todo[1], state.rest[depth + 1])


@njit
def has_room(problem, todo, state, depth):
    """Whether the next point of every operand still fits, since tiles only grow."""
    for operand in range(3):
        point = state.starts[depth, operand]
        if point < todo[1][operand]:
            level, bits = claimed_bits(
                problem, operand, point, state.sizes[depth], state.marks[depth, REVISITED]
            )
            room = 0 if level == PE else problem.levels[level, 0] - state.taken[depth, level]
            if bits > room:
                return False
    return True


@njit
def same_sizes(a, b):
    """Whether two int64[8] are equal."""
    equal = True
    for dim in range(8):
        equal &= a[dim] == b[dim]
    return equal


@njit
def remember(rows, values, found, points, depth, value):
    """Write a chain down; keep the better half when the table is full. The new number."""
    if found == rows.shape[0]:
        order = np.argsort(values[:found, 0], kind="mergesort")
        half = found // 2
        kept, worth = rows[order[:half]].copy(), values[order[:half]].copy()
        rows[:half], values[:half] = kept, worth
        found = half
    rows[found, :depth] = points[:depth]
    values[found, 0], values[found, 1], values[found, 2] = value[0], value[1], depth
    return found + 1
