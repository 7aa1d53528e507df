"""Component library: cell area at 45 nm and energy per action at 45 nm and 0.9 V.

Base components (multiplier, adder, register, comparator, ReLU, FIFO) are formulas fitted to our
synthesis of single components; everything else is added up from them and compared with synthesis
in tests/validation/test_area_calibration.py. Areas are cells only: no placement, wires or clock
tree (`area.py` divides by the placement utilisation). Energies are those of random operands, as
the literature quotes them; toggling of real data, wires and the clock tree are not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from accelsim.cost.constants import CONSTANTS, Library
from accelsim.errors import HardwareError


class Component(NamedTuple):
    """Cell area in um2, energy of one action in pJ (nan: not modelled), what it is made of."""

    area_um2: float
    energy_pj: float
    source: str


def together(source: str, parts: Sequence[Component]) -> Component:
    """Components that act together: areas and energies add."""
    area = sum(part.area_um2 for part in parts)
    return Component(area, sum(part.energy_pj for part in parts), source)


def several(count: float, component: Component) -> Component:
    """`count` times the same component, all of them acting."""
    area_um2, energy_pj, source = component
    return Component(count * area_um2, count * energy_pj, f"{count:g} x {source}")


def multiplier(a_bits: int, b_bits: int, lib: Library = CONSTANTS) -> Component:
    """Signed a x b multiplier: 7.42 a b - 5.85 (a + b) um2, energy proportional to a b.

    Fitted to square Baugh-Wooley multipliers of 4 to 24 bits (within 2.3 %); the form is that of
    a partial-product array, a b product cells less a + b adders at its edges. Below 4 bits the
    line is too low (2 bits: -24 %), and one gate per product cell is the least it gives.
    """
    _check_bits("multiplier", a_bits, b_bits)
    products = a_bits * b_bits
    line = lib["multiplier_um2_per_bit2"].value * products + lib["multiplier_um2_per_bit"].value * (
        a_bits + b_bits
    )
    return Component(
        max(line, lib["and_um2_per_bit2"].value * products),
        lib["multiplier_pj_per_bit2"].value * products,
        f"multiplier {a_bits} x {b_bits} bits",
    )


def adder(bits: int, lib: Library = CONSTANTS) -> Component:
    """Adder of `bits`: 6.26 n - 10.6 um2 (8..32 bits, within 6 %), not below n full adders."""
    _check_bits("adder", bits)
    line = lib["adder_um2_per_bit"].value * bits + lib["adder_um2"].value
    return Component(
        max(line, lib["full_adder_um2"].value * bits),
        lib["adder_pj_per_bit"].value * bits + lib["adder_pj"].value,
        f"adder {bits} bits",
    )


def register(bits: int, lib: Library = CONSTANTS, kind: str = "plain") -> Component:
    """Flip-flops, one write per action; `kind` plain, enable (holds) or clear (synchronous)."""
    suffix = "" if kind == "plain" else f"_{kind}"
    area = lib[f"register{suffix}_um2_per_bit"].value * bits
    return Component(area, lib["register_pj_per_bit"].value * bits, f"register {bits} bits, {kind}")


def multiplexer(bits: int, lib: Library = CONSTANTS) -> Component:
    """2:1 multiplexer of `bits`."""
    return Component(
        lib["multiplexer_um2_per_bit"].value * bits,
        lib["multiplexer_pj_per_bit"].value * bits,
        f"multiplexer {bits} bits",
    )


def multiply_accumulate(
    a_bits: int, b_bits: int, accumulator_bits: int, lib: Library = CONSTANTS
) -> Component:
    """MAC with its accumulator: multiplier, adder, register with clear."""
    parts = (
        multiplier(a_bits, b_bits, lib),
        adder(accumulator_bits, lib),
        register(accumulator_bits, lib, "clear"),
    )
    return together(f"MAC {a_bits} x {b_bits} + {accumulator_bits} bits", parts)


def comparator(bits: int, lib: Library = CONSTANTS) -> Component:
    """Maximum of two numbers; energy as an adder of the same width (its comparison)."""
    area = lib["comparator_um2_per_bit"].value * bits
    return Component(area, adder(bits, lib).energy_pj, f"comparator {bits} bits")


def relu(bits: int, lib: Library = CONSTANTS) -> Component:
    """Zero for negative numbers: one gate per bit, counted as a multiplexer's energy."""
    area = lib["relu_um2_per_bit"].value * bits + lib["relu_um2"].value
    return Component(max(area, 0.0), multiplexer(bits, lib).energy_pj, f"ReLU {bits} bits")


def adder_tree(operands: int, bits: int, lib: Library = CONSTANTS) -> Component:
    """Combinational sum of `operands` numbers; every level is one bit wider than its operands."""
    widths = tree_widths(operands, bits)
    return together(f"adder tree {operands} x {bits} bits", [adder(width, lib) for width in widths])


def tree_widths(operands: int, bits: int) -> list[int]:
    """Operand widths of the `operands - 1` adders of a tree, level by level."""
    values, adders = [bits] * operands, []
    while len(values) > 1:
        pairs = [max(pair) for pair in zip(values[::2], values[1::2], strict=False)]
        adders += pairs
        values = [width + 1 for width in pairs] + values[len(values) - len(values) % 2 :]
    return adders


def requantiser(
    accumulator_bits: int, scale_bits: int, output_bits: int, lib: Library = CONSTANTS
) -> Component:
    """Accumulator to output precision: multiply by a scale, shift, round, clamp, register.

    Shift, rounding, zero point and clamp are 23.5 um2 per product bit, fitted to 16-bit and 32-bit
    scales (within 2 %); of their energy only the rounding adder is counted.
    """
    product_bits = accumulator_bits + scale_bits
    shift = Component(lib["requantise_um2_per_bit"].value * product_bits, 0.0, "shift and clamp")
    parts = (multiplier(accumulator_bits, scale_bits, lib), shift, register(output_bits, lib))
    whole = together(f"requantise {accumulator_bits} to {output_bits} bits", parts)
    rounding = adder(product_bits, lib).energy_pj
    return whole._replace(energy_pj=whole.energy_pj + rounding)


def address_generator(
    loops: int, count_bits: int, address_bits: int, lib: Library = CONSTANTS
) -> Component:
    """Nest of `loops` counters that adds one of their strides per step; with its configuration.

    Per loop a counter, its bound (configuration) and its stride (configuration); one address
    register, one adder, a choice among the strides. Energy: address addition and its register.
    """
    counters, strides = loops * count_bits, loops * address_bits
    held = register(2 * counters + strides + address_bits, lib, "enable").area_um2
    step = together("step", (adder(address_bits, lib), register(address_bits, lib)))
    choice = multiplexer((loops - 1) * address_bits, lib).area_um2
    counting = lib["loop_counter_um2_per_bit"].value * counters
    area = held + adder(address_bits, lib).area_um2 + choice + counting
    source = f"address generator {loops} loops x {count_bits} bits, {address_bits}-bit address"
    return Component(area, step.energy_pj, source)


def fifo(depth: int, bits: int, lib: Library = CONSTANTS) -> Component:
    """Flip-flop FIFO, 9.47 um2 per bit with its pointers; one action is one word through it."""
    area = lib["fifo_um2_per_bit"].value * depth * bits
    return Component(area, register(bits, lib).energy_pj, f"FIFO {depth} x {bits} bits")


def vector_lane(
    a_bits: int, b_bits: int, accumulator_bits: int, lib: Library = CONSTANTS
) -> Component:
    """Lane of the vector unit: multiplier, adder, maximum, ReLU, operand and result registers.

    Energy of one operation: an addition and its three register writes (maximum and ReLU cost
    about as much; an elementwise product costs the multiplier more and is not told apart).
    Sigmoid and other tables are not modelled.
    """
    built = (
        multiplier(a_bits, b_bits, lib),
        comparator(accumulator_bits, lib),
        relu(accumulator_bits, lib),
    )
    acting = (
        adder(accumulator_bits, lib),
        register(a_bits + b_bits, lib, "enable"),
        register(accumulator_bits, lib, "enable"),
    )
    lane = together(f"vector lane {accumulator_bits} bits", (*built, *acting))
    return lane._replace(energy_pj=sum(part.energy_pj for part in acting))


def unmodelled_energy(area_um2: float, source: str) -> Component:
    """A component whose area is known and whose energy is not."""
    return Component(area_um2, math.nan, source)


def _check_bits(what: str, *widths: int) -> None:
    if min(widths) < 1:
        raise HardwareError(f"{what}: {min(widths)} bits: a width must be >= 1")
