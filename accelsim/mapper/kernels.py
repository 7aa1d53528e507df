"""numba: what every candidate mapping costs, in closed form.

A candidate is one tile size per dimension of TILED_DIMS and one block order. Cycles are a lower
bound on what the engines say of it (docs/model.md, "Search"); DRAM payload and buffer traffic are
exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from accelsim.fastsim.recurrence import timeline
from accelsim.jit import njit
from accelsim.schedule.kernels import (
    bytes_on_channel,
    columns_of,
    cut_axis,
    rows_of,
    sums_rest_in_buffer,
    tile_bytes,
    tile_work,
    traffic_of_work,
    walk,
)

FILTERS, CHANNELS, PIXELS = 0, 1, 2
BY_CYCLES, BY_ENERGY, BY_EDP, BY_DRAM_BYTES = 0, 1, 2, 3


class Trips(NamedTuple):
    """Number of tiles per block: filters K, channels C, pixels N*P*Q, and its batch part."""

    filters: int
    channels: int
    pixels: int
    images: int


@njit
def splits(bound, tile):
    """int64[3, 2]: sizes and counts of the first, the middle and the last tiles of a dimension."""
    count = -(-bound // tile)
    table = np.zeros((3, 2), dtype=np.int64)
    table[2, 0], table[2, 1] = bound - (count - 1) * tile, 1
    if count > 1:
        table[0, 0], table[0, 1] = tile, 1
        table[1, 0], table[1, 1] = tile, count - 2
    return table


@njit
def merged(bound, tile):
    """int64[2, 2]: sizes and counts of the full tiles and of the last one."""
    count = -(-bound // tile)
    last = bound - (count - 1) * tile
    table = np.zeros((2, 2), dtype=np.int64)
    if last == tile:
        table[0, 0], table[0, 1] = tile, count
    else:
        table[0, 0], table[0, 1] = tile, count - 1
        table[1, 0], table[1, 1] = last, 1
    return table


@njit
def work_totals(code, nest, machine, spec, tile):
    """(cycles without DRAM, SRAM bytes read, SRAM bytes written) by all steps' work."""
    ns, gs, ks = merged(nest.N, tile[0]), merged(nest.G, tile[1]), merged(nest.K, tile[2])
    ps, qs, cs = merged(nest.P, tile[4]), merged(nest.Q, tile[5]), splits(nest.C, tile[3])
    length = np.ones(8, dtype=np.int64)
    length[6], length[7] = nest.R, nest.S
    cycles, reads, writes = 0, 0, 0
    for n in range(2):
        for p in range(2):
            for q in range(2):
                for g in range(2):
                    for k in range(2):
                        outer = ns[n, 1] * ps[p, 1] * qs[q, 1] * gs[g, 1] * ks[k, 1]
                        if outer == 0:
                            continue
                        length[0], length[1], length[2] = ns[n, 0], gs[g, 0], ks[k, 0]
                        length[4], length[5] = ps[p, 0], qs[q, 0]
                        outputs = length[0] * length[1] * length[2] * length[4] * length[5]
                        for c in range(3):
                            count = outer * cs[c, 1]
                            if count == 0:
                                continue
                            length[3] = cs[c, 0]
                            timing, accesses = tile_work(code, nest, machine, spec, length)
                            first = c == 0 or cs[0, 1] == 0
                            operands, sums, written = traffic_of_work(
                                nest, accesses, outputs, first, c == 2
                            )
                            ports = max(
                                -(-operands // machine.sram_read_bytes_per_cycle),
                                -(-written // machine.sram_write_bytes_per_cycle),
                            )
                            cycles += count * max(timing.cycles, ports)
                            reads += count * (operands + sums)
                            writes += count * written
    return cycles, reads, writes


@njit
def repeats(order, trips, relevant):
    """How often an operand is fetched over: irrelevant blocks outside a relevant one."""
    factor, inner_relevant = 1, False
    for place in (2, 1, 0):
        block = order[place]
        if trips[block] == 1:
            continue
        if relevant[block]:
            inner_relevant = True
        elif inner_relevant:
            factor *= trips[block]
    return factor


@njit
def kept_positions(order, trips, rows, cols, images):
    """Positions per image and channel that a `keep` level holds over, summed over one group.

    Neighbouring pixel tiles share their halo while no other input dimension moves between them;
    a pass over the map that starts again on the same channels shares the wrap-around.
    """
    outer_to_inner = np.empty(3, dtype=np.int64)
    for place in range(3):
        outer_to_inner[order[place]] = place
    channels_inside = outer_to_inner[CHANNELS] > outer_to_inner[PIXELS]
    if trips[PIXELS] == 1 or (channels_inside and trips[CHANNELS] > 1):
        return 0
    passes = repeats(order, trips, (False, True, True))
    within = rows.total * cols.overlaps + rows.overlaps * cols.wrap
    kept = passes * within
    same_channels = trips[CHANNELS] == 1 or outer_to_inner[FILTERS] > outer_to_inner[CHANNELS]
    if images == 1 and same_channels:
        kept += (passes - 1) * rows.wrap * cols.wrap
    return kept


@njit
def dram_payload(nest, machine, order, trips, rows, cols):
    """(bytes read, bytes written) over the whole operator under one block order."""
    blocks = (trips.filters, trips.channels, trips.pixels)
    positions = repeats(order, blocks, (False, True, True)) * rows.total * cols.total
    if machine.halo_keep:
        positions -= kept_positions(order, blocks, rows, cols, trips.images)
    inputs = nest.N * nest.G * nest.C * positions * nest.input_tensors
    weights = nest.G * nest.K * nest.C * nest.R * nest.S * nest.has_weight
    weights *= repeats(order, blocks, (True, True, False))
    outputs = nest.N * nest.G * nest.K * nest.P * nest.Q
    visits = repeats(order, blocks, (True, False, True))
    sums = tile_bytes(outputs * (visits - 1), nest.accumulator_bits)
    read = tile_bytes(inputs, nest.input_bits) + tile_bytes(weights, nest.weight_bits) + sums
    return read, tile_bytes(outputs, nest.output_bits) + sums


@njit
def fill_bytes(code, nest, machine, spec, tile, spans):
    """(output, input, weight) bytes claimed of the buffer, doubled for operands with more tiles."""
    extent = (tile[0], tile[1], tile[2], tile[3], tile[4], tile[5], nest.R, nest.S)
    many_pixels = tile[0] < nest.N or tile[4] < nest.P or tile[5] < nest.Q
    many_groups, many_filters = tile[1] < nest.G, tile[2] < nest.K
    many_channels = tile[3] < nest.C
    bits = nest.output_bits
    if sums_rest_in_buffer(code, nest, spec, extent):
        bits = nest.accumulator_bits
    twice = machine.double_buffered
    outputs = tile_bytes(tile[0] * tile[1] * tile[2] * tile[4] * tile[5], bits)
    outputs *= 1 + twice * (many_pixels or many_groups or many_filters)
    elements = tile[0] * tile[1] * tile[3] * spans[0] * spans[1] * nest.input_tensors
    inputs = tile_bytes(elements, nest.input_bits)
    inputs *= 1 + twice * (many_pixels or many_groups or many_channels)
    elements = tile[1] * tile[2] * tile[3] * nest.R * nest.S * nest.has_weight
    weights = tile_bytes(elements, nest.weight_bits)
    weights *= 1 + twice * (many_groups or many_filters or many_channels)
    return outputs, inputs, weights


@njit
def fits(machine, fill):
    """Whether (output, input, weight) bytes fit the buffer or its parts."""
    if machine.unified:
        return fill[0] + fill[1] + fill[2] <= machine.capacity
    return (
        fill[0] <= machine.output_capacity
        and fill[1] <= machine.input_capacity
        and fill[2] <= machine.weight_capacity
    )


@njit
def channel_time(payload, machine):
    """Fewest whole cycles that a payload can hold the channel, bursts not filled up."""
    return payload * machine.clock // machine.bandwidth


@njit
def cycles_bound(nest, machine, tile, work_cycles, payload, first_positions):
    """Fewest cycles of any schedule: the array behind its first load, or the channel.

    The array starts after the first tiles have arrived and the last tile leaves after it has
    ended; the channel carries every byte, and the last store arrives `latency` after its slot.
    """
    first = tile_bytes(
        tile[0] * tile[1] * tile[3] * first_positions * nest.input_tensors, nest.input_bits
    ) + tile_bytes(
        tile[1] * tile[2] * tile[3] * nest.R * nest.S * nest.has_weight, nest.weight_bits
    )
    last_outputs = 1
    for bound, size in (
        (nest.N, tile[0]),
        (nest.G, tile[1]),
        (nest.K, tile[2]),
        (nest.P, tile[4]),
        (nest.Q, tile[5]),
    ):
        last_outputs *= bound - ((bound - 1) // size) * size
    last = tile_bytes(last_outputs, nest.output_bits)
    arrays = work_cycles + channel_time(first, machine) + channel_time(last, machine)
    if first > 0:
        arrays += machine.dram_latency
    return machine.dram_latency + max(arrays, channel_time(payload, machine))


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
def steps_of(nest, tile):
    """Steps of a tiling."""
    return (
        -(-nest.N // tile[0]) * -(-nest.G // tile[1]) * -(-nest.K // tile[2])
        * -(-nest.C // tile[3]) * -(-nest.P // tile[4]) * -(-nest.Q // tile[5])
    )  # fmt: skip


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
        row[7] = cycles_bound(nest, machine, tile, work[0], read + written, first_positions)
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
    """Re-score candidates in order until the next bound is no better than the best score.

    codes: int64[n], base_pj: float64[n], candidates: int64[n, 12], all sorted by their bounds.
    Returns (number of the best, candidates re-scored, whether the best is proved).
    """
    best, best_score, best_moved = -1, np.inf, 0
    bounds = bounds_of_candidates(objective, prices, base_pj, candidates)
    for number in range(candidates.shape[0]):
        if bounds[number] >= best_score:
            return best, number, True
        if number == most:
            return best, number, False
        cycles, moved = rescore(codes[number], nest, machine, spec, orders, candidates[number])
        score = objective_value(objective, prices, base_pj[number], cycles, moved)
        if score < best_score or (score == best_score and moved < best_moved):
            best, best_score, best_moved = number, score, moved
    return best, candidates.shape[0], True
