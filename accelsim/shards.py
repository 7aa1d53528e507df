"""A nest cut along one of its loops into as many nests as there are cores to work on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from accelsim.mapping import SHARD_DIMS, Sharded
from accelsim.schedule.nest import Nest

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator


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


def wrong_shards(
    nests: Sequence[Nest], given: Sharded, hardware: Accelerator
) -> tuple[str, str] | None:
    """(field, what is wrong) of mappings for these shards, which are () where none can be cut."""
    cores = hardware.cores.count
    if given.count > cores:
        return "count", f"{given.count} shards, {hardware.name} has {cores_text(cores)}"
    if len(nests) != given.count:
        return "loop", f"its loop {given.loop} cannot be cut into {given.count} shards"
    wanted = different(nests)
    if len(given.mappings) == len(wanted):
        return None
    sizes = [
        f"{given.loop} {getattr(nest, given.loop)} on {cores_text(count)}"
        for nest, count in wanted.items()
    ]
    return "mappings", (
        f"{len(given.mappings)} given; needed is one for each different shard, in the order of the "
        f"cores: {', '.join(sizes)}"
    )


def cores_text(count: int) -> str:
    """`1 core`, `3 cores`."""
    return f"{count} core" + "s" * (count != 1)


def _rows(nest: Nest, start: int, size: int) -> Nest:
    """Output rows start .. start + size - 1."""
    first = start * nest.stride_h - nest.pad_top
    return nest._replace(P=size, H=nest.H - max(first, 0), pad_top=max(-first, 0))
