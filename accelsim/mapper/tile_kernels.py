"""numba: the search over tilings for work that folds over an array, and for the vector unit.

A candidate is one tile size per dimension of TILED_DIMS, one block order, and the trips of the
middle block's loops that lie inside all others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.fastsim.recurrence import timeline
from accelsim.jit import njit
from accelsim.mapper.closed_forms import (
    PIXELS,
    STAYS,
    cycles_bound,
    dram_payload,
)
from accelsim.mapper.objectives import objective_value, second_choice
from accelsim.schedule.kernels import bytes_on_channel, walk
from accelsim.schedule.plan import Plan
from accelsim.schedule.relevance import INPUT, OUTPUT, WEIGHT
from accelsim.traffic import accesses
from accelsim.traffic.accesses import Cut

cut_axis = njit(accesses.cut_axis)

ORDER, WIDE = 6, 7
"""Columns of a candidate int64[11]; the tile first, WIDE: K, C, P, Q with the inner loops."""

CANDIDATE = 11
ENERGY, VALUE, SECOND = 0, 1, 2
"""Columns of what is estimated of it, float64[3]: pJ but for DRAM and leakage, objective, tie."""


@njit
def canonical(order, blocks):
    """Whether this order stands for all that differ only in where blocks of one tile go."""
    for place in range(2):
        outer, inner = order[place], order[place + 1]
        if blocks[inner] == 1 and (blocks[outer] > 1 or outer > inner):
            return False
    return True


@njit
def grown(table, estimates):
    """The same rows with room for as many again."""
    rows = table.shape[0]
    larger = np.empty((2 * rows, table.shape[1]), dtype=table.dtype)
    more = np.empty((2 * rows, estimates.shape[1]), dtype=estimates.dtype)
    larger[:rows], more[:rows] = table, estimates
    return larger, more


@njit
def energy_of(prices, work, payload):
    """pJ of buffer accesses: at the array's edge, and of what DRAM loads and stores.

    prices: float64[8] per byte; sums read and written, inputs and weights read at the edge, then
    sums, inputs and weights loaded, and what is stored.
    """
    return (
        work.sums_read * prices[0]
        + work.sums_written * prices[1]
        + work.inputs_read * prices[2]
        + work.weights_read * prices[3]
        + payload.sums * prices[4]
        + payload.inputs * prices[5]
        + payload.weights * prices[6]
        + payload.written * prices[7]
    )


@njit
def rescore(code, nest, machine, spec, blank, orders, candidate):
    """(engine cycles, DRAM bytes read, DRAM bytes written) of one candidate."""
    program = walk(nest, machine, spec, plan_of(code, nest, blank, orders, candidate))
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
        code, loops[:count], above, extents, resets_of(loops[:count], above), extents[3],
        blank.layout, 0, blank.borders, blank.at, blank.free, blank.levels, blank.ports,
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


class Terms(NamedTuple):
    """What candidates are compared by."""

    objective: int
    work_pj: float
    """Of all MACs and vector operations."""
    edge_pj: NDArray[np.float64]
    """float64[8], see `energy_of`."""
    dram_read_pj: float
    dram_write_pj: float
    leakage_pj: float
    """Per byte, byte and cycle."""


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
def cut_table(axis):
    """int64[outputs + 1, 5]: how an axis is cut, for every length of tile."""
    table = np.zeros((axis.outputs + 1, 5), dtype=np.int64)
    for tile in range(1, axis.outputs + 1):
        cut = cut_axis(axis, tile)
        table[tile] = np.array([cut.total, cut.largest, cut.overlaps, cut.wrap, cut.first])
    return table


@njit
def cut_of(table, tile):
    """A row of a cut table by its names."""
    row = table[min(tile, table.shape[0] - 1)]
    return Cut(row[0], row[1], row[2], row[3], row[4])


@njit
def full_energy(terms, on_chip_pj, cycles, read, written):
    """pJ of an operator: work and accesses on chip, DRAM traffic, leakage."""
    moved = read * terms.dram_read_pj + written * terms.dram_write_pj
    return on_chip_pj + moved + cycles * terms.leakage_pj


@njit
def estimate(nest, machine, terms, order, trips, stays, axes, fixed):
    """(cycles bound, bytes read, bytes written, pJ on chip) of one candidate.

    fixed: the tiling's work, its first and last bytes, and its loading steps.
    """
    work, ends, loads = fixed
    payload = dram_payload(nest, machine, order, trips, stays, axes)
    read = payload.sums + payload.inputs + payload.weights
    cycles = cycles_bound(machine, work.cycles, ends, loads, read, payload.written)
    return cycles, read, payload.written, energy_of(terms.edge_pj, work, payload)


@njit
def engine_value(code, nest, machine, spec, blank, orders, terms, row, note):
    """(objective, tie) of a candidate in engine cycles and channel bytes."""
    cycles, read, written = rescore(code, nest, machine, spec, blank, orders, row)
    energy = full_energy(terms, note[ENERGY], cycles, read, written)
    return (
        objective_value(terms.objective, energy, cycles, read + written),
        second_choice(terms.objective, energy, cycles, read + written),
    )
