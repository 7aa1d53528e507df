"""numba: bounds on chains of tiles from small problems of their own, and the best chain."""

from __future__ import annotations

import numpy as np

from accelsim.jit import njit
from accelsim.mapper.chain_choices import choices_of
from accelsim.mapper.chain_costs import copies_at, least_windows, rates_of, without_rounding
from accelsim.mapper.chain_kernels import search
from accelsim.mapper.chain_state import MOST_POINTS, ROW, Bounds, rest_of
from accelsim.mapper.chain_tables import times_over
from accelsim.mapper.chain_values import Aim, value_of, with_most_nodes
from accelsim.mapper.objectives import BY_DRAM_BYTES, BY_ENERGY
from accelsim.schedule.relevance import INPUT, OUTPUT

GLANCE = 25_000
"""Points costed in one look for chains near the root."""

ANY, RELAXED = 2**62, 20_000
"""Steps without a limit; points costed to find out what a part of a chain costs at least."""


@njit
def least_costs(problem, windows):
    """float64[3, points, 2]: least (pJ, DRAM bits) of each point, whatever the chain.

    windows: float64[points], fewest elements of an input's tiles at each of its points.
    """
    least = np.zeros((3, MOST_POINTS, 2))
    full, base = problem.tables.count - 1, np.zeros(8, dtype=np.int64)
    for operand in range(3):
        for point in range(problem.points[operand]):
            elements = windows[point] if operand == INPUT else 0.0
            at = base if operand == INPUT else full
            rates = rates_of(problem, operand, point, at, elements)
            above, below = copies_at(problem, operand, point)
            upper = times_over(problem.tables, operand, above, full)
            lower = times_over(problem.tables, operand, below, full)
            least[operand, point, 0] = (
                rates.upper_pj * upper + rates.lower_pj * lower + rates.once_pj
            )
            least[operand, point, 1] = rates.upper_bits * upper + rates.once_bits
    return least


@njit
def leasts_of(problem):
    """Fewest elements of inputs float64[points] and least costs float64[3, points, 2] of points."""
    windows = np.zeros(MOST_POINTS)
    for point in range(problem.points[INPUT]):
        windows[point] = least_windows(problem, point)
    return windows, least_costs(problem, windows)


@njit
def quick_root(problem, aim):
    """(objective, tie) that no chain of the problem can beat, by each point's own least cost."""
    _, least = leasts_of(problem)
    energy, dram = 0.0, 0.0
    for operand in range(3):
        for point in range(problem.points[operand]):
            energy += least[operand, point, 0]
            dram += least[operand, point, 1]
    return value_of(problem, aim, energy, dram, 0.0, 0.0)


@njit
def points_outside(problem, mask, outside):
    """todo int64[2, 3] of the operands' points at one distance from the outside."""
    todo = np.zeros((2, 3), dtype=np.int64)
    for operand in range(3):
        point = problem.points[operand] - 1 - outside
        if mask >> operand & 1 and point >= 0:
            todo[0, operand], todo[1, operand] = point, point + 1
    return todo


@njit
def bounds_of_rest(problem, aim, all_sets):
    """What any set of equally distant points from the outside costs at least, alone.

    Solved as small problems of their own: nothing else claims the levels, the chain starts from
    the array, inputs are fetched over as little as their level allows, and no access is rounded
    up, since tiles of a whole chain may be larger. all_sets 0: only those that a root needs, of all
    operands together.
    """
    windows, least = leasts_of(problem)
    relaxed = without_rounding(problem)
    choices = (
        choices_of(problem, OUTPUT, 0),
        choices_of(problem, INPUT, 0),
        choices_of(problem, 2, 0),
    )
    energy, dram = np.zeros((MOST_POINTS, 8)), np.zeros((MOST_POINTS, 8))
    rows, values = np.zeros((1, MOST_POINTS, ROW), dtype=np.int64), np.zeros((1, 3))
    for outside in range(problem.points.max()):
        single = Bounds(np.zeros((MOST_POINTS, 8)), np.zeros((MOST_POINTS, 8)))
        every = 0
        for operand in range(3):
            every |= (problem.points[operand] > outside) << operand
        for mask in range(1, 8):
            for operand in range(3):
                point = problem.points[operand] - 1 - outside
                if mask >> operand & 1 and point >= 0:
                    single.energy[0, mask] += least[operand, point, 0]
                    single.dram[0, mask] += least[operand, point, 1]
        energy[outside], dram[outside] = single.energy[0], single.dram[0]
        for mask in (3, 5, 6, 7):
            if all_sets == 0 and mask != every:
                continue
            todo = points_outside(problem, mask, outside)
            if todo[1].sum() - todo[0].sum() < 2:
                continue
            for objective, table, factor in ((BY_ENERGY, energy, 1.0), (BY_DRAM_BYTES, dram, 8.0)):
                by_traffic = objective == BY_DRAM_BYTES
                if by_traffic and (outside > 0 or aim.objective == BY_ENERGY):
                    continue
                part = Aim(
                    objective, 0.0, 0.0, aim.clock, aim.bandwidth, 0, 0, ANY, 1, RELAXED, 1, -1,
                    windows,
                )  # fmt: skip
                best = np.array([np.inf, np.inf])
                _, counts = search(relaxed, part, single, todo, choices, best, rows, values)
                if counts[2]:
                    table[outside, mask] = max(factor * best[0], table[outside, mask])
    return Bounds(energy, dram)


@njit
def root_value(problem, aim, bounds):
    """(objective, tie) that no chain of the whole problem can beat."""
    energy, dram = rest_of(bounds, np.zeros(3, dtype=np.int64), problem.points)
    return value_of(problem, aim, energy, dram, 0.0, 0.0)


@njit
def best_chain(problem, aim, bounds, choices, best, row):
    """The chain of the least bound that beats the best, if any; counts int64[3] as `search`.

    Looks for chains a little worse than the root first, then for worse ones: with a tight root most
    branches are never entered. A look ends where too many are; then all work allowed goes into
    beating what was found.
    """
    todo = np.zeros((2, 3), dtype=np.int64)
    todo[1] = problem.points
    values = np.zeros((1, 3))
    root, _ = root_value(problem, aim, bounds)
    totals = np.zeros(3, dtype=np.int64)
    glance = with_most_nodes(aim, min(aim.most_nodes, GLANCE))
    for slack in (1e-9, 1e-3, 1e-2, 0.03, 0.1, 0.3, 1.0, np.inf):
        limit = np.array([root * (1.0 + slack), np.inf])
        last = limit[0] >= best[0]
        if last:
            limit[0], limit[1] = best
        found, counts = search(problem, glance, bounds, todo, choices, limit, row, values)
        totals[:2] += counts[:2]
        if counts[2] == 0 and (found or last):
            better_found, counts = search(problem, aim, bounds, todo, choices, limit, row, values)
            totals[:2] += counts[:2]
            found = max(found, better_found)
        totals[2] = counts[2]
        if found or last:
            return found, limit, totals
    return 0, best, totals
