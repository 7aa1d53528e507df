"""Which PE and which memory instance has which elements: the part of the walk that knows the loops.

Helper of tests.oracles.hierarchy_walk, which states the rules. Temporal loops are counters, spatial
loops are coordinates of PEs, tiles are sets of elements.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import NamedTuple

DIMS = "NGKCPQRS"
INDEXES = {"output": "NGKPQ", "input": "NGCPQRS", "weight": "GKCRS"}
AXES = ("rows", "cols", "planes")


class SpatialLoop(NamedTuple):
    """`factor` PEs along `axis` share the dimension."""

    axis: str
    dim: str
    factor: int


class Grid:
    """The loops of a mapping: iterations, blocks, and which PE and instance has which chunk."""

    def __init__(self, nest, mapping):
        self.nest = nest
        self.bounds = dict(zip(DIMS, nest[:8], strict=True))
        self.whole = nest.C * nest.R * nest.S
        self.temporal = mapping.temporal
        self.spatial = [
            SpatialLoop(axis, loop.dim, loop.factor)
            for axis in AXES
            for loop in getattr(mapping, axis, ())
        ]
        self.sharers = dict.fromkeys(DIMS, 1)
        for loop in self.spatial:
            self.sharers[loop.dim] *= loop.factor
        self.strides, size = [], dict(self.sharers)
        for loop in self.temporal:
            self.strides.append(size[loop.dim])
            size[loop.dim] *= loop.factor
        assert all(size[dim] >= self.bounds[dim] for dim in DIMS)
        self.pes = list(product(*(range(loop.factor) for loop in self.spatial)))
        self.numbers = {pe: self.number(pe) for pe in self.pes}

    def number(self, pe):
        """The PE's index along every dimension; the first loop is the outermost digit."""
        numbers = dict.fromkeys(DIMS, 0)
        for loop, coordinate in zip(self.spatial, pe, strict=True):
            numbers[loop.dim] = numbers[loop.dim] * loop.factor + coordinate
        return numbers

    def iterations(self):
        """Positions of the temporal loops, innermost first; those past a bound are skipped."""
        for turn in product(*(range(loop.factor) for loop in reversed(self.temporal))):
            index = turn[::-1]
            if all(len(self.block(dim, 0, index)) > 0 for dim in DIMS):
                yield index

    def block(self, dim, cut, index):
        """Range of `dim` inside the tile that holds the PEs and `cut` temporal loops."""
        start, extent = 0, self.sharers[dim]
        for place, loop in enumerate(self.temporal):
            if loop.dim == dim and place < cut:
                extent *= loop.factor
            elif loop.dim == dim:
                start += index[place] * self.strides[place]
        return range(start, min(start + extent, self.bounds[dim]))

    def reload_from(self, operand, cut):
        """Place of the innermost relevant loop above a cut; past the last if there is none."""
        for place in range(cut, len(self.temporal)):
            if self.temporal[place].dim in INDEXES[operand] and self.temporal[place].factor > 1:
                return place
        return len(self.temporal)

    def sliding_loops(self):
        """How many of the innermost loops walk along a row of outputs (loops of one do nothing)."""
        for place, loop in enumerate(self.temporal):
            if loop.dim != "Q" and loop.factor > 1:
                return place
        return len(self.temporal)

    def chunks(self, cut, index):
        """Dict active PE -> dim -> its contiguous part of the block."""
        blocks = {dim: self.block(dim, cut, index) for dim in DIMS}
        share = {dim: -(-len(blocks[dim]) // self.sharers[dim]) for dim in DIMS}
        found = {}
        for pe, numbers in self.numbers.items():
            mine = {
                dim: blocks[dim][numbers[dim] * share[dim] : (numbers[dim] + 1) * share[dim]]
                for dim in DIMS
            }
            if all(len(part) > 0 for part in mine.values()):
                found[pe] = mine
        return found

    def instance(self, pe, axes):
        """The copy that serves a PE, at a level with copies along `axes`."""
        return tuple(
            coordinate
            for loop, coordinate in zip(self.spatial, pe, strict=True)
            if loop.axis in axes
        )

    def tiles(self, operand, level, index):
        """List of (one of its PEs, elements it holds) for every instance that has an active PE."""
        covered = defaultdict(lambda: {dim: set() for dim in DIMS})
        member = {}
        for pe, parts in self.chunks(level.cut, index).items():
            instance = self.instance(pe, level.axes)
            member[instance] = pe
            for dim, part in parts.items():
                covered[instance][dim].update(part)
        return [
            (member[instance], elements(self.nest, operand, spans))
            for instance, spans in covered.items()
        ]


def elements(nest, operand, spans):
    """Set of elements of an operand inside the indices `spans` of every dimension."""
    if operand != "input":
        return set(product(*(spans[dim] for dim in INDEXES[operand])))
    rows = positions(spans["P"], spans["R"], nest.stride_h, nest.dilation_h, nest.pad_top, nest.H)
    columns = positions(
        spans["Q"], spans["S"], nest.stride_w, nest.dilation_w, nest.pad_left, nest.W
    )
    return set(product(spans["N"], spans["G"], spans["C"], rows, columns))


def positions(outputs, taps, stride, dilation, pad, size):
    """Positions inside the map, as one box per run of consecutive outputs and of taps."""
    found = set()
    for some_outputs, some_taps in product(runs(outputs), runs(taps)):
        first = some_outputs[0] * stride + some_taps[0] * dilation - pad
        last = some_outputs[-1] * stride + some_taps[-1] * dilation - pad
        found.update(range(max(first, 0), min(last + 1, size)))
    return found


def runs(indices):
    """Runs of consecutive integers."""
    found = []
    for place in sorted(indices):
        if found and found[-1][-1] == place - 1:
            found[-1].append(place)
        else:
            found.append([place])
    return found
