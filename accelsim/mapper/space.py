"""The mappings that the search looks at: tile sizes per dimension, block orders, loop nests."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.dataflows import DATAFLOWS
from accelsim.dataflows.base import ArraySpec
from accelsim.mapping import OPERANDS, Loop, Mapping
from accelsim.schedule.nest import Nest

TILED_DIMS = ("N", "G", "K", "C", "P", "Q")
"""Filter rows and columns stay whole inside a tile."""

BLOCK_ORDERS = np.array(
    [(0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0), (2, 1, 0)], dtype=np.int64
)
"""Orders, outermost first, of the blocks above the tile: 0 filters K, 1 channels C, 2 pixels.

Groups lie outside everything, since they index every operand; pixels are N, P, Q with Q inside.
"""

TRIPS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128)
"""Numbers of tiles that a dimension is cut into, with powers of two beyond."""

COLUMN_TRIPS = tuple(2**power for power in range(20))
"""Output columns are cut into powers of two only, and into single ones."""


GEMM_LOOPS = {"M": ("Q", "P", "N"), "K": ("K",), "D": ("C", "S", "R")}
"""Loop dimensions, innermost first, that make up each dimension of the product on the array."""


class TileSpace(NamedTuple):
    """Candidate tile sizes, int64[n] in falling order, one array per dimension of TILED_DIMS."""

    N: NDArray[np.int64]
    G: NDArray[np.int64]
    K: NDArray[np.int64]
    C: NDArray[np.int64]
    P: NDArray[np.int64]
    Q: NDArray[np.int64]


def tile_space(nest: Nest, spec: ArraySpec) -> TileSpace:
    """Tile sizes worth looking at: even cuts, and multiples of what fills the array."""
    taps = nest.R * nest.S
    packed = max(spec.rows // max(nest.C * taps, 1), 1)
    return TileSpace(
        N=_sizes(nest.N, TRIPS),
        G=_sizes(nest.G, TRIPS, packed),
        K=_sizes(nest.K, TRIPS, spec.cols),
        C=_sizes(nest.C, TRIPS, max(spec.rows // taps, 1), -(-spec.rows // taps)),
        P=_sizes(nest.P, TRIPS),
        Q=_sizes(nest.Q, COLUMN_TRIPS),
    )


def _sizes(bound: int, trips: tuple[int, ...], *multiples_of: int) -> NDArray[np.int64]:
    sizes = {-(-bound // count) for count in (*trips, *COLUMN_TRIPS, bound) if count <= bound}
    for unit in multiples_of:
        size = unit
        while size < bound:
            sizes.add(size)
            size *= 2
    return np.array(sorted(sizes, reverse=True), dtype=np.int64)


def mapping_of(nest: Nest, dataflow: str, tile: tuple[int, ...], order: int) -> Mapping:
    """The mapping of tile sizes (in TILED_DIMS) and a row of BLOCK_ORDERS."""
    sizes = dict(zip(TILED_DIMS, tile, strict=True)) | {"R": nest.R, "S": nest.S}
    bounds = dict(zip("NGKCPQRS", nest[:8], strict=True))
    record = DATAFLOWS.get(dataflow)
    rows = GEMM_LOOPS[record.rows] if record else ()
    cols = GEMM_LOOPS[record.columns] if record else ()
    inside = tuple(dim for dim in "SRQPCKNG" if dim not in (*rows, *cols))
    blocks = {0: ("K",), 1: ("C",), 2: ("Q", "P", "N")}
    above = [dim for block in reversed(BLOCK_ORDERS[order]) for dim in blocks[int(block)]]
    cut = (len(inside),)
    return Mapping(
        dataflow=dataflow,
        rows=tuple(Loop(dim, sizes[dim]) for dim in rows),
        cols=tuple(Loop(dim, sizes[dim]) for dim in cols),
        temporal=(
            *(Loop(dim, sizes[dim]) for dim in inside),
            *(Loop(dim, -(-bounds[dim] // sizes[dim])) for dim in (*above, "G")),
        ),
        cuts=dict.fromkeys(OPERANDS, cut),
    )
