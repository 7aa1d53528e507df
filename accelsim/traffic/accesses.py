"""DRAM traffic of a whole operator in closed form, for tiles of one on-chip level.

An operand's tile is loaded again whenever one of its relevant loops above the cut advances. So the
loops inside its innermost relevant loop cost nothing, and every irrelevant loop outside it repeats
the whole operand. Oracle: tests/oracles/loop_nest.py walks every tile and counts elements.
"""

from __future__ import annotations

from typing import NamedTuple

from accelsim.traffic.footprint import Axis


class Cut(NamedTuple):
    """Input positions that an axis costs when its outputs are cut into tiles."""

    total: int
    """Sum over the tiles."""
    largest: int
    """Of one tile."""
    overlaps: int
    """Shared by neighbouring tiles, summed over all pairs."""
    wrap: int
    """Shared by the last tile and the first one; all of them where there is one tile."""
    first: int
    """Of the first tile."""


def cut_axis(axis: Axis, tile: int) -> Cut:
    """Positions read along one axis that is cut into tiles of `tile` outputs."""
    total, largest, overlaps, first, previous_end = 0, 0, 0, 0, 0
    low = high = 0
    for start in range(0, axis.outputs, tile):
        end = min(start + tile, axis.outputs)
        low = max(start * axis.stride - axis.pad, 0)
        reach = (end - 1) * axis.stride + (axis.taps - 1) * axis.dilation - axis.pad + 1
        high = min(reach, axis.size)
        length = max(high - low, 0)
        total += length
        largest = max(largest, length)
        if start > 0:
            overlaps += max(min(previous_end, high) - low, 0)
        else:
            first = length
        previous_end = high
    if tile >= axis.outputs:
        return Cut(total, largest, overlaps, total, first)
    return Cut(total, largest, overlaps, max(min(first, high) - low, 0), first)
