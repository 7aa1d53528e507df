"""The memory hierarchy: levels from the PE outward, and the chain of each operand through them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator

from accelsim.documents import Loc, PartsError
from accelsim.hardware.levels import OPERANDS, Dram, OnChip, Operand
from accelsim.hardware.section import Section

Level = Annotated[OnChip | Dram, Field(discriminator="kind")]
Numbered = tuple[int, OnChip]
Fault = tuple[Loc, str]


class Memory(Section):
    """Levels from the PE outward, and what the data movements of a network cost on them."""

    levels: tuple[Level, ...] = Field(strict=False)
    first_sum: Literal["skip", "read"] = "skip"
    """The first partial sum of an output: taken as zero, or read as a zero where PEs read sums."""
    concat: Literal["in_place", "copy"] = "in_place"
    """Producers of a concat write into its output, or it is an operator that copies."""
    split: Literal["view", "copy"] = "view"
    halo: Literal["refetch", "keep"] = "refetch"
    """Rows that neighbouring tiles share: fetched again, or kept on chip."""

    @field_validator("levels")
    @classmethod
    def _is_a_hierarchy(cls, levels: tuple[OnChip | Dram, ...]) -> tuple[OnChip | Dram, ...]:
        kinds = [level.kind for level in levels]
        if len(kinds) < 2 or kinds.count("dram") != 1 or kinds[-1] != "dram":
            raise ValueError(
                "must be one or more on-chip levels (kind: register or sram) from the PE outward, "
                f"then one kind: dram; here: {', '.join(kinds) or 'none'}"
            )
        on_chip = [(i, level) for i, level in enumerate(levels) if isinstance(level, OnChip)]
        faults = [*_repeated_names(levels), *_chain_faults(on_chip)]
        if faults:
            raise PartsError({loc: _joined(loc, faults) for loc, _ in faults})
        return levels


def _joined(loc: Loc, faults: Sequence[Fault]) -> str:
    return "; ".join(dict.fromkeys(message for place, message in faults if place == loc))


def _repeated_names(levels: Sequence[OnChip | Dram]) -> Iterator[Fault]:
    names = [level.name for level in levels]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (index, "name"), f"two levels are named '{name}'"


def _chain_faults(on_chip: Sequence[Numbered]) -> Iterator[Fault]:
    """Every operand is held somewhere, cannot skip everything, and flows from shared to copied."""
    for operand in OPERANDS:
        chain = [(index, level) for index, level in on_chip if operand in level.holds]
        if not chain:
            yield (), f"no on-chip level holds '{operand}'; add it to holds of one"
        elif all(operand in level.bypass for _, level in chain):
            yield (
                (chain[-1][0], "bypass"),
                f"'{operand}' may skip every on-chip level; take it out of one bypass",
            )
        yield from _copy_faults(operand, chain)


def _copy_faults(operand: Operand, chain: Sequence[Numbered]) -> Iterator[Fault]:
    for (_, inner), (index, outer) in pairwise(chain):
        if more := [axis for axis in outer.per if axis not in inner.per]:
            yield (
                (index, "per"),
                f"has copies along {', '.join(more)}, but '{inner.name}', which it feeds with "
                f"'{operand}', has not; a level may have no more axes than those inside it",
            )
