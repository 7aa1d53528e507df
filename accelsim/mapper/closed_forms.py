"""numba: cycles, traffic and buffer fill of a whole tiling, without walking its steps.

A tiling has one tile per operator (all operands; the whole filter, which the array may work on in
parts of R and S, the last two sizes of a tile), blocks of loops above it, and perhaps some loops
of one block inside all others (`wide`: extents of the tile and those loops). Cycles are a lower
bound on what the engines say (docs/model.md, "The search"); traffic is exact.
"""

from __future__ import annotations

from typing import NamedTuple

from accelsim.jit import inlined, njit
from accelsim.schedule.array_kernels import (
    edge_bytes,
    edge_cycles,
    split_work,
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
    """Number of tiles per dimension (P and Q: down and across the map), and of pixels N*P*Q."""

    images: int
    groups: int
    filters: int
    channels: int
    down: int
    across: int
    pixels: int


class Work(NamedTuple):
    """What all steps' work adds up to: cycles without DRAM, bytes at the array's edge."""

    cycles: int
    sums_read: int
    sums_written: int
    inputs_read: int
    weights_read: int


class Spans(NamedTuple):
    """Cycles of a tiling that do not depend on the order of its loops."""

    work: int
    """Of all steps, without DRAM."""
    array: int
    """At least from the first request to the end of the last store, its latency aside."""
    store: int
    """The last tile on the channel."""


class Payload(NamedTuple):
    """DRAM bytes of a whole operator, tiles as they are."""

    sums: int
    inputs: int
    weights: int
    written: int


@njit
def trips_of(nest, tile):
    """Trips of the loops above a tile (N, G, K, C, P, Q, R, S)."""
    images, down, across = -(-nest.N // tile[0]), -(-nest.P // tile[4]), -(-nest.Q // tile[5])
    groups, filters, channels = -(-nest.G // tile[1]), -(-nest.K // tile[2]), -(-nest.C // tile[3])
    return Trips(images, groups, filters, channels, down, across, images * down * across)


@njit
def parts(bound, tile, count):
    """(size, how many) of the full tiles of a dimension and of its last one."""
    last = bound - (count - 1) * tile
    if last == tile:
        return (tile, count), (tile, 0)
    return (tile, count - 1), (last, 1)


@njit
def work_totals(code, nest, machine, spec, tile, trips):
    """Work of all steps of a tiling."""
    ns, gs = parts(nest.N, tile[0], trips.images), parts(nest.G, tile[1], trips.groups)
    ps, qs = parts(nest.P, tile[4], trips.down), parts(nest.Q, tile[5], trips.across)
    ks = parts(nest.K, tile[2], trips.filters)
    totals = (0, 0, 0, 0, 0)
    for n, images in ns:
        for p, down in ps:
            for q, across in qs:
                pixels = images * down * across
                if pixels == 0:
                    continue
                for g, groups in gs:
                    for k, filters in ks:
                        times = pixels * groups * filters
                        if times > 0:
                            lengths = n, g, k, tile[3], p, q, tile[6], tile[7]
                            visits = trips.channels
                            one = visits_work(code, nest, machine, spec, lengths, visits)
                            totals = plus(totals, one, times)
    return Work(totals[0], totals[1], totals[2], totals[3], totals[4])


@njit
def plus(totals, more, times):
    """Five sums and `times` as much of five others."""
    return (
        totals[0] + times * more[0],
        totals[1] + times * more[1],
        totals[2] + times * more[2],
        totals[3] + times * more[3],
        totals[4] + times * more[4],
    )


@njit
def visits_work(code, nest, machine, spec, lengths, visits):
    """Work (see `Work`) of all visits to an output tile.

    lengths: of a visit of whole channels; R and S as the array works on them.
    """
    n, g, k, c, p, q, r, s = lengths
    rest = nest.C - (visits - 1) * c
    outputs = n * g * k * p * q
    last = filter_work(code, nest, machine, spec, (n, g, k, rest, p, q, r, s))
    totals = step_work(nest, machine, last, outputs, visits == 1, True)
    if visits > 1:
        whole = last
        if rest != c:
            whole = filter_work(code, nest, machine, spec, lengths)
        totals = plus(totals, step_work(nest, machine, whole, outputs, True, False), 1)
        middle = step_work(nest, machine, whole, outputs, False, False)
        totals = plus(totals, middle, visits - 2)
    return totals


@njit
def filter_work(code, nest, machine, spec, lengths):
    """`tile_work` of a tile with the whole filter, of which the array takes `lengths` at a time."""
    n, g, k, c, p, q, r, s = lengths
    if r == nest.R and s == nest.S:
        return tile_work(code, nest, machine, spec, lengths)
    return split_work(code, nest, spec, (n, g, k, c, p, q, nest.R, nest.S), lengths)


@njit
def step_work(nest, machine, work, outputs, first_visit, last_visit):
    """Work (see `Work`) of one step; work: `tile_work` of it."""
    timing, accesses = work
    edge = edge_bytes(nest, accesses, outputs, first_visit, last_visit)
    ports = edge_cycles(machine, edge[1], edge[2], edge[3])
    return max(timing.cycles, ports), edge[0], edge[1], edge[2], edge[3]


@inlined
def visits_of(order, trips, stays, block):
    """How often the operand that `block` does not index is fetched over.

    Once for every trip of the block, unless nothing else moves inside it. stays: fetches of the
    operand of the middle block, some of whose loops lie inside all others; 0 where none does.
    """
    blocks = trips.filters, trips.channels, trips.pixels
    if block == order[2]:
        return 1
    if block == order[1]:
        if stays > 0:
            return stays
        return blocks[block] if blocks[order[2]] > 1 else 1
    return blocks[block] if blocks[order[1]] > 1 or blocks[order[2]] > 1 else 1


@njit
def inside(order, block, other):
    """Whether a block lies inside another one of the three."""
    return order[2] == block or order[0] == other


@njit
def kept_positions(order, trips, rows, cols):
    """Positions per image and channel that a `keep` level holds over, summed over one group.

    Neighbouring pixel tiles share their halo while no other input dimension moves between them;
    a pass over the map that starts again on the same channels shares the wrap-around.
    """
    channels_inside = inside(order, CHANNELS, PIXELS)
    if trips.pixels == 1 or (channels_inside and trips.channels > 1):
        return 0
    passes = visits_of(order, trips, 0, FILTERS)
    within = rows.total * cols.overlaps + rows.overlaps * cols.wrap
    kept = passes * within
    if trips.images == 1 and (trips.channels == 1 or inside(order, FILTERS, CHANNELS)):
        kept += (passes - 1) * rows.wrap * cols.wrap
    return kept


@inlined
def dram_payload(nest, machine, order, trips, stays, axes):
    """Payload over the whole operator under one block order; axes: cuts of the input's tiles."""
    rows, cols = axes
    positions = visits_of(order, trips, stays, FILTERS) * rows.total * cols.total
    if machine.halo_keep:
        positions -= kept_positions(order, trips, rows, cols)
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


@inlined
def channel_time(payload, machine):
    """Fewest whole cycles that a payload can hold the channel, bursts not filled up."""
    whole = payload // machine.bandwidth
    rest = payload - whole * machine.bandwidth
    return whole * machine.clock + rest * machine.clock // machine.bandwidth


@njit
def steps_of(trips):
    """Steps of a tiling."""
    return trips.groups * trips.filters * trips.channels * trips.pixels


@njit
def always_reads(axis):
    """Whether every window along the axis meets the map, so that no tile is all padding."""
    reach = (axis.taps - 1) * axis.dilation
    return axis.pad <= reach and (axis.outputs - 1) * axis.stride - axis.pad < axis.size


@njit
def always_loads(nest, machine):
    """Whether every step certainly loads something: no tile can be all padding or all kept."""
    kept = machine.halo_keep > 0
    return not kept and always_reads(rows_of(nest)) and always_reads(columns_of(nest))


@njit
def first_and_last(nest, tile, trips, first_positions):
    """Bytes that must arrive before the first step, and bytes of the last output tile."""
    inputs = tile[0] * tile[1] * tile[3] * first_positions * nest.input_tensors
    weights = tile[1] * tile[2] * tile[3] * nest.R * nest.S * nest.has_weight
    last = nest.N - (trips.images - 1) * tile[0]
    last *= nest.G - (trips.groups - 1) * tile[1]
    last *= nest.K - (trips.filters - 1) * tile[2]
    last *= nest.P - (trips.down - 1) * tile[4]
    last *= nest.Q - (trips.across - 1) * tile[5]
    first = tile_bytes(inputs, nest.input_bits) + tile_bytes(weights, nest.weight_bits)
    return first, tile_bytes(last, nest.output_bits)


@njit
def spans_of(machine, work_cycles, ends):
    """Spans of a tiling; ends: `first_and_last`."""
    store = channel_time(ends[1], machine)
    array = work_cycles + channel_time(ends[0], machine) + store
    if ends[0] > 0:
        array += machine.dram_latency
    return Spans(work_cycles, array, store)


@inlined
def cycles_bound(machine, spans, loads, read, written):
    """Fewest cycles of any schedule; the largest of three bounds, and the last store's latency.

    The array: it starts after the first tiles have arrived, and the last tile leaves after it has
    ended. The channel: it carries every byte. The buffers: a tile is asked for when the step before
    the last one has left its buffer, so step i ends no earlier than step i - 2 plus its own load,
    latency and work (i - 1 where nothing is double-buffered); half of all is a bound on the longer
    of the two chains. loads: steps that certainly wait for a latency.
    """
    chain = channel_time(read, machine) + spans.work + loads * machine.dram_latency
    if machine.double_buffered:
        chain //= 2
    channel = channel_time(read + written, machine)
    return machine.dram_latency + max(spans.array, channel, chain + spans.store)
