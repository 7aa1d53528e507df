"""mapping.yaml: mappings as people read and edit them, with the names of the memory levels.

    schema: 1
    mappings:
      - {network: net, layer: conv, dataflow: ws, rows: [[C, 16]], cols: [[K, 16]], planes: [],
         temporal: [[Q, 56], [P, 7], [P, 8]],
         cuts: {output: {sram: 2}, input: {sram: 2}, weight: {sram: 0}}}

Loops are [dimension, factor], `temporal` from the innermost to the outermost. A cut is the number
of temporal loops inside the operand's tile at that level, levels from the PE outward; null: the
operand bypasses the level.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from accelsim.documents import Document, Loc, PartsError, given, read_yaml, validate
from accelsim.errors import InputError, MappingError, suggestion
from accelsim.mapping import AXES, OPERANDS, Loop, Mapping, wrong_cuts
from accelsim.workload.dims import DIM_ORDER

SCHEMA = 1

PLAIN = re.compile(r"(?!(?:true|false|null|yes|no|on|off)$)[a-z][a-z0-9_]+")
"""Words that every YAML reader takes for text without quotes."""

Chains = dict[str, tuple[str, ...]]
"""Operand -> names of the on-chip levels that its cuts are of, from the PE outward."""


class Placed(NamedTuple):
    """A mapping of one layer, and the levels that its cuts are of."""

    network: str
    layer: str
    mapping: Mapping
    chains: Chains


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


class Entry(_Section):
    """One mapping of the file."""

    network: str
    layer: str
    dataflow: str
    rows: Loops = []
    cols: Loops = []
    planes: Loops = []
    temporal: Loops
    cuts: Cuts

    @model_validator(mode="after")
    def _makes_sense(self) -> Entry:
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


class MappingFile(_Section):
    """Schema 1 of mapping.yaml."""

    version: Literal[1] = Field(alias="schema")
    mappings: list[Entry]


def read_entries(path: str | Path) -> tuple[Document, tuple[Entry, ...]]:
    """The entries of a file, and the places where they stand.

    Raises InputError with all that is wrong with the file itself; what an accelerator says of its
    mappings is `written_mappings`'s.
    """
    document = read_yaml(path)
    entries = tuple(validate(document, MappingFile).mappings)
    first: dict[tuple[str, str], int] = {}
    problems = []
    for number, entry in enumerate(entries):
        earlier = first.setdefault((entry.network, entry.layer), number)
        if earlier != number:
            line, _ = document.position(("mappings", earlier))
            message = f"{entry.network}, layer {entry.layer}: mapped in line {line} already"
            problems.append(document.problem(("mappings", number, "layer"), message))
    if problems:
        raise InputError(problems)
    return document, entries


def mappings_to_yaml(placed: Iterable[Placed]) -> str:
    """The text of a file that reads back as the same mappings, one per line."""
    lines = [
        f"schema: {SCHEMA}",
        "# loops: [dimension, factor], temporal ones innermost first; cuts: how many temporal",
        "# loops lie inside the operand's tile at each level, null where it bypasses the level",
        "mappings:",
        *(f"  - {_flow(placed_data(item))}" for item in placed),
    ]
    return "\n".join(lines if len(lines) > 4 else [*lines[:3], "mappings: []"]) + "\n"


def placed_data(item: Placed) -> dict[str, Any]:
    """The entry as plain data. Raises MappingError where cuts and levels do not go together."""
    mapping, cuts = item.mapping, {}
    for operand in OPERANDS:
        levels = item.chains[operand]
        if len(levels) != len(mapping.cuts[operand]):
            raise MappingError(
                f"{item.network}: layer {item.layer}: {len(mapping.cuts[operand])} cuts of "
                f"'{operand}' for the levels {', '.join(levels)}"
            )
        cuts[operand] = dict(zip(levels, mapping.cuts[operand], strict=True))
    return {
        "network": item.network,
        "layer": item.layer,
        "dataflow": mapping.dataflow,
        **{
            name: [[loop.dim, loop.factor] for loop in getattr(mapping, name)]
            for name in (*AXES, "temporal")
        },
        "cuts": cuts,
    }


def _flow(value: object) -> str:
    """Plain data in one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, str) and (value in DIM_ORDER or PLAIN.fullmatch(value)):
        return value
    return json.dumps(value)
