"""A nest cut along one of its loops into as many nests as there are cores to work on it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from accelsim.mapping import Sharded
from accelsim.schedule.nest import Nest

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator

SHARD_DIMS = ("N", "G", "K", "P")
"""Batch, groups, filters, output rows: loops whose shards share no partial sum."""


def core_shares(hardware: Accelerator) -> dict[str, Fraction]:
    """What a core may fill of the levels that all cores share, when all of them work."""
    count = hardware.cores.count
    return {name: Fraction(1, count) for name in hardware.cores.shared if count > 1}


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


def loop_of(whole: Nest, shard: Nest) -> str:
    """The loop along which a shard was cut out of a nest."""
    return next(dim for dim in SHARD_DIMS if getattr(whole, dim) != getattr(shard, dim))


def different(nests: Sequence[Nest]) -> dict[Nest, int]:
    """Every different shard, in the order of the cores, and how many cores have it."""
    return {nest: nests.count(nest) for nest in dict.fromkeys(nests)}


def wrong_shards(nests: Sequence[Nest], given: Sharded, hardware: Accelerator) -> str:
    """What is wrong with mappings for these shards, which are () where nothing can be cut so."""
    cores = hardware.cores.count
    if given.count > cores:
        return f"{given.count} shards, {hardware.name} has {cores} cores"
    if len(nests) != given.count:
        return f"its loop {given.loop} cannot be cut into {given.count} shards"
    wanted = different(nests)
    if len(given.mappings) != len(wanted):
        sizes = ", ".join(
            f"{given.loop} {getattr(nest, given.loop)} on {cores_text(count)}"
            for nest, count in wanted.items()
        )
        return (
            f"{len(given.mappings)} mappings; give {len(wanted)}, one for each different shard in "
            f"the order of the cores: {sizes}"
        )
    return ""


def cores_text(count: int) -> str:
    """`1 core`, `3 cores`."""
    return f"{count} core" + "s" * (count != 1)


def _rows(nest: Nest, start: int, size: int) -> Nest:
    """Output rows start .. start + size - 1."""
    first = start * nest.stride_h - nest.pad_top
    return nest._replace(P=size, H=nest.H - max(first, 0), pad_top=max(-first, 0))
