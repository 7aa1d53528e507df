"""What an accelerator has beside its array and its memory."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from accelsim.documents import PartsError
from accelsim.hardware.section import Count, Section

Bits = Annotated[int, Field(ge=1, le=64)]


class Technology(Section):
    """What the circuit is made in."""

    node_nm: float = Field(ge=1, le=1000)
    voltage_v: float | None = Field(default=None, ge=0.1, le=5)
    """Supply; None: the usual one of the node."""


class Precision(Section):
    """Width of one element of each operand."""

    input_bits: Bits = 8
    weight_bits: Bits = 8
    accumulator_bits: Bits = 32
    """Partial sums, in the array and where they are spilled to."""
    output_bits: Bits = 8

    @model_validator(mode="after")
    def _accumulator_holds_operands(self) -> Self:
        widest = max(self.input_bits, self.weight_bits, self.output_bits)
        if self.accumulator_bits < widest:
            raise PartsError(
                {
                    "accumulator_bits": "must be at least as wide as every operand "
                    f"({widest} bits), is {self.accumulator_bits}"
                }
            )
        return self


class VectorUnit(Section):
    """Pooling, activations and elementwise operators."""

    lanes: Count
    """Elements per cycle."""
    placement: Literal["in_line", "separate"]
    """Behind the array's output, or beside the array at the scratchpad."""
    fuse_activation: bool
    """An activation costs nothing after the operator that feeds it."""

    @model_validator(mode="after")
    def _fuses_only_in_line(self) -> Self:
        if self.fuse_activation and self.placement == "separate":
            raise PartsError({"fuse_activation": "true needs placement: in_line"})
        return self


class Dma(Section):
    """Engine that moves tiles between DRAM and the scratchpad."""

    burst_bytes: Count
    """Smallest transfer of the DRAM channel."""


class OperatorOverhead(Section):
    """What starting an operator costs."""

    launch_cycles: Annotated[int, Field(ge=0, le=10**9)] = 0


class Constant(Section):
    """A cost constant that replaces the one of the library."""

    value: float
    source: str
