"""numba: whether the tiles of a candidate of the tile search fit the levels that hold them."""

from __future__ import annotations

from accelsim.jit import njit
from accelsim.schedule.array_kernels import sums_rest_in_buffer, tile_bytes
from accelsim.schedule.relevance import INPUT, OUTPUT, WEIGHT


@njit
def operand_bytes(code, nest, spec, operand, tile, spans):
    """Bytes of one operand's tile; spans: its input rows and columns.

    tile: N, G, K, C, P, Q, and R and S as the array works on them.
    """
    if operand == INPUT:
        elements = tile[0] * tile[1] * tile[3] * spans[0] * spans[1] * nest.input_tensors
        return tile_bytes(elements, nest.input_bits)
    if operand == WEIGHT:
        elements = tile[1] * tile[2] * tile[3] * nest.R * nest.S * nest.has_weight
        return tile_bytes(elements, nest.weight_bits)
    bits = nest.output_bits
    if sums_rest_in_buffer(code, nest, spec, tile):
        bits = nest.accumulator_bits
    return tile_bytes(tile[0] * tile[1] * tile[2] * tile[4] * tile[5], bits)


@njit
def has_several(nest, operand, tile):
    """Whether an operand has more than this one tile."""
    pixels = tile[0] < nest.N or tile[4] < nest.P or tile[5] < nest.Q
    groups, filters, channels = tile[1] < nest.G, tile[2] < nest.K, tile[3] < nest.C
    if operand == OUTPUT:
        return pixels or groups or filters
    if operand == INPUT:
        return pixels or groups or channels
    return groups or filters or channels


@njit
def sizes_of(code, nest, spec, tile, spans):
    """(output, input, weight) bytes of one tile of all operands."""
    return (
        operand_bytes(code, nest, spec, OUTPUT, tile, spans),
        operand_bytes(code, nest, spec, INPUT, tile, spans),
        operand_bytes(code, nest, spec, WEIGHT, tile, spans),
    )


@njit
def several_of(nest, tile):
    """Whether (output, input, weight) have more than this one tile."""
    return (
        has_several(nest, OUTPUT, tile),
        has_several(nest, INPUT, tile),
        has_several(nest, WEIGHT, tile),
    )


@njit
def swapped(claims, operand, value):
    """Three values with one replaced."""
    return (
        value if operand == OUTPUT else claims[0],
        value if operand == INPUT else claims[1],
        value if operand == WEIGHT else claims[2],
    )


@njit
def fits(pools, sizes, several):
    """Whether tiles of (output, input, weight) bytes fit all levels that hold them.

    pools: int64[levels, 5], capacity in bytes, 1 if double-buffered, 1 for each operand held.
    several: whether each operand has more tiles, of which the next then loads beside this one.
    """
    for level in range(pools.shape[0]):
        twice, used = pools[level, 1], 0
        for operand in range(3):
            used += pools[level, 2 + operand] * sizes[operand] * (1 + twice * several[operand])
        if used > pools[level, 0]:
            return False
    return True
