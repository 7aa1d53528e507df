"""numba: what chains of tiles are compared by: the value of a whole one, or of its least rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.jit import njit
from accelsim.mapper.chain_costs import copies_at, exact_cost, rates_of
from accelsim.mapper.chain_ports import port_loads
from accelsim.mapper.chain_state import ROW
from accelsim.mapper.chain_tables import times_over
from accelsim.mapper.objectives import objective_value, second_choice
from accelsim.schedule.border_kernels import RELEVANT
from accelsim.schedule.relevance import OUTPUT


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
def with_most_nodes(aim, most):
    """The same aim with another limit on points costed."""
    return Aim(
        aim.objective, aim.fixed_pj, aim.leakage_pj, aim.clock, aim.bandwidth, aim.latency,
        aim.serial, aim.max_steps, aim.prune, most, aim.lenient, aim.leader, aim.windows,
    )  # fmt: skip


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
def better(score, best):
    """Whether (objective, tie) beats the best."""
    return score[0] < best[0] or (score[0] == best[0] and score[1] < best[1])


@njit
def steps_at(problem, sizes):
    """Steps of a chain whose innermost outermost tile has these sizes."""
    nest, steps = problem.nest, 1
    for dim, bound in enumerate((nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q, nest.R, nest.S)):
        steps *= -(-bound // problem.tables.sizes[dim, sizes[dim]])
    return steps


@njit
def skewed_passes(problem, sizes):
    """Cycles of the PEs when every step has these sizes: a step that fills the array skews anew."""
    nest, tables, full = problem.nest, problem.tables, 1
    for dim, bound in enumerate((nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q, nest.R, nest.S)):
        size = tables.sizes[dim, sizes[dim]]
        full *= bound // size + (bound % size >= tables.sizes[dim, 0])
    return problem.passes + max(full - 1, 0) * problem.skew


@njit
def write_rates(row, rates):
    """Rates as a row float64[10]."""
    row[0], row[1], row[2] = rates.upper_pj, rates.lower_pj, rates.once_pj
    row[3], row[4] = rates.upper_bits, rates.once_bits
    row[5], row[6] = rates.read_upper, rates.write_upper
    row[7], row[8], row[9] = rates.fill_lower, rates.drain_lower, rates.once_back


@njit
def stays_until(state, depth, total, free):
    """Write the sizes at the first growth that moves a point's tile, maybe beyond later points."""
    operand = state.points[depth, 0]
    free[:] = state.points[depth, 9:17]
    for later in range(depth + 1, total):
        grown = state.points[later, 9:17]
        for dim in range(8):
            if RELEVANT[operand, dim] and grown[dim] > free[dim]:
                return
        free[:] = grown


@njit
def whole_value(problem, aim, state):
    """(objective, tie) of a whole chain, as its mapping has it.

    Tiles stay where a later point grows what does not move them; inputs and weights are counted.
    """
    total, energy, dram, waits, stepped = problem.points.sum(), 0.0, 0.0, 0.0, False
    loads, busy = state.loads[0].copy(), state.busy[0, 0]
    row, rate = np.empty(ROW, dtype=np.int64), np.empty(10)
    for depth in range(total):
        row[:] = state.points[depth]
        operand = row[0]
        point, free = state.starts[depth, operand], row[9:17]
        stays_until(state, depth, total, free)
        write_rates(rate, rates_of(problem, operand, point, row[1:9], 0.0))
        above, below = copies_at(problem, operand, point)
        times = np.array(
            [
                times_over(problem.tables, operand, above, free),
                times_over(problem.tables, operand, below, free),
            ]
        )
        if operand == OUTPUT:
            energy += rate[0] * times[0] + rate[1] * times[1] + rate[2]
            dram += rate[3] * times[0] + rate[4]
        else:
            pj, bits = exact_cost(problem, operand, point, row)
            energy += pj
            dram += bits
        longest, wait = port_loads(problem, operand, point, rate, times, loads)
        busy, waits = max(busy, longest), waits + wait
        if point == problem.points[operand] - 1 and not stepped:
            busy, stepped = max(busy, skewed_passes(problem, state.points[depth, 9:17])), True
    return value_of(problem, aim, energy, dram, busy, waits)
