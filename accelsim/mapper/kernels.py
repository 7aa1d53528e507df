"""numba: score every candidate mapping, and pop the best in engine cycles.

A candidate is one tile size per dimension of TILED_DIMS and one block order.
"""

from __future__ import annotations

import numpy as np

from accelsim.fastsim.recurrence import timeline
from accelsim.jit import njit
from accelsim.mapper.closed_forms import (
    PIXELS,
    Trips,
    cycles_bound,
    dram_payload,
    fill_bytes,
    fits,
    steps_of,
    work_totals,
)
from accelsim.schedule.kernels import bytes_on_channel, columns_of, cut_axis, rows_of, walk

BY_CYCLES, BY_ENERGY, BY_EDP, BY_DRAM_BYTES = 0, 1, 2, 3


@njit
def canonical(order, blocks):
    """Whether this order stands for all that differ only in where blocks of one tile go."""
    for place in range(2):
        outer, inner = order[place], order[place + 1]
        if blocks[inner] == 1 and (blocks[outer] > 1 or outer > inner):
            return False
    return True


@njit
def grown(table):
    """The same rows with room for as many again."""
    larger = np.empty((2 * table.shape[0], table.shape[1]), dtype=np.int64)
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            larger[row, column] = table[row, column]
    return larger


@njit
def score(code, nest, machine, spec, space, orders, max_steps):
    """Candidates int64[n, 12] that fit, and how many tilings were seen.

    Columns: the tile in TILED_DIMS, the order, then COSTS: cycles bound, DRAM bytes read and
    written, SRAM bytes read and written.
    """
    rows = [cut_axis(rows_of(nest), tile) for tile in space.P]
    cols = [cut_axis(columns_of(nest), tile) for tile in space.Q]
    found, seen = 0, 0
    chosen = np.empty((1024, 12), dtype=np.int64)
    tile = np.empty(6, dtype=np.int64)
    for n in space.N:
        for g in space.G:
            for k in space.K:
                for c in space.C:
                    tile[0], tile[1], tile[2], tile[3] = n, g, k, c
                    for i in range(space.P.size):
                        for j in range(space.Q.size):
                            tile[4], tile[5] = space.P[i], space.Q[j]
                            seen += 1
                            if steps_of(nest, tile) > max_steps:
                                break
                            spans = rows[i].largest, cols[j].largest
                            if not fits(
                                machine, fill_bytes(code, nest, machine, spec, tile, spans)
                            ):
                                continue
                            if found + orders.shape[0] > chosen.shape[0]:
                                chosen = grown(chosen)
                            work = work_totals(code, nest, machine, spec, tile)
                            found = add_orders(
                                nest, machine, orders, tile, (rows[i], cols[j]), work, chosen, found
                            )
    return chosen[:found], seen


@njit
def add_orders(nest, machine, orders, tile, axes, work, chosen, found):
    """Append one candidate per distinct block order; returns the new number of candidates."""
    rows, cols = axes
    images = -(-nest.N // tile[0])
    pixels = images * -(-nest.P // tile[4]) * -(-nest.Q // tile[5])
    trips = Trips(-(-nest.K // tile[2]), -(-nest.C // tile[3]), pixels, images)
    for number in range(orders.shape[0]):
        order = orders[number]
        if not canonical(order, (trips.filters, trips.channels, trips.pixels)):
            continue
        read, written = dram_payload(nest, machine, order, trips, rows, cols)
        row = chosen[found]
        for dim in range(6):
            row[dim] = tile[dim]
        row[6] = number
        first_positions = rows.first * cols.first
        row[7] = cycles_bound(nest, machine, tile, work[0], read, written, first_positions)
        row[8], row[9] = read, written
        row[10], row[11] = work[1] + written, work[2] + read
        found += 1
    return found


@njit
def add_loop(loops, count, dim, bounds, candidate):
    """Append the loop over the tiles of a dimension, if it has several; the new count."""
    trips = -(-bounds[dim] // candidate[dim])
    if trips == 1:
        return count
    loops[count, 0], loops[count, 1], loops[count, 2] = dim, trips, candidate[dim]
    return count + 1


@njit
def loops_of(nest, orders, candidate):
    """Loops int64[n, 3], above bool[n, 3] and extents int64[4, 8] of a candidate, for `walk`."""
    bounds = (nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q)
    loops = np.empty((6, 3), dtype=np.int64)
    above = np.empty((6, 3), dtype=np.bool_)
    above.fill(True)
    order = orders[candidate[6]]
    count = 0
    for place in (2, 1, 0):
        if order[place] == PIXELS:
            count = add_loop(loops, count, 5, bounds, candidate)
            count = add_loop(loops, count, 4, bounds, candidate)
            count = add_loop(loops, count, 0, bounds, candidate)
        else:
            count = add_loop(loops, count, 2 + order[place], bounds, candidate)
    count = add_loop(loops, count, 1, bounds, candidate)
    extents = np.empty((4, 8), dtype=np.int64)
    for level in range(4):
        for dim in range(6):
            extents[level, dim] = candidate[dim]
        extents[level, 6], extents[level, 7] = nest.R, nest.S
    return loops[:count], above[:count], extents


@njit
def rescore(code, nest, machine, spec, orders, candidate):
    """(engine cycles, DRAM bytes on the channel) of one candidate."""
    loops, above, extents = loops_of(nest, orders, candidate)
    program = walk(code, nest, machine, spec, loops, above, extents)
    loads = bytes_on_channel(program, machine.burst_bytes)
    moved = loads[0] + loads[1] + loads[2] + loads[3]
    return timeline(program, machine).cycles, moved


@njit
def objective_value(objective, prices, base_pj, cycles, moved):
    """What is to be small; prices: float64[2], pJ per DRAM byte and per cycle of leakage."""
    if objective == BY_CYCLES:
        return float(cycles)
    if objective == BY_DRAM_BYTES:
        return float(moved)
    energy_pj = base_pj + moved * prices[0] + cycles * prices[1]
    if objective == BY_ENERGY:
        return energy_pj
    return energy_pj * cycles


@njit
def second_choice(objective, cycles, moved):
    """What decides between equals: cycles where traffic is the objective, else DRAM bytes."""
    return float(cycles) if objective == BY_DRAM_BYTES else float(moved)


@njit
def bounds_of_candidates(objective, prices, base_pj, candidates):
    """float64[n]: least value of the objective for each candidate int64[n, 12]."""
    bounds = np.empty(candidates.shape[0], dtype=np.float64)
    for number in range(candidates.shape[0]):
        row = candidates[number]
        bounds[number] = objective_value(
            objective, prices, base_pj[number], row[7], row[8] + row[9]
        )
    return bounds


@njit
def pop_best(codes, nest, machine, spec, orders, candidates, base_pj, objective, prices, most):
    """Re-score candidates in order until the next bounds are no better than the best scores.

    codes: int64[n], base_pj: float64[n], candidates: int64[n, 12], all sorted by their
    bounds and, among equals, by the bound of the second choice.
    Returns (number of the best, candidates re-scored, whether the best is proved).
    """
    best, best_score, best_second = -1, np.inf, np.inf
    bounds = bounds_of_candidates(objective, prices, base_pj, candidates)
    for number in range(candidates.shape[0]):
        row = candidates[number]
        second = second_choice(objective, row[7], row[8] + row[9])
        if (bounds[number], second) >= (best_score, best_second):
            return best, number, True
        if number == most:
            return best, number, False
        cycles, moved = rescore(codes[number], nest, machine, spec, orders, candidates[number])
        score = objective_value(objective, prices, base_pj[number], cycles, moved)
        second = second_choice(objective, cycles, moved)
        if (score, second) < (best_score, best_second):
            best, best_score, best_second = number, score, second
    return best, candidates.shape[0], True
