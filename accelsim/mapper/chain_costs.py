"""numba: what one point of a chain of tiles costs: an operand's tile in one level.

Points of an operand count from the PEs: its first point is what the PEs hold (inputs and weights),
then its tile in each on-chip level of its chain. A point has sizes `at` its cut and sizes `free` at
the first relevant loop above, and costs what crosses the border to the next level outward.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.jit import njit
from accelsim.mapper.chain_tables import Tables, access_bits_of, elements_of, times_over
from accelsim.schedule.border_kernels import RELEVANT, bounds_of, repeats_over, tile_units
from accelsim.schedule.hierarchy import EVERY_PE, PE
from accelsim.schedule.nest import Nest
from accelsim.schedule.relevance import INPUT, OUTPUT, C, P, Q, R, S

CAPACITY, COPIES, ACCESS, DOUBLED, HIDES_FILLS, READ_PORT, WRITE_PORT = 0, 1, 2, 3, 4, 5, 6
"""Columns of a level table."""


class Problem(NamedTuple):
    """One operator on one layout of the array with one choice of levels."""

    nest: Nest
    layout: NDArray[np.int64]
    levels: NDArray[np.int64]
    chains: NDArray[np.int64]
    """int64[3, levels + 1]: levels of (output, input, weight) from the PE outward, then DRAM."""
    points: NDArray[np.int64]
    """int64[3]: points of each operand."""
    read_pj: NDArray[np.float64]
    write_pj: NDArray[np.float64]
    """Per bit, of every level."""
    first_sum: int
    passes: int
    """Cycles of the PEs in one step."""
    skew: int
    """Those of them that every further step takes again."""
    burst_bits: int
    ports: NDArray[np.int64]
    """int64[ports], bytes per cycle; 0 never waits."""
    tables: Tables


@njit
def ends_of(problem, operand, point):
    """(lower, upper) level of a point's border."""
    chain = problem.chains[operand]
    if operand == OUTPUT:
        return chain[point], chain[point + 1]
    lower = PE if point == 0 else chain[point - 1]
    return lower, chain[point]


class Rates(NamedTuple):
    """Cost of a point by how often its tile comes: per time seen by upper and lower instances.

    Port bits are those of one instance, at least: of the upper level's read and write ports per
    time above, of the lower level's write port per time above or below, of its read port per time
    below; zero at DRAM, whose fills hold no port.
    """

    upper_pj: float
    lower_pj: float
    once_pj: float
    upper_bits: float
    """DRAM bits per time."""
    once_bits: float
    read_upper: float
    write_upper: float
    fill_lower: float
    """Per time below; of outputs, whose sums come back, per time above."""
    drain_lower: float
    once_back: float
    """What is left out of the reads and fills of sums, at the first visit."""


@njit
def rounding_at(problem, level):
    """Bits that an access of a level is rounded up to: whole bursts at DRAM."""
    dram = problem.levels.shape[0] - 1
    return problem.burst_bits if level == dram else problem.levels[level, ACCESS]


@njit
def without_rounding(problem):
    """The same problem where an access moves any number of bits."""
    levels = problem.levels.copy()
    levels[:, ACCESS] = 1
    return Problem(
        problem.nest, problem.layout, levels, problem.chains, problem.points, problem.read_pj,
        problem.write_pj, problem.first_sum, problem.passes, problem.skew, 1, problem.ports,
        problem.tables,
    )  # fmt: skip


@njit
def instances_of(problem, copies):
    """Most instances along `copies` that the layout uses."""
    total = 1.0
    for axis in range(3):
        if copies >> axis & 1:
            for dim in range(8):
                total *= problem.layout[axis, dim]
    return total


@njit
def operand_rates(problem, operand, point, at, elements):
    """Rates of an input's or weight's point; elements: of all its tiles, 0 for those `at` gives."""
    lower, upper = ends_of(problem, operand, point)
    nest, tables, levels = problem.nest, problem.tables, problem.levels
    bits = nest.input_bits if operand == INPUT else nest.weight_bits
    total, tile, share = elements_of(
        nest, problem.layout, tables, operand, levels[upper, COPIES], at
    )
    if elements > 0:
        total, share = elements, 0.0
    moved = access_bits_of(total, tile, share, bits, rounding_at(problem, upper))
    total_bits, near_bits, filled = total * bits, 0.0, 0.0
    if lower != PE:
        total, tile, share = elements_of(
            nest, problem.layout, tables, operand, levels[lower, COPIES], at
        )
        if elements > 0:
            total, share = elements, 0.0
        filled = access_bits_of(total, tile, share, bits, levels[lower, ACCESS])
        filled *= problem.write_pj[lower]
        near_bits = total * bits
    if upper == levels.shape[0] - 1:
        return Rates(
            moved * problem.read_pj[upper], filled, 0.0, moved, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        )
    above = total_bits / instances_of(problem, levels[upper, COPIES])
    below = near_bits / instances_of(problem, levels[lower, COPIES]) if lower != PE else 0.0
    return Rates(moved * problem.read_pj[upper], filled, 0.0, 0.0, 0.0, above, 0.0, below, 0.0, 0.0)


@njit
def output_rates(problem, point, at):
    """Rates of a point of the output: all visits but the last at accumulator precision.

    Every visit but the first brings its sums back from above, and, where sums start as zeros that
    nobody reads, the PEs read less by as much as was drained and did not come back.
    """
    lower, upper = ends_of(problem, OUTPUT, point)
    nest, tables, levels = problem.nest, problem.tables, problem.levels
    wide, near = levels[upper, COPIES], levels[lower, COPIES]
    total, tile, share = elements_of(nest, problem.layout, tables, OUTPUT, wide, at)
    _, part, part_share = elements_of(nest, problem.layout, tables, OUTPUT, near, at)
    first = tables.first[wide]
    new = float(first[C] * first[R] * first[S])
    sums, done = nest.accumulator_bits, nest.output_bits
    reach, take = rounding_at(problem, upper), levels[lower, ACCESS]
    full = access_bits_of(total, tile, share, sums, reach)
    last = access_bits_of(total, tile, share, done, reach)
    full_part = access_bits_of(total, part, part_share, sums, take)
    last_part = access_bits_of(total, part, part_share, done, take)
    write_up, read_up = problem.write_pj[upper], problem.read_pj[upper]
    read_low, write_low = problem.read_pj[lower], problem.write_pj[lower]
    upper_pj = full * (write_up + read_up) + full_part * write_low
    lower_pj = full_part * read_low
    once = (last - full) * write_up + (last_part - full_part) * read_low
    once -= new * (full * read_up + full_part * write_low)
    if point == 0 and problem.first_sum == 0:
        lower_pj -= full_part * read_low
        upper_pj += full_part * read_low
        once -= new * full_part * read_low
    if upper == levels.shape[0] - 1:
        dram_once = last - full - new * full
        return Rates(upper_pj, lower_pj, once, 2.0 * full, dram_once, 0.0, 0.0, 0.0, 0.0, 0.0)
    above = total * sums / instances_of(problem, wide)
    below = total * sums / instances_of(problem, near)
    return Rates(upper_pj, lower_pj, once, 0.0, 0.0, above, above, below, below, new)


@njit
def rates_of(problem, operand, point, at, elements):
    """Rates of a point whose tile has sizes `at` at its cut."""
    if operand == OUTPUT:
        return output_rates(problem, point, at)
    return operand_rates(problem, operand, point, at, elements)


@njit
def exact_cost(problem, operand, point, row):
    """(pJ, DRAM bits) of an input's or weight's point, a row of a chain, each tile rounded up."""
    lower, upper = ends_of(problem, operand, point)
    nest, sizes = problem.nest, problem.tables.sizes
    at, free = np.empty(8, dtype=np.int64), np.empty(8, dtype=np.int64)
    for dim in range(8):
        at[dim], free[dim] = sizes[dim, row[1 + dim]], sizes[dim, row[9 + dim]]
    width = nest.input_bits if operand == INPUT else nest.weight_bits
    energy, dram = 0.0, 0.0
    for level, price in ((upper, problem.read_pj[upper]), (lower, problem.write_pj[lower])):
        if level != PE:
            copies, access = problem.levels[level, COPIES], rounding_at(problem, level)
            units = tile_units(nest, operand, at, problem.layout, copies, width, access)
            units *= repeats_over(operand, at, free, problem.layout, copies, bounds_of(nest))
            energy += price * units * access
            if level == problem.levels.shape[0] - 1:
                dram = float(units * access)
    return energy, dram


@njit
def copies_at(problem, operand, point):
    """(upper, lower) masks of the copies at a point's border."""
    lower, upper = ends_of(problem, operand, point)
    below = EVERY_PE if lower == PE else problem.levels[lower, COPIES]
    return problem.levels[upper, COPIES], below


@njit
def least_windows(problem, point):
    """Fewest elements of all tiles of an input's point, whatever tiles its level has room for.

    Whole windows are fewest only where they have no holes: taps apart skip what lies between them.
    """
    lower, upper = ends_of(problem, INPUT, point)
    tables, nest = problem.tables, problem.nest
    copies = problem.levels[upper, COPIES]
    at = np.zeros(8, dtype=np.int64)
    dense = nest.stride_h <= nest.R and (nest.dilation_h == 1 or nest.R == 1)
    dense &= nest.stride_w <= nest.S and (nest.dilation_w == 1 or nest.S == 1)
    if lower != PE and dense:
        for dim in (P, Q, R, S):
            at[dim] = tables.count[dim] - 1
        near = problem.levels[lower, COPIES]
        _, tile, _ = elements_of(nest, problem.layout, tables, INPUT, near, at)
        if tile * nest.input_bits <= problem.levels[lower, CAPACITY]:
            return elements_of(nest, problem.layout, tables, INPUT, copies, at)[0]
    least = np.inf
    for p in range(tables.count[P] if lower != PE else 1):
        for r in range(tables.count[R] if lower != PE else 1):
            for q in range(tables.count[Q] if lower != PE else 1):
                for s in range(tables.count[S] if lower != PE else 1):
                    at[P], at[Q], at[R], at[S] = p, q, r, s
                    if lower != PE:
                        near = problem.levels[lower, COPIES]
                        _, tile, _ = elements_of(nest, problem.layout, tables, INPUT, near, at)
                        if tile * nest.input_bits > problem.levels[lower, CAPACITY]:
                            continue
                    total, _, _ = elements_of(nest, problem.layout, tables, INPUT, copies, at)
                    least = min(least, total)
    return least


@njit
def claimed_bits(problem, operand, point, at, revisited):
    """(level, bits) that a point's tile claims of one instance.

    Level PE: bits is 1 where the tile is more than the one element that a PE holds, else 0.
    revisited: whether unfinished sums rest in the level.
    """
    lower, _ = ends_of(problem, operand, point)
    if lower == PE:
        grown = 0
        for dim in range(8):
            if RELEVANT[operand, dim] and at[dim] > 0:
                grown = 1
        return lower, grown
    nest, tables = problem.nest, problem.tables
    copies = problem.levels[lower, COPIES]
    _, tile, _ = elements_of(nest, problem.layout, tables, operand, copies, at)
    bits = nest.input_bits if operand == INPUT else nest.weight_bits
    if operand == OUTPUT:
        bits = nest.accumulator_bits if revisited else nest.output_bits
    size = -(-int(tile) * bits // 8) * 8
    if problem.levels[lower, DOUBLED]:
        for dim in range(8):
            if RELEVANT[operand, dim] and tables.sizes[dim, at[dim]] < bound_of(nest, dim):
                return lower, 2 * size
    return lower, size


@njit
def bound_of(nest, dim):
    """Bound of a loop dimension."""
    return (nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q, nest.R, nest.S)[dim]


@njit
def accumulation_cost(problem):
    """pJ of the sums that the PEs read and write at the innermost output level in every pass."""
    nest, tables = problem.nest, problem.tables
    level = problem.chains[OUTPUT, 0]
    copies = problem.levels[level, COPIES]
    base = np.zeros(8, dtype=np.int64)
    total, tile, share = elements_of(nest, problem.layout, tables, OUTPUT, copies, base)
    moved = times_over(tables, OUTPUT, copies, base) * access_bits_of(
        total, tile, share, nest.accumulator_bits, problem.levels[level, ACCESS]
    )
    return moved * (problem.read_pj[level] + problem.write_pj[level])
