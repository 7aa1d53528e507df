"""mapping.yaml: mappings as people read and edit them, with the names of the memory levels.

    schema: 1
    mappings:
      - {network: net, layer: conv, dataflow: ws, rows: [[C, 16]], cols: [[K, 16]], planes: [],
         temporal: [[Q, 56], [P, 7], [P, 8]],
         cuts: {output: {sram: 2}, input: {sram: 2}, weight: {sram: 0}}}

Loops are [dimension, factor], `temporal` from the innermost to the outermost. A cut is the number
of temporal loops inside the operand's tile at that level, levels from the PE outward; null: the
operand bypasses the level.

Operators that are cut into shards, one for each core, stand in a list of their own:

    shards:
      - {network: net, layer: conv, loop: K, count: 4, mappings: [{dataflow: ws, ...}, ...]}

with a mapping for each different shard, in the order of the cores.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from accelsim.documents import Document, Loc, PartsError, given, read_yaml, validate
from accelsim.errors import InputError, suggestion
from accelsim.mapping import OPERANDS, SHARD_DIMS, Loop, Mapping, Sharded, wrong_cuts
from accelsim.workload.dims import DIM_ORDER

Chains = dict[str, tuple[str, ...]]
"""Operand -> names of the on-chip levels that its cuts are of, from the PE outward."""


def _loop(value: object) -> Loop:
    if isinstance(value, Loop):
        return value
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"must be [dimension, factor], as in [K, 16], is {given(value)}")
    dim, factor = value
    if dim not in DIM_ORDER:
        hint = suggestion(dim, DIM_ORDER) if isinstance(dim, str) else ""
        raise ValueError(
            f"unknown dimension {given(dim)}; allowed: {', '.join(DIM_ORDER)} (batch, groups, "
            f"filters, channels, output rows and columns, filter rows and columns){hint}"
        )
    if not isinstance(factor, int) or isinstance(factor, bool) or factor < 1:
        raise ValueError(f"the factor of {dim} must be a whole number >= 1, is {given(factor)}")
    return Loop(dim, factor)


MOST_LOOPS, FARTHEST = 64, 2**31
"""Loops of one list, and iterations of one dimension, that a file may have."""

Loops = Annotated[list[Annotated[Loop, BeforeValidator(_loop)]], Field(max_length=MOST_LOOPS)]
Cut = Annotated[int, Field(ge=0)]
Levels = Annotated[dict[str, Cut | None], Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Cuts(_Section):
    """Level -> cut of each operand."""

    output: Levels
    input: Levels
    weight: Levels

    def of(self, operand: str) -> dict[str, int | None]:
        """Level -> cut of one operand, in the order of the file."""
        levels: dict[str, int | None] = getattr(self, operand)
        return levels


class WrittenMapping(_Section):
    """Loops and cuts of one mapping of the file."""

    dataflow: str
    rows: Loops = []
    cols: Loops = []
    planes: Loops = []
    temporal: Loops
    cuts: Cuts

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        faults: dict[str | Loc, str] = {}
        loops = (*self.rows, *self.cols, *self.planes, *self.temporal)
        for dim in DIM_ORDER:
            if prod(loop.factor for loop in loops if loop.dim == dim) > FARTHEST:
                faults["temporal",] = f"the factors of {dim} multiply to more than {FARTHEST:,}"
        for operand in OPERANDS:
            cuts = tuple(self.cuts.of(operand).values())
            if message := wrong_cuts(cuts, len(self.temporal)):
                faults["cuts", operand] = message
        if faults:
            raise PartsError(faults)
        return self

    @property
    def chains(self) -> Chains:
        """Levels that the cuts name, in the order of the file."""
        return {operand: tuple(self.cuts.of(operand)) for operand in OPERANDS}

    def mapping(self, chains: Chains | None = None) -> Mapping:
        """The mapping, with the cuts in the order of the chains, or in that of the file."""
        order = chains or self.chains
        return Mapping(
            dataflow=self.dataflow,
            rows=tuple(self.rows),
            cols=tuple(self.cols),
            planes=tuple(self.planes),
            temporal=tuple(self.temporal),
            cuts={
                operand: tuple(self.cuts.of(operand)[level] for level in order[operand])
                for operand in OPERANDS
            },
        )


class Entry(WrittenMapping):
    """The mapping of a layer."""

    network: str
    layer: str


def _shard_dim(value: object) -> object:
    if value in SHARD_DIMS:
        return value
    hint = suggestion(value, SHARD_DIMS) if isinstance(value, str) else ""
    raise ValueError(f"unknown loop {given(value)}; allowed: {', '.join(SHARD_DIMS)}{hint}")


class ShardsEntry(_Section):
    """The mappings of a layer that is cut into shards."""

    network: str
    layer: str
    loop: Annotated[str, BeforeValidator(_shard_dim)]
    count: Annotated[int, Field(ge=2)]
    mappings: Annotated[list[WrittenMapping], Field(min_length=1)]

    def sharded(self, chains: Callable[[str], Chains] | None = None) -> Sharded:
        """The mappings; `chains` of a dataflow as in `WrittenMapping.mapping`."""
        return Sharded(
            loop=self.loop,
            count=self.count,
            mappings=tuple(
                own.mapping(chains(own.dataflow) if chains else None) for own in self.mappings
            ),
        )


class MappingFile(_Section):
    """Schema 1 of mapping.yaml."""

    version: Literal[1] = Field(alias="schema")
    mappings: list[Entry]
    shards: list[ShardsEntry] = []


class Entries(NamedTuple):
    """What a file holds, and the places where it stands."""

    document: Document
    whole: tuple[Entry, ...]
    shards: tuple[ShardsEntry, ...]

    def placed(self) -> dict[Loc, Entry | ShardsEntry]:
        """Every entry by its place."""
        placed: dict[Loc, Entry | ShardsEntry] = {}
        placed |= {("mappings", number): entry for number, entry in enumerate(self.whole)}
        placed |= {("shards", number): entry for number, entry in enumerate(self.shards)}
        return placed


def read_entries(path: str | Path) -> Entries:
    """The entries of a file, and the places where they stand.

    Raises InputError with all that is wrong with the file itself; what an accelerator says of its
    mappings is `written_mappings`'s.
    """
    document = read_yaml(path)
    file = validate(document, MappingFile)
    entries = Entries(document, tuple(file.mappings), tuple(file.shards))
    first: dict[tuple[str, str], Loc] = {}
    problems = []
    for place, entry in entries.placed().items():
        earlier = first.setdefault((entry.network, entry.layer), place)
        if earlier != place:
            line, _ = document.position(earlier)
            message = f"{entry.network}, layer {entry.layer}: mapped in line {line} already"
            problems.append(document.problem((*place, "layer"), message))
    if problems:
        raise InputError(problems)
    return entries
