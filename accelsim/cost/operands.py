"""What a PE multiplies and adds: operand widths, and the arithmetic for them."""

from __future__ import annotations

from typing import NamedTuple

from accelsim.cost.arithmetic import (
    Component,
    adder,
    comparator,
    multiplier,
    multiply_add_ps,
    register,
    relu,
    requantiser,
    together,
)
from accelsim.cost.constants import CONSTANTS, Library
from accelsim.cost.floating import float_adder, float_multiplier

INTEGER = "int"


class Widths(NamedTuple):
    """Operand and accumulator widths in bits, of integers; floating point has subclasses."""

    input_bits: int
    weight_bits: int
    accumulator_bits: int

    @property
    def number(self) -> str:
        """`int`, or the floating-point format of the operands."""
        return INTEGER


class FloatWidths(Widths):
    """IEEE operands: fp16 or fp32, which the input width tells."""

    __slots__ = ()

    @property
    def number(self) -> str:
        """`fp16` or `fp32`."""
        return f"fp{self.input_bits}"


class BrainWidths(FloatWidths):
    """bf16 operands."""

    __slots__ = ()

    @property
    def number(self) -> str:
        """`bf16`."""
        return "bf16"


WIDTHS: dict[str, type[Widths]] = {
    INTEGER: Widths,
    "bf16": BrainWidths,
    "fp16": FloatWidths,
    "fp32": FloatWidths,
}
"""`precision.format` of a hardware file -> widths of that kind."""


def product(widths: Widths, lib: Library = CONSTANTS) -> Component:
    """Multiplier of an input and a weight."""
    if widths.number == INTEGER:
        return multiplier(widths.input_bits, widths.weight_bits, lib)
    return float_multiplier(widths.number, lib)


def accumulation(widths: Widths, lib: Library = CONSTANTS) -> Component:
    """Adder of a product to a sum; floating-point sums of 32 bits are fp32, others as operands."""
    if widths.number == INTEGER:
        return adder(widths.accumulator_bits, lib)
    return float_adder("fp32" if widths.accumulator_bits == 32 else widths.number, lib)


def mac_ps(widths: Widths, lib: Library = CONSTANTS) -> float:
    """Path through multiplier and adder in ps; of floating point one after the other."""
    if widths.number == INTEGER:
        return multiply_add_ps(*widths, lib)
    return product(widths, lib).delay_ps + accumulation(widths, lib).delay_ps


def vector_lane(widths: Widths, lib: Library = CONSTANTS) -> Component:
    """Lane of the vector unit: multiplier, adder, maximum, ReLU, operand and result registers.

    Energy of one operation: an addition and its three register writes (maximum and ReLU cost
    about as much; an elementwise product costs the multiplier more and is not told apart).
    Sigmoid and other tables are not modelled.
    """
    bits = widths.accumulator_bits
    times, plus = product(widths, lib), accumulation(widths, lib)
    acting = (
        plus,
        register(widths.input_bits + widths.weight_bits, lib, "enable"),
        register(bits, lib, "enable"),
    )
    built = (times, comparator(bits, lib), relu(bits, lib), *acting)
    lane = together(f"vector lane {bits} bits", built, max(times.delay_ps, plus.delay_ps))
    return lane._replace(energy_pj=sum(part.energy_pj for part in acting))


def output_stage(widths: Widths, output_bits: int, lib: Library = CONSTANTS) -> Component:
    """From accumulator to output: a requantiser; floats have a rounding adder and a register."""
    if widths.number == INTEGER:
        scale_bits = round(lib["requantise_scale_bits"].value)
        return requantiser(widths.accumulator_bits, scale_bits, output_bits, lib)
    rounding = adder(output_bits, lib)
    parts = (rounding, register(output_bits, lib))
    return together(f"round {widths.number} sums to {output_bits} bits", parts, rounding.delay_ps)
