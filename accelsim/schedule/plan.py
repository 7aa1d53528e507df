"""A mapping in the kernels' terms: steps, what lies on the array, borders between levels."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.dataflows import DATAFLOWS
from accelsim.dataflows.base import LOOPS
from accelsim.mapping import AXES, OPERANDS, Mapping
from accelsim.schedule.hierarchy import PE, Hierarchy, level_table, port_table
from accelsim.schedule.nest import Nest
from accelsim.schedule.relevance import VECTOR
from accelsim.workload.dims import DIM_ORDER, RELEVANT

Ints = NDArray[np.int64]


class Plan(NamedTuple):
    """One mapping, flattened.

    loops int64[n, 3]: (dim, trips, stride) of the loops above the lowest outermost cut, innermost
    first; above bool[n, 3]: whether a loop lies above the cut of (output, input, weight); extents
    int64[4, 8]: tiles of the three operands and of the step; resets int64[3]: the innermost loop
    whose advance loads the operand's tile anew (n: none). inner int64[8]: what an array that folds
    or streams works on at a time (`array_tile`), of inputs from a tile int64[8] `feed`. layout
    int64[3, 8]: factors on the axes, for loops on the axes. borders int64[b, 4] (`border_kernels`)
    between on-chip levels and, for loops on the axes, the PEs, with extents `at` the cut and `free`
    at the first relevant loop above it, int64[b, 8].
    """

    code: int
    loops: Ints
    above: NDArray[np.bool_]
    extents: Ints
    resets: Ints
    inner: Ints
    feed: Ints
    layout: Ints
    systolic: int
    borders: Ints
    at: Ints
    free: Ints
    levels: Ints
    ports: Ints


def dataflow_code(name: str) -> int:
    """Named integer by which kernels choose how a tile is worked on."""
    if name == "vector":
        return VECTOR
    record = DATAFLOWS.get(name)
    return record.code if record is not None and record.timing != "loops" else LOOPS


def layout_of(mapping: Mapping) -> Ints:
    """int64[3, 8]: product of the factors of each dimension on rows, columns and planes.

    All 1 for work that folds over the array, since a fold takes what fits.
    """
    if dataflow_code(mapping.dataflow) != LOOPS:
        return np.ones((len(AXES), len(DIM_ORDER)), dtype=np.int64)
    return np.array(
        [
            [prod(loop.factor for loop in getattr(mapping, axis) if loop.dim == dim)
             for dim in DIM_ORDER]
            for axis in AXES
        ],
        dtype=np.int64,
    )  # fmt: skip


def plan_of(nest: Nest, mapping: Mapping, hierarchy: Hierarchy, *, systolic: bool) -> Plan:
    """Flatten a mapping; it must be legal for the hierarchy (`legality.py`)."""
    cuts = [mapping.outermost_cut(operand) for operand in OPERANDS]
    lowest = min(cuts)
    loops, above, place_of = _step_loops(mapping, cuts, lowest)
    count = len(loops)
    resets = [
        min(
            (
                place_of[position]
                for position in place_of
                if position >= cut and mapping.temporal[position].dim in RELEVANT[operand]
            ),
            default=count,
        )
        for operand, cut in zip(OPERANDS, cuts, strict=True)
    ]
    borders, at, free = [], [], []
    for border, cut, first in inner_borders(mapping, hierarchy):
        borders.append((*border, -1 if first < lowest else place_of.get(first, count)))
        at.append(extents_at(mapping, cut))
        free.append(extents_at(mapping, first))
    return Plan(
        code=dataflow_code(mapping.dataflow),
        loops=np.array(loops, dtype=np.int64).reshape(-1, 3),
        above=np.array(above, dtype=np.bool_).reshape(-1, 3),
        extents=np.minimum(
            np.array([extents_at(mapping, cut) for cut in (*cuts, lowest)], dtype=np.int64),
            np.array(nest[:8], dtype=np.int64),
        ),
        resets=np.array(resets, dtype=np.int64),
        inner=array_tile(mapping),
        feed=extents_at(mapping, next(cut for cut in mapping.cuts["input"] if cut is not None)),
        layout=layout_of(mapping),
        systolic=int(systolic),
        borders=np.array(borders, dtype=np.int64).reshape(-1, 4),
        at=np.array(at, dtype=np.int64).reshape(-1, 8),
        free=np.array(free, dtype=np.int64).reshape(-1, 8),
        levels=level_table(hierarchy),
        ports=port_table(hierarchy),
    )


def _step_loops(
    mapping: Mapping, cuts: list[int], lowest: int
) -> tuple[list[tuple[int, int, int]], list[list[bool]], dict[int, int]]:
    """Loops above the steps with more than one trip, and position in the mapping -> place there."""
    strides = {dim: mapping.extent(dim, lowest) for dim in DIM_ORDER}
    loops: list[tuple[int, int, int]] = []
    above: list[list[bool]] = []
    place_of: dict[int, int] = {}
    for position, loop in enumerate(mapping.temporal[lowest:], start=lowest):
        if loop.factor > 1:
            place_of[position] = len(loops)
            loops.append((DIM_ORDER.index(loop.dim), loop.factor, strides[loop.dim]))
            above.append([position >= cut for cut in cuts])
        strides[loop.dim] *= loop.factor
    return loops, above, place_of


def extents_at(mapping: Mapping, cut: int) -> Ints:
    """int64[8]: extents of a tile that holds the array and `cut` temporal loops."""
    return np.array([mapping.extent(dim, cut) for dim in DIM_ORDER], dtype=np.int64)


def first_relevant(mapping: Mapping, operand: str, cut: int) -> int:
    """Position of the innermost loop at or above the cut that moves the operand's tile."""
    relevant = RELEVANT[operand]
    for position, loop in enumerate(mapping.temporal[cut:], start=cut):
        if loop.factor > 1 and loop.dim in relevant:
            return position
    return len(mapping.temporal)


def array_tile(mapping: Mapping) -> Ints:
    """int64[8]: what an array that folds or streams works on at a time, one after the other.

    Of its axes' dimensions what lies there; of the others all that the innermost levels hold.
    """
    tile = extents_at(mapping, innermost_cut(mapping))
    record = DATAFLOWS.get(mapping.dataflow)
    if record is not None:
        for dim in (*record.rows, *record.cols, *record.planes):
            tile[DIM_ORDER.index(dim)] = mapping.extent(dim, 0)
    return tile


def innermost_cut(mapping: Mapping) -> int:
    """Temporal loops below the smallest tile of the innermost levels."""
    return min(cut for cuts in mapping.cuts.values() for cut in cuts if cut is not None)


class Border(NamedTuple):
    """Where an operand passes from a level to the next one inward."""

    operand: int
    lower: int
    """Number of the level, or PE."""
    upper: int


def inner_borders(mapping: Mapping, hierarchy: Hierarchy) -> list[tuple[Border, int, int]]:
    """(border, cut, first relevant loop above it) of all borders below the outermost levels.

    Loops on the axes meet the PEs at their own border; a folding array is no border of loops. Line
    registers of columns (`per_column` feed) hold what the innermost loops over Q slide along.
    """
    code = dataflow_code(mapping.dataflow)
    found = []
    for number, operand in enumerate(OPERANDS):
        lower, cut = PE, 0
        if operand == "input" and hierarchy.slides:
            cut = _sliding_loops(mapping)
        for level, own in _held(mapping, hierarchy, number):
            if lower != PE or code == LOOPS:
                first = first_relevant(mapping, operand, cut)
                found.append((Border(number, lower, level), cut, first))
            lower, cut = level, own
    return found


def outer_borders(mapping: Mapping, hierarchy: Hierarchy) -> list[tuple[Border, int, int]]:
    """(border, cut, first relevant loop above it) of each operand's border with DRAM."""
    dram = len(hierarchy.levels) - 1
    found = []
    for number, operand in enumerate(OPERANDS):
        level, cut = _held(mapping, hierarchy, number)[-1]
        found.append((Border(number, level, dram), cut, first_relevant(mapping, operand, cut)))
    return found


def _held(mapping: Mapping, hierarchy: Hierarchy, number: int) -> list[tuple[int, int]]:
    """(level, cut) of the levels that hold an operand, from the PE outward."""
    pairs = zip(hierarchy.chains[number], mapping.cuts[OPERANDS[number]], strict=True)
    return [(level, cut) for level, cut in pairs if cut is not None]


def _sliding_loops(mapping: Mapping) -> int:
    """How many of the innermost temporal loops walk along a row of outputs."""
    for position, loop in enumerate(mapping.temporal):
        if loop.dim != "Q" and loop.factor > 1:
            return position
    return len(mapping.temporal)
