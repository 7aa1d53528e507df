"""Slow truth for the ports of the inner levels: walk the tiles of every step, add up the bits.

Rules, beyond those of tests.oracles.hierarchy_walk:
- A step is one turn of the loops above the lowest outermost cut. A port carries what belongs to
  the tiles that come in the step, what leaves with them included; the PEs carry sums in every pass,
  one read and one write each. The border with DRAM is not theirs.
- All instances of a level have equal shares, in whole bits, of what the level carries; instances
  are those that a whole tile uses.
- A port of b bytes per cycle takes ceil(bits / 8b) cycles, one of 0 none. Ports work side by side,
  and beside the PEs. The PEs wait for the ports of a fill by itself where the filled level does not
  hide it. Every fill of inputs and weights starts with the latency of the level that it comes from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from tests.oracles.hierarchy_grid import INDEXES, Grid
from tests.oracles.hierarchy_walk import PE, Level

OUTWARD = ("output", "input", "weight")


class Times(NamedTuple):
    """What one step takes, in cycles."""

    passes: int
    busy: int
    waits: int
    latency: int
    ports: tuple[int, ...]
    """At each port of the hierarchy; the busiest is `busy`."""


class Border(NamedTuple):
    """Two neighbouring levels of an operand, by their numbers in the hierarchy (-1: the PEs)."""

    operand: str
    lower: Level
    upper: Level
    numbers: tuple[int, int]


def borders_of(grid, mapping, chains, target):
    """All borders but those with DRAM."""
    found = []
    for operand in OUTWARD:
        slid = grid.sliding_loops() if target.hierarchy.slides and operand == "input" else 0
        lower, number = PE._replace(cut=slid), -1
        for (name, axes), cut in zip(chains[operand], mapping.cuts[operand], strict=True):
            if cut is not None:
                upper = Level(name, frozenset(axes), cut)
                other = target.level_names.index(name)
                found.append(Border(operand, lower, upper, (number, other)))
                lower, number = upper, other
    return found


def step_times(nest, mapping, chains, target):
    """List of Times, one per step."""
    grid = Grid(nest, mapping)
    lowest = min(mapping.outermost_cut(operand) for operand in OUTWARD)
    borders = borders_of(grid, mapping, chains, target)
    came = [None] * len(borders)
    steps = defaultdict(list)
    for index in grid.iterations():
        steps[index[lowest:]].append(index)
    found = []
    for indices in steps.values():
        fills = defaultdict(list)
        for index in indices:
            for number, border in enumerate(borders):
                sums = border.operand == "output" and border.numbers[0] < 0
                place = 0 if sums else grid.reload_from(border.operand, border.lower.cut)
                if index[place:] != came[number]:
                    came[number] = index[place:]
                    fills[number].append(index)
        visits = {borders[number]: own for number, own in fills.items()}
        found.append(times_of(nest, grid, target, visits, len(indices)))
    return found


def times_of(nest, grid, target, visits, passes):
    """Times of a step in which `visits`, dict border -> indices of its fills, come."""
    levels, rates = target.hierarchy.levels, target.hierarchy.port_bytes
    loads, waits, latency = Counter(), 0, 0
    for border, indices in visits.items():
        carried = carried_bits(nest, grid, border, indices)
        alone = Counter()
        for (side, way), bits in carried.items():
            level = levels[border.numbers[side]]
            shares = -(-bits // instances(nest, grid, border, side, indices[0]))
            alone[level.write_port if way == "write" else level.read_port, side, way] += shares
        for (port, _, _), bits in alone.items():
            loads[port] += bits
        lower, upper = border.numbers
        if lower >= 0 and not levels[lower].hides_fills:
            waits += max((cycles(bits, rates[port]) for (port, _, _), bits in alone.items()))
        latency += levels[upper].latency * (border.operand != "output")
    ports = tuple(cycles(loads[port], rate) for port, rate in enumerate(rates))
    return Times(passes, max(ports), waits, latency, ports)


def cycles(bits, rate):
    """Whole cycles of a port."""
    return -(-bits // (8 * rate)) if rate else 0


def instances(nest, grid, border, side, index):
    """Copies of one side's level that the first tile, as long as any, uses."""
    level = (border.lower, border.upper)[side]
    return len({grid.instance(pe, level.axes) for pe in grid.chunks(border.lower.cut, index)})


def carried_bits(nest, grid, border, indices):
    """Dict (0 lower or 1 upper level, read or write) -> bits of all its instances together."""
    carried = Counter()
    for index in indices:
        wide = held_by(grid, border, border.upper.axes, index)
        near = held_by(grid, border, border.lower.axes, index)
        if border.operand != "output":
            bits = nest.input_bits if border.operand == "input" else nest.weight_bits
            carried[1, "read"] += wide * bits
            if border.numbers[0] >= 0:
                carried[0, "write"] += near * bits
        elif border.numbers[0] < 0:
            carried[1, "read"] += wide * nest.accumulator_bits
            carried[1, "write"] += wide * nest.accumulator_bits
        else:
            add_visit(carried, nest, grid, border, index, (wide, near))
    return carried


def held_by(grid, border, axes, index):
    """Elements of the fill below a border, in all copies along `axes` together."""
    tiles = grid.tiles(border.operand, border.lower._replace(axes=axes), index)
    return sum(len(elements) for _, elements in tiles)


def add_visit(carried, nest, grid, border, index, sizes):
    """One visit of a tile of sums: back from above unless it is the first, then up."""
    wide, near = sizes
    first, last = is_first(grid, border, index), is_last(grid, border, index)
    if not first:
        carried[1, "read"] += wide * nest.accumulator_bits
        carried[0, "write"] += wide * nest.accumulator_bits
    one_above = last and used(grid, border, border.upper.axes, (0,) * len(index)) == 1
    one_below = one_above and used(grid, border, border.lower.axes, index) == 1
    carried[1, "write"] += wide * (nest.output_bits if one_above else nest.accumulator_bits)
    carried[0, "read"] += near * (nest.output_bits if one_below else nest.accumulator_bits)


def used(grid, border, axes, index):
    """Instances along `axes` that hold parts of one sum in the visit that starts at `index`."""
    keepers = defaultdict(set)
    for pe, parts in grid.chunks(border.lower.cut, index).items():
        output = tuple(parts[dim][0] for dim in INDEXES["output"])
        keepers[output].add(grid.instance(pe, axes))
    return max(len(keeper) for keeper in keepers.values())


def is_first(grid, border, index):
    """Whether no channel or tap came before."""
    return all(grid.block(dim, border.lower.cut, index).start == 0 for dim in "CRS")


def is_last(grid, border, index):
    """Whether the visit, with the loops during which the tile stays, ends the reduction."""
    stays = grid.reload_from("output", border.lower.cut)
    return all(grid.block(dim, stays, index).stop == grid.bounds[dim] for dim in "CRS")
