"""A mapping: what lies on the array, the order of the loops above it, and where memories cut in.

`temporal` lists the loops from the innermost to the outermost; a dimension may repeat. `factor` is
the trip count of a loop. `rows` and `cols` list what is laid on the array axes; their product may
exceed the axis, which then folds. Factors need not divide: the last iteration is ragged. `cuts`
give, for each operand and each on-chip level that holds it (from the PE outward), the number of
temporal loops below that level's tile; cuts of one operand do not decrease.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from accelsim.errors import MappingError
from accelsim.workload.dims import DIM_ORDER, ConvDims

OPERANDS = ("output", "input", "weight")
"""In the order in which a step loads them: partial sums first."""


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
    """Spatial and temporal loops of one operator, and the cut of every operand."""

    dataflow: str
    rows: tuple[Loop, ...] = ()
    cols: tuple[Loop, ...] = ()
    temporal: tuple[Loop, ...]
    cuts: dict[str, tuple[int, ...]]

    def __post_init__(self) -> None:
        for operand in OPERANDS:
            cuts = self.cuts.get(operand)
            if not cuts:
                raise MappingError(f"cuts: '{operand}' is missing")
            if list(cuts) != sorted(cuts) or cuts[0] < 0 or cuts[-1] > len(self.temporal):
                raise MappingError(
                    f"cuts of '{operand}' = {list(cuts)}: must not decrease and must lie in "
                    f"0..{len(self.temporal)}"
                )

    def extent(self, dim: str, cut: int) -> int:
        """Iterations of `dim` inside a tile that holds the array and `cut` temporal loops."""
        return prod(loop.factor for loop in self.loops_below(cut) if loop.dim == dim)

    def loops_below(self, cut: int) -> Iterable[Loop]:
        """Spatial loops and the `cut` innermost temporal ones."""
        return (*self.rows, *self.cols, *self.temporal[:cut])

    def check_covers(self, dims: ConvDims) -> None:
        """Raise MappingError unless every dimension is walked to its bound."""
        for dim in DIM_ORDER:
            covered, bound = self.extent(dim, len(self.temporal)), getattr(dims, dim)
            if covered < bound:
                raise MappingError(
                    f"{dim}: the factors reach {covered} of {bound}; raise one of them"
                )
