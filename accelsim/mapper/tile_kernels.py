"""numba: the search over tilings for work that folds over an array, and for the vector unit.

A candidate is one tile size per dimension of TILED_DIMS, the part of the filter (R, S) that the
array works on at a time, one block order, and the trips of the middle block's loops that lie inside
all others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from accelsim.fastsim.recurrence import timeline
from accelsim.jit import njit
from accelsim.mapper.closed_forms import PIXELS, STAYS
from accelsim.mapper.estimate_kernels import score
from accelsim.schedule.kernels import bytes_on_channel, walk
from accelsim.schedule.plan import Plan
from accelsim.schedule.relevance import INPUT, OUTPUT, WEIGHT

ORDER, WIDE = 8, 9
"""Columns of a candidate int64[13]; the tile first, WIDE: K, C, P, Q with the inner loops."""

CANDIDATE = 13
ENERGY, VALUE, SECOND = 0, 1, 2
"""Columns of what is estimated of it, float64[3]: pJ but for DRAM and leakage, objective, tie."""


@njit
def grown(table, estimates):
    """The same rows with room for as many again."""
    rows = table.shape[0]
    larger = np.empty((2 * rows, table.shape[1]), dtype=table.dtype)
    more = np.empty((2 * rows, estimates.shape[1]), dtype=estimates.dtype)
    larger[:rows], more[:rows] = table, estimates
    return larger, more


@njit
def rescore(case, blank, orders, candidate, known):
    """(engine cycles, DRAM bytes read, DRAM bytes written) of one candidate; known: see `walk`."""
    nest, machine = case.nest, case.machine
    plan = plan_of(case.code, nest, blank, orders, candidate)
    program = walk(nest, machine, case.spec, plan, known)
    moved = bytes_on_channel(program, machine.burst_bytes)
    return timeline(program, machine).cycles, moved[0] + moved[1] + moved[2], moved[3]


@njit
def add_loop(loops, count, dim, trips, stride):
    """Append a loop with several trips; the new count."""
    if trips == 1:
        return count
    loops[count, 0], loops[count, 1], loops[count, 2] = dim, trips, stride
    return count + 1


@njit
def plan_of(code, nest, blank, orders, candidate):
    """The plan of a candidate, for `walk`; blank: a plan of a machine without inner levels."""
    bounds = (nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q)
    order = orders[candidate[ORDER]]
    wide = np.empty(6, dtype=np.int64)
    for dim in range(6):
        wide[dim] = candidate[dim]
    for place, dim in enumerate((2, 3, 4, 5)):
        wide[dim] = candidate[WIDE + place]
    loops = np.empty((12, 3), dtype=np.int64)
    count = 0
    for dim in (5, 4, 2, 3):
        count = add_loop(loops, count, dim, -(-wide[dim] // candidate[dim]), candidate[dim])
    inner = count
    for place in (2, 1, 0):
        if order[place] == PIXELS:
            for dim in (5, 4, 0):
                count = add_loop(loops, count, dim, -(-bounds[dim] // wide[dim]), wide[dim])
        else:
            dim = 2 + order[place]
            count = add_loop(loops, count, dim, -(-bounds[dim] // wide[dim]), wide[dim])
    count = add_loop(loops, count, 1, -(-bounds[1] // candidate[1]), candidate[1])
    above = np.ones((count, 3), dtype=np.bool_)
    extents = np.empty((4, 8), dtype=np.int64)
    for level in range(4):
        for dim in range(6):
            extents[level, dim] = candidate[dim]
        extents[level, 6], extents[level, 7] = nest.R, nest.S
    if inner > 0:
        large = STAYS[order[2]]
        above[:inner, large] = False
        for dim in range(6):
            extents[large, dim] = min(wide[dim], bounds[dim])
    return Plan(
        code, loops[:count], above, extents, resets_of(loops[:count], above), candidate[:8],
        extents[INPUT], blank.layout, 0, blank.borders, blank.at, blank.free, blank.levels,
        blank.ports,
    )  # fmt: skip


@njit
def resets_of(loops, above):
    """int64[3]: innermost loop whose advance loads (output, input, weight) anew."""
    resets = np.full(3, loops.shape[0], dtype=np.int64)
    for position in range(loops.shape[0] - 1, -1, -1):
        dim = loops[position, 0]
        if above[position, OUTPUT] and dim not in (3, 6, 7):
            resets[OUTPUT] = position
        if above[position, INPUT] and dim != 2:
            resets[INPUT] = position
        if above[position, WEIGHT] and dim not in (0, 4, 5):
            resets[WEIGHT] = position
    return resets


class Limits(NamedTuple):
    """How far the search looks."""

    max_steps: int
    inner_sizes: int
    """Sizes of loops inside all others that are tried per block; 0: none."""
    prune: int
    """1: leave out what cannot beat the best so far."""
    most: int
    """Candidates that are costed at most."""


@njit
def engine_value(case, blank, orders, candidate, note, known):
    """(objective, tie) of a candidate in engine cycles and channel bytes."""
    cycles, read, written = rescore(case, blank, orders, candidate, known)
    return score(case.terms, note[ENERGY], cycles, read, written)
