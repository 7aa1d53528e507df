"""Memory levels of an accelerator, from the PE outward."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from accelsim.documents import PartsError
from accelsim.hardware.section import LevelName, Section
from accelsim.units import Bandwidth, Bytes, Time

BytesPerCycle = Annotated[int, Field(ge=1, le=2**20)]


class Partition(Section):
    """A scratchpad cut into one buffer per operand."""

    input: Bytes
    weight: Bytes
    output: Bytes


class Scratchpad(Section):
    """On-chip SRAM between the array and DRAM, software managed."""

    kind: Literal["sram"]
    name: LevelName
    size_bytes: Bytes | None = Field(default=None, alias="size")
    """One memory that all operands share."""
    partition: Partition | None = None
    word_bits: Annotated[int, Field(ge=1, le=65536)]
    """Width of one access to one bank."""
    banks: Annotated[int, Field(ge=1, le=4096)]
    ports: Annotated[int, Field(ge=1, le=8)] = 1
    """Accesses per bank and cycle, each a read or a write."""
    read_bytes_per_cycle: BytesPerCycle | None = None
    """All operands together, towards the array; left out: as wide as the array asks."""
    write_bytes_per_cycle: BytesPerCycle | None = None
    """Partial sums and results from the array; left out: as wide as the array asks."""
    double_buffered: bool
    """The next tile loads while one is worked on; each tile may then fill half the space."""

    @model_validator(mode="after")
    def _has_space(self) -> Self:
        if (self.size_bytes is None) == (self.partition is None):
            what = "neither" if self.partition is None else "both"
            raise PartsError(
                {"size": f"give size (shared) or partition (a buffer per operand), not {what}"}
            )
        if self.total_bytes * 8 < self.banks * self.word_bits:
            raise PartsError(
                {
                    "size"
                    if self.size_bytes
                    else "partition": f"{self.total_bytes} bytes are less "
                    f"than one {self.word_bits}-bit word for each of {self.banks} banks"
                }
            )
        return self

    @model_validator(mode="after")
    def _has_ports_for_its_rate(self) -> Self:
        wanted = (self.read_bytes_per_cycle or 0) + (self.write_bytes_per_cycle or 0)
        possible = self.banks * self.ports * self.word_bits // 8
        if wanted > possible:
            raise PartsError(
                {
                    "read_bytes_per_cycle": f"with write_bytes_per_cycle, {wanted} bytes per cycle "
                    f"are more than banks x ports x word_bits = {possible}; add banks or ports, "
                    "or widen the word"
                }
            )
        return self

    @property
    def total_bytes(self) -> int:
        """Capacity of the whole level."""
        parts = self.partition
        return self.size_bytes or (parts.input + parts.weight + parts.output if parts else 0)

    def capacity_bytes(self, operand: Literal["input", "weight", "output"]) -> int:
        """Most that one operand may take: its part, or all of a shared memory."""
        if self.partition is None:
            return self.total_bytes
        parts = self.partition
        return {"input": parts.input, "weight": parts.weight, "output": parts.output}[operand]


class Dram(Section):
    """Off-chip memory behind one half-duplex channel."""

    kind: Literal["dram"]
    name: LevelName
    bandwidth_bytes_per_s: Bandwidth = Field(alias="bandwidth")
    """Peak of the channel."""
    latency_ns: Time = Field(alias="latency")
    """From request to first data; the channel is free meanwhile."""


Level = Annotated[Scratchpad | Dram, Field(discriminator="kind")]


class Memory(Section):
    """Levels from the PE outward, and what the data movements of a network cost on them."""

    levels: tuple[Level, ...] = Field(strict=False)
    concat: Literal["in_place", "copy"] = "in_place"
    """Producers of a concat write into its output, or it is an operator that copies."""
    split: Literal["view", "copy"] = "view"
    halo: Literal["refetch", "keep"] = "refetch"
    """Rows that neighbouring tiles share: fetched again, or kept on chip."""

    @field_validator("levels")
    @classmethod
    def _two_levels(cls, levels: tuple[Scratchpad | Dram, ...]) -> tuple[Scratchpad | Dram, ...]:
        kinds = [level.kind for level in levels]
        if kinds != ["sram", "dram"]:
            raise ValueError(
                "this release models one on-chip level (kind: sram), then one kind: dram, "
                f"from the PE outward; here: {', '.join(kinds) or 'none'}"
            )
        if levels[0].name == levels[1].name:
            raise ValueError(f"two levels are named '{levels[0].name}'")
        return levels
