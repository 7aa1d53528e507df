"""numba: cycles that a folding array stands still because words of a vector share a bank.

A word is read once, whichever lanes want it; padding is not read. A vector takes as many cycles as
its busiest bank, and what exceeds one stops the whole array (docs/model.md, section 2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.dataflows.base import IS, WS
from accelsim.jit import njit
from accelsim.schedule.relevance import C, G, K, R, S
from accelsim.schedule.vector_kernels import (
    CHANNELS,
    HEIGHT,
    OFFSET,
    PLACE,
    TOGETHER,
    WIDTH,
    geometry_of,
    pixels_of,
    place_of,
    tap_shifts,
    taps_of,
    window_shifts,
)

WAITS = PLACE
KNOWN = 4096
"""Places whose conflicts are remembered."""


class Desk(NamedTuple):
    """What was counted before, so that a shift by whole periods is not counted again."""

    now: NDArray[np.int64]
    """int64[2]: number of the vector that is counted, and of the lanes."""
    word_seen: NDArray[np.int64]
    bank_seen: NDArray[np.int64]
    words: NDArray[np.int64]
    """Of each bank, in the vector."""
    shift_seen: NDArray[np.int64]
    waits: NDArray[np.int64]
    """Of each shift within a period."""


@njit
def nothing_known(banks):
    """int64[places, 16]: a place and its waits in every row, none of them filled in."""
    return np.full((KNOWN if banks.number > 0 else 1, PLACE + 1), -1, dtype=np.int64)


@njit
def new_desk(lanes, unit, banks):
    """Nothing counted yet."""
    words = (lanes[:, 0].max() + unit.period) // unit.word + 1
    return Desk(
        np.zeros(2, dtype=np.int64),
        np.zeros(words, dtype=np.int64),
        np.zeros(banks.number, dtype=np.int64),
        np.zeros(banks.number, dtype=np.int64),
        np.zeros(unit.period, dtype=np.int64),
        np.zeros(unit.period, dtype=np.int64),
    )


@njit
def vector_waits(lanes, address, shift, unit, banks, place, desk):
    """Cycles beyond the first that one vector takes: lanes in the tile, moved by a shift."""
    desk.now[0] += 1
    now, most = desk.now[0], 0
    for lane in range(len(lanes)):
        row, column = lanes[lane, 1] + shift[1], lanes[lane, 2] + shift[2]
        if 0 <= row < place[HEIGHT] and 0 <= column < place[WIDTH]:
            word = (lanes[lane, 0] + address) // unit.word
            if desk.word_seen[word] != now:
                desk.word_seen[word] = now
                bank = word % banks.number
                if desk.bank_seen[bank] != now:
                    desk.bank_seen[bank], desk.words[bank] = now, 0
                desk.words[bank] += 1
                most = max(most, desk.words[bank])
    return max(-(-most // banks.ports) - 1, 0)


@njit
def fold_waits(lanes, shifts, bases, unit, banks, place, desk):
    """Waits of all shifts of the lanes of one fold, from bases (first, step, count).

    Where all lanes lie in the tile, shifts and bases that are whole periods apart wait alike.
    """
    top, bottom = -lanes[:, 1].min(), place[HEIGHT] - lanes[:, 1].max()
    left, right = -lanes[:, 2].min(), place[WIDTH] - lanes[:, 2].max()
    origin, total = lanes[0, 0], 0
    for base in range(bases[2]):
        begin = (bases[0] + base * bases[1] + origin) % unit.period
        for number in range(len(shifts)):
            at = begin + shifts[number, 0]
            if at >= unit.period:
                at -= unit.period
            whole = top <= shifts[number, 1] < bottom and left <= shifts[number, 2] < right
            if whole and desk.shift_seen[at] == desk.now[1]:
                total += shifts[number, 3] * desk.waits[at]
                continue
            address = (at - origin) % unit.period
            wait = vector_waits(lanes, address, shifts[number], unit, banks, place, desk)
            total += shifts[number, 3] * wait
            if whole:
                desk.shift_seen[at], desk.waits[at] = desk.now[1], wait
    return total


@njit
def alike(lanes, others):
    """Whether lanes lie to each other as others do."""
    if len(lanes) != len(others):
        return False
    for number in range(len(lanes)):
        if lanes[number, 0] - lanes[0, 0] != others[number, 0] - others[0, 0]:
            return False
    return True


@njit
def all_waits(lanes, size, shifts, bases, unit, banks, place, desk):
    """`fold_waits` of all folds of so many lanes; those that are alike share what is known."""
    total, before = 0, lanes[:0]
    for first in range(0, len(lanes), size):
        fold = lanes[first : first + size]
        if not alike(fold, before):
            desk.now[1] += 1
        total += fold_waits(fold, shifts, bases, unit, banks, place, desk)
        before = fold
    return total


@njit
def packed_waits(nest, banks, spec, unit, place):
    """Waits of a part whose windows move over its pixels, in one fold of the filters.

    Groups that share a fold are lanes beside each other.
    """
    together, step = place[TOGETHER], place[CHANNELS] * unit.channel
    lanes, shifts = taps_of(nest, unit, place, together), window_shifts(nest, unit, place)
    packs, desk = place[G] // together, new_desk(lanes, unit, banks)
    bases = (place[OFFSET], together * step, packs)
    total = all_waits(lanes, spec.rows, shifts, bases, unit, banks, place, desk)
    rest = place[G] - packs * together
    if rest > 0:
        few = lanes[: rest * place[R] * place[S] * place[C]]
        bases = (place[OFFSET] + packs * together * step, 0, 1)
        total += all_waits(few, spec.rows, shifts, bases, unit, banks, place, desk)
    return total


@njit
def place_waits(code, nest, banks, spec, place):
    """Waits of the vectors of one part of a step, in one fold of the filters."""
    unit = geometry_of(nest, banks, place)
    if code == WS:
        return packed_waits(nest, banks, spec, unit, place)
    size = spec.cols if code == IS else spec.rows
    lanes, shifts = pixels_of(nest, unit, place), tap_shifts(nest, unit, place)
    bases = (place[OFFSET], place[CHANNELS] * unit.channel, place[G])
    desk = new_desk(lanes, unit, banks)
    return all_waits(lanes, size, shifts, bases, unit, banks, place, desk)


@njit
def remembered(code, nest, banks, spec, place, known):
    """`place_waits`, found in known int64[places, 16] where they were counted before."""
    slot = 0
    for number in place:
        slot = (31 * slot + number) % KNOWN
    row = known[slot]
    if not np.array_equal(row[:PLACE], place):
        row[:PLACE] = place
        row[WAITS] = place_waits(code, nest, banks, spec, place)
    return row[WAITS]


@njit
def step_conflicts(nest, banks, spec, plan, start, length, known):
    """Cycles that a step's array stands still for conflicts, over all tiles of its inner levels.

    known: see `nothing_known`; most steps repeat the place of an earlier one.
    """
    begin, size = np.empty(8, dtype=np.int64), np.empty(8, dtype=np.int64)
    trips = -(-length // plan.inner)
    total = 0
    for number in range(trips.prod()):
        rest = number
        for dim in range(8):
            begin[dim] = start[dim] + rest % trips[dim] * plan.inner[dim]
            size[dim] = min(plan.inner[dim], start[dim] + length[dim] - begin[dim])
            rest //= trips[dim]
        place = place_of(nest, banks, spec, plan, begin, size)
        folds = 1 if plan.code == IS else -(-size[K] // spec.cols)
        total += folds * remembered(plan.code, nest, banks, spec, place, known)
    return total
