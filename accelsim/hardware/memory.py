"""The memory hierarchy: levels from the PE outward, and the chain of each operand through them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Annotated, Literal

from pydantic import Field, field_validator

from accelsim.dataflows import FOLDS, Dataflow
from accelsim.documents import Loc, PartsError
from accelsim.errors import suggestion
from accelsim.hardware.levels import CONFLICT_FREE, OPERANDS, Dram, OnChip, Operand
from accelsim.hardware.parts import Cores
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
    activation: Literal["in_place", "copy"] = "copy"
    """An activation that is an operator of its own writes over its input, or beside it."""
    packing: Literal["none", "copy"] = "none"
    """A 1x1 convolution reads its input as it lies, or an operator before it copies all of it into
    the order in which a matrix product reads it."""
    kept_parts: Annotated[int, Field(ge=1, le=64)] = 1
    """Equal parts of a tensor that residency keeps or not, each by itself; 1: wholly or not."""
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


def serving_faults(
    memory: Memory, dataflows: Sequence[str], known: Collection[str]
) -> dict[str | Loc, str]:
    """Levels that serve no dataflow there is, and dataflows without a level for an operand."""
    faults: dict[str | Loc, str] = {}
    on_chip = [(i, level) for i, level in enumerate(memory.levels) if isinstance(level, OnChip)]
    for index, level in on_chip:
        for place, name in enumerate(level.serves):
            if name not in known:
                text = f"unknown dataflow '{name}'; allowed: {', '.join(known)}"
                faults["memory", "levels", index, "serves", place] = text + suggestion(name, known)
    for name, operand in product(dataflows, OPERANDS):
        if not any(operand in level.holds and level.used_by(name) for _, level in on_chip):
            faults["memory", "levels"] = (
                f"no on-chip level that serves dataflow '{name}' holds '{operand}'"
            )
    return faults


def layout_faults(
    memory: Memory, dataflows: Sequence[str], known: Mapping[str, Dataflow], input_bits: int
) -> dict[str | Loc, str]:
    """Layouts of levels from which no folding array reads, or that other dataflows read too."""
    faults: dict[str | Loc, str] = {}
    flows = [known[name] for name in dataflows if name in known]
    shared = [
        level
        for level in memory.levels
        if isinstance(level, OnChip) and "input" in level.holds and not level.per
    ]
    fed = [next((level for level in shared if level.used_by(flow.name)), None) for flow in flows]
    for index, level in enumerate(memory.levels):
        if not isinstance(level, OnChip) or level.layout == CONFLICT_FREE:
            continue
        place = ("memory", "levels", index, "layout")
        others = [flow for flow in flows if flow.timing != "folds" and level.used_by(flow.name)]
        if others:
            faults[place] = (
                f"dataflow '{others[0].name}' has timing: {others[0].timing} and reads no vectors "
                f"of a fold; a layout works with {', '.join(FOLDS)}"
            )
        elif level not in fed:
            faults[place] = "no array reads its inputs from here; give it to the level inside"
        elif level.word_bits < input_bits:
            faults[place] = f"a word of {level.word_bits} bits holds no input of {input_bits} bits"
    return faults


def core_faults(cores: Cores, memory: Memory) -> dict[str | Loc, str]:
    """Shared levels that cannot be shared, and channels that no core would use."""
    faults: dict[str | Loc, str] = {}
    on_chip = [level for level in memory.levels if isinstance(level, OnChip)]
    names = [level.name for level in on_chip]
    copied = [level.name for level in on_chip if level.per]
    for place, name in enumerate(cores.shared):
        if name not in names:
            text = f"no on-chip level is named '{name}'{suggestion(name, names)}"
            faults["cores", "shared", place] = text
        elif name in copied:
            faults["cores", "shared", place] = f"'{name}' has copies per PE, which no core shares"
    for operand in OPERANDS:
        chain = [level.name for level in on_chip if operand in level.holds]
        for inner, outer in pairwise(chain):
            if inner in cores.shared and outer not in cores.shared:
                text = f"'{outer}' feeds '{inner}', which is shared; share it too"
                faults["cores", "shared"] = text
    dram = memory.levels[-1]
    if isinstance(dram, Dram) and dram.channels > cores.count:
        faults["memory", "levels", len(memory.levels) - 1, "channels"] = (
            f"{dram.channels} are more than the {cores.count} cores, each of which uses one; for "
            f"channels that every transfer is spread over, give their sum as bandwidth"
        )
    return faults


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
