"""Spaces of mappings, enumerated one by one in plain Python, without any bound or shortcut.

`chain_mappings` is the space that the search over chains states: every layout and bypass, every
order of points, every growth in whole trips through useful sizes. `all_mappings` is wider: every
factor split, every order of loops, every cut.
"""

from __future__ import annotations

from itertools import chain as joined
from itertools import combinations_with_replacement, permutations, product
from math import prod
from typing import NamedTuple

from accelsim.mapper.layouts import layouts_of
from accelsim.mapping import OPERANDS, Loop, Mapping
from tests.oracles.hierarchy_grid import DIMS, INDEXES

INNER_TO_OUTER = "SRQPNCKG"
"""Order of loops between the same points."""

WINDOWS = ((), ("R", "S"))
"""What an input's tile may take whole of the window."""

MAPS = ((), ("P",), ("Q",), ("P", "Q"))
"""What it may take whole of the map; beside whole columns also some of the rows."""


class Chain(NamedTuple):
    """Mapping under way: extents reached, points placed, loops and cuts so far."""

    extents: dict
    placed: dict
    loops: tuple
    cuts: dict


def useful_sizes(bound, laid):
    """Multiples of `laid` up to the bound, the smallest for every number of passes."""
    passes = -(-bound // laid)
    return sorted({laid * -(-passes // count) for count in range(1, passes + 1)})


def kept_levels(flow):
    """Operand -> every choice of levels, None where the operand is let past one."""
    options = {}
    for number, operand in enumerate(OPERANDS):
        free = flow.bypass[number]
        ways = product(
            *([level, None] if level in free else [level] for level in _chain(flow, number))
        )
        options[operand] = [way for way in ways if any(level is not None for level in way)]
    return options


def _chain(flow, number):
    return flow.target.hierarchy.chains[number]


def axes_of(layout):
    """Axis -> its loops."""
    named = zip(("rows", "cols", "planes"), layout.axes, strict=True)
    return {axis: tuple(Loop(dim, factor) for dim, factor in loops) for axis, loops in named}


def stays_as_long_as_it_can(mapping):
    """Whether every cut stands above all loops during which the tile stays."""
    return all(
        cut is None or cut == len(mapping.temporal) or mapping.temporal[cut].dim in INDEXES[operand]
        for operand in OPERANDS
        for cut in mapping.cuts[operand]
    )


def laid_on(axes):
    """Dict dimension -> PEs that share it."""
    loops = list(joined.from_iterable(axes.values()))
    return {dim: prod(loop.factor for loop in loops if loop.dim == dim) for dim in DIMS}


def chain_mappings(nest, flow):
    """Every mapping of the chain space."""
    kept = kept_levels(flow)
    for layout in layouts_of(nest, flow.axes, flow.sizes, "full"):
        for ways in product(*(kept[operand] for operand in OPERANDS)):
            levels = dict(zip(OPERANDS, ways, strict=True))
            yield from _Chains(nest, flow, layout, levels).mappings()


class _Chains:
    """One layout with one choice of levels."""

    def __init__(self, nest, flow, layout, levels):
        self.flow, self.levels, self.seen = flow, levels, set()
        self.bounds = dict(zip(DIMS, nest[:8], strict=True))
        self.axes = axes_of(layout)
        self.laid = {
            dim: prod(
                loop.factor for loops in self.axes.values() for loop in loops if loop.dim == dim
            )
            for dim in DIMS
        }
        self.sizes = {dim: useful_sizes(self.bounds[dim], self.laid[dim]) for dim in DIMS}
        self.sizes["G"] = self.sizes["G"][:1]
        self.points = {
            operand: sum(level is not None for level in own) + (operand != "output")
            for operand, own in levels.items()
        }

    def mappings(self):
        start = Chain(dict(self.laid), dict.fromkeys(OPERANDS, 0), (), dict.fromkeys(OPERANDS, ()))
        return self.finished(start)

    def finished(self, chain):
        """Mappings that a chain under way may become, unless it was under way before."""
        key = chain.loops, *chain.placed.values(), *chain.cuts.values()
        if key in self.seen:
            return
        self.seen.add(key)
        if chain.placed == self.points:
            mapping = self.mapping(chain)
            if stays_as_long_as_it_can(mapping):
                yield mapping
        for operand in OPERANDS:
            if chain.placed[operand] < self.points[operand]:
                for longer in self.with_point(chain, operand):
                    yield from self.finished(longer)

    def with_point(self, chain, operand):
        """The chain with the operand's next point, in all sizes that it may have."""
        in_pe = operand != "output" and chain.placed[operand] == 0
        for own in self.own_growths() if operand == "input" and not in_pe else [{}]:
            held = self.grown(chain, own)
            if held is None or (in_pe and self.holds_more_than_one(held, operand)):
                continue
            others = [dim for dim in DIMS if dim not in INDEXES[operand]]
            for sizes in product(*(self.sizes[dim] for dim in others)):
                longer = self.grown(held, dict(zip(others, sizes, strict=True)))
                if longer is not None:
                    yield self.placed(longer, operand, in_pe)

    def own_growths(self):
        """What an input's tile may grow to along the map and the window."""
        for window, part in product(WINDOWS, MAPS):
            wanted = {dim: self.sizes[dim][-1] for dim in (*window, *part)}
            yield wanted
            if part == ("Q",):
                yield from (wanted | {"P": size} for size in self.sizes["P"])

    def holds_more_than_one(self, chain, operand):
        return any(chain.extents[dim] > self.laid[dim] for dim in INDEXES[operand])

    def placed(self, chain, operand, in_pe):
        cuts = (
            chain.cuts
            if in_pe
            else chain.cuts | {operand: (*chain.cuts[operand], len(chain.loops))}
        )
        placed = chain.placed | {operand: chain.placed[operand] + 1}
        return chain._replace(placed=placed, cuts=cuts)

    def grown(self, chain, wanted):
        """The chain after whole trips to the wanted sizes; None where none lead there."""
        extents, loops = dict(chain.extents), list(chain.loops)
        for dim in INNER_TO_OUTER:
            size = wanted.get(dim, extents[dim])
            if size == extents[dim]:
                continue
            if size < extents[dim] or (size % extents[dim] and size != self.sizes[dim][-1]):
                return None
            loops.append(Loop(dim, -(-size // extents[dim])))
            extents[dim] *= loops[-1].factor
        return chain._replace(extents=extents, loops=tuple(loops))

    def mapping(self, chain):
        rest = [
            Loop(dim, -(-self.bounds[dim] // chain.extents[dim]))
            for dim in INNER_TO_OUTER
            if chain.extents[dim] < self.bounds[dim]
        ]
        return mapping_of(self.flow, self.axes, (*chain.loops, *rest), self.levels, chain.cuts)


def mapping_of(flow, axes, loops, levels, cuts):
    """A mapping from cuts of the levels that are kept."""
    full = {}
    for operand, own in levels.items():
        given = iter(cuts[operand])
        full[operand] = tuple(None if level is None else next(given) for level in own)
    return Mapping(dataflow=flow.name, **axes, temporal=tuple(loops), cuts=full)


def all_mappings(nest, flow):
    """Every split of every dimension, in every order, with every cut, over all full layouts."""
    bounds, kept = dict(zip(DIMS, nest[:8], strict=True)), kept_levels(flow)
    for layout in layouts_of(nest, flow.axes, flow.sizes, "full"):
        axes = axes_of(layout)
        laid = laid_on(axes)
        splits = [splits_of(dim, -(-bounds[dim] // laid[dim])) for dim in DIMS]
        for chosen in product(*splits):
            for order in set(permutations(joined.from_iterable(chosen))):
                for ways in product(*(kept[operand] for operand in OPERANDS)):
                    levels = dict(zip(OPERANDS, ways, strict=True))
                    yield from _cut(flow, axes, order, levels)


def _cut(flow, axes, loops, levels):
    places = range(len(loops) + 1)
    options = [
        combinations_with_replacement(places, sum(level is not None for level in levels[operand]))
        for operand in OPERANDS
    ]
    for cuts in product(*options):
        named = dict(zip(OPERANDS, cuts, strict=True))
        yield mapping_of(flow, axes, loops, levels, named)


def splits_of(dim, passes):
    """Ways to walk `passes` by loops of more than one trip, none of them longer than needed."""
    if passes == 1:
        return [()]
    found = []
    for factor in range(2, passes + 1):
        found += [(Loop(dim, factor), *rest) for rest in splits_of(dim, -(-passes // factor))]
    return found
