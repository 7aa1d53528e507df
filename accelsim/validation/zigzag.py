"""ZigZag 3.9.1's access counts and energy of a fixed mapping, from accelsim's counts.

Levels, copies, multicast, widths of words and energies per word are those of the hardware file.
Here is only what ZigZag counts in its own way:

- All tiles are alike. A dimension of size D laid on u PEs takes D / ceil(D / u) of them in every
  pass, fractions included: 56 on 32 are 28, 64 on 12 are 10.67. Only input windows are of whole
  outputs: 56 on 12 are 11.2 PEs, and a window of 11.
- Input tiles lie inside the map: padding is free, but border tiles are as large as the others, up
  to the map without padding; positions that a large stride steps over are not fetched.
- Words are those of one tile of one instance, times fills, times the rounded number of instances;
  input rows that neighbouring PEs share are read for each of them.
- Partial sums have accumulator width wherever a reduction loop, temporal or spatial, remains above;
  their words are read back on every visit, the first one too. The number of elements read back
  leaves out one visit of each output, though every PE that adds to it starts from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, prod
from typing import TYPE_CHECKING, NamedTuple

from accelsim.cost.energy import unit_energies
from accelsim.cost.levels import level_energies
from accelsim.mapping import AXES
from accelsim.validation.borders import Border, borders_of
from accelsim.workload.dims import DIM_ORDER, RELEVANT, ConvDims

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator, Precision
    from accelsim.hardware.levels import Dram, OnChip
    from accelsim.mapping import Mapping
    from accelsim.workload.operators import Conv

TINY = 1e-6
"""More than what rounding leaves of a product of fractions that is a whole number."""


class Directions(NamedTuple):
    """What one level moves of one operand: to and from its neighbours above and below."""

    wr_from_high: int
    rd_to_low: int
    wr_from_low: int
    rd_to_high: int


class Access(NamedTuple):
    """One level's accesses for one operand: words of its full width, and elements."""

    level: OnChip | Dram
    words: Directions
    elements: Directions


@dataclass(frozen=True, slots=True)
class Tiles:
    """Tiles of a mapping as ZigZag sees them: all alike."""

    dims: ConvDims
    mapping: Mapping

    def used(self, axes: Iterable[str]) -> dict[str, float]:
        """Dimension -> PEs that it takes along some axes, on average; 1 if it lies elsewhere."""
        used = dict.fromkeys(DIM_ORDER, 1.0)
        for loop in (loop for axis in axes for loop in getattr(self.mapping, axis)):
            bound = getattr(self.dims, loop.dim)
            used[loop.dim] *= bound / ceil(bound / loop.factor)
        return used

    def instances(self, axes: Iterable[str]) -> float:
        """Instances in use, on average, of a level with copies along some axes."""
        return prod(self.used(axes).values())

    def elements(self, operand: str, cut: int, axes: Iterable[str]) -> float:
        """Elements of an operand inside the loops below a cut and those laid on some axes."""
        size = self.used(axes)
        for loop in self.mapping.temporal[:cut]:
            size[loop.dim] *= loop.factor
        if operand != "input":
            return prod(size[dim] for dim in RELEVANT[operand])
        dims = self.dims
        whole = {dim: int(number + TINY) for dim, number in size.items()}
        rows = min(touched_inside(whole["P"], whole["R"], dims.stride_h), dims.H)
        columns = min(touched_inside(whole["Q"], whole["S"], dims.stride_w), dims.W)
        return size["N"] * size["G"] * size["C"] * rows * columns


def touched_inside(outputs: int, taps: int, stride: int) -> int:
    """Positions along an axis that outputs under taps touch, far from the border of the map."""
    return outputs * taps - max(taps - stride, 0) * (outputs - 1)


class Moved(NamedTuple):
    """What ZigZag counts at one border, and whether partial sums come back through it."""

    above: int
    below: int
    above_words: int
    below_words: int
    returns: bool


NOTHING = Moved(0, 0, 0, 0, returns=False)
"""Beyond DRAM."""


def accesses(
    operator: Conv, mapping: Mapping, hardware: Accelerator
) -> dict[tuple[str, int], Access]:
    """(operand, number of its level from the PE outward, DRAM last) -> accesses in ZigZag's way."""
    tiles, found = Tiles(operator.dims(), mapping), {}
    for operand, borders in borders_of(operator, mapping, hardware).items():
        moved = [_moved(border, tiles, hardware.precision) for border in borders]
        for number, (inner, outer) in enumerate(pairwise([*moved, NOTHING])):
            found[operand, number] = Access(
                borders[number].upper, *_directions(operand, inner, outer, tiles.dims.outputs)
            )
    return found


def _moved(border: Border, tiles: Tiles, precision: Precision) -> Moved:
    """One border in ZigZag's way: elements, and words of alike tiles."""
    operand, fills, below, above = (
        border.operand, border.fills, border.copies_below, border.copies_above
    )  # fmt: skip
    returns = operand == "output" and border.above > tiles.dims.outputs
    width = precision.accumulator_bits if returns else getattr(precision, f"{operand}_bits")
    tile = tiles.elements(operand, border.cut, _outside(below))
    lanes = tiles.elements(operand, 0, set(below) - set(above))
    bits = round(tile) * width
    inner, outer = round(tiles.instances(below)), round(tiles.instances(above))
    return Moved(
        above=_elements_above(border, tiles),
        below=round(fills * tiles.instances(below) * tile),
        above_words=_words(border.upper, bits * round(lanes), fills * outer),
        below_words=_words(border.lower, bits, fills * inner),
        returns=returns,
    )


def _elements_above(border: Border, tiles: Tiles) -> int:
    """accelsim's own count of outputs, and of weights above the registers; else alike tiles."""
    if border.operand == "output" or (border.operand == "weight" and border.lower):
        return border.above
    together = tiles.elements(border.operand, border.cut, _outside(border.copies_above))
    return int(border.fills * tiles.instances(border.copies_above) * together + TINY)


def _outside(copies: Iterable[str]) -> set[str]:
    """Axes of the array on which an instance serves all PEs."""
    return set(AXES) - set(copies)


def _words(level: OnChip | Dram | None, bits: int, transfers: int) -> int:
    """Words of full width; a transfer of `bits` takes whole accesses, each its part of a word."""
    if level is None:
        return 0
    return ceil(bits / level.access_bits) * level.access_bits * transfers // level.word_bits


def _directions(
    operand: str, inner: Moved, outer: Moved, outputs: int
) -> tuple[Directions, Directions]:
    """(words, elements) of a level between two borders; sums go up and may come back down."""
    if operand != "output":
        return (
            Directions(outer.below_words, inner.above_words, 0, 0),
            Directions(outer.below, inner.above, 0, 0),
        )
    return (
        Directions(
            wr_from_high=outer.below_words if outer.returns else 0,
            rd_to_low=inner.above_words if inner.returns else 0,
            wr_from_low=inner.above_words,
            rd_to_high=outer.below_words,
        ),
        Directions(
            wr_from_high=outer.above - outputs if outer.returns else 0,
            rd_to_low=inner.above - outputs if inner.returns else 0,
            wr_from_low=inner.above,
            rd_to_high=outer.below,
        ),
    )


def energy_pj(found: dict[tuple[str, int], Access], operator: Conv, hardware: Accelerator) -> float:
    """Energy of MACs and accesses."""
    per_word = {level.name: level for level in level_energies(hardware)}
    total = unit_energies(hardware).mac_pj * operator.macs
    for access in found.values():
        cost, words = per_word[access.level.name], access.words
        total += (words.rd_to_low + words.rd_to_high) * cost.read_pj
        total += (words.wr_from_low + words.wr_from_high) * cost.write_pj
    return total
