"""What an accelerator has beside its array and its memory."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from accelsim.documents import Loc, PartsError
from accelsim.hardware.section import Count, LevelName, Section
from accelsim.workload.operators import Operator

Bits = Annotated[int, Field(ge=1, le=64)]
Cycles = Annotated[int, Field(ge=0, le=10**9)]
FLOAT_BITS = {"bf16": 16, "fp16": 16, "fp32": 32}


class Technology(Section):
    """What the circuit is made in."""

    node_nm: float = Field(ge=1, le=1000)
    voltage_v: float | None = Field(default=None, ge=0.1, le=5)
    """Supply; None: the usual one of the node."""


class Precision(Section):
    """Width of one element of each operand, and what kind of number it is."""

    format: Literal["int", "bf16", "fp16", "fp32"] = "int"
    """Of operands; floating-point sums are fp32 where the accumulator has 32 bits."""
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

    @model_validator(mode="after")
    def _floats_have_their_width(self) -> Self:
        if self.format == "int":
            return self
        bits = FLOAT_BITS[self.format]
        operands, sums = {"input_bits", "weight_bits"}, {"accumulator_bits", "output_bits"}
        faults: dict[str | Loc, str] = {}
        for name in sorted(operands | sums):
            allowed = sorted({bits} if name in operands else {bits, 32})
            if getattr(self, name) not in allowed:
                words = " or ".join(map(str, allowed))
                faults[name] = f"must be {words} with format: {self.format}"
        if faults:
            raise PartsError(faults)
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

    launch_cycles: Cycles = 0
    vector_launch_cycles: Cycles | None = None
    """Of operators on the vector unit; None: as of the others."""
    launch_per_group: bool = False
    """Groups of a convolution run as operators of their own, but for a depthwise one."""
    fused_activation_cycles: Cycles = 0
    """Of an activation that runs with its operator: what it adds at the end."""

    def cycles_of(self, operator: Operator, groups: int) -> int:
        """Overhead of an operator, or of a shard of it that has so many groups."""
        fused = self.fused_activation_cycles if operator.activation else 0
        return fused + self._launch_of(operator, groups)

    def _launch_of(self, operator: Operator, groups: int) -> int:
        if operator.kind not in ("conv", "linear", "matmul"):
            own = self.vector_launch_cycles
            return self.launch_cycles if own is None else own
        apart = self.launch_per_group and operator.type == "group"
        return self.launch_cycles * (groups if apart else 1)


class Cores(Section):
    """Equal cores, each an array with its vector unit and its own on-chip levels."""

    count: Annotated[int, Field(ge=1, le=1024)] = 1
    shared: tuple[LevelName, ...] = Field(default=(), strict=False)
    """On-chip levels that there is one of for all cores, ports included; the DRAM always is."""


class Constant(Section):
    """A cost constant that replaces the one of the library."""

    value: float
    source: str
