"""A mapping: what lies on the array, the order of the loops above it, and where memories cut in.

`temporal` lists the loops from the innermost to the outermost; a dimension may repeat. `factor` is
the trip count of a loop. `rows`, `cols` and `planes` list what is laid on the array axes; under a
dataflow that folds their product may exceed the axis. Factors need not divide: the last iteration
is ragged. `cuts` give, for each operand and each on-chip level of its chain (from the PE outward),
the number of temporal loops below that level's tile, or None where the operand bypasses the level;
the cuts of one operand do not decrease.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod

from accelsim.errors import MappingError
from accelsim.workload.dims import DIM_ORDER

OPERANDS = ("output", "input", "weight")
"""In the order in which a step loads them: partial sums first."""

AXES = ("rows", "cols", "planes")
"""Of the PE array."""


SHARD_DIMS = ("N", "G", "K", "P")
"""Batch, groups, filters, output rows: loops whose shards share no partial sum."""


@dataclass(frozen=True, slots=True)
class Loop:
    """`factor` iterations over one dimension."""

    dim: str
    factor: int

    def __post_init__(self) -> None:
        if self.dim not in DIM_ORDER:
            raise MappingError(f"loop over '{self.dim}'; allowed: {', '.join(DIM_ORDER)}")
        if self.factor < 1:
            raise MappingError(f"loop over {self.dim} with factor {self.factor}: must be >= 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Spatial and temporal loops of one operator, and the cuts of every operand."""

    dataflow: str
    rows: tuple[Loop, ...] = ()
    cols: tuple[Loop, ...] = ()
    planes: tuple[Loop, ...] = ()
    temporal: tuple[Loop, ...]
    cuts: dict[str, tuple[int | None, ...]]

    def __post_init__(self) -> None:
        for operand in OPERANDS:
            if not self.cuts.get(operand):
                raise MappingError(f"cuts: '{operand}' is missing")
            if message := wrong_cuts(self.cuts[operand], len(self.temporal)):
                raise MappingError(f"cuts of '{operand}' = {list(self.cuts[operand])}: {message}")

    def __hash__(self) -> int:
        cuts = tuple(self.cuts[operand] for operand in OPERANDS)
        return hash((self.dataflow, self.spatial, self.temporal, cuts))

    @property
    def spatial(self) -> tuple[Loop, ...]:
        """Loops on all axes of the array."""
        return (*self.rows, *self.cols, *self.planes)

    def outermost_cut(self, operand: str) -> int:
        """Temporal loops below the tile that the operand loads from DRAM."""
        return next(cut for cut in reversed(self.cuts[operand]) if cut is not None)

    def extent(self, dim: str, cut: int) -> int:
        """Iterations of `dim` inside a tile that holds the array and `cut` temporal loops."""
        return prod(loop.factor for loop in self.loops_below(cut) if loop.dim == dim)

    def loops_below(self, cut: int) -> Iterable[Loop]:
        """Spatial loops and the `cut` innermost temporal ones."""
        return (*self.spatial, *self.temporal[:cut])

    def with_outermost(self, operand: str, cut: int) -> Mapping:
        """The same mapping with another cut of the tile that the operand loads from DRAM."""
        cuts = self.cuts[operand]
        place = max(number for number, own in enumerate(cuts) if own is not None)
        return replace(self, cuts={**self.cuts, operand: (*cuts[:place], cut, *cuts[place + 1 :])})

    def uncovered(self, bounds: Sequence[int]) -> list[str]:
        """One sentence for each of DIM_ORDER that the loops do not walk to its bound."""
        reached = [self.extent(dim, len(self.temporal)) for dim in DIM_ORDER]
        return [
            f"{dim}: the factors reach {covered} of {bound}; raise one of them"
            for dim, covered, bound in zip(DIM_ORDER, reached, bounds, strict=True)
            if covered < bound
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharded:
    """Mappings of an operator that is cut into `count` shards along a loop, one for each core."""

    loop: str
    """One of SHARD_DIMS."""
    count: int
    mappings: tuple[Mapping, ...]
    """Of every different shard, in the order of the cores."""

    def __post_init__(self) -> None:
        if self.loop not in SHARD_DIMS:
            raise MappingError(f"shards of loop '{self.loop}'; allowed: {', '.join(SHARD_DIMS)}")
        if self.count < 2:
            raise MappingError(f"{self.count} shards of loop {self.loop}: must be >= 2")
        if not self.mappings:
            raise MappingError(f"{self.count} shards of loop {self.loop}: no mapping is given")


def wrong_cuts(cuts: Sequence[int | None], loops: int) -> str:
    """What is wrong with the cuts of one operand of a mapping with so many temporal loops."""
    held = [cut for cut in cuts if cut is not None]
    if not held:
        return "no on-chip level holds it"
    if held != sorted(held) or held[0] < 0 or held[-1] > loops:
        return f"must not decrease from the PE outward and must lie in 0..{loops}"
    return ""
