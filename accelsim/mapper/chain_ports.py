"""numba: how long the points of a chain of tiles hold the ports of the inner levels, at least."""

from __future__ import annotations

import numpy as np

from accelsim.jit import njit
from accelsim.mapper.chain_costs import (
    COPIES,
    HIDES_FILLS,
    READ_PORT,
    WRITE_PORT,
    ends_of,
    instances_of,
)
from accelsim.mapper.chain_tables import elements_of, times_over
from accelsim.schedule.hierarchy import PE
from accelsim.schedule.relevance import OUTPUT


@njit
def port_time(problem, port, bits):
    """Cycles that bits hold a port."""
    rate = problem.ports[port]
    return bits / (8.0 * rate) if rate > 0 else 0.0


@njit
def accumulation_loads(problem, loads):
    """Add the bits that one instance of the innermost output level carries in all passes."""
    nest, level = problem.nest, problem.chains[OUTPUT, 0]
    copies = problem.levels[level, COPIES]
    base = np.zeros(8, dtype=np.int64)
    total, _, _ = elements_of(nest, problem.layout, problem.tables, OUTPUT, copies, base)
    moved = times_over(problem.tables, OUTPUT, copies, base) * total * nest.accumulator_bits
    moved /= instances_of(problem, copies)
    loads[problem.levels[level, READ_PORT]] += moved
    loads[problem.levels[level, WRITE_PORT]] += moved


@njit
def port_loads(problem, operand, point, rates, times, loads):
    """Add a point's bits to loads float64[ports].

    Sums leave at output precision on their last visit. Returns the cycles of the busiest port it
    uses, and those that the PEs wait for its fills.
    """
    lower, upper = ends_of(problem, operand, point)
    if upper == problem.levels.shape[0] - 1:
        return 0.0, 0.0
    out, into = problem.levels[upper, READ_PORT], problem.levels[upper, WRITE_PORT]
    first, less = rates[9], 1.0 - problem.nest.output_bits / problem.nest.accumulator_bits
    read, written = rates[5] * (times[0] - first), rates[6] * (times[0] - less)
    loads[out] += read
    loads[into] += written
    busy = max(port_time(problem, out, loads[out]), port_time(problem, into, loads[into]))
    if lower == PE:
        return busy, 0.0
    fill, drain = problem.levels[lower, WRITE_PORT], problem.levels[lower, READ_PORT]
    filled = rates[7] * (times[0] - first if operand == OUTPUT else times[1])
    drained = rates[8] * (times[1] - less)
    loads[fill] += filled
    loads[drain] += drained
    busy = max(busy, port_time(problem, fill, loads[fill]), port_time(problem, drain, loads[drain]))
    if problem.levels[lower, HIDES_FILLS]:
        return busy, 0.0
    return busy, max(
        port_time(problem, out, read),
        port_time(problem, into, written),
        port_time(problem, fill, filled),
        port_time(problem, drain, drained),
    )
