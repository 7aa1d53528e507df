"""Component library: cell area at 45 nm and energy per action at 45 nm and 0.9 V.

Base components (multiplier, adder, register, comparator, ReLU, FIFO) are formulas fitted to our
synthesis of single components; everything else is added up from them and compared with synthesis
in tests/validation/test_area_calibration.py. Areas are cells only: no placement, wires or clock
tree (`area.py` divides by the placement utilisation). Energies are those of random operands, as
the literature quotes them; toggling of real data, wires and the clock tree are not modelled.

Delay has two classes, as the synthesis runs have: relaxed (10 ns allowed, smallest area), which
`delay_ps` is, and fast (1 ns asked for), which is `fast_delay_factor` of it for `fast_area_factor`
of the area. Both are gates alone: no wires, no clock-to-Q, no set-up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from accelsim.cost.constants import CONSTANTS, Library
from accelsim.errors import HardwareError


class Component(NamedTuple):
    """Cell area in um2, energy of one action in pJ, what it is made of, longest path in ps.

    Energy or delay that is not modelled is nan; so is the delay of flip-flops, which have no path.
    """

    area_um2: float
    energy_pj: float
    source: str
    delay_ps: float = math.nan


def together(source: str, parts: Sequence[Component], delay_ps: float = math.nan) -> Component:
    """Components that act together: areas and energies add; the path through them is given."""
    area = sum(part.area_um2 for part in parts)
    return Component(area, sum(part.energy_pj for part in parts), source, delay_ps)


def several(count: float, component: Component) -> Component:
    """`count` times the same component beside each other, all of them acting."""
    return component._replace(
        area_um2=count * component.area_um2,
        energy_pj=count * component.energy_pj,
        source=f"{count:g} x {component.source}",
    )


def multiplier(a_bits: int, b_bits: int, lib: Library = CONSTANTS) -> Component:
    """Signed a x b multiplier: 7.42 a b - 5.85 (a + b) um2, energy proportional to a b.

    Fitted to square Baugh-Wooley multipliers of 4 to 24 bits (within 2.3 %); the form is that of
    a partial-product array, a b product cells less a + b adders at its edges. Below 4 bits the
    line is too low (2 bits: -24 %), and one gate per product cell is the least it gives.
    Delay in the mean width n: 87.4 log2 n + 77.4 n ps (within 8.2 %), the carry-save tree and the
    adder behind it.
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
        _multiplier_ps((a_bits + b_bits) / 2, lib),
    )


def adder(bits: int, lib: Library = CONSTANTS) -> Component:
    """Adder of `bits`: 6.26 n - 10.6 um2 (8..32 bits, within 6 %), not below n full adders.

    Delay 29.6 n + 88.8 ps (within 8 %).
    """
    _check_bits("adder", bits)
    line = lib["adder_um2_per_bit"].value * bits + lib["adder_um2"].value
    return Component(
        max(line, lib["full_adder_um2"].value * bits),
        lib["adder_pj_per_bit"].value * bits + lib["adder_pj"].value,
        f"adder {bits} bits",
        lib["adder_ps_per_bit"].value * bits + lib["adder_ps"].value,
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
        lib["multiplexer_ps"].value,
    )


def multiply_add_ps(
    a_bits: int, b_bits: int, accumulator_bits: int, lib: Library = CONSTANTS
) -> float:
    """Path through multiplier and adder: the product's low bits are added while it is finished.

    What is left is the carry through the accumulator bits above the product (int4..int16 MACs and
    int8 PEs within 11 % of synthesis).
    """
    upper = accumulator_bits - a_bits - b_bits
    carry = adder(upper, lib).delay_ps if upper > 0 else 0.0
    return multiplier(a_bits, b_bits, lib).delay_ps + lib["merge_ps"].value + carry


def multiply_accumulate(
    a_bits: int, b_bits: int, accumulator_bits: int, lib: Library = CONSTANTS
) -> Component:
    """MAC with its accumulator: multiplier, adder, register with clear."""
    parts = (
        multiplier(a_bits, b_bits, lib),
        adder(accumulator_bits, lib),
        register(accumulator_bits, lib, "clear"),
    )
    path = multiply_add_ps(a_bits, b_bits, accumulator_bits, lib)
    return together(f"MAC {a_bits} x {b_bits} + {accumulator_bits} bits", parts, path)


def comparator(bits: int, lib: Library = CONSTANTS) -> Component:
    """Maximum of two numbers; energy and delay as an adder of the same width (its comparison)."""
    area = lib["comparator_um2_per_bit"].value * bits
    return adder(bits, lib)._replace(area_um2=area, source=f"comparator {bits} bits")


def relu(bits: int, lib: Library = CONSTANTS) -> Component:
    """Zero for negative numbers: one gate per bit, counted as a multiplexer's energy."""
    area = lib["relu_um2_per_bit"].value * bits + lib["relu_um2"].value
    delay = lib["relu_ps_per_bit"].value * bits + lib["relu_ps"].value
    return Component(max(area, 0.0), multiplexer(bits, lib).energy_pj, f"ReLU {bits} bits", delay)


def adder_tree(operands: int, bits: int, lib: Library = CONSTANTS) -> Component:
    """Combinational sum of `operands` numbers; every level is one bit wider than its operands.

    Delay: the carries of all levels run beside each other, so that a level behind the first adder
    costs 210 ps and not a whole adder (9 to 121 operands within 17 % of synthesis).
    """
    adders = [adder(width, lib) for width in tree_widths(operands, bits)]
    further_levels = max((operands - 1).bit_length() - 1, 0)
    path = adder(bits, lib).delay_ps + further_levels * lib["tree_level_ps"].value
    return together(f"adder tree {operands} x {bits} bits", adders, path)


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
    scaled = multiplier(accumulator_bits, scale_bits, lib)
    parts = (scaled, shift, register(output_bits, lib))
    path = scaled.delay_ps + lib["requantise_ps"].value
    whole = together(f"requantise {accumulator_bits} to {output_bits} bits", parts, path)
    rounding = adder(product_bits, lib).energy_pj
    return whole._replace(energy_pj=whole.energy_pj + rounding)


def address_generator(
    loops: int, count_bits: int, address_bits: int, lib: Library = CONSTANTS
) -> Component:
    """Nest of `loops` counters that adds one of their strides per step; with its configuration.

    Per loop a counter, its bound (configuration) and its stride (configuration); one address
    register, one adder, a choice among the strides. Energy: address addition and its register.
    Delay: a counter's carry, the choice, the addition.
    """
    counters, strides = loops * count_bits, loops * address_bits
    held = register(2 * counters + strides + address_bits, lib, "enable").area_um2
    step = together("step", (adder(address_bits, lib), register(address_bits, lib)))
    choice = multiplexer((loops - 1) * address_bits, lib).area_um2
    counting = lib["loop_counter_um2_per_bit"].value * counters
    area = held + adder(address_bits, lib).area_um2 + choice + counting
    source = f"address generator {loops} loops x {count_bits} bits, {address_bits}-bit address"
    path = sum(part.delay_ps for part in (adder(count_bits, lib), adder(address_bits, lib)))
    return Component(area, step.energy_pj, source, path + lib["multiplexer_ps"].value)


def fifo(depth: int, bits: int, lib: Library = CONSTANTS) -> Component:
    """Flip-flop FIFO, 9.47 um2 per bit with its pointers; one action is one word through it."""
    area = lib["fifo_um2_per_bit"].value * depth * bits
    path = lib["fifo_ps_per_level"].value * max(math.log2(depth), 1)
    return Component(area, register(bits, lib).energy_pj, f"FIFO {depth} x {bits} bits", path)


def unmodelled_energy(area_um2: float, source: str) -> Component:
    """A component whose area is known and whose energy is not."""
    return Component(area_um2, math.nan, source)


def _multiplier_ps(bits: float, lib: Library) -> float:
    """Path of a multiplier of this mean width."""
    tree = lib["multiplier_ps_per_log2"].value * math.log2(bits)
    return tree + lib["multiplier_ps_per_bit"].value * bits


def _check_bits(what: str, *widths: int) -> None:
    if min(widths) < 1:
        raise HardwareError(f"{what}: {min(widths)} bits: a width must be >= 1")
