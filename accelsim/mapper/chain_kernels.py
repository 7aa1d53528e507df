"""numba: branch and bound over chains of tiles.

A mapping with loops on the axes is a chain: starting from what lies on the array, each operand's
tile in each level is a point; between two points only dimensions grow that the inner point's
operand does not have, so that its tile stays meanwhile (inputs may also grow along the map, which
saves halo). The cost of a point depends on the sizes at its cut and at the next point only, so
costs add up, and what any rest of the chain costs at least is known from smaller problems
(docs/model.md, "The chain").
"""

from __future__ import annotations

import numpy as np

from accelsim.jit import njit
from accelsim.mapper.chain_costs import claimed_bits, rates_of
from accelsim.mapper.chain_ports import port_loads
from accelsim.mapper.chain_state import (
    GROWER,
    LAST,
    MOST_POINTS,
    REVISITED,
    STEPPED,
    TRIVIAL,
    descend,
    has_room,
    new_state,
    remember,
    rest_table,
    same_sizes,
)
from accelsim.mapper.chain_values import (
    better,
    skewed_passes,
    steps_at,
    value_of,
    whole_value,
    write_rates,
)
from accelsim.mapper.objectives import BY_ENERGY
from accelsim.schedule.hierarchy import PE
from accelsim.schedule.relevance import INPUT


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
        if aim.prune and not better((value, second), best):
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
        if outermost and not marks[STEPPED] and not aim.lenient:
            busy = max(busy, skewed_passes(problem, free))
            value, second = value_of(problem, aim, energy + rest[0], dram + rest[1], busy, waits)
            if steps_at(problem, free) > aim.max_steps or (
                aim.prune and not better((value, second), best)
            ):
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
        elif better((value, second), best):
            if not aim.lenient:
                value, second = whole_value(problem, aim, state)
            if not better((value, second), best):
                counts[1] += 1
            elif only_one:
                best[0], best[1] = value, second
                rows[0, :total] = state.points[:total]
                values[0, 0], values[0, 1], values[0, 2] = value, second, total
                found = 1
            else:
                counts[3] |= found == rows.shape[0]
                found = remember(rows, values, found, state.points, total, (value, second))
    return found, counts
