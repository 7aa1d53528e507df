"""numba: what crosses the borders between memory levels in a region of the loop nest.

A border lies between a level (or the PEs) and the next one outward that holds the operand. An
operand's tile below it is loaded anew whenever a loop at or outside its first relevant loop above
the cut advances. `at` are the extents at the cut, `free` those at that first relevant loop; a
region is where a nest, or one step of it, starts in every dimension and how long it is.
"""

from __future__ import annotations

import numpy as np

from accelsim.jit import njit
from accelsim.schedule.relevance import INPUT, OUTPUT, C, G, N, P, Q, R, S, relevance
from accelsim.traffic import footprint, movement
from accelsim.traffic.footprint import Axis

active_copies = njit(movement.active_copies)
chunk_length = njit(movement.chunk_length)
first_position = njit(footprint.first_position)
end_position = njit(footprint.end_position)

RELEVANT = relevance()

OPERAND, LOWER, UPPER, RESET = 0, 1, 2, 3
"""Columns of a table of borders int64[borders, 4]."""

MOST_LENGTHS = 64
"""Different lengths that windows of up to 16 positions can have along one axis."""


@njit
def rows_of(nest):
    """The vertical axis of an operator."""
    return Axis(nest.P, nest.R, nest.stride_h, nest.dilation_h, nest.pad_top, nest.H)


@njit
def columns_of(nest):
    """The horizontal axis of an operator."""
    return Axis(nest.Q, nest.S, nest.stride_w, nest.dilation_w, nest.pad_left, nest.W)


@njit
def input_tile(nest, start, length):
    """Clipped input rectangle of a tile: (first row, end row, first column, end column)."""
    rows, columns = rows_of(nest), columns_of(nest)
    top = first_position(rows, start[P], start[R])
    bottom = end_position(rows, start[P] + length[P], start[R] + length[R])
    left = first_position(columns, start[Q], start[S])
    right = end_position(columns, start[Q] + length[Q], start[S] + length[S])
    return top, max(bottom, top), left, max(right, left)


@njit
def copies_in(length, layout, dim, copies):
    """Instances along `copies` that one block of a dimension uses."""
    return active_copies(length, layout[0, dim], layout[1, dim], layout[2, dim], copies)


@njit
def copies_over(length, block, first, layout, dim, copies):
    """Instances used, summed over the blocks of a region.

    A tile that stays for a block is filled where the first part of the block, of up to `first`,
    needs it.
    """
    whole, rest = length // block, length % block
    total = 0
    if whole > 0:
        total = whole * copies_in(min(first, block), layout, dim, copies)
    if rest > 0:
        total += copies_in(min(first, rest), layout, dim, copies)
    return total


@njit
def chunk_in(length, layout, dim, copies):
    """Largest part of one block that one instance along `copies` holds."""
    return chunk_length(length, layout[0, dim], layout[1, dim], layout[2, dim], copies)


@njit
def add_length(lengths, found, length, count):
    """Count a length in lengths int64[most_lengths, 2]; the new number of different ones."""
    if length <= 0:
        return found
    for number in range(found):
        if lengths[number, 0] == length:
            lengths[number, 1] += count
            return found
    lengths[found, 0], lengths[found, 1] = length, count
    return found + 1


@njit
def part_lengths(length, block, layout, dim, copies, lengths):
    """Lengths that instances hold of a dimension that is not a window's; how many different."""
    whole, rest, found = length // block, length % block, 0
    for size, count in ((block, whole), (rest, 1)):
        if size > 0 and count > 0:
            chunk = chunk_in(size, layout, dim, copies)
            found = add_length(lengths, found, chunk, count * (size // chunk))
            found = add_length(lengths, found, size % chunk, count)
    return found


@njit
def window_lengths(axis, dims, at, layout, copies, start, length, lengths):
    """Lengths of the input windows along one axis that instances hold; how many different.

    dims: its output and its filter dimension (P, R or Q, S).
    """
    out, tap = dims
    found = 0
    for low in range(start[out], start[out] + length[out], at[out]):
        high = min(low + at[out], start[out] + length[out])
        chunk = chunk_in(high - low, layout, out, copies)
        for first in range(low, high, chunk):
            last = min(first + chunk, high)
            for left in range(start[tap], start[tap] + length[tap], at[tap]):
                right = min(left + at[tap], start[tap] + length[tap])
                part = chunk_in(right - left, layout, tap, copies)
                for begin in range(left, right, part):
                    end = min(begin + part, right)
                    size = end_position(axis, last, end) - first_position(axis, first, begin)
                    found = add_length(lengths, found, size, 1)
    return found


@njit
def most_lengths(nest):
    """Different lengths at most that parts of a dimension or windows along one axis have.

    Padding clips windows to many lengths, none longer than the map.
    """
    tall, wide = (nest.R - 1) * nest.dilation_h, (nest.S - 1) * nest.dilation_w
    if max(tall, wide) < 16:
        return MOST_LENGTHS
    return max(MOST_LENGTHS, nest.H + 1, nest.W + 1)


@njit
def length_tables(nest, operand, at, layout, copies, start, length):
    """int64[5, most_lengths, 2] of lengths and counts, and int64[5] of how many, of one operand.

    The five dimensions that index it; an input's windows are two of them.
    """
    tables = np.zeros((5, most_lengths(nest), 2), dtype=np.int64)
    found = np.zeros(5, dtype=np.int64)
    if operand == INPUT:
        for place, dim in enumerate((N, G, C)):
            found[place] = part_lengths(length[dim], at[dim], layout, dim, copies, tables[place])
        found[3] = window_lengths(
            rows_of(nest), (P, R), at, layout, copies, start, length, tables[3]
        )
        found[4] = window_lengths(
            columns_of(nest), (Q, S), at, layout, copies, start, length, tables[4]
        )
        return tables, found
    place = 0
    for dim in range(8):
        if RELEVANT[operand, dim]:
            found[place] = part_lengths(length[dim], at[dim], layout, dim, copies, tables[place])
            place += 1
    return tables, found


@njit
def tensors_of(nest, operand):
    """Full-size tensors that form an operand."""
    if operand == OUTPUT:
        return 1
    return nest.input_tensors if operand == INPUT else nest.has_weight


@njit
def tile_elements(nest, operand, at, layout, copies, start, length):
    """Elements of all different tiles of a region, as instances along `copies` hold them."""
    tables, found = length_tables(nest, operand, at, layout, copies, start, length)
    total = tensors_of(nest, operand)
    for place in range(5):
        along = 0
        for number in range(found[place]):
            along += tables[place, number, 0] * tables[place, number, 1]
        total *= along
    return total


@njit
def tile_units(nest, operand, at, layout, copies, bits, access_bits):
    """Accesses of `access_bits` that all different tiles of a nest take, each rounded up."""
    start, length = np.zeros(8, dtype=np.int64), bounds_of(nest)
    tables, found = length_tables(nest, operand, at, layout, copies, start, length)
    units, tensors = 0, tensors_of(nest, operand)
    for a in range(found[0]):
        for b in range(found[1]):
            for c in range(found[2]):
                for d in range(found[3]):
                    outer = (
                        tables[0, a, 0] * tables[1, b, 0] * tables[2, c, 0] * tables[3, d, 0]
                    ) * tensors
                    count = tables[0, a, 1] * tables[1, b, 1] * tables[2, c, 1] * tables[3, d, 1]
                    for e in range(found[4]):
                        size = outer * tables[4, e, 0] * bits
                        units += count * tables[4, e, 1] * -(-size // access_bits)
    return units


@njit
def bounds_of(nest):
    """The eight loop bounds as int64[8] in DIM_ORDER."""
    return np.array(
        [nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q, nest.R, nest.S], dtype=np.int64
    )


@njit
def repeats_over(operand, at, free, layout, copies, length):
    """How often instances along `copies` get every tile of a region, summed over them."""
    total = 1
    for dim in range(8):
        if not RELEVANT[operand, dim]:
            total *= copies_over(length[dim], free[dim], at[dim], layout, dim, copies)
    return total


@njit
def first_repeats(operand, at, layout, copies, length):
    """Of `repeats_over`, those of the first visit of a tile."""
    total = 1
    for dim in range(8):
        if not RELEVANT[operand, dim]:
            total *= copies_in(min(at[dim], length[dim]), layout, dim, copies)
    return total


@njit
def last_repeats(operand, at, free, layout, copies, length):
    """Of `repeats_over`, those of the last visit of a tile."""
    total = 1
    for dim in range(8):
        if not RELEVANT[operand, dim]:
            rest = length[dim] - (length[dim] - 1) // free[dim] * free[dim]
            total *= copies_in(min(at[dim], rest), layout, dim, copies)
    return total


@njit
def used_instances(at, layout, copies, length):
    """Instances along `copies` that a full tile uses."""
    total = 1
    for dim in range(8):
        total *= copies_in(min(at[dim], length[dim]), layout, dim, copies)
    return total


@njit
def largest_tile(nest, operand, at, layout, copies):
    """Most elements that one instance along `copies` holds of an operand at a time."""
    start, length = np.zeros(8, dtype=np.int64), bounds_of(nest)
    tables, found = length_tables(nest, operand, at, layout, copies, start, length)
    total = tensors_of(nest, operand)
    for place in range(5):
        longest = 0
        for number in range(found[place]):
            longest = max(longest, tables[place, number, 0])
        total *= longest
    return total
