"""numba: walk the space of tilings, keep what may be best, and re-score it in engine cycles."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.dataflows.base import WS
from accelsim.jit import njit
from accelsim.mapper.closed_forms import (
    FILTERS,
    PIXELS,
    STAYS,
    Trips,
    first_and_last,
    fits,
    has_several,
    loading_steps,
    operand_bytes,
    steps_of,
    work_totals,
)
from accelsim.mapper.objectives import objective_value, second_choice
from accelsim.mapper.tile_kernels import (
    CANDIDATE,
    ENERGY,
    ORDER,
    SECOND,
    VALUE,
    WIDE,
    canonical,
    cut_of,
    cut_table,
    engine_value,
    estimate,
    full_energy,
    grown,
)
from accelsim.schedule.border_kernels import columns_of, rows_of
from accelsim.schedule.relevance import INPUT, OUTPUT, WEIGHT


@njit
def sizes_of(code, nest, spec, tile, spans):
    """(output, input, weight) bytes of one tile of all operands."""
    return (
        operand_bytes(code, nest, spec, OUTPUT, tile, spans),
        operand_bytes(code, nest, spec, INPUT, tile, spans),
        operand_bytes(code, nest, spec, WEIGHT, tile, spans),
    )


@njit
def several_of(nest, tile):
    """Whether (output, input, weight) have more than this one tile."""
    return (
        has_several(nest, OUTPUT, tile),
        has_several(nest, INPUT, tile),
        has_several(nest, WEIGHT, tile),
    )


@njit
def trips_of(nest, tile):
    """Trips of the blocks above a tile."""
    images = -(-nest.N // tile[0])
    pixels = images * -(-nest.P // tile[4]) * -(-nest.Q // tile[5])
    return Trips(-(-nest.K // tile[2]), -(-nest.C // tile[3]), pixels, images)


@njit
def better(value, second, best):
    """Whether a candidate beats (or may beat) the best, float64[2]."""
    return value < best[0] or (value == best[0] and second < best[1])


@njit
def folds_over(bound, tile, unit, size):
    """Folds of `size` that the tiles of a dimension take, `unit` words for each of its indices."""
    whole, rest = bound // tile, bound % tile
    folds = whole * -(-tile * unit // size)
    if rest > 0:
        folds += -(-rest * unit // size)
    return folds


@njit
def streamed(code, nest, spec, k, c):
    """Fewest cycles in which vectors enter the array for tiles of k filters and c channels.

    Weight stationary: all pixels stream once for every fold of the filters and of the reduction;
    the other dataflows need at least a cycle for as many MACs as there are PEs.
    """
    pixels = nest.N * nest.P * nest.Q
    if code != WS or spec.packing > 0:
        return pixels * nest.G * nest.K * nest.C * nest.R * nest.S // (spec.rows * spec.cols)
    folds = folds_over(nest.K, k, 1, spec.cols)
    folds *= folds_over(nest.C, c, nest.R * nest.S, spec.rows)
    return nest.G * folds * pixels


@njit
def hopeless(terms, floor, cycles, best):
    """Whether no tiling of at least so many cycles can beat the best; floor: pJ, DRAM bytes."""
    energy = floor[0] + cycles * terms.leakage_pj
    value = objective_value(terms.objective, energy, cycles, floor[1])
    return value > best[0]


@njit
def floor_of(nest, terms):
    """Least (pJ, DRAM bytes) of any mapping: everything moves once."""
    outputs = nest.N * nest.G * nest.K * nest.P * nest.Q
    weights = nest.G * nest.K * nest.C * nest.R * nest.S * nest.has_weight
    read = weights * nest.weight_bits // 8
    written = outputs * nest.output_bits // 8
    energy = terms.work_pj + read * terms.dram_read_pj + written * terms.dram_write_pj
    return energy, read + written


@njit
def search_tiles(
    code, nest, machine, spec, blank, pools, space, orders, terms, limits, best
):  # fmt: skip
    """Candidates int64[n, 11] with their estimates float64[n, 3] that may beat the best.

    pools: see `fits`. best: float64[2], objective and tie of the best mapping so far in engine
    terms; it falls here. Also counts int64[2]: candidates costed, tilings and candidates left out.
    """
    room = Room(
        pools,
        cut_table(rows_of(nest)),
        cut_table(columns_of(nest)),
        np.zeros(2, dtype=np.int64),
        np.array([np.inf, np.inf]),
        best,
    )
    found = np.empty((1024, CANDIDATE), dtype=np.int64)
    notes = np.empty((1024, 3), dtype=np.float64)
    total, floor = 0, floor_of(nest, terms)
    tile = np.empty(6, dtype=np.int64)
    skew = 0 if spec.trim or nest.vector_ops else spec.rows + spec.cols - 2
    for k in space.K:
        for c in space.C:
            stream = 0 if nest.vector_ops else streamed(code, nest, spec, k, c)
            for n in space.N:
                for g in space.G:
                    for p in space.P:
                        for q in space.Q:
                            tile[0], tile[1], tile[2], tile[3] = n, g, k, c
                            tile[4], tile[5] = p, q
                            steps = steps_of(nest, tile)
                            if steps > limits.max_steps or (
                                limits.prune and hopeless(terms, floor, stream + steps * skew, best)
                            ):
                                room.counts[1] += 1
                                break
                            spans = room.rows[p, 1], room.cols[q, 1]
                            claims = sizes_of(code, nest, spec, tile, spans)
                            if not fits(pools, claims, several_of(nest, tile)):
                                room.counts[1] += 1
                                continue
                            before = total
                            found, notes, total = add_orders(
                                code, nest, machine, spec, orders, terms, limits, room, tile,
                                claims, found, notes, total,
                            )  # fmt: skip
                            total = improve(
                                code, nest, machine, spec, blank, orders, terms, room, found,
                                notes, before, total,
                            )  # fmt: skip
                            if room.counts[0] >= limits.most:
                                return found[:total], notes[:total], room.counts
    return found[:total], notes[:total], room.counts


class Room(NamedTuple):
    """What the search carries along."""

    pools: NDArray[np.int64]
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    """How the axes of the map are cut, `cut_table`."""
    counts: NDArray[np.int64]
    lowest: NDArray[np.float64]
    """Estimate of the most promising candidate that was re-scored."""
    best: NDArray[np.float64]


@njit
def improve(code, nest, machine, spec, blank, orders, terms, room, found, notes, before, total):
    """Re-score new candidates that promise more than any before, so that the best falls early."""
    for place in range(before, total):
        if better(notes[place, VALUE], notes[place, SECOND], room.lowest):
            room.lowest[0], room.lowest[1] = notes[place, VALUE], notes[place, SECOND]
            value, second = engine_value(
                code, nest, machine, spec, blank, orders, terms, found[place], notes[place]
            )
            if better(value, second, room.best):
                room.best[0], room.best[1] = value, second
    return total


@njit
def keep(row, note, tile, number, wide, seen, terms, room):
    """Write a candidate down if it may beat the best; how many were."""
    room.counts[0] += 1
    cycles, read, written, on_chip_pj = seen
    energy = full_energy(terms, terms.work_pj + on_chip_pj, cycles, read, written)
    value = objective_value(terms.objective, energy, cycles, read + written)
    second = second_choice(terms.objective, energy, cycles, read + written)
    if not better(value, second, room.best):
        return 0
    for dim in range(6):
        row[dim] = tile[dim]
    row[ORDER] = number
    row[WIDE], row[WIDE + 1], row[WIDE + 2], row[WIDE + 3] = wide
    note[ENERGY], note[VALUE], note[SECOND] = terms.work_pj + on_chip_pj, value, second
    return 1


@njit
def add_orders(
    code, nest, machine, spec, orders, terms, limits, room, tile, claims, found, notes, total
):
    """Append the candidates of one tiling that may beat the best."""
    axes = cut_of(room.rows, tile[4]), cut_of(room.cols, tile[5])
    ends = first_and_last(nest, tile, axes[0].first * axes[1].first)
    fixed = (
        work_totals(code, nest, machine, spec, tile),
        ends,
        loading_steps(nest, machine, tile),
    )
    trips = trips_of(nest, tile)
    blocks = (trips.filters, trips.channels, trips.pixels)
    wide = tile[2], tile[3], tile[4], tile[5]
    for number in range(orders.shape[0]):
        order = orders[number]
        if not canonical(order, blocks):
            continue
        if total == found.shape[0]:
            found, notes = grown(found, notes)
        seen = estimate(nest, machine, terms, order, trips, 0, axes, fixed)
        total += keep(found[total], notes[total], tile, number, wide, seen, terms, room)
        uneven = limits.inner_sizes > 0 and not machine.halo_keep
        if uneven and blocks[order[1]] > 1 and blocks[order[2]] > 1:
            found, notes, total = add_inner_loops(
                code, nest, machine, spec, orders, terms, limits, room, tile, claims, found,
                notes, total, number, trips, fixed,
            )  # fmt: skip
    return found, notes, total


@njit
def add_inner_loops(
    code, nest, machine, spec, orders, terms, limits, room, tile, claims, found, notes, total,
    number, trips, fixed,
):  # fmt: skip
    """Append candidates with some loops of the middle block inside all others.

    Its operand then stays for them, and the operand of the innermost block holds a larger tile.
    """
    order = orders[number]
    middle, large = order[1], STAYS[order[2]]
    tiles = -(-nest.P // tile[4])
    if middle != PIXELS:
        tiles = trips.filters if middle == FILTERS else trips.channels
    across = -(-nest.Q // tile[5])
    held = np.empty(6, dtype=np.int64)
    times = 1 if middle == PIXELS and across > 1 else 2
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
        held[0], held[1], held[2], held[3] = tile[0], tile[1], min(k, nest.K), min(c, nest.C)
        held[4], held[5] = min(p, nest.P), min(q, nest.Q)
        spans = room.rows[held[4], 1], room.cols[held[5], 1]
        sizes = swapped(claims, large, operand_bytes(code, nest, spec, large, held, spans))
        more = several_of(nest, tile)
        if not fits(room.pools, sizes, swapped(more, large, has_several(nest, large, held))):
            room.counts[1] += 1
            break
        axes = cut_of(room.rows, tile[4]), cut_of(room.cols, tile[5])
        if large == INPUT:
            axes = cut_of(room.rows, held[4]), cut_of(room.cols, held[5])
        if total == found.shape[0]:
            found, notes = grown(found, notes)
        loads = fixed[2] if STAYS[order[0]] != OUTPUT else 0
        seen = estimate(
            nest, machine, terms, order, trips, stays, axes, (fixed[0], fixed[1], loads)
        )
        total += keep(found[total], notes[total], tile, number, (k, c, p, q), seen, terms, room)
        times = max(times + 1, times * 3 // 2)
    return found, notes, total


@njit
def swapped(claims, operand, value):
    """Three values with one replaced."""
    return (
        value if operand == OUTPUT else claims[0],
        value if operand == INPUT else claims[1],
        value if operand == WEIGHT else claims[2],
    )


@njit
def pop_best(codes, nest, machine, spec, blank, orders, terms, chosen, notes, best, most):
    """Re-score candidates, sorted by estimate, until none can beat the best, float64[2].

    codes: int64[n], the dataflow of each.

    Returns (number of the best, candidates re-scored, whether the best is proved).
    """
    winner = -1
    best[0], best[1] = np.inf, np.inf
    for number in range(chosen.shape[0]):
        if not better(notes[number, VALUE], notes[number, SECOND], best):
            return winner, number, True
        if number == most:
            return winner, number, False
        value, second = engine_value(
            codes[number], nest, machine, spec, blank, orders, terms, chosen[number], notes[number]
        )
        if better(value, second, best):
            winner, best[0], best[1] = number, value, second
    return winner, chosen.shape[0], True
