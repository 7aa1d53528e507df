"""numba: accesses of a whole operator at the borders between levels, in closed form and exact."""

from __future__ import annotations

import numpy as np

from accelsim.jit import njit
from accelsim.schedule.border_kernels import (
    bounds_of,
    first_repeats,
    last_repeats,
    repeats_over,
    tile_elements,
    tile_units,
)
from accelsim.schedule.hierarchy import PE
from accelsim.schedule.relevance import INPUT, OUTPUT

COPIES, ACCESS_BITS = 1, 2
"""Columns of a level table (`hierarchy.Level`)."""

VISITS, ELEMENTS, BITS, UNITS = 0, 1, 5, 9
"""Where a row int64[13] says how often tiles move, and, each for the four ways, how much."""

DOWN_UPPER, DOWN_LOWER, UP_LOWER, UP_UPPER = range(4)
"""Read at the upper and written at the lower level; read at the lower, written at the upper."""


@njit
def add_way(row, way, elements, bits, units):
    """Count elements of `bits` each, in `units` accesses, in one direction."""
    row[ELEMENTS + way] += elements
    row[BITS + way] += elements * bits
    row[UNITS + way] += units


@njit
def operand_crossing(nest, border, at, free, layout, levels, row):
    """Inputs or weights: read once for all instances below, written into each."""
    operand, lower, upper = border
    start, length = np.zeros(8, dtype=np.int64), bounds_of(nest)
    bits = nest.input_bits if operand == INPUT else nest.weight_bits
    copies = levels[upper, COPIES]
    times = repeats_over(operand, at, free, layout, copies, length)
    elements = tile_elements(nest, operand, at, layout, copies, start, length)
    units = tile_units(nest, operand, at, layout, copies, bits, levels[upper, ACCESS_BITS])
    add_way(row, DOWN_UPPER, times * elements, bits, times * units)
    row[VISITS] = repeats_over(operand, at, free, layout, 0, length)
    if lower != PE:
        copies = levels[lower, COPIES]
        times = repeats_over(operand, at, free, layout, copies, length)
        elements = tile_elements(nest, operand, at, layout, copies, start, length)
        units = tile_units(nest, operand, at, layout, copies, bits, levels[lower, ACCESS_BITS])
        add_way(row, DOWN_LOWER, times * elements, bits, times * units)


@njit
def accumulation(nest, border, at, free, layout, levels, row):
    """Sums at the PEs: every pass reads and writes one per output and instance."""
    upper = border[2]
    length = bounds_of(nest)
    copies, access = levels[upper, COPIES], levels[upper, ACCESS_BITS]
    outputs = length[0] * length[1] * length[2] * length[4] * length[5]
    times = repeats_over(OUTPUT, at, at, layout, copies, length)
    units = times * tile_units(nest, OUTPUT, at, layout, copies, nest.accumulator_bits, access)
    add_way(row, DOWN_UPPER, times * outputs, nest.accumulator_bits, units)
    add_way(row, UP_UPPER, times * outputs, nest.accumulator_bits, units)
    row[VISITS] = repeats_over(OUTPUT, at, at, layout, 0, length)


@njit
def sums_crossing(nest, border, at, free, layout, levels, row):
    """Outputs: every visit leaves its sums above, every visit but the first brings them back.

    Instances that reduce on the way each give their own sum up; one of them takes it back. A sum is
    finished, at output precision, where a single instance has all of it at the last visit.
    """
    lower, upper = border[1], border[2]
    length = bounds_of(nest)
    outputs = length[0] * length[1] * length[2] * length[4] * length[5]
    wide, near = levels[upper, COPIES], levels[lower, COPIES]
    sums, finished = nest.accumulator_bits, nest.output_bits
    visits, drains = (
        repeats_over(OUTPUT, at, free, layout, wide, length),
        repeats_over(OUTPUT, at, free, layout, near, length),
    )
    first = first_repeats(OUTPUT, at, layout, wide, length)
    last, last_near = (
        last_repeats(OUTPUT, at, free, layout, wide, length),
        last_repeats(OUTPUT, at, free, layout, near, length),
    )
    for level, copies, way, times, bits in (
        (upper, wide, UP_UPPER, visits - last, sums),
        (upper, wide, UP_UPPER, last, finished if first == 1 else sums),
        (lower, near, UP_LOWER, drains - last_near, sums),
        (lower, near, UP_LOWER, last_near, finished if first * last_near == 1 else sums),
        (upper, wide, DOWN_UPPER, visits - first, sums),
        (lower, near, DOWN_LOWER, visits - first, sums),
    ):
        units = 0
        if times > 0:
            access = levels[level, ACCESS_BITS]
            units = times * tile_units(nest, OUTPUT, at, layout, copies, bits, access)
        add_way(row, way, times * outputs, bits, units)
    row[VISITS] = repeats_over(OUTPUT, at, free, layout, 0, length)


@njit
def crossings(nest, layout, levels, borders, at, free):
    """int64[borders, 13]: visits, then elements, bits and accesses of the four ways."""
    table = np.zeros((borders.shape[0], 13), dtype=np.int64)
    for number in range(borders.shape[0]):
        border = (borders[number, 0], borders[number, 1], borders[number, 2])
        if border[0] != OUTPUT:
            operand_crossing(nest, border, at[number], free[number], layout, levels, table[number])
        elif border[1] == PE:
            accumulation(nest, border, at[number], free[number], layout, levels, table[number])
        else:
            sums_crossing(nest, border, at[number], free[number], layout, levels, table[number])
    return table
