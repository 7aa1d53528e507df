"""Floating-point multipliers and adders: cell area and delay at 45 nm, energy at 45 nm and 0.9 V.

Area and delay are fitted to our synthesis of combinational units of bf16, fp16 and fp32 (round to
nearest even, infinities and NaN, subnormal numbers flushed to zero). Energies are lines through
the fp16 and fp32 figures of Horowitz, ISSCC 2014; bf16 lies on their extension and was not
published. His fp16 units are 1.8 times as large: faster ones, of another library.
"""

from __future__ import annotations

from typing import NamedTuple

from accelsim.cost.arithmetic import Component, multiplier
from accelsim.cost.constants import CONSTANTS, Library
from accelsim.errors import HardwareError, suggestion


class Format(NamedTuple):
    """Bits of exponent and of fraction; sign and hidden one come on top."""

    exponent_bits: int
    fraction_bits: int

    @property
    def significand_bits(self) -> int:
        """Fraction and hidden one: what is multiplied."""
        return self.fraction_bits + 1


FORMATS = {"bf16": Format(8, 7), "fp16": Format(5, 10), "fp32": Format(8, 23)}


def float_multiplier(name: str, lib: Library = CONSTANTS) -> Component:
    """Multiplier of one of `FORMATS`: significands, exponents, rounding (within 1 %)."""
    number = _format(name)
    bits = number.significand_bits
    area_um2 = (
        multiplier(bits, bits, lib).area_um2
        + lib["float_multiplier_um2_per_exponent_bit"].value * number.exponent_bits
        + lib["float_multiplier_um2_per_fraction_bit"].value * number.fraction_bits
    )
    per_bit2, offset = lib["float_multiplier_pj_per_bit2"], lib["float_multiplier_pj"]
    return Component(
        area_um2,
        per_bit2.value * bits * bits + offset.value,
        f"{name} multiplier",
        _line_ps("float_multiplier_ps", number, lib),
    )


def float_adder(name: str, lib: Library = CONSTANTS) -> Component:
    """Adder of one of `FORMATS`: alignment, addition, normalisation, rounding (within 3 %)."""
    number = _format(name)
    area_um2 = (
        lib["float_adder_um2_per_exponent_bit"].value * number.exponent_bits
        + lib["float_adder_um2_per_fraction_bit"].value * number.fraction_bits
    )
    per_bit, offset = lib["float_adder_pj_per_bit"], lib["float_adder_pj"]
    return Component(
        area_um2,
        per_bit.value * number.fraction_bits + offset.value,
        f"{name} adder",
        _line_ps("float_adder_ps", number, lib),
    )


def _line_ps(name: str, number: Format, lib: Library) -> float:
    return lib[f"{name}_per_bit"].value * number.fraction_bits + lib[name].value


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise HardwareError(
            f"floating-point format '{name}'; allowed: {', '.join(FORMATS)}"
            f"{suggestion(name, FORMATS)}"
        )
    return FORMATS[name]
