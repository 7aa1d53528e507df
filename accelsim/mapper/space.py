"""The mappings that the tile search looks at: sizes per dimension, block orders, loop nests."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.dataflows import DATAFLOWS, weight_stationary
from accelsim.dataflows.base import WS, ArraySpec, Gemm
from accelsim.dataflows.weight_stationary import groups_per_fold
from accelsim.mapper.closed_forms import STAYS
from accelsim.mapping import OPERANDS, Loop, Mapping
from accelsim.schedule.border_kernels import columns_of
from accelsim.schedule.nest import Nest
from accelsim.traffic.footprint import streamed_positions

TILED_DIMS = ("N", "G", "K", "C", "P", "Q")
"""Filter rows and columns stay whole inside a tile; the array may work on them in parts."""

BLOCK_ORDERS = np.array(
    [(0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0), (2, 1, 0)], dtype=np.int64
)
"""Orders, outermost first, of the blocks above the tile: 0 filters K, 1 channels C, 2 pixels.

Groups lie outside everything, since they index every operand; pixels are N, P, Q with Q inside.
"""

TRIPS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128)
"""Numbers of tiles that a dimension is cut into, with powers of two beyond."""

FEW_TRIPS = (1, 2, 4, 7, 8, 14, 16, 28, 32, 56, 64, 112, 128)
"""The same with little effort."""

COLUMN_TRIPS = tuple(2**power for power in range(20))
"""Output columns are cut into powers of two only, and into single ones."""

GEMM_LOOPS = {"M": ("Q", "P", "N"), "K": ("K",), "D": ("C", "S", "R"), "R": ("R",), "S": ("S",)}
"""Loop dimensions, innermost first, of each dimension of a product, or window, on the array."""


class TileSpace(NamedTuple):
    """Candidate tile sizes, int64[n] in falling order, one array per dimension of TILED_DIMS."""

    N: NDArray[np.int64]
    G: NDArray[np.int64]
    K: NDArray[np.int64]
    C: NDArray[np.int64]
    P: NDArray[np.int64]
    Q: NDArray[np.int64]
    windows: NDArray[np.int64]
    """int64[n, 2]: parts of the filter, R and S, that the array works on at a time; all first."""


class Sizes(NamedTuple):
    """A `TileSpace` as it is walked: `outer` int64[n, 6] of N, G, K, C, R, S with all P and Q."""

    outer: NDArray[np.int64]
    P: NDArray[np.int64]
    Q: NDArray[np.int64]


def tile_space(nest: Nest, code: int, spec: ArraySpec, *, few: bool = False) -> TileSpace:
    """Tile sizes worth looking at: even cuts, and multiples of what fills the array.

    code: of the dataflow.
    """
    taps = nest.R * nest.S
    windows = _windows(nest, code, spec)
    packed = max(spec.rows // max(nest.C * taps, 1), 1)
    more = [groups_per_fold(_product(nest, *window), spec) for window in windows[1:]]
    trips = FEW_TRIPS if few else TRIPS
    return TileSpace(
        N=_sizes(nest.N, trips),
        G=_sizes(nest.G, trips, max(packed, spec.planes), *more),
        K=_sizes(nest.K, trips, max(spec.cols, spec.planes)),
        C=_sizes(nest.C, trips, max(spec.rows // taps, 1), -(-spec.rows // taps)),
        P=_sizes(nest.P, trips),
        Q=_within_lines(nest, spec, _sizes(nest.Q, (1,) if few else COLUMN_TRIPS)),
        windows=np.array(windows, dtype=np.int64),
    )


def in_order(space: TileSpace) -> Sizes:
    """All sizes of a space in the order in which they are looked at."""
    axes = (np.arange(len(space.windows)), space.K, space.C, space.N, space.G)
    window, k, c, n, g = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    r, s = space.windows[window].T
    return Sizes(np.stack([n, g, k, c, r, s], axis=1), space.P, space.Q)


def _windows(nest: Nest, code: int, spec: ArraySpec) -> list[tuple[int, int]]:
    """The whole filter and, where groups may share a fold, the parts of it that are worth a look.

    Those that no others beat in both: passes of the array over a tile, each of which reads and
    writes all sums, and folds of all groups.
    """
    whole = (nest.R, nest.S)
    if code != WS or not spec.packing or nest.G == 1:
        return [whole]
    sizes = product(range(nest.R, 0, -1), range(nest.S, 0, -1))
    costs = {size: _passes_and_folds(nest, spec, size) for size in sizes}
    kept: list[tuple[int, int]] = []
    fewest = None
    for size in sorted(costs, key=costs.__getitem__):
        if fewest is None or costs[size][1] < fewest:
            fewest = costs[size][1]
            kept.append(size)
    return kept


def _passes_and_folds(nest: Nest, spec: ArraySpec, window: tuple[int, int]) -> tuple[int, int]:
    """How often the array goes over a tile for a part of the filter, and folds of all groups."""
    passes = folds = 0
    for r, down in _parts(nest.R, window[0]):
        for s, across in _parts(nest.S, window[1]):
            passes += down * across
            folds += down * across * weight_stationary.cycles(_product(nest, r, s), spec).folds
    return passes, folds


def _parts(bound: int, size: int) -> tuple[tuple[int, int], ...]:
    """(size, how many) of the full parts of a dimension and of a shorter last one."""
    return ((size, bound // size), *(((bound % size, 1),) if bound % size else ()))


def _product(nest: Nest, r: int, s: int) -> Gemm:
    """The matrix products of all groups with r x s taps of the filter."""
    return Gemm(nest.N * nest.P * nest.Q, nest.K, nest.C * r * s, nest.G)


def _within_lines(nest: Nest, spec: ArraySpec, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Output columns of which the line buffers of a window engine hold the input."""
    if spec.line == 0:
        return sizes
    axis = columns_of(nest)
    widths = (streamed_positions(axis, int(size), spec.cols) for size in sizes)
    return sizes[[width <= spec.line for width in widths]]


def _sizes(bound: int, trips: tuple[int, ...], *multiples_of: int) -> NDArray[np.int64]:
    beyond = tuple(count for count in COLUMN_TRIPS if count > trips[-1])
    sizes = {-(-bound // count) for count in (*trips, *beyond, bound) if count <= bound}
    for unit in multiples_of:
        size = unit
        while size < bound:
            sizes.add(size)
            size *= 2
    return np.array(sorted(sizes, reverse=True), dtype=np.int64)


def mapping_of(
    nest: Nest, dataflow: str, candidate: tuple[int, ...], levels: tuple[int, ...]
) -> Mapping:
    """The mapping of a candidate (`tile_kernels`); all `levels` of an operand hold its tile.

    Where the array works on parts of the filter, it walks them outside all else in the tile.
    """
    tile, order, more = candidate[:8], BLOCK_ORDERS[candidate[8]], candidate[9:13]
    sizes = dict(zip((*TILED_DIMS, "R", "S"), tile, strict=True))
    wide = {**sizes, **dict(zip("KCPQ", more, strict=True))}
    bounds = dict(zip("NGKCPQRS", nest[:8], strict=True))
    record = DATAFLOWS.get(dataflow)
    rows = GEMM_LOOPS[record.gemm_rows] if record else ()
    cols = GEMM_LOOPS[record.gemm_columns] if record else ()
    planes = record.planes if record else ()
    inside = tuple(dim for dim in "SRQPCKNG" if dim not in (*rows, *cols, *planes))
    blocks = {0: ("K",), 1: ("C",), 2: ("Q", "P", "N")}
    above = [dim for block in reversed(order) for dim in blocks[int(block)]]
    inner = [Loop(dim, -(-wide[dim] // sizes[dim])) for dim in "QPKC" if wide[dim] > sizes[dim]]
    parts = [Loop(dim, -(-bounds[dim] // sizes[dim])) for dim in "SR" if sizes[dim] < bounds[dim]]
    within = [*(Loop(dim, sizes[dim]) for dim in inside), *parts]
    large = OPERANDS[STAYS[int(order[2])]]
    cuts: dict[str, tuple[int | None, ...]] = {
        operand: (len(within) + (len(inner) if operand == large else 0),) * count
        for operand, count in zip(OPERANDS, levels, strict=True)
    }
    return Mapping(
        dataflow=dataflow,
        rows=tuple(Loop(dim, sizes[dim]) for dim in rows),
        cols=tuple(Loop(dim, sizes[dim]) for dim in cols),
        planes=tuple(Loop(dim, sizes[dim]) for dim in planes),
        temporal=(
            *within,
            *inner,
            *(Loop(dim, -(-bounds[dim] // wide[dim])) for dim in (*above, "G")),
        ),
        cuts=cuts,
    )
