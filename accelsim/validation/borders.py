"""What crosses the borders between memory levels under a mapping, as accelsim counts it."""

from __future__ import annotations

from math import ceil, prod
from typing import TYPE_CHECKING, NamedTuple

from accelsim.mapping import AXES, OPERANDS, Mapping
from accelsim.schedule.accesses import Crossing, crossings
from accelsim.schedule.hierarchy import PE
from accelsim.schedule.machine import target_of
from accelsim.schedule.nest import nest_of
from accelsim.workload.dims import RELEVANT, ConvDims

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.hardware.levels import Dram, OnChip
    from accelsim.workload.operators import Conv


class Border(NamedTuple):
    """One operand between two of its levels, or between the PEs and the innermost one.

    Elements are those of all visits, the first and the last one of an output included.
    """

    operand: str
    lower: OnChip | None
    """None: the PEs."""
    upper: OnChip | Dram
    cut: int
    """Temporal loops below the tile of the lower side."""
    fills: int
    """How often that tile changes."""
    above: int
    """Elements that the upper side reads, or for outputs writes."""
    below: int
    """Elements that all instances of the lower side together write, or for outputs read."""

    @property
    def copies_below(self) -> tuple[str, ...]:
        """Axes along which the lower side has copies."""
        return self.lower.per if self.lower else AXES

    @property
    def copies_above(self) -> tuple[str, ...]:
        """Axes along which the upper side has copies."""
        return self.upper.per if self.upper.kind != "dram" else ()


def borders_of(
    operator: Conv, mapping: Mapping, hardware: Accelerator
) -> dict[str, tuple[Border, ...]]:
    """Borders of each operand from the PEs to DRAM, under a dataflow with loops on the axes."""
    target = target_of(hardware, mapping.dataflow)
    on_chip = {level.name: level for level in hardware.on_chip}
    nest = nest_of(operator, hardware, 1)
    assert nest is not None, "only concats and splits may be no work"
    rows = crossings(nest, mapping, target)
    found = {}
    for operand in OPERANDS:
        cuts = (0, *(cut for cut in mapping.cuts[operand] if cut is not None))
        own = [row for row in rows if row.operand == operand]
        found[operand] = tuple(
            Border(
                operand=operand,
                lower=None if row.lower == PE else on_chip[target.level_names[row.lower]],
                upper=on_chip.get(target.level_names[row.upper], hardware.dram),
                cut=cut,
                fills=row.visits * _tiles(operator.dims(), mapping, operand, cut),
                above=_elements(row)[0],
                below=_elements(row)[1],
            )
            for row, cut in zip(own, cuts, strict=True)
        )
    return found


def _elements(row: Crossing) -> tuple[int, int]:
    """(above, below) the border; sums go up, everything else comes down."""
    way = "up" if row.operand == "output" else "down"
    return row.counts[f"{way}_upper"][0], row.counts[f"{way}_lower"][0]


def _tiles(dims: ConvDims, mapping: Mapping, operand: str, cut: int) -> int:
    """Different tiles of an operand."""
    relevant = RELEVANT[operand]
    return prod(ceil(getattr(dims, dim) / mapping.extent(dim, cut)) for dim in relevant)
