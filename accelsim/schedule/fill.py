"""What a mapping claims of every on-chip level, and whether it fits."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from accelsim.dataflows.base import STREAMING
from accelsim.errors import MappingError
from accelsim.mapping import OPERANDS, Mapping
from accelsim.schedule.array_kernels import sums_rest_in_buffer
from accelsim.schedule.border_kernels import (
    bounds_of,
    columns_of,
    largest_tile,
    repeats_over,
)
from accelsim.schedule.hierarchy import PE
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Nest
from accelsim.schedule.plan import Plan, extents_at, first_relevant, inner_borders
from accelsim.schedule.relevance import OUTPUT, Q
from accelsim.traffic.footprint import streamed_positions


class Fill(NamedTuple):
    """One operand's claim of one instance of a level."""

    level: int
    operand: str
    tile_bytes: int
    copies: int
    """2 where the next tile loads beside the one in use."""

    @property
    def claimed_bytes(self) -> int:
        """Of the level, by this operand."""
        return self.copies * self.tile_bytes


def fills_of(nest: Nest, mapping: Mapping, target: Target, plan: Plan) -> tuple[Fill, ...]:
    """Claims of all operands on all on-chip levels that hold them, from the PE outward."""
    found = []
    for number, operand in enumerate(OPERANDS):
        if operand == "weight" and not nest.has_weight:
            continue
        pairs = zip(target.hierarchy.chains[number], mapping.cuts[operand], strict=True)
        for level, cut in pairs:
            if cut is None:
                continue
            several = first_relevant(mapping, operand, cut) < len(mapping.temporal)
            doubled = target.hierarchy.levels[level].double_buffered and several
            size = _tile_bytes(nest, mapping, target, plan, (number, level, cut))
            found.append(Fill(level, operand, size, 2 if doubled else 1))
    return tuple(sorted(found, key=lambda fill: fill.level))


def _tile_bytes(
    nest: Nest, mapping: Mapping, target: Target, plan: Plan, where: tuple[int, int, int]
) -> int:
    operand, level, cut = where
    at = extents_at(mapping, cut)
    copies = target.hierarchy.levels[level].copies
    bits = (nest.output_bits, nest.input_bits, nest.weight_bits)[operand]
    if operand == OUTPUT and _holds_sums(nest, mapping, target, plan, level):
        bits = nest.accumulator_bits
    elements = int(largest_tile(nest, operand, at, plan.layout, copies))
    return -(-elements * bits // 8)


def _holds_sums(nest: Nest, mapping: Mapping, target: Target, plan: Plan, level: int) -> bool:
    """Whether unfinished sums rest in a level: they are added to there, or come back to it."""
    for border, cut, first in inner_borders(mapping, target.hierarchy):
        if border.operand == OUTPUT and border.upper == level:
            seen = cut if border.lower == PE else first
            free = extents_at(mapping, seen)
            times = repeats_over(OUTPUT, free, free, plan.layout, 0, bounds_of(nest))
            return bool(times > 1)
    return bool(sums_rest_in_buffer(plan.code, nest, target.spec, plan.inner))


def fits(nest: Nest, mapping: Mapping, target: Target, plan: Plan) -> bool:
    """Whether all tiles of a mapping fit their levels."""
    return not _faults(nest, mapping, target, plan)


def room_text(target: Target) -> str:
    """On-chip levels with their capacity: `sram 262144 B, spad 448 B`."""
    levels = zip(target.level_names, target.hierarchy.levels[:-1], strict=False)
    return ", ".join(f"{name} {level.capacity_bits // 8} B" for name, level in levels)


def check_fits(nest: Nest, mapping: Mapping, target: Target, plan: Plan) -> None:
    """Raise MappingError, with level, operands, bytes needed and bytes there, where one is full."""
    faults = _faults(nest, mapping, target, plan)
    if faults:
        raise MappingError("; ".join(faults))


def _faults(nest: Nest, mapping: Mapping, target: Target, plan: Plan) -> list[str]:
    """Levels that are too small, and line buffers that are too short."""
    faults = overfull(target, fills_of(nest, mapping, target, plan))
    if plan.code == STREAMING and target.spec.line > 0:
        axis = columns_of(nest)
        width = streamed_positions(axis, min(int(plan.inner[Q]), nest.Q), target.spec.cols)
        if width > target.spec.line:
            faults.append(
                f"line buffers: the tiles need {width} pixels per row, there are "
                f"{target.spec.line}; cut Q further"
            )
    return faults


def overfull(target: Target, fills: tuple[Fill, ...]) -> list[str]:
    """One sentence for each level that the claims exceed."""
    claims = defaultdict(list)
    for fill in fills:
        claims[fill.level].append(fill)
    faults = []
    for level, own in claims.items():
        needed = sum(fill.claimed_bytes for fill in own)
        there = target.hierarchy.levels[level].capacity_bits // 8
        if needed > there:
            parts = ", ".join(
                f"{fill.operand} {fill.tile_bytes} B{' twice' if fill.copies == 2 else ''}"
                for fill in own
            )
            faults.append(
                f"level {target.level_names[level]}: the tiles need {needed} B ({parts}), there "
                f"are {there} B"
            )
    return faults
