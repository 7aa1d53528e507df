"""What may lie on the axes of an array: layouts of loop dimensions that are worth a search."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.schedule.nest import Nest
from accelsim.workload.dims import DIM_ORDER

MOST_DIMS = {"sweep": 1, "normal": 2, "full": 3}
"""Effort -> dimensions that share one axis."""

SLACK = {"sweep": 1.0, "normal": 1.5, "full": 4.0}
"""Effort -> passes of a layout in proportion to the fewest, beyond which it is left out."""

Factors = tuple[tuple[str, int], ...]
"""(dimension, factor) of one axis, the first the innermost."""


class Layout(NamedTuple):
    """One layout: what lies on rows, columns and planes, and the passes that the PEs then take."""

    axes: tuple[Factors, Factors, Factors]
    passes: int

    @property
    def shares_axes(self) -> bool:
        """Whether several dimensions lie on one axis."""
        return any(len(axis) > 1 for axis in self.axes)

    @property
    def skew(self) -> int:
        """Cycles from a systolic array's first start of a PE to its last: rows + columns - 2."""
        rows, cols, _ = (prod(factor for _, factor in axis) for axis in self.axes)
        return rows + cols - 2

    def table(self) -> NDArray[np.int64]:
        """int64[3, 8] factors."""
        return np.array(
            [[prod(f for d, f in axis if d == dim) for dim in DIM_ORDER] for axis in self.axes],
            dtype=np.int64,
        )


def layouts_of(
    nest: Nest,
    allowed: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
    sizes: tuple[int, int, int],
    effort: str,
) -> list[Layout]:
    """Layouts by number of passes, then in a fixed order; factors as even as the passes allow.

    An axis takes up to MOST_DIMS dimensions, each by the smallest factor for its number of passes
    or as far as the axis goes, and is filled: no larger factors would take fewer passes.
    """
    bounds = dict(zip(DIM_ORDER, nest[:8], strict=True))
    per_axis = [
        list(_fillings(bounds, dims, size, MOST_DIMS[effort]))
        for dims, size in zip(allowed, sizes, strict=True)
    ]
    found = _found(bounds, per_axis) or _found(bounds, [[(), *ways] for ways in per_axis])
    least = min(layout.passes for layout in found.values())
    kept = [
        layout
        for layout in found.values()
        if not layout.shares_axes or layout.passes <= SLACK[effort] * least
    ]
    return sorted(kept, key=lambda layout: (layout.passes, layout.axes))


def _found(bounds: dict[str, int], per_axis: list[list[Factors]]) -> dict[object, Layout]:
    """Layouts of one filling per axis, without those that lay a dimension out too far."""
    found: dict[object, Layout] = {}
    for rows, cols, planes in product(*per_axis):
        layout = _layout(bounds, (rows, cols, planes))
        if layout is not None:
            found[layout.axes] = layout
    return found


def _layout(bounds: dict[str, int], axes: tuple[Factors, Factors, Factors]) -> Layout | None:
    """None where a dimension on several axes is laid out further than it reaches."""
    laid = dict.fromkeys(DIM_ORDER, 1)
    for axis in axes:
        for dim, factor in axis:
            if laid[dim] >= bounds[dim]:
                return None
            laid[dim] *= factor
    return Layout(axes, prod(-(-bounds[dim] // laid[dim]) for dim in DIM_ORDER))


def _fillings(
    bounds: dict[str, int], dims: tuple[str, ...], size: int, most: int
) -> Iterator[Factors]:
    """Ways to fill one axis, the empty one only where nothing can lie on it."""
    usable = [dim for dim in dims if bounds[dim] > 1]
    if size == 1 or not usable:
        yield ()
        return
    seen = set()
    for count in range(1, min(most, len(usable)) + 1):
        for chosen in combinations(usable, count):
            for filling in _filled(bounds, chosen, size):
                if filling not in seen:
                    seen.add(filling)
                    yield filling


def _filled(bounds: dict[str, int], dims: tuple[str, ...], size: int) -> Iterator[Factors]:
    choices = [_factors(bounds[dim], size) for dim in dims]
    fitting = [
        factors for factors in product(*choices) if prod(factors) <= size and min(factors) > 1
    ]
    for factors in fitting:
        larger = any(
            _passes(bounds, dims, other) < _passes(bounds, dims, factors)
            and all(a >= b for a, b in zip(other, factors, strict=True))
            for other in fitting
        )
        if not larger:
            yield tuple(zip(dims, factors, strict=True))


def _passes(bounds: dict[str, int], dims: tuple[str, ...], factors: tuple[int, ...]) -> int:
    return prod(-(-bounds[dim] // factor) for dim, factor in zip(dims, factors, strict=True))


def _factors(bound: int, size: int) -> list[int]:
    """Smallest factor for each number of passes over a dimension, and the whole axis.

    A full axis with a ragged last pass may read less than even passes do.
    """
    most = min(bound, size)
    return sorted({-(-bound // -(-bound // factor)) for factor in range(1, most + 1)} | {most})
