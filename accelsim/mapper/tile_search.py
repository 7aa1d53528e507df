"""numba: walk the space of tilings, keep what may be best, and re-score it in engine cycles."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.jit import inlined, njit
from accelsim.mapper.closed_forms import FILTERS, PIXELS, STAYS, steps_of, trips_of
from accelsim.mapper.estimate_kernels import (
    canonical,
    cut_of,
    cut_table,
    estimate,
    floor_of,
    hopeless,
    shared_of,
    streamed,
)
from accelsim.mapper.fit_kernels import (
    fits,
    has_several,
    operand_bytes,
    several_of,
    sizes_of,
    swapped,
)
from accelsim.mapper.tile_kernels import (
    CANDIDATE,
    ENERGY,
    ORDER,
    SECOND,
    VALUE,
    WIDE,
    engine_value,
    grown,
)
from accelsim.schedule.border_kernels import columns_of, rows_of
from accelsim.schedule.conflict_kernels import nothing_known
from accelsim.schedule.relevance import INPUT, OUTPUT


class Room(NamedTuple):
    """What every candidate is held against."""

    pools: NDArray[np.int64]
    """Levels and their sizes, see `fits`."""
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    """How the axes of the map are cut, `cut_table`."""
    best: NDArray[np.float64]
    """Objective and tie of the best mapping so far, in engine terms."""


@njit
def better(value, second, best):
    """Whether a candidate beats (or may beat) the best, float64[2]."""
    return value < best[0] or (value == best[0] and second < best[1])


@njit
def search_tiles(case, blank, pools, sizes, orders, limits, best):
    """Candidates int64[n, 13] with their estimates float64[n, 3] that may beat the best.

    pools: see `fits`. sizes: see `space.Sizes`; P and Q fall. best: float64[2], objective and tie
    of the best mapping so far in engine terms; it falls here. Also (candidates costed, tilings and
    candidates left out).
    """
    nest, spec = case.nest, case.spec
    room = Room(pools, cut_table(rows_of(nest)), cut_table(columns_of(nest)), best)
    most = orders.shape[0] * (1 + limits.inner_sizes)
    found = np.empty((1024 + most, CANDIDATE), dtype=np.int64)
    notes = np.empty((1024 + most, 3), dtype=np.float64)
    costed, refused, total, floor = 0, 0, 0, floor_of(case)
    lowest, known = np.array([np.inf, np.inf]), nothing_known(case.machine.banks)
    for row in sizes.outer:
        n, g, k, c, r, s = row[0], row[1], row[2], row[3], row[4], row[5]
        stream = streamed(case, g, k, c, (r, s))
        taps = -(-nest.R // r) * -(-nest.S // s)
        for p in sizes.P:
            for q in sizes.Q:
                tile = (n, g, k, c, p, q, r, s)
                trips = trips_of(nest, tile)
                steps = steps_of(trips)
                if steps > limits.max_steps or (
                    limits.prune and hopeless(case, floor, stream, steps * taps, best)
                ):
                    refused += 1
                    break
                spans = room.rows[p, 1], room.cols[q, 1]
                claims = sizes_of(case.code, nest, spec, tile, spans)
                if not fits(pools, claims, several_of(nest, tile)):
                    refused += 1
                    continue
                if total + most > found.shape[0]:
                    found, notes = grown(found, notes)
                before = total
                total, more, left = add_orders(
                    case, orders, limits, room, tile, trips, claims, found, notes, total
                )
                costed, refused = costed + more, refused + left
                if total > before:
                    new = slice(before, total)
                    improve(case, blank, orders, found[new], notes[new], lowest, best, known)
                if costed >= limits.most:
                    return found[:total], notes[:total], (costed, refused)
    return found[:total], notes[:total], (costed, refused)


@njit
def improve(case, blank, orders, found, notes, lowest, best, known):
    """Re-score new candidates that promise more than any before, so that the best falls early.

    lowest: float64[2], estimate of the most promising one that was re-scored.
    """
    for place in range(found.shape[0]):
        if better(notes[place, VALUE], notes[place, SECOND], lowest):
            lowest[0], lowest[1] = notes[place, VALUE], notes[place, SECOND]
            value, second = engine_value(case, blank, orders, found[place], notes[place], known)
            if better(value, second, best):
                best[0], best[1] = value, second


@njit
def keep(found, notes, total, tile, number, wide, seen):
    """Write a candidate down; how many there are now."""
    for dim in range(8):
        found[total, dim] = tile[dim]
    found[total, ORDER] = number
    for place in range(4):
        found[total, WIDE + place] = wide[place]
    notes[total, ENERGY], notes[total, VALUE], notes[total, SECOND] = seen
    return total + 1


@inlined
def add_orders(case, orders, limits, room, tile, trips, claims, found, notes, total):
    """Append the candidates of one tiling that may beat the best.

    Returns (how many there are now, candidates costed, candidates left out).
    """
    axes = cut_of(room.rows, tile[4]), cut_of(room.cols, tile[5])
    shared = shared_of(case, tile, trips, axes)
    blocks = trips.filters, trips.channels, trips.pixels
    uneven = limits.inner_sizes > 0 and not case.machine.halo_keep
    costed, refused = 0, 0
    for number in range(orders.shape[0]):
        order = orders[number, 0], orders[number, 1], orders[number, 2]
        if not canonical(order, blocks):
            continue
        seen = estimate(case, shared, order, 0, axes, shared.loads)
        costed += 1
        if better(seen[1], seen[2], room.best):
            wide = tile[2], tile[3], tile[4], tile[5]
            total = keep(found, notes, total, tile, number, wide, seen)
        if uneven and blocks[order[1]] > 1 and blocks[order[2]] > 1:
            total, more, left = add_inner_loops(
                case, order, limits, room, shared, claims, found, notes, total, number
            )
            costed, refused = costed + more, refused + left
    return total, costed, refused


@inlined
def add_inner_loops(case, order, limits, room, shared, claims, found, notes, total, number):
    """Append candidates with some loops of the middle block inside all others, as `add_orders`.

    Its operand then stays for them, and the operand of the innermost block holds a larger tile.
    """
    nest, tile, trips = case.nest, shared.tile, shared.trips
    middle, large = order[1], STAYS[order[2]]
    tiles, across = trips.down, trips.across
    if middle != PIXELS:
        tiles = trips.filters if middle == FILTERS else trips.channels
    several = several_of(nest, tile)
    loads = shared.loads if STAYS[order[0]] != OUTPUT else 0
    times = 1 if middle == PIXELS and across > 1 else 2
    costed = 0
    for _ in range(limits.inner_sizes):
        if times > 1 and times >= tiles:
            break
        k, c, p, q = tile[2], tile[3], tile[4], tile[5]
        stays = -(-tiles // times)
        if middle == PIXELS:
            p, q, stays = p * times, q * across, trips.images * stays
        elif middle == FILTERS:
            k *= times
        else:
            c *= times
        held = (
            tile[0], tile[1], min(k, nest.K), min(c, nest.C), min(p, nest.P), min(q, nest.Q),
            tile[6], tile[7],
        )  # fmt: skip
        spans = room.rows[held[4], 1], room.cols[held[5], 1]
        sizes = swapped(
            claims, large, operand_bytes(case.code, nest, case.spec, large, held, spans)
        )
        if not fits(room.pools, sizes, swapped(several, large, has_several(nest, large, held))):
            return total, costed, 1
        inputs = held if large == INPUT else tile
        axes = cut_of(room.rows, inputs[4]), cut_of(room.cols, inputs[5])
        seen = estimate(case, shared, order, stays, axes, loads)
        costed += 1
        if better(seen[1], seen[2], room.best):
            total = keep(found, notes, total, tile, number, (k, c, p, q), seen)
        times = max(times + 1, times * 3 // 2)
    return total, costed, 0


@njit
def pop_best(case, blank, orders, chosen, notes, best, most):
    """Re-score candidates, sorted by estimate, until none can beat the best, float64[2].

    Returns (number of the best, candidates re-scored, whether the best is proved).
    """
    winner, known = -1, nothing_known(case.machine.banks)
    best[0], best[1] = np.inf, np.inf
    for number in range(chosen.shape[0]):
        if not better(notes[number, VALUE], notes[number, SECOND], best):
            return winner, number, True
        if number == most:
            return winner, number, False
        value, second = engine_value(case, blank, orders, chosen[number], notes[number], known)
        if better(value, second, best):
            winner, best[0], best[1] = number, value, second
    return winner, chosen.shape[0], True
