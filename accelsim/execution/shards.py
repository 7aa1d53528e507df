"""A nest cut along one of its loops into as many nests as there are cores to work on it."""

from __future__ import annotations

from accelsim.schedule.nest import Nest

SHARD_DIMS = ("N", "G", "K", "P")
"""Batch, groups, filters, output rows: loops whose shards share no partial sum."""


def shards(nest: Nest, dim: str, most: int) -> tuple[Nest, ...]:
    """Nests of at most `most` cores, as equal as can be, the larger ones first.

    A shard of output rows keeps the input rows from its first one on, so that its windows lie as
    before; () where a shard would see nothing but padding, or there is nothing to cut.
    """
    bound = getattr(nest, dim)
    count = min(most, bound)
    if count < 2:
        return ()
    sizes = [bound // count + (place < bound % count) for place in range(count)]
    if dim != "P":
        return tuple(nest._replace(**{dim: size}) for size in sizes)
    starts = [sum(sizes[:place]) for place in range(count)]
    if any(start * nest.stride_h - nest.pad_top >= nest.H for start in starts):
        return ()
    return tuple(_rows(nest, start, size) for start, size in zip(starts, sizes, strict=True))


def _rows(nest: Nest, start: int, size: int) -> Nest:
    """Output rows start .. start + size - 1."""
    first = start * nest.stride_h - nest.pad_top
    return nest._replace(P=size, H=nest.H - max(first, 0), pad_top=max(-first, 0))
