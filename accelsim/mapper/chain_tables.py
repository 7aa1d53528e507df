"""numba: figures of one operator on one layout of the array, for every size that a tile may have.

A chain of tiles grows from what lies on the array to the whole operator. Sizes of a dimension are
multiples of what is laid out, the smallest with each distinct number of passes; tables are indexed
by the number of a size. `copies` are masks of array axes (`schedule.hierarchy`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.jit import njit
from accelsim.schedule.border_kernels import (
    RELEVANT,
    bounds_of,
    chunk_in,
    columns_of,
    copies_in,
    most_lengths,
    rows_of,
    tensors_of,
    window_lengths,
)
from accelsim.schedule.relevance import INPUT, OUTPUT, C, G, K, N, P, Q, R, S

MASKS = 8


class Tables(NamedTuple):
    """Everything by number of size; `windows` are filled when first asked for."""

    sizes: NDArray[np.int64]
    """int64[8, sizes]"""
    count: NDArray[np.int64]
    """int64[8], sizes of each dimension"""
    used: NDArray[np.float64]
    """float64[masks, 8, sizes]: instances used, summed over the blocks of that size (at least)"""
    chunk: NDArray[np.int64]
    """int64[masks, 8, sizes]: what one instance holds of a block"""
    whole: NDArray[np.float64]
    """float64[8, sizes]: share of a dimension that lies in whole blocks"""
    windows: NDArray[np.float64]
    """float64[masks, 2, P or Q sizes, R or S sizes, 3]: positions of all windows, of the largest,
    and their share that lies in largest ones; -1 until asked for"""
    first: NDArray[np.int64]
    """int64[masks, 8]: instances that the first block of the smallest size uses"""


@njit
def useful_sizes(bound, laid, few, sizes):
    """Write the sizes of a dimension, laid out `laid` times, into sizes; how many."""
    passes = -(-bound // laid)
    count, size = 0, 1
    while size <= passes:
        times = -(-passes // size)
        smallest = -(-passes // times)
        if few == 0 or smallest in (1, passes) or smallest & (smallest - 1) == 0:
            sizes[count] = laid * smallest
            count += 1
        if times == 1:
            break
        size = -(-passes // (times - 1))
    return count


@njit
def tables_of(nest, layout, masks, few):
    """Tables for the masks bool[8]; few: powers of two only."""
    bounds = bounds_of(nest)
    count = np.zeros(8, dtype=np.int64)
    most = 2
    for dim in range(8):
        most = max(most, 2 * int(np.sqrt(bounds[dim])) + 3)
    sizes = np.ones((8, most), dtype=np.int64)
    for dim in range(8):
        laid = layout[0, dim] * layout[1, dim] * layout[2, dim]
        count[dim] = useful_sizes(bounds[dim], laid, few, sizes[dim])
        if dim == G:
            count[dim] = 1
    used = np.ones((MASKS, 8, most))
    chunk = np.ones((MASKS, 8, most), dtype=np.int64)
    whole = np.ones((8, most))
    first = np.ones((MASKS, 8), dtype=np.int64)
    for dim in range(8):
        for number in range(count[dim]):
            size = sizes[dim, number]
            rest = bounds[dim] % size
            whole[dim, number] = 1.0 - rest / bounds[dim]
            for mask in range(MASKS):
                if masks[mask]:
                    total = 0
                    if bounds[dim] >= size:
                        total = bounds[dim] // size * copies_in(size, layout, dim, mask)
                    if rest > 0:
                        total += copies_in(rest, layout, dim, mask)
                    used[mask, dim, number] = total
                    chunk[mask, dim, number] = chunk_in(min(size, bounds[dim]), layout, dim, mask)
                    if number == 0:
                        first[mask, dim] = copies_in(min(size, bounds[dim]), layout, dim, mask)
    across = max(count[P], count[Q])
    taps = max(count[R], count[S])
    windows = np.full((MASKS, 2, across, taps, 3), -1.0)
    return Tables(sizes, count, used, chunk, whole, windows, first)


@njit
def window_of(nest, layout, tables, mask, axis, out, tap):
    """Row float64[3] of the windows table, computed when first asked for."""
    row = tables.windows[mask, axis, out, tap]
    if row[0] < 0:
        bounds, start = bounds_of(nest), np.zeros(8, dtype=np.int64)
        lengths = np.zeros((most_lengths(nest), 2), dtype=np.int64)
        at = np.ones(8, dtype=np.int64)
        if axis == 0:
            at[P], at[R] = tables.sizes[P, out], tables.sizes[R, tap]
            found = window_lengths(rows_of(nest), (P, R), at, layout, mask, start, bounds, lengths)
        else:
            at[Q], at[S] = tables.sizes[Q, out], tables.sizes[S, tap]
            found = window_lengths(
                columns_of(nest), (Q, S), at, layout, mask, start, bounds, lengths
            )
        total, largest, most = 0, 0, 0
        for number in range(found):
            total += lengths[number, 0] * lengths[number, 1]
            if lengths[number, 0] > largest:
                largest, most = lengths[number, 0], lengths[number, 0] * lengths[number, 1]
        row[0], row[1], row[2] = total, largest, most / max(total, 1)
    return row


@njit
def elements_of(nest, layout, tables, operand, mask, at):
    """(elements of all different tiles, of one whole tile, share in whole tiles) at sizes int64[8].

    As instances along the mask hold them.
    """
    tensors = tensors_of(nest, operand)
    if operand == INPUT:
        rows = window_of(nest, layout, tables, mask, 0, at[P], at[R])
        cols = window_of(nest, layout, tables, mask, 1, at[Q], at[S])
        chunk = tables.chunk[mask]
        tile = chunk[N, at[N]] * chunk[G, at[G]] * chunk[C, at[C]] * rows[1] * cols[1]
        total = float(nest.N * nest.G * nest.C) * rows[0] * cols[0]
        share = tables.whole[N, at[N]] * tables.whole[G, at[G]] * tables.whole[C, at[C]]
        return total * tensors, tile * tensors, share * rows[2] * cols[2]
    bounds = (nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q, nest.R, nest.S)
    total, tile, share = float(tensors), float(tensors), 1.0
    for dim in range(8):
        if RELEVANT[operand, dim]:
            total *= bounds[dim]
            tile *= tables.chunk[mask, dim, at[dim]]
            share *= tables.whole[dim, at[dim]]
    return total, tile, share


@njit
def times_over(tables, operand, mask, free):
    """How often instances along the mask get every tile, summed over them (at least)."""
    used = tables.used[mask]
    if operand == OUTPUT:
        return used[C, free[C]] * used[R, free[R]] * used[S, free[S]]
    if operand == INPUT:
        return used[K, free[K]]
    return used[N, free[N]] * used[P, free[P]] * used[Q, free[Q]]


@njit
def access_bits_of(elements, tile, share, bits, access_bits):
    """Bits that accesses in whole units of access_bits move (at least)."""
    size = tile * bits
    if size <= 0 or access_bits == 1:
        return elements * bits
    units = -(-int(size) // access_bits)
    rounded = units * access_bits / size
    return elements * bits * (1.0 + share * (rounded - 1.0))
