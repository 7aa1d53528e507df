"""Every candidate of the tile search's space, as mappings, without the mapper's own code.

One tile of all operands: the array's loops and the filter stay inside it; the array takes the
filter whole or in parts, one after the other over the rest of the tile. Above it stand three
blocks of loops, filters (K), channels (C) and pixels (Q, P, N from the inside out), in any order;
groups lie outside everything. A candidate is even, or some loops of the middle block lie inside all
others: then the operand that the innermost block does not move holds all that these loops reach.
"""

from __future__ import annotations

from itertools import permutations, product

from accelsim.mapping import Loop, Mapping

TILED = "NGKCPQ"
BLOCKS = {"filters": "K", "channels": "C", "pixels": "QPN"}
UNMOVED = {"filters": "input", "channels": "output", "pixels": "weight"}
"""Block -> the operand that it does not index."""

ON_ARRAY = {
    "ws": ("CSR", "K", ""), "os": ("QPN", "K", ""), "is": ("CSR", "QPN", ""),
    "streaming": ("R", "S", "GK"), "vector": ("", "", ""),
}  # fmt: skip
"""Dataflow -> dimensions on (rows, columns, planes)."""

INNER_TRIPS = {"sweep": 0, "normal": 2, "full": 8}
"""Effort -> how many numbers of trips the inner loops of a tiling and order are tried with."""


def every_mapping(flow, nest, space, effort, *, uneven):
    """All candidates for a dataflow; `space`: tile sizes of TILED and of the filter's parts, R and
    S. uneven: inner loops too."""
    for *sizes, (r, s) in product(*(column.tolist() for column in space)):
        tile = {**dict(zip(TILED, sizes, strict=True)), "R": r, "S": s}
        for order in permutations(BLOCKS):
            yield candidate(flow, nest, tile, order, ())
            if uneven:
                for inner in inner_loops(nest, tile, order, effort):
                    yield candidate(flow, nest, tile, order, inner)


def candidate(flow, nest, tile, order, inner):
    """The mapping of a tile, blocks from the outermost inward, and loops inside them all."""
    rows, columns, planes = ON_ARRAY[flow]
    laid = rows + columns + planes
    inside = [Loop(dim, tile[dim]) for dim in "SRQPCKNG" if dim not in laid]
    inside += [Loop(dim, tiles_of_dim(nest, tile, dim)) for dim in rows if dim in "RS"]
    reached = {**tile}
    for loop in inner:
        reached[loop.dim] *= loop.factor
    dims = [dim for block in reversed(order) for dim in BLOCKS[block]]
    above = [Loop(dim, -(-getattr(nest, dim) // reached[dim])) for dim in (*dims, "G")]
    holds_more = UNMOVED[order[2]]
    cuts = {
        operand: (len(inside) + (len(inner) if operand == holds_more else 0),)
        for operand in ("output", "input", "weight")
    }
    return Mapping(
        dataflow=flow,
        rows=tuple(Loop(dim, tile[dim]) for dim in rows),
        cols=tuple(Loop(dim, tile[dim]) for dim in columns),
        planes=tuple(Loop(dim, tile[dim]) for dim in planes),
        temporal=(*inside, *inner, *above),
        cuts=cuts,
    )


def inner_loops(nest, tile, order, effort):
    """Loops of the middle block that may lie inside all others, fewest trips first.

    Pixels bring whole rows of tiles, of which one will do. The numbers of trips go up by half; all
    of the block inside is no new candidate. Only where the two inner blocks have several tiles.
    """
    _, middle, innermost = order
    if tiles_of(nest, tile, middle) == 1 or tiles_of(nest, tile, innermost) == 1:
        return
    dim = "P" if middle == "pixels" else BLOCKS[middle]
    tiles, across = tiles_of_dim(nest, tile, dim), tiles_of_dim(nest, tile, "Q")
    row = (Loop("Q", across),) if middle == "pixels" else ()
    trips = 1 if row and across > 1 else 2
    for _ in range(INNER_TRIPS[effort]):
        if trips == 1 or trips < tiles:
            yield (*row, Loop(dim, trips))
        trips = max(trips + 1, trips * 3 // 2)


def tiles_of(nest, tile, block):
    """Tiles that a block walks over."""
    count = 1
    for dim in BLOCKS[block]:
        count *= tiles_of_dim(nest, tile, dim)
    return count


def tiles_of_dim(nest, tile, dim):
    """Tiles along one dimension."""
    return -(-getattr(nest, dim) // tile[dim])
