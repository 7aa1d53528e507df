"""numba: how long the ports of the inner levels need for one step, in closed form.

Transfers between on-chip levels run beside the work of the PEs where the level that is filled
hides them (double-buffered, or a register file that is written word by word); otherwise the PEs
wait for each. The busiest port of a step decides. Levels with copies carry what one copy gets.
"""

from __future__ import annotations

import numpy as np

from accelsim.jit import njit
from accelsim.schedule.border_kernels import (
    LOWER,
    OPERAND,
    RESET,
    UPPER,
    bounds_of,
    first_repeats,
    last_repeats,
    repeats_over,
    tile_elements,
    used_instances,
)
from accelsim.schedule.hierarchy import EVERY_PE, PE
from accelsim.schedule.relevance import INPUT, OUTPUT, C, G, K, N, P, Q, R, S

COPIES, HIDES_FILLS, READ_PORT, WRITE_PORT, LATENCY = 1, 4, 5, 6, 7
"""Columns of a level table (`hierarchy.Level`)."""


@njit
def share(bits, plan, level, number, length):
    """Bits that one instance of a level carries of a border's."""
    instances = used_instances(plan.at[number], plan.layout, plan.levels[level, COPIES], length)
    return -(-bits // instances)


@njit
def reach_of(nest, plan, number, start, length):
    """Lengths int64[8] that what crosses a border in a step is for.

    Those of the step, or more where a tile that comes in it outlasts it.
    """
    if plan.borders[number, OPERAND] == OUTPUT and plan.borders[number, LOWER] == PE:
        return length
    bounds, reach = bounds_of(nest), length.copy()
    for dim in range(8):
        reach[dim] = max(length[dim], min(plan.free[number, dim], bounds[dim] - start[dim]))
    return reach


@njit
def operand_bits(nest, plan, number, start, reach):
    """(bits out of the upper, into the lower level) of inputs or weights that come in a step."""
    operand, lower, upper = plan.borders[number, :RESET]
    at, free, layout = plan.at[number], plan.free[number], plan.layout
    above = plan.levels[upper, COPIES]
    below = EVERY_PE if lower == PE else plan.levels[lower, COPIES]
    bits = nest.input_bits if operand == INPUT else nest.weight_bits
    wide = tile_elements(nest, operand, at, layout, above, start, reach)
    near = tile_elements(nest, operand, at, layout, below, start, reach)
    wide *= repeats_over(operand, at, free, layout, above, reach)
    near *= repeats_over(operand, at, free, layout, below, reach)
    return wide * bits, near * bits


@njit
def sums_bits(nest, plan, number, start, reach):
    """(bits out of and into the upper, into and out of the lower level) of sums on their visits.

    What leaves with a tile counts where the tile comes. A sum is finished, at output precision,
    where a single instance has all of it at the last visit.
    """
    lower, upper = plan.borders[number, LOWER], plan.borders[number, UPPER]
    at, free, layout = plan.at[number], plan.free[number], plan.layout
    above, below = plan.levels[upper, COPIES], plan.levels[lower, COPIES]
    bounds, less = bounds_of(nest), nest.accumulator_bits - nest.output_bits
    begins, ends = True, True
    for dim in (C, R, S):
        begins &= start[dim] == 0
        ends &= start[dim] + reach[dim] == bounds[dim]
    ends &= first_repeats(OUTPUT, at, layout, above, bounds) == 1
    near_ends = ends and last_repeats(OUTPUT, at, free, layout, below, reach) == 1
    visits = repeats_over(OUTPUT, at, free, layout, above, reach)
    drains = repeats_over(OUTPUT, at, free, layout, below, reach)
    back = visits - begins * first_repeats(OUTPUT, at, layout, above, reach)
    sums = reach[N] * reach[G] * reach[K] * reach[P] * reach[Q]
    back *= sums * nest.accumulator_bits
    up = sums * (visits * nest.accumulator_bits - ends * less)
    drained = sums * (drains * nest.accumulator_bits - near_ends * less)
    return back, up, back, drained


@njit
def crossing_bits(nest, plan, number, start, reach):
    """(bits out of and into the upper level, into and out of the lower) of one border in a step.

    Of sums, the PEs read and write one in every pass.
    """
    operand, lower, upper = plan.borders[number, :RESET]
    at, layout, above = plan.at[number], plan.layout, plan.levels[upper, COPIES]
    if operand == OUTPUT and lower == PE:
        passes = repeats_over(OUTPUT, at, at, layout, above, reach)
        sums = reach[N] * reach[G] * reach[K] * reach[P] * reach[Q]
        bits = passes * sums * nest.accumulator_bits
        return bits, bits, 0, 0
    if operand == OUTPUT:
        return sums_bits(nest, plan, number, start, reach)
    wide, near = operand_bits(nest, plan, number, start, reach)
    return wide, 0, near, 0


@njit
def port_cycles(bits, rate):
    """Whole cycles that bits hold a port of `rate` bytes per cycle; none for a port of 0."""
    return -(-bits // (8 * rate)) if rate > 0 else 0


@njit
def add_loads(nest, plan, start, length, advanced, loads):
    """Add the bits of a step to `loads` int64[ports]; (cycles that PEs wait for fills, latency)."""
    waits, latency = 0, 0
    for number in range(plan.borders.shape[0]):
        lower, upper = plan.borders[number, LOWER], plan.borders[number, UPPER]
        sums_of_passes = lower == PE and plan.borders[number, OPERAND] == OUTPUT
        if plan.borders[number, RESET] > advanced and not sums_of_passes:
            continue
        reach = reach_of(nest, plan, number, start, length)
        moved = crossing_bits(nest, plan, number, start, reach)
        high = plan.levels[upper]
        out = share(moved[0], plan, upper, number, reach)
        into = share(moved[1], plan, upper, number, reach)
        loads[high[READ_PORT]] += out
        loads[high[WRITE_PORT]] += into
        longest = max(
            port_cycles(out, plan.ports[high[READ_PORT]]),
            port_cycles(into, plan.ports[high[WRITE_PORT]]),
        )
        if lower != PE:
            low = plan.levels[lower]
            filled = share(moved[2], plan, lower, number, reach)
            drained = share(moved[3], plan, lower, number, reach)
            loads[low[WRITE_PORT]] += filled
            loads[low[READ_PORT]] += drained
            longest = max(
                longest,
                port_cycles(filled, plan.ports[low[WRITE_PORT]]),
                port_cycles(drained, plan.ports[low[READ_PORT]]),
            )
            if low[HIDES_FILLS] == 0:
                waits += longest
        latency += high[LATENCY] * (plan.borders[number, OPERAND] != OUTPUT)
    return waits, latency


@njit
def inner_cycles(nest, plan, start, length, advanced):
    """(cycles of the busiest inner port, cycles that the PEs wait for fills, latency of fills)."""
    loads = np.zeros(plan.ports.size, dtype=np.int64)
    waits, latency = add_loads(nest, plan, start, length, advanced, loads)
    busy = 0
    for port in range(plan.ports.size):
        busy = max(busy, port_cycles(loads[port], plan.ports[port]))
    return busy, waits, latency
