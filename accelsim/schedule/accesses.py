"""The access table of an operator: what every level reads and writes of every operand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.mapping import OPERANDS, Mapping
from accelsim.schedule import access_kernels as kernels
from accelsim.schedule.hierarchy import PE, level_table
from accelsim.schedule.kernels import Column
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Nest
from accelsim.schedule.plan import Plan, extents_at, inner_borders, layout_of, outer_borders

WAYS = ("written_from_above", "read_to_below", "written_from_below", "read_to_above")
"""Directions of an access, seen from the level."""


class Access(NamedTuple):
    """What one level does for one operand, in one direction.

    `units` are accesses of the level's access_bits, each tile rounded up by itself.
    """

    level: int
    """Number in the hierarchy; the last one is DRAM."""
    operand: str
    way: str
    elements: int
    bits: int
    units: int


class Crossing(NamedTuple):
    """All that crosses one border between levels: visits of tiles, and four directions."""

    operand: str
    lower: int
    upper: int
    visits: int
    counts: dict[str, tuple[int, int, int]]
    """down_upper, down_lower, up_lower, up_upper -> (elements, bits, units)."""


def crossings(nest: Nest, mapping: Mapping, target: Target) -> tuple[Crossing, ...]:
    """Every border of a mapping with loops on the axes, from the PE outward, DRAM's last."""
    hierarchy = target.hierarchy
    found = (*inner_borders(mapping, hierarchy), *outer_borders(mapping, hierarchy))
    borders = np.array([border for border, _, _ in found], dtype=np.int64)
    at = np.array([extents_at(mapping, cut) for _, cut, _ in found])
    free = np.array([extents_at(mapping, first) for _, _, first in found])
    levels = level_table(hierarchy)
    table = kernels.crossings(nest, layout_of(mapping), levels, borders, at, free)
    rows = [_crossing(row, border) for row, (border, _, _) in zip(table, found, strict=True)]
    return tuple(_without_zero_reads(rows, target))


DIRECTIONS = ("down_upper", "down_lower", "up_lower", "up_upper")


def _crossing(row: NDArray[np.int64], border: tuple[int, int, int]) -> Crossing:
    counts = {
        name: (
            int(row[kernels.ELEMENTS + way]),
            int(row[kernels.BITS + way]),
            int(row[kernels.UNITS + way]),
        )
        for way, name in enumerate(DIRECTIONS)
    }
    return Crossing(OPERANDS[border[0]], border[1], border[2], int(row[kernels.VISITS]), counts)


def _without_zero_reads(rows: list[Crossing], target: Target) -> list[Crossing]:
    """Leave out the first read of every sum, which is a zero, unless the machine reads it.

    A PE starts from zero at each visit of its tile, but for the sums that came back from above.
    """
    if target.hierarchy.first_sum:
        return rows
    kept = []
    for row in rows:
        if row.operand == "output" and row.lower == PE:
            above = next(
                other for other in rows if other.operand == "output" and other.lower == row.upper
            )
            elements, bits, units = row.counts["down_upper"]
            zeros = above.counts["up_lower"][0] - above.counts["down_lower"][0]
            kept_share = (elements - zeros) / elements
            counts = {
                **row.counts,
                "down_upper": (
                    elements - zeros,
                    (elements - zeros) * (bits // elements),
                    round(units * kept_share),
                ),
            }
            row = row._replace(counts=counts)  # noqa: PLW2901
        kept.append(row)
    return kept


def accesses_of(
    nest: Nest, mapping: Mapping, target: Target, plan: Plan, program: NDArray[np.int64]
) -> tuple[Access, ...]:
    """What every level reads and writes of every operand over the whole operator.

    Loops on the axes are counted at their borders. A folding array and the vector unit are counted
    by their formulas at the innermost level, step by step, and so are the tiles that a `keep` level
    does not fetch again.
    """
    rows = crossings(nest, mapping, target)
    found = [access for row in rows for access in _seen_by_levels(row)]
    totals = program.sum(axis=0)
    if plan.borders.shape[0] == 0 or not any(row.lower == PE for row in rows):
        found += _edges(nest, target, totals)
    if target.machine.halo_keep:
        found = _kept_halo(nest, target, found, int(totals[Column.INPUT_LOAD]))
    return tuple(access for access in found if access.elements)


def _seen_by_levels(row: Crossing) -> list[Access]:
    seen = [
        Access(row.upper, row.operand, "read_to_below", *row.counts["down_upper"]),
        Access(row.upper, row.operand, "written_from_below", *row.counts["up_upper"]),
    ]
    if row.lower != PE:
        seen += [
            Access(row.lower, row.operand, "written_from_above", *row.counts["down_lower"]),
            Access(row.lower, row.operand, "read_to_above", *row.counts["up_lower"]),
        ]
    return seen


def _edges(nest: Nest, target: Target, totals: NDArray[np.int64]) -> list[Access]:
    """Accesses between a folding array or the vector unit and the innermost levels."""
    found = []
    for operand, way, column, bits in (
        ("output", "read_to_below", Column.EDGE_SUM_READ, nest.accumulator_bits),
        ("output", "written_from_below", Column.EDGE_SUM_WRITE, nest.accumulator_bits),
        ("input", "read_to_below", Column.EDGE_INPUT, nest.input_bits),
        ("weight", "read_to_below", Column.EDGE_WEIGHT, nest.weight_bits),
    ):
        level = target.hierarchy.chains[OPERANDS.index(operand)][0]
        found.append(_of_bytes(target, level, (operand, way), int(totals[column]), bits))
    return found


def _of_bytes(
    target: Target, level: int, what: tuple[str, str], moved_bytes: int, bits: int
) -> Access:
    moved_bits = 8 * moved_bytes
    units = -(-moved_bits // target.hierarchy.levels[level].access_bits)
    return Access(level, *what, -(-moved_bits // bits), moved_bits, units)


def _kept_halo(nest: Nest, target: Target, found: list[Access], loaded_bytes: int) -> list[Access]:
    """The input's way from DRAM without what its outermost level still held."""
    dram = len(target.hierarchy.levels) - 1
    level = target.hierarchy.chains[OPERANDS.index("input")][-1]
    fewer = []
    for access in found:
        outer = (access.level, access.way) in (
            (dram, "read_to_below"),
            (level, "written_from_above"),
        )
        if access.operand == "input" and outer and loaded_bytes * 8 < access.bits:
            what = (access.operand, access.way)
            access = _of_bytes(target, access.level, what, loaded_bytes, nest.input_bits)  # noqa: PLW2901
        fewer.append(access)
    return fewer
