"""How often and how much of an operand crosses a border between two memory levels. Plain ints.

Inside a block (the part of a dimension inside one tile) of length l, the s PEs that a dimension is
laid on take contiguous chunks of ceil(l / s); so ceil(l / ceil(l / s)) of them are active. Oracle:
tests/oracles/hierarchy_walk.py enumerates the PEs and keeps sets of elements.
"""

from __future__ import annotations


def active_copies(length: int, on_rows: int, on_cols: int, on_planes: int, copies: int) -> int:
    """Distinct instances, along the axes of the mask `copies`, that a block of `length` uses.

    The dimension lies on the axes by the three factors; PEs count planes fastest, rows slowest.
    """
    laid = on_rows * on_cols * on_planes
    chunk = -(-length // laid)
    used = -(-length // chunk)
    rest = on_cols * on_planes
    whole, part = used // rest, used % rest
    columns = on_cols if whole > 0 else -(-part // on_planes)
    planes = on_planes if whole > 0 or part >= on_planes else part
    if copies & 1 == 0:
        if copies & 2 == 0:
            return planes if copies & 4 else 1
        if copies & 4 == 0:
            return columns
        return rest if whole > 0 else part
    rows = -(-used // rest)
    if copies & 2 == 0:
        if copies & 4 == 0:
            return rows
        return whole * on_planes + min(part, on_planes)
    return used if copies & 4 else -(-used // on_planes)


def chunk_length(length: int, on_rows: int, on_cols: int, on_planes: int, copies: int) -> int:
    """Largest part of a block of `length` that one instance along the axes of `copies` holds."""
    laid = on_rows * on_cols * on_planes
    chunk = -(-length // laid)
    if copies & 1 == 0:
        chunk *= on_rows
    if copies & 2 == 0:
        chunk *= on_cols
    if copies & 4 == 0:
        chunk *= on_planes
    return min(chunk, length)
