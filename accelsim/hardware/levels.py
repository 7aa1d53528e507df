"""One memory level: on chip, with its copies and ports, or the DRAM behind its channel."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from accelsim.dataflows import AXES
from accelsim.documents import Loc, PartsError
from accelsim.errors import suggestion
from accelsim.hardware.section import Count, LevelName, Section
from accelsim.units import Bandwidth, Bytes, Time

Operand = Literal["input", "weight", "output"]
Axis = Literal["rows", "cols", "planes"]
MapAxis = Literal["C", "H", "W"]
Word = TypeVar("Word", bound=str)

OPERANDS: tuple[Operand, ...] = ("input", "weight", "output")
MAP_AXES: tuple[MapAxis, ...] = ("C", "H", "W")
"""Channels, rows and columns of a feature map."""
CONFLICT_FREE: Literal["conflict_free"] = "conflict_free"

BytesPerCycle = Annotated[int, Field(ge=1, le=2**20)]
WordBits = Annotated[int, Field(ge=1, le=65536)]
Energy = Annotated[float, Field(ge=0)]


def _axes(value: object) -> object:
    """`pe` stands for all axes."""
    if isinstance(value, str):
        if value != "pe":
            raise ValueError(f"must be pe or a list of {', '.join(AXES)}, is '{value}'")
        return list(AXES)
    return value


def _in_order(words: tuple[Word, ...], order: Sequence[str]) -> tuple[Word, ...]:
    repeated = [word for word in words if words.count(word) > 1]
    if repeated:
        raise ValueError(f"names '{repeated[0]}' more than once")
    return tuple(sorted(words, key=order.index))


Operands = Annotated[
    tuple[Operand, ...],
    Field(strict=False),
    AfterValidator(lambda words: _in_order(words, OPERANDS)),
]
Axes = Annotated[
    tuple[Axis, ...],
    Field(strict=False),
    BeforeValidator(_axes),
    AfterValidator(lambda words: _in_order(words, AXES)),
]
"""Without repeats, always in the same order."""


def _order(value: object) -> object:
    """An order of the axes of a map, as a tuple, or the one word."""
    if value == CONFLICT_FREE:
        return value
    if isinstance(value, (list, tuple)) and sorted(map(str, value)) == list(MAP_AXES):
        return tuple(value)
    said = f"'{value}'" if isinstance(value, str) else str(value)
    hint = suggestion(value, [CONFLICT_FREE]) if isinstance(value, str) else ""
    raise ValueError(
        f"must be {CONFLICT_FREE}, or C, W and H in some order from the innermost outward, as "
        f"[C, W, H] (channels last) or [W, H, C] (channels first); is {said}{hint}"
    )


Layout = Annotated[
    Literal["conflict_free"] | tuple[MapAxis, MapAxis, MapAxis],
    BeforeValidator(_order),
]
"""How a feature map lies in memory, innermost axis first."""


class Partition(Section):
    """A level cut into one buffer per operand."""

    input: Bytes
    weight: Bytes
    output: Bytes


class OnChip(Section):
    """An on-chip level: registers or SRAM, software managed, with one or more equal instances."""

    kind: Literal["register", "sram"]
    name: LevelName
    holds: Annotated[Operands, Field(min_length=1)] = OPERANDS
    per: Axes = ()
    """Axes along which there are copies, `pe` for all; () is one instance that all PEs share."""
    size_bytes: Bytes | None = Field(default=None, alias="size")
    """Of one instance, which all operands held share."""
    partition: Partition | None = None
    word_bits: WordBits
    """Width of one access to one bank."""
    access_bits: WordBits = 8
    """A transfer moves whole units of this size and costs its share of a word's energy."""
    banks: Annotated[int, Field(ge=1, le=4096)] = 1
    ports: Annotated[int, Field(ge=1, le=8)] = 1
    """Accesses per bank and cycle, each a read or a write."""
    layout: Layout = CONFLICT_FREE
    """Of the inputs that a folding array reads; words are dealt out to the banks in turn."""
    shared_port: bool = False
    """Reads and writes share `read_bytes_per_cycle`."""
    read_bytes_per_cycle: BytesPerCycle | None = None
    """Of one instance, all operands together, towards the PEs; left out: as wide as asked."""
    write_bytes_per_cycle: BytesPerCycle | None = None
    """Of one instance, partial sums and results from the PEs; left out: as wide as asked."""
    latency_cycles: Annotated[int, Field(ge=0, le=10**6)] = Field(default=0, alias="latency")
    """Before the first data of a tile."""
    double_buffered: bool = False
    """The next tile loads while one is worked on; each tile may then fill half the space."""
    bypass: Operands = ()
    """Operands that a mapping may let skip this level."""
    serves: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Dataflows that use this level; () is all. Work on the vector unit is none of them."""
    read_pj: Energy | None = None
    """Energy of reading one word, instead of the cost library's."""
    write_pj: Energy | None = None

    @model_validator(mode="after")
    def _can_be_built(self) -> Self:
        faults = {**self._space_faults(), **self._rate_faults(), **self._operand_faults()}
        if self.kind == "sram" and "banks" not in self.model_fields_set:
            faults["banks"] = "missing, but required for kind: sram"
        if faults:
            raise PartsError(faults)
        return self

    def _space_faults(self) -> dict[str | Loc, str]:
        if (self.size_bytes is None) == (self.partition is None):
            what = "neither" if self.partition is None else "both"
            return {"size": f"give size (shared) or partition (a buffer per operand), not {what}"}
        if self.total_bytes * 8 < self.banks * self.word_bits:
            key = "size" if self.size_bytes else "partition"
            return {
                key: f"{self.total_bytes} bytes are less than one {self.word_bits}-bit word for "
                f"each of {self.banks} banks"
            }
        return {}

    def _rate_faults(self) -> dict[str | Loc, str]:
        if self.shared_port and self.write_bytes_per_cycle is not None:
            key, message = "write_bytes_per_cycle", "is part of read_bytes_per_cycle; remove it"
            return {key: f"with shared_port: true, {message}"}
        if self.shared_port and self.read_bytes_per_cycle is None:
            return {"shared_port": "true needs read_bytes_per_cycle, the rate of that port"}
        wanted = (self.read_bytes_per_cycle or 0) + (self.write_bytes_per_cycle or 0)
        possible = self.banks * self.ports * self.word_bits // 8
        if wanted <= possible:
            return {}
        both = "with write_bytes_per_cycle, " if self.write_bytes_per_cycle else ""
        key = "read_bytes_per_cycle" if self.read_bytes_per_cycle else "write_bytes_per_cycle"
        return {
            key: f"{both if key.startswith('read') else ''}{wanted} bytes per cycle are more than "
            f"banks x ports x word_bits = {possible}; add banks or ports, or widen the word"
        }

    def _operand_faults(self) -> dict[str | Loc, str]:
        faults: dict[str | Loc, str] = {}
        if self.partition and (self.per or self.holds != OPERANDS):
            faults["partition"] = (
                "a buffer per operand is for a level that holds all three and has no copies; "
                "give size, or make it several levels"
            )
        if strange := [word for word in self.bypass if word not in self.holds]:
            faults["bypass"] = f"'{strange[0]}' is not held here; holds: {', '.join(self.holds)}"
        return faults | self._layout_faults()

    def _layout_faults(self) -> dict[str | Loc, str]:
        if self.layout == CONFLICT_FREE:
            return {}
        if "input" not in self.holds:
            return {"layout": "is that of the inputs, which are not held here"}
        if self.partition:
            return {"layout": "banks of a part are not stated; give inputs a level of their own"}
        if self.per:
            return {"layout": "a level with copies feeds single PEs, not an array by vectors"}
        return {}

    def used_by(self, dataflow: str) -> bool:
        """Whether a dataflow has this level between its PEs and the DRAM."""
        return not self.serves or dataflow in self.serves

    @property
    def total_bytes(self) -> int:
        """Capacity of one whole instance."""
        parts = self.partition
        return self.size_bytes or (parts.input + parts.weight + parts.output if parts else 0)

    def capacity_bytes(self, operand: Operand) -> int:
        """Most that one operand may take: its part, or all of a shared memory."""
        if self.partition is None:
            return self.total_bytes
        parts = self.partition
        return {"input": parts.input, "weight": parts.weight, "output": parts.output}[operand]


class Dram(Section):
    """Off-chip memory behind half-duplex channels."""

    kind: Literal["dram"]
    name: LevelName
    bandwidth_bytes_per_s: Bandwidth = Field(alias="bandwidth")
    """Peak of one channel."""
    latency_ns: Time = Field(alias="latency")
    """From request to first data; the channel is free meanwhile."""
    channels: Count = 1
    """Equal ones; core n is served by channel n modulo `channels`."""
    row_bytes: Bytes | None = None
    """Of a row that is open at a time, over all chips of the channel."""
    row_miss_ns: Time = Field(default=0.0, alias="row_miss")
    """To close a row and open the next: once per row that a transfer begins."""
    refresh_interval_ns: Time | None = Field(default=None, alias="refresh_interval")
    refresh_ns: Time = Field(default=0.0, alias="refresh")
    """The channel serves nothing for this long in every `refresh_interval`."""
    word_bits: WordBits = 64
    """What `read_pj` and `write_pj` are for."""
    access_bits: WordBits = 8
    """As on chip; `dma.burst_bytes` rounds what the channel moves."""
    read_pj: Energy | None = None
    """Energy of reading one word, instead of the cost library's."""
    write_pj: Energy | None = None

    @model_validator(mode="after")
    def _states_whole_figures(self) -> Self:
        faults: dict[str | Loc, str] = {}
        if (self.row_bytes is None) != (self.row_miss_ns == 0):
            faults["row_miss"] = "row_bytes and row_miss go together; give both or neither"
        if (self.refresh_interval_ns is None) != (self.refresh_ns == 0):
            faults["refresh"] = "refresh and refresh_interval go together; give both or neither"
        elif self.refresh_share >= 1:
            faults["refresh"] = (
                "must be shorter than refresh_interval, by a thousandth of it or more: its share "
                "of the time is rounded up to thousandths and comes off the bandwidth"
            )
        if faults:
            raise PartsError(faults)
        return self

    @property
    def refresh_share(self) -> Fraction:
        """Share of the time that refresh takes, rounded up to a thousandth."""
        if self.refresh_interval_ns is None:
            return Fraction(0)
        share = Fraction(str(self.refresh_ns)) / Fraction(str(self.refresh_interval_ns))
        return Fraction(ceil(1000 * share), 1000)
