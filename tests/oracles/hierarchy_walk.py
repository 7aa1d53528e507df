"""Slow truth for accesses in any memory hierarchy: walk every loop, enumerate every PE, keep sets.

Nothing here shares code with accelsim.schedule or accelsim.traffic. It reads a Mapping as the
design words it: temporal loops are counters, spatial loops are coordinates of PEs, tiles are sets
of elements. Operators of the PE array only (one input tensor, one weight tensor).

Rules:
- A block is the range of a dimension inside one tile. With s PEs on that dimension every PE takes
  a contiguous chunk of ceil(length / s); where the dimension lies on several axes, rows are the
  outermost digit of the PE's index, then cols, then planes. A PE with an empty chunk idles.
- An instance of a level holds what the chunks of its PEs cover. The inputs of consecutive outputs
  and taps are the box from the first position to the last, clipped to the map.
- A tile is loaded when a loop at or outside the innermost relevant loop above its cut advanced,
  also the first time. A loop with one iteration is no loop.
- An element that several instances below one upper instance want is read once (multicast), and
  written into each of them. Sums go up the same way: read from each, written once (reduced).
- A visit of an output tile ends with its sums going up; every visit but the first brings them back,
  into one instance of those that add up the same sum. The others start from zero.
- What stays through loops that do not index it lies where the first iteration puts it.
- A sum is finished, at output precision, when all of its MACs are done and one instance has them
  all. Else an instance passes a part on, at accumulator precision.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

from tests.oracles.hierarchy_grid import AXES, DIMS, INDEXES, Grid


class Counts(NamedTuple):
    """Elements over the whole operator and all instances of a level."""

    written_from_above: int
    read_to_below: int
    written_from_below: int
    read_to_above: int


@dataclass
class Record:
    """Accesses of one operand at one level, one number of elements per fill and instance.

    `fills` of its own tile; `passes` of the PEs, at the innermost level of the output. Reads of
    the PEs that `zero_starts` counts are those that `read_to_below` lists and `counts` leaves out.

    An entry of the lists about `above` belongs to one instance of this level in one fill (or
    visit) of its own tile. An entry about `below` belongs to one instance of this level in one
    fill of the tile below, or for sums of the PEs in one iteration. `final_*` hold what moves at
    output precision: the last visit of a tile, and the write of a PE that completes an output;
    the lists beside them are then partial sums only, at accumulator precision.
    """

    fills: int = 0
    passes: int = 0
    written_from_above: list = field(default_factory=list)
    read_to_below: list = field(default_factory=list)
    written_from_below: list = field(default_factory=list)
    read_to_above: list = field(default_factory=list)
    final_written_from_below: list = field(default_factory=list)
    final_read_to_above: list = field(default_factory=list)
    zero_starts: int = 0

    @property
    def counts(self):
        """Totals; partial and final sums together."""
        return Counts(
            sum(self.written_from_above),
            sum(self.read_to_below) - self.zero_starts,
            sum(self.written_from_below) + sum(self.final_written_from_below),
            sum(self.read_to_above) + sum(self.final_read_to_above),
        )


class Level(NamedTuple):
    """One memory of an operand's chain: copies along `axes`, `cut` temporal loops in its tile."""

    name: str
    axes: frozenset
    cut: int | None = None


PE = Level("pe", frozenset(AXES), 0)
DRAM = Level("dram", frozenset())


def accesses(nest, mapping, chains, first_sum="skip", *, slides=False, boxes=False):
    """Dict (operand, level name) -> Record, with the levels "dram" and, as reader, "pe".

    chains: operand -> ((level name, axes along which the level has copies), ...), from the PE
    outward, without DRAM; mapping.cuts[operand] has one entry for each, None where bypassed.
    first_sum "read": the first partial sum of an output is read too, as a zero. slides: the PEs
    keep the window of inputs along which the innermost loops over Q slide. boxes: inputs are read
    as the box that all readers span together, with what lies between their own boxes.
    """
    grid = Grid(nest, mapping)
    records = defaultdict(Record)
    boundaries = []
    for operand, chain in chains.items():
        levels = [
            Level(name, frozenset(axes), cut)
            for (name, axes), cut in zip(chain, mapping.cuts[operand], strict=True)
            if cut is not None
        ]
        if operand != "output":
            slid = grid.sliding_loops() if slides and operand == "input" else 0
            levels.insert(0, PE._replace(cut=slid))
        for lower, upper in zip(levels, [*levels[1:], DRAM], strict=True):
            sides = records[operand, lower.name], records[operand, upper.name]
            boundaries.append(Boundary(grid, operand, (lower, upper), sides, boxes=boxes))
        if operand == "output":
            adder = Adder(grid, levels[0], records[operand, levels[0].name])
    for index in grid.iterations():
        for boundary in boundaries:
            boundary.enter(index, adder.sums)
        assert_in_every_level(boundaries, adder.compute(index), slides)
    for boundary in boundaries:
        boundary.leave(adder.sums)
    assert len(adder.macs) == prod(grid.bounds.values())
    if first_sum == "skip":
        adder.leave_out_zeros()
    return dict(records)


def assert_in_every_level(boundaries, outputs, slides):
    """What the PEs use in this iteration lies in the tile that each level holds now.

    Not so for inputs that the PEs keep while they slide: their window may exceed the level's tile.
    """
    used = {"output": outputs}
    used |= {
        boundary.operand: boundary.tile() for boundary in boundaries if boundary.lower.name == "pe"
    }
    for boundary in boundaries:
        if not (slides and boundary.operand == "input"):
            assert used[boundary.operand] <= boundary.tile()


class Boundary:
    """Two neighbouring levels of one operand: what fills of the lower one move between them."""

    def __init__(self, grid, operand, levels, records, *, boxes):
        self.grid, self.operand, self.boxes = grid, operand, boxes
        self.lower, self.upper = levels
        self.below, self.above = records
        self.reload_from = grid.reload_from(operand, self.lower.cut)
        self.position = None
        self.held = []
        self.wanted = {}
        self.keepers = defaultdict(set)

    def enter(self, index, sums):
        """Change the tile if the loops that move it advanced."""
        if index[self.reload_from :] == self.position:
            return
        if self.position is not None:
            self.leave(sums)
        self.position = index[self.reload_from :]
        self.held = self.grid.tiles(self.operand, self.lower, index)
        self.wanted = defaultdict(set)
        together = self.lower._replace(axes=self.upper.axes)
        readers = self.grid.tiles(self.operand, together, index) if self.boxes else self.held
        for pe, wanted in readers:
            self.wanted[self.grid.instance(pe, self.upper.axes)] |= wanted
        self.below.fills += 1
        if self.operand != "output":
            self.below.written_from_above += self.in_each_copy()
            self.above.read_to_below += self.once_per_upper_copy()
        elif self.was_here(sums):
            self.below.written_from_above += self.in_one_copy()
            self.above.read_to_below += self.once_per_upper_copy()

    def leave(self, sums):
        """Sums go up; other operands are forgotten."""
        if self.operand != "output":
            return
        for instance, elements in self.wanted.items():
            for element in elements:
                self.keepers[element].add(instance)
        complete = self.complete(sums)
        arrived = complete and self.single(self.keepers)
        if arrived and self.single(self.holders()):
            self.below.final_read_to_above += self.in_each_copy()
        else:
            self.below.read_to_above += self.in_each_copy()
        if arrived:
            self.above.final_written_from_below += self.once_per_upper_copy()
        else:
            self.above.written_from_below += self.once_per_upper_copy()

    def holders(self):
        """Dict sum -> instances of the lower level that hold a part of it now."""
        found = defaultdict(set)
        for number, (_, held) in enumerate(self.held):
            for element in held:
                found[element].add(number)
        return found

    def single(self, instances):
        """Whether one instance has a part of a sum of the tile: so for all of them, or none."""
        alone = {len(instances[element]) == 1 for element in self.tile()}
        assert len(alone) == 1
        return alone.pop()

    def tile(self):
        """What all instances of the lower level hold together."""
        return set().union(*(held for _, held in self.held))

    def in_each_copy(self):
        """Elements in every active instance of the lower level."""
        return [len(held) for _, held in self.held]

    def in_one_copy(self):
        """Elements that come back, each to one of the instances that add up the same sum."""
        given, sizes = defaultdict(set), []
        for pe, held in self.held:
            instance = self.grid.instance(pe, self.upper.axes)
            sizes.append(len(held - given[instance]))
            given[instance] |= held
        return [size for size in sizes if size]

    def once_per_upper_copy(self):
        """Distinct elements below every instance of the upper level."""
        return [len(wanted) for wanted in self.wanted.values()]

    def was_here(self, sums):
        """Whether the output tile was here before: all of its sums have begun, or none has."""
        begun = {sums[element] > 0 for element in self.tile()}
        assert len(begun) == 1
        return begun.pop()

    def complete(self, sums):
        """Whether all MACs of the tile's sums are done: of all of them, or of none."""
        done = {sums[element] == self.grid.whole for element in self.tile()}
        assert len(done) == 1
        return done.pop()


class Adder:
    """The PEs: one MAC each per iteration, on a sum of the innermost output level."""

    def __init__(self, grid, level, record):
        self.grid, self.level, self.record = grid, level, record
        self.sums = Counter()
        self.macs = set()

    def compute(self, index):
        """Read, add to, write the distinct sums of each innermost instance; the outputs touched."""
        updated = defaultdict(set)
        for pe, parts in self.grid.chunks(0, index).items():
            assert all(len(part) == 1 for part in parts.values())
            mac = tuple(parts[dim][0] for dim in DIMS)
            assert mac not in self.macs
            self.macs.add(mac)
            output = tuple(parts[dim][0] for dim in INDEXES["output"])
            self.sums[output] += 1
            updated[self.grid.instance(pe, self.level.axes)].add(output)
        self.record.passes += 1
        for outputs in updated.values():
            done = sum(1 for output in outputs if self.sums[output] == self.grid.whole)
            self.record.read_to_below.append(len(outputs))
            self.record.written_from_below.append(len(outputs) - done)
            self.record.final_written_from_below.append(done)
        return set().union(*updated.values())

    def leave_out_zeros(self):
        """A sum that an instance has, but did not get back at the visit, started from zero."""
        drained = sum(self.record.read_to_above) + sum(self.record.final_read_to_above)
        zeros = drained - sum(self.record.written_from_above)
        assert 0 <= zeros <= sum(self.record.read_to_below)
        self.record.zero_starts = zeros
