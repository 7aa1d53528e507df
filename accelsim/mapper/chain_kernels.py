"""numba: branch and bound over chains of tiles.

A mapping with loops on the axes is a chain: starting from what lies on the array, each operand's
tile in each level is a point; between two points only dimensions grow that the inner point's
operand does not have, so that its tile stays meanwhile (inputs may also grow along the map, which
saves halo). The cost of a point depends on the sizes at its cut and at the next point only, so
costs add up, and what any rest of the chain costs at least is known from smaller problems
(docs/model.md, "The chain").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.jit import njit
from accelsim.mapper.chain_choices import choices_of
from accelsim.mapper.chain_costs import (
    claimed_bits,
    copies_at,
    least_windows,
    port_loads,
    rates_of,
)
from accelsim.mapper.chain_state import (
    GROWER,
    LAST,
    MOST_POINTS,
    REVISITED,
    ROW,
    STEPPED,
    TRIVIAL,
    Bounds,
    descend,
    has_room,
    new_state,
    remember,
    rest_of,
    rest_table,
    same_sizes,
)
from accelsim.mapper.chain_tables import times_over
from accelsim.mapper.objectives import BY_DRAM_BYTES, BY_ENERGY, objective_value, second_choice
from accelsim.schedule.hierarchy import PE
from accelsim.schedule.relevance import INPUT, OUTPUT

ANY, RELAXED = 2**62, 20_000
"""Steps without a limit; points costed to find out what a part of a chain costs at least."""


class Aim(NamedTuple):
    """What chains are compared by."""

    objective: int
    fixed_pj: float
    """Work and accumulation."""
    leakage_pj: float
    clock: int
    bandwidth: int
    """Cycles per byte of the DRAM channel, as a fraction."""
    latency: int
    """Cycles of a first load and a last store."""
    serial: int
    """1: nothing is double-buffered, so that loads, work and stores follow each other."""
    max_steps: int
    prune: int
    most_nodes: int
    lenient: int
    """1: inputs cost as if their tiles were the best for their level."""
    leader: int
    """Operand that must stay while the innermost loops run; -1: any."""
    windows: NDArray[np.float64]
    """float64[points]: fewest elements of an input's tiles at each of its points."""


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
def channel_cycles(bits, aim):
    """Cycles that DRAM bits hold the channel at least."""
    return int(bits / 8.0 * aim.clock / aim.bandwidth)


@njit
def value_of(problem, aim, energy, dram_bits, busy, waits):
    """(objective, tie) of a chain of this energy, traffic, busiest port and waits, at least."""
    channel, work = channel_cycles(dram_bits, aim), max(problem.passes, int(busy)) + int(waits)
    cycles = work + channel if aim.serial else max(work, channel)
    cycles += aim.latency
    pj = aim.fixed_pj + energy + cycles * aim.leakage_pj
    moved = dram_bits / 8.0
    return (
        objective_value(aim.objective, pj, cycles, moved),
        second_choice(aim.objective, pj, cycles, moved),
    )


@njit
def reaches(tables, dim, current, wanted):
    """Whether whole trips lead from one size of a dimension to another, or to its bound."""
    if wanted < current:
        return False
    if wanted == current or wanted == tables.count[dim] - 1:
        return True
    return tables.sizes[dim, wanted] % tables.sizes[dim, current] == 0


@njit
def grow_own(tables, current, choice, at):
    """Sizes at the cut; False where loops cannot grow to the choice."""
    for dim in range(8):
        at[dim] = current[dim]
        if choice[dim] >= 0:
            if not reaches(tables, dim, current[dim], choice[dim]):
                return False
            at[dim] = choice[dim]
    return True


@njit
def grow_rest(tables, at, choice, free):
    """Sizes at the next point; False where loops cannot grow to the choice."""
    for dim in range(8):
        free[dim] = at[dim]
        if choice[8 + dim] >= 0:
            if not reaches(tables, dim, at[dim], choice[8 + dim]):
                return False
            free[dim] = choice[8 + dim]
    return True


@njit
def steps_at(problem, sizes):
    """Steps of a chain whose innermost outermost tile has these sizes."""
    nest, steps = problem.nest, 1
    for dim, bound in enumerate((nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q, nest.R, nest.S)):
        steps *= -(-bound // problem.tables.sizes[dim, sizes[dim]])
    return steps


@njit
def useless(operand, previous, was_trivial, grower, outermost):
    """Whether a point that does not grow stands where it could as well stand earlier.

    Growth by another operand only makes a tile larger, but inputs share more of their windows, and
    larger outermost tiles make fewer steps. Among points that do not grow the order of operands
    decides.
    """
    if was_trivial and previous >= 0 and operand < previous:
        return True
    return operand != INPUT and not outermost and grower >= 0 and grower != operand


@njit
def search(problem, aim, bounds, todo, choices, best, rows, values):
    """Chains of the points `todo` int64[2, 3] (first and one past the last of each operand).

    best: float64[2], objective and tie to beat; it falls with every chain found where the table of
    rows int64[n, points, ROW] and values float64[n, 3] holds one. Returns (chains written down,
    counts int64[4]: points costed, branches left out, 1 if all was searched, 1 if chains were
    dropped from a full table).
    """
    tables, levels = problem.tables, problem.levels
    table = rest_table(bounds, todo)
    state = new_state(problem, table, todo)
    depth, found, only_one = 0, 0, rows.shape[0] == 1
    counts = np.zeros(4, dtype=np.int64)
    counts[2] = 1
    total = todo[1].sum() - todo[0].sum()
    cursor = np.zeros((MOST_POINTS + 1, 2), dtype=np.int64)
    ats = np.zeros((MOST_POINTS + 1, 8), dtype=np.int64)
    claims = np.zeros((MOST_POINTS + 1, 2), dtype=np.int64)
    usable = np.zeros(MOST_POINTS + 1, dtype=np.bool_)
    rates = np.zeros((MOST_POINTS + 1, 10))
    timed = problem.ports.max() > 0 and aim.objective != BY_ENERGY and not aim.lenient
    free = np.zeros(8, dtype=np.int64)
    while depth >= 0:
        operand, number = cursor[depth, 0], cursor[depth, 1]
        if operand == 3:
            depth -= 1
            continue
        own = state.starts[depth, operand]
        options = choices[operand]
        alone = operand != INPUT and total - depth == todo[1][operand] - own
        done = own == todo[1][operand] or number >= options.table.shape[0]
        if done or (alone and number > 0):
            cursor[depth, 0], cursor[depth, 1] = operand + 1, 0
            continue
        if number == 0 and operand == INPUT and own == 0:
            number = options.table.shape[0] - options.block  # a PE's one element cannot grow
        cursor[depth, 1] = number + 1
        choice, at = options.table[number], ats[depth]
        if number % options.block == 0:
            usable[depth] = grow_own(tables, state.sizes[depth], choice, at)
            if usable[depth]:
                level, bits = claimed_bits(problem, operand, own, at, state.marks[depth, REVISITED])
                room = 0 if level == PE else levels[level, 0] - state.taken[depth, level]
                usable[depth] = bits <= room
                counts[1] += not usable[depth]
                claims[depth, 0], claims[depth, 1] = level, bits
            if usable[depth]:
                least = aim.lenient and operand == INPUT
                write_rates(
                    rates[depth],
                    rates_of(problem, operand, own, at, aim.windows[own] if least else 0.0),
                )
        if not usable[depth]:
            cursor[depth, 1] = number - number % options.block + options.block
            continue
        times = options.times[own, number]
        rate, rest = rates[depth], state.rest[depth, operand]
        energy = state.spent[depth, 0] + rate[0] * times[0] + rate[1] * times[1] + rate[2]
        dram = state.spent[depth, 1] + rate[3] * times[0] + rate[4]
        counts[0] += 1
        busy, waits = state.busy[depth, 0], state.busy[depth, 1]
        if timed:
            state.loads[depth + 1] = state.loads[depth]
            longest, wait = port_loads(problem, operand, own, rate, times, state.loads[depth + 1])
            busy, waits = max(busy, longest), waits + wait
        value, second = value_of(problem, aim, energy + rest[0], dram + rest[1], busy, waits)
        if aim.prune and (value > best[0] or (value == best[0] and second >= best[1])):
            counts[1] += 1
            cursor[depth, 1] = number - number % options.block + options.block
            continue
        if alone:
            for dim in range(8):
                free[dim] = at[dim] if choice[8 + dim] < 0 else tables.count[dim] - 1
        elif not grow_rest(tables, at, choice, free):
            continue
        same = same_sizes(free, state.sizes[depth])
        marks = state.marks[depth]
        if not same and marks[GROWER] < 0 and aim.leader >= 0 and operand != aim.leader:
            continue
        outermost = own == problem.points[operand] - 1
        if same and useless(operand, marks[LAST], marks[TRIVIAL], marks[GROWER], outermost):
            continue
        if counts[0] > aim.most_nodes:
            counts[2] = 0
            return found, counts
        if outermost and not marks[STEPPED] and steps_at(problem, free) > aim.max_steps:
            counts[1] += 1
            continue
        point = state.points[depth]
        point[0], point[1:9], point[9:17] = operand, at, free
        if depth + 1 < total:
            descend(
                problem, table, todo, state, depth, operand, free, same,
                (claims[depth, 0], claims[depth, 1]), (energy, dram),
            )  # fmt: skip
            state.busy[depth + 1, 0], state.busy[depth + 1, 1] = busy, waits
            if has_room(problem, todo, state, depth + 1):
                depth += 1
                cursor[depth, 0], cursor[depth, 1] = 0, 0
            else:
                counts[1] += 1
        elif not only_one:
            counts[3] |= found == rows.shape[0]
            found = remember(rows, values, found, state.points, total, (value, second))
        elif value < best[0] or (value == best[0] and second < best[1]):
            best[0], best[1] = value, second
            rows[0, :total] = state.points[:total]
            values[0, 0], values[0, 1], values[0, 2] = value, second, total
            found = 1
    return found, counts


@njit
def write_rates(row, rates):
    """Rates as a row float64[10]."""
    row[0], row[1], row[2] = rates.upper_pj, rates.lower_pj, rates.once_pj
    row[3], row[4] = rates.upper_bits, rates.once_bits
    row[5], row[6] = rates.read_upper, rates.write_upper
    row[7], row[8], row[9] = rates.fill_lower, rates.drain_lower, rates.once_back


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
    the array, and inputs are fetched over as little as their level allows. all_sets 0: only those
    that a root needs, of all operands together.
    """
    windows, least = leasts_of(problem)
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
                _, counts = search(problem, part, single, todo, choices, best, rows, values)
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
    branches are never entered.
    """
    todo = np.zeros((2, 3), dtype=np.int64)
    todo[1] = problem.points
    values = np.zeros((1, 3))
    root, _ = root_value(problem, aim, bounds)
    totals = np.zeros(3, dtype=np.int64)
    for slack in (1e-9, 1e-3, 1e-2, 0.03, 0.1, 0.3, 1.0, np.inf):
        limit = np.array([root * (1.0 + slack), np.inf])
        last = limit[0] >= best[0]
        if last:
            limit[0], limit[1] = best
        found, counts = search(problem, aim, bounds, todo, choices, limit, row, values)
        totals[0] += counts[0]
        totals[1] += counts[1]
        totals[2] = counts[2]
        if found or last or counts[2] == 0:
            return found, limit, totals
    return 0, best, totals
