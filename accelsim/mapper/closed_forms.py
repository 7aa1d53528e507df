"""numba: cycles, traffic and buffer fill of a whole tiling, without walking its steps.

Cycles are a lower bound on what the engines say (docs/model.md, "The search"); DRAM payload and
buffer traffic are exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from accelsim.jit import njit
from accelsim.schedule.kernels import (
    columns_of,
    rows_of,
    sums_rest_in_buffer,
    tile_bytes,
    tile_work,
    traffic_of_work,
)

FILTERS, CHANNELS, PIXELS = 0, 1, 2
"""Blocks of loops above the tile, as BLOCK_ORDERS numbers them."""


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
def loading_steps(nest, machine, steps):
    """Steps that certainly load something: all, unless a tile can be all padding or all kept."""
    if machine.halo_keep or not always_reads(rows_of(nest)) or not always_reads(columns_of(nest)):
        return 0
    return steps


@njit
def cycles_bound(nest, machine, tile, work_cycles, read, written, first_positions):
    """Fewest cycles of any schedule; the largest of three bounds, and the last store's latency.

    The array: it starts after the first tiles have arrived, and the last tile leaves after it has
    ended. The channel: it carries every byte. The buffers: a tile is asked for when the step before
    the last one has left its buffer, so step i ends no earlier than step i - 2 plus its own load,
    latency and work (i - 1 where nothing is double-buffered); half of all is a bound on the longer
    of the two chains.
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
    store = channel_time(last, machine)
    array = work_cycles + channel_time(first, machine) + store
    if first > 0:
        array += machine.dram_latency
    chain = channel_time(read, machine) + work_cycles
    chain += loading_steps(nest, machine, steps_of(nest, tile)) * machine.dram_latency
    buffers = chain // (1 + machine.double_buffered) + store
    return machine.dram_latency + max(array, channel_time(read + written, machine), buffers)
