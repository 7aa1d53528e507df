"""numba: the vectors of inputs that a folding array reads, as lanes and shifts of them.

A vector is what the array takes in one cycle: ws, the taps of a fold under one window; os and is,
the pixels of a fold under one tap. Its *lanes* are the same elements for all vectors of a fold, but
for a *shift*. Addresses count the elements of the tile that the buffer holds, and matter modulo a
*period*, one word of every bank.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from accelsim.dataflows import weight_stationary
from accelsim.dataflows.base import WS, Gemm
from accelsim.jit import njit
from accelsim.schedule.border_kernels import bounds_of, input_tile
from accelsim.schedule.relevance import C, G, K, N, P, Q, R, S

groups_per_fold = njit(weight_stationary.groups_per_fold)

TOGETHER = K
HEIGHT, WIDTH, CHANNELS, GROUPS, TOP, LEFT, OFFSET = range(8, 15)
"""Columns of a place int64[15] beside the lengths of a part of a step: groups that share a fold in
place of its filters, sizes of the tile that the buffer holds, where the part's first window stands
in it, address of its first image and channel in the period."""

PLACE = 15


class Geometry(NamedTuple):
    """Elements from one neighbour to the next along each axis of a tile, and what a bank holds."""

    channel: int
    row: int
    column: int
    image: int
    word: int
    """Elements of a word."""
    period: int
    """Elements of one word of every bank."""


@njit
def geometry_of(nest, banks, place):
    """Distances in a tile: its axes lie one inside the other in the layout's order."""
    sizes = (place[GROUPS] * place[CHANNELS], place[HEIGHT], place[WIDTH])
    steps, size = np.zeros(3, dtype=np.int64), 1
    for axis in banks.order:
        steps[axis] = size
        size *= sizes[axis]
    word = banks.word_bits // nest.input_bits
    return Geometry(steps[0], steps[1], steps[2], size, word, word * banks.number)


@njit
def place_of(nest, banks, spec, plan, start, length):
    """Where a part of a step lies in the tile that its buffer holds."""
    place = np.zeros(PLACE, dtype=np.int64)
    place[:8] = length
    place[TOGETHER] = 1
    if plan.code == WS:
        gemm = Gemm(1, length[K], length[C] * length[R] * length[S], length[G])
        place[TOGETHER] = groups_per_fold(gemm, spec)
    bounds = bounds_of(nest)
    first = start // plan.feed * plan.feed
    top, bottom, left, right = input_tile(nest, first, np.minimum(plan.feed, bounds - first))
    place[HEIGHT], place[WIDTH] = bottom - top, right - left
    place[CHANNELS] = min(plan.feed[C], bounds[C] - first[C])
    place[GROUPS] = min(plan.feed[G], bounds[G] - first[G])
    place[TOP] = start[P] * nest.stride_h + start[R] * nest.dilation_h - nest.pad_top - top
    place[LEFT] = start[Q] * nest.stride_w + start[S] * nest.dilation_w - nest.pad_left - left
    unit = geometry_of(nest, banks, place)
    channel = (start[G] - first[G]) * place[CHANNELS] + start[C] - first[C]
    offset = (start[N] - first[N]) * unit.image + channel * unit.channel
    place[OFFSET] = offset % unit.period
    return place


@njit
def taps_of(nest, unit, place, groups):
    """Lanes int64[n, 3], (address, row, column) under a window: channels innermost, then S, R.

    Of so many groups, one after the other.
    """
    lanes = np.empty((groups * place[R] * place[S] * place[C], 3), dtype=np.int64)
    count = 0
    for g in range(groups):
        for r in range(place[R]):
            for s in range(place[S]):
                row, column = r * nest.dilation_h, s * nest.dilation_w
                address = g * place[CHANNELS] * unit.channel + row * unit.row + column * unit.column
                for c in range(place[C]):
                    lanes[count, 0] = address + c * unit.channel
                    lanes[count, 1], lanes[count, 2] = row, column
                    count += 1
    return lanes


@njit
def pixels_of(nest, unit, place):
    """Lanes int64[n, 3], (address, row, column) of output pixels: Q innermost, then P, N."""
    lanes = np.empty((place[N] * place[P] * place[Q], 3), dtype=np.int64)
    count = 0
    for n in range(place[N]):
        for p in range(place[P]):
            for q in range(place[Q]):
                row, column = p * nest.stride_h, q * nest.stride_w
                lanes[count, 0] = n * unit.image + row * unit.row + column * unit.column
                lanes[count, 1], lanes[count, 2] = row, column
                count += 1
    return lanes


@njit
def greatest_divisor(a, b):
    """Greatest common divisor."""
    while b > 0:
        a, b = b, a % b
    return a


@njit
def shifts_along(positions, step, inside, period):
    """int64[n, 3], (address, position, how many), for `positions` (first, stride, count).

    step: elements from one position to the next. Those within `inside` (from, to) whose addresses
    lie whole periods apart are one.
    """
    first, stride, count = positions
    cycle = period // greatest_divisor(period, step * stride)
    found = np.empty((count, 3), dtype=np.int64)
    total, merged, begin = 0, 0, 0
    for number in range(count):
        position = first + number * stride
        if inside[0] <= position < inside[1]:
            if merged == 0:
                begin = total
            merged += 1
            if merged > cycle:
                found[begin + (merged - 1) % cycle, 2] += 1
                continue
        found[total, 0], found[total, 1], found[total, 2] = position * step, position, 1
        total += 1
    return found[:total]


@njit
def combined(others, rows, columns, period):
    """Shifts int64[n, 4], (address in the period, row, column, how many), along three axes."""
    found = np.empty((len(others) * len(rows) * len(columns), 4), dtype=np.int64)
    count = 0
    for other in range(len(others)):
        for row in range(len(rows)):
            address = others[other, 0] + rows[row, 0]
            times = others[other, 2] * rows[row, 2]
            for column in range(len(columns)):
                found[count, 0] = (address + columns[column, 0]) % period
                found[count, 1], found[count, 2] = rows[row, 1], columns[column, 1]
                found[count, 3] = times * columns[column, 2]
                count += 1
    return found


@njit
def window_shifts(nest, unit, place):
    """Shifts of a window over the pixels of a part; windows in the tile alike are one."""
    tall, wide = (place[R] - 1) * nest.dilation_h, (place[S] - 1) * nest.dilation_w
    images = shifts_along((0, 1, place[N]), unit.image, (0, place[N]), unit.period)
    down = (place[TOP], nest.stride_h, place[P])
    rows = shifts_along(down, unit.row, (0, place[HEIGHT] - tall), unit.period)
    across = (place[LEFT], nest.stride_w, place[Q])
    columns = shifts_along(across, unit.column, (0, place[WIDTH] - wide), unit.period)
    return combined(images, rows, columns, unit.period)


@njit
def tap_shifts(nest, unit, place):
    """Shifts of a part's pixels over the taps of its windows; channels alike are one."""
    channels = shifts_along((0, 1, place[C]), unit.channel, (0, place[C]), unit.period)
    down = (place[TOP], nest.dilation_h, place[R])
    rows = shifts_along(down, unit.row, (0, 0), unit.period)
    across = (place[LEFT], nest.dilation_w, place[S])
    columns = shifts_along(across, unit.column, (0, 0), unit.period)
    return combined(channels, rows, columns, unit.period)
