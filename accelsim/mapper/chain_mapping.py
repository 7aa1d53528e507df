"""From a chain of tiles to a mapping: the loops between its points, and a cut for each."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from accelsim.mapper.chain_cases import Case
from accelsim.mapper.finding import Flow
from accelsim.mapping import OPERANDS, Loop, Mapping
from accelsim.schedule.fill import fits
from accelsim.schedule.nest import Nest
from accelsim.schedule.program import planned
from accelsim.workload.dims import DIM_ORDER

STEPS_WANTED = 1024
"""More steps than this are made fewer where nothing is lost."""


def mapping_of(nest: Nest, flow: Flow, case: Case, points: NDArray[np.int64]) -> Mapping:
    """The loops that grow from point to point, and the cuts of the points.

    A cut stands above the loops during which its tile stays, so that steps are few.
    """
    layout, chains, problem = case
    sizes, bounds = problem.tables.sizes, nest[:8]
    extents = [int(sizes[dim, 0]) for dim in range(8)]
    temporal: list[Loop] = []
    cuts: dict[str, list[int]] = {operand: [] for operand in OPERANDS}
    for row in points[: int(problem.points.sum())]:
        operand = int(row[0])
        _grow_to(extents, temporal, sizes, row[1:9])
        _grow_to(extents, temporal, sizes, row[9:17])
        cuts[OPERANDS[operand]].append(len(temporal))
    for dim in INNER_TO_OUTER:
        _loop(extents, temporal, dim, bounds[dim])
    own = {}
    for number, name in enumerate(OPERANDS):
        placed = iter(cuts[name] if name == "output" else cuts[name][1:])
        own[name] = tuple(None if level is None else next(placed) for level in chains[number])
    rows, cols, planes = (tuple(Loop(dim, factor) for dim, factor in axis) for axis in layout.axes)
    mapping = Mapping(
        dataflow=flow.name, rows=rows, cols=cols, planes=planes, temporal=tuple(temporal), cuts=own
    )
    return coarsened(nest, flow, mapping)


def coarsened(nest: Nest, flow: Flow, mapping: Mapping) -> Mapping:
    """The same mapping with larger outermost tiles, while they fit and steps are many.

    Tiles are not loaded more often when their cut rises, unless they hold unfinished sums.
    """
    while _steps(nest, mapping) > STEPS_WANTED:
        lowest = min(OPERANDS, key=mapping.outermost_cut)
        cut = mapping.outermost_cut(lowest)
        if lowest == "output" and any(loop.dim in "CRS" for loop in mapping.temporal[cut:]):
            return mapping
        larger = mapping.with_outermost(lowest, cut + 1)
        if not fits(nest, larger, flow.target, planned(nest, larger, flow.target)):
            return mapping
        mapping = larger
    return mapping


def _steps(nest: Nest, mapping: Mapping) -> int:
    lowest = min(mapping.outermost_cut(operand) for operand in OPERANDS)
    return prod(
        -(-bound // min(bound, mapping.extent(dim, lowest)))
        for dim, bound in zip(DIM_ORDER, nest[:8], strict=True)
    )


INNER_TO_OUTER = tuple(DIM_ORDER.index(dim) for dim in "SRQPNCKG")
"""Order of loops that grow between the same points."""


def _grow_to(
    extents: list[int], temporal: list[Loop], sizes: NDArray[np.int64], wanted: NDArray[np.int64]
) -> None:
    for dim in INNER_TO_OUTER:
        _loop(extents, temporal, dim, int(sizes[dim, wanted[dim]]))


def _loop(extents: list[int], temporal: list[Loop], dim: int, wanted: int) -> None:
    factor = -(-wanted // extents[dim])
    if factor > 1:
        temporal.append(Loop(DIM_ORDER[dim], factor))
        extents[dim] *= factor
