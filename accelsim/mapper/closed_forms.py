"""numba: cycles, traffic and buffer fill of a whole tiling, without walking its steps.

A tiling has one tile per operator (all operands), blocks of loops above it, and perhaps some loops
of one block inside all others (`wide`: extents of the tile and those loops). Cycles are a lower
bound on what the engines say (docs/model.md, "The search"); traffic is exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from accelsim.jit import njit
from accelsim.schedule.array_kernels import (
    edge_bytes,
    edge_cycles,
    sums_rest_in_buffer,
    tile_bytes,
    tile_work,
)
from accelsim.schedule.border_kernels import columns_of, rows_of
from accelsim.schedule.relevance import INPUT, OUTPUT, WEIGHT

FILTERS, CHANNELS, PIXELS = 0, 1, 2
"""Blocks of loops above the tile, as BLOCK_ORDERS numbers them."""

STAYS = (INPUT, OUTPUT, WEIGHT)
"""The operand that a block (filters, channels, pixels) does not index, so that its tile stays."""


class Trips(NamedTuple):
    """Number of tiles per block: filters K, channels C, pixels N*P*Q, and its batch part."""

    filters: int
    channels: int
    pixels: int
    images: int


class Work(NamedTuple):
    """What all steps' work adds up to: cycles without DRAM, bytes at the array's edge."""

    cycles: int
    sums_read: int
    sums_written: int
    inputs_read: int
    weights_read: int


class Payload(NamedTuple):
    """DRAM bytes of a whole operator, tiles as they are."""

    sums: int
    inputs: int
    weights: int
    written: int


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
    """Work of all steps of a tiling by int64[6] `tile`."""
    ns, gs, ks = merged(nest.N, tile[0]), merged(nest.G, tile[1]), merged(nest.K, tile[2])
    ps, qs, cs = merged(nest.P, tile[4]), merged(nest.Q, tile[5]), splits(nest.C, tile[3])
    length = np.ones(8, dtype=np.int64)
    length[6], length[7] = nest.R, nest.S
    cycles, sums, writes, inputs, weights = 0, 0, 0, 0, 0
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
                            edge = edge_bytes(nest, accesses, outputs, first, c == 2)
                            ports = edge_cycles(machine, edge[1], edge[2], edge[3])
                            cycles += count * max(timing.cycles, ports)
                            sums += count * edge[0]
                            writes += count * edge[1]
                            inputs += count * edge[2]
                            weights += count * edge[3]
    return Work(cycles, sums, writes, inputs, weights)


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
def visits_of(order, trips, stays, block):
    """How often the operand that `block` does not index is fetched over.

    stays: fetches of the operand of the middle block, some of whose loops lie inside all others; 0
    where none does.
    """
    if stays > 0 and order[1] == block:
        return stays
    relevant = (block != FILTERS, block != CHANNELS, block != PIXELS)
    return repeats(order, (trips.filters, trips.channels, trips.pixels), relevant)


@njit
def dram_payload(nest, machine, order, trips, stays, axes):
    """Payload over the whole operator under one block order; axes: cuts of the input's tiles."""
    rows, cols = axes
    positions = visits_of(order, trips, stays, FILTERS) * rows.total * cols.total
    if machine.halo_keep:
        blocks = (trips.filters, trips.channels, trips.pixels)
        positions -= kept_positions(order, blocks, rows, cols, trips.images)
    inputs = nest.N * nest.G * nest.C * positions * nest.input_tensors
    weights = nest.G * nest.K * nest.C * nest.R * nest.S * nest.has_weight
    weights *= visits_of(order, trips, stays, PIXELS)
    outputs = nest.N * nest.G * nest.K * nest.P * nest.Q
    visits = visits_of(order, trips, stays, CHANNELS)
    sums = tile_bytes(outputs * (visits - 1), nest.accumulator_bits)
    return Payload(
        sums,
        tile_bytes(inputs, nest.input_bits),
        tile_bytes(weights, nest.weight_bits),
        tile_bytes(outputs, nest.output_bits) + sums,
    )


@njit
def operand_bytes(code, nest, spec, operand, tile, spans):
    """Bytes of one operand's tile int64[6]; spans: input rows and columns of that tile."""
    if operand == INPUT:
        elements = tile[0] * tile[1] * tile[3] * spans[0] * spans[1] * nest.input_tensors
        return tile_bytes(elements, nest.input_bits)
    if operand == WEIGHT:
        elements = tile[1] * tile[2] * tile[3] * nest.R * nest.S * nest.has_weight
        return tile_bytes(elements, nest.weight_bits)
    extent = (tile[0], tile[1], tile[2], tile[3], tile[4], tile[5], nest.R, nest.S)
    bits = nest.output_bits
    if sums_rest_in_buffer(code, nest, spec, extent):
        bits = nest.accumulator_bits
    return tile_bytes(tile[0] * tile[1] * tile[2] * tile[4] * tile[5], bits)


@njit
def has_several(nest, operand, tile):
    """Whether an operand has more than this one tile."""
    pixels = tile[0] < nest.N or tile[4] < nest.P or tile[5] < nest.Q
    groups, filters, channels = tile[1] < nest.G, tile[2] < nest.K, tile[3] < nest.C
    if operand == OUTPUT:
        return pixels or groups or filters
    if operand == INPUT:
        return pixels or groups or channels
    return groups or filters or channels


@njit
def fits(pools, sizes, several):
    """Whether tiles of (output, input, weight) bytes fit all levels that hold them.

    pools: int64[levels, 5], capacity in bytes, 1 if double-buffered, 1 for each operand held.
    several: whether each operand has more tiles, of which the next then loads beside this one.
    """
    for level in range(pools.shape[0]):
        used = 0
        for operand in range(3):
            if pools[level, 2 + operand]:
                used += sizes[operand] * (1 + (pools[level, 1] and several[operand]))
        if used > pools[level, 0]:
            return False
    return True


@njit
def channel_time(payload, machine):
    """Fewest whole cycles that a payload can hold the channel, bursts not filled up."""
    whole, rest = payload // machine.bandwidth, payload % machine.bandwidth
    return whole * machine.clock + rest * machine.clock // machine.bandwidth


@njit
def steps_of(nest, tile):
    """Steps of a tiling."""
    return (
        -(-nest.N // tile[0]) * -(-nest.G // tile[1]) * -(-nest.K // tile[2])
        * -(-nest.C // tile[3]) * -(-nest.P // tile[4]) * -(-nest.Q // tile[5])
    )  # fmt: skip


@njit
def always_reads(axis):
    """Whether every window along the axis meets the map, so that no tile is all padding."""
    reach = (axis.taps - 1) * axis.dilation
    return axis.pad <= reach and (axis.outputs - 1) * axis.stride - axis.pad < axis.size


@njit
def loading_steps(nest, machine, tile):
    """Steps that certainly load something: all, unless a tile can be all padding or all kept."""
    if machine.halo_keep or not always_reads(rows_of(nest)) or not always_reads(columns_of(nest)):
        return 0
    return steps_of(nest, tile)


@njit
def first_and_last(nest, tile, first_positions):
    """Bytes that must arrive before the first step, and bytes of the last output tile."""
    first = tile_bytes(
        tile[0] * tile[1] * tile[3] * first_positions * nest.input_tensors, nest.input_bits
    ) + tile_bytes(
        tile[1] * tile[2] * tile[3] * nest.R * nest.S * nest.has_weight, nest.weight_bits
    )
    last = 1
    for bound, size in (
        (nest.N, tile[0]),
        (nest.G, tile[1]),
        (nest.K, tile[2]),
        (nest.P, tile[4]),
        (nest.Q, tile[5]),
    ):
        last *= bound - ((bound - 1) // size) * size
    return first, tile_bytes(last, nest.output_bits)


@njit
def cycles_bound(machine, work_cycles, ends, loads, read, written):
    """Fewest cycles of any schedule; the largest of three bounds, and the last store's latency.

    ends: `first_and_last`. The array: it starts after the first tiles have arrived, and the last
    tile leaves after it has ended. The channel: it carries every byte. The buffers: a tile is asked
    for when the step before the last one has left its buffer, so step i ends no earlier than step
    i - 2 plus its own load, latency and work (i - 1 where nothing is double-buffered); half of all
    is a bound on the longer of the two chains. loads: steps that certainly wait for a latency.
    """
    store = channel_time(ends[1], machine)
    array = work_cycles + channel_time(ends[0], machine) + store
    if ends[0] > 0:
        array += machine.dram_latency
    chain = channel_time(read, machine) + work_cycles + loads * machine.dram_latency
    buffers = chain // (1 + machine.double_buffered) + store
    return machine.dram_latency + max(array, channel_time(read + written, machine), buffers)
