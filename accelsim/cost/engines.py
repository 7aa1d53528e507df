"""Fixed-function convolution engines, added up from components: cell area at 45 nm in um2.

A streaming engine holds a rows x cols window of one input channel and as many weights, multiplies
all of them in every cycle, adds the products in a tree and the sum to an accumulator: one output
per cycle. A row engine is one of one row, which takes one pass per filter row. Line buffers hold
the rows - 1 image rows above the window.

Nothing is fitted to an engine but its control block: `engine_control_um2` and
`engine_stage_um2_per_bit`, two constants over all engines that were synthesised (1x3 to 11x11,
4, 8 and 16 bits, both trees), which leave every one of them within 3 %
(tests/validation/test_engine_area.py). Its flip-flops are counted exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accelsim.cost.arithmetic import (
    Component,
    adder,
    fifo,
    multiplexer,
    multiplier,
    register,
    together,
    unmodelled_energy,
)
from accelsim.cost.constants import CONSTANTS, Library
from accelsim.cost.operands import INTEGER, Widths
from accelsim.errors import HardwareError, suggestion

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.hardware.array import PEArray

CONTROL_BITS = 44
"""Flip-flops of row, column and flush counters as synthesised, whatever the window."""

STORAGES = ("sram", "shift_register", "stalling_shift_register", "fifo")
"""What line buffers may be built of: macros, or flip-flops that shift, hold or are addressed."""

CRITICAL_PATH_PS = {
    3: (1721.0, 1593.0),
    5: (2238.0, 1555.0),
    7: (2244.0, 1670.0),
    9: (2368.0, 1638.0),
    11: (2557.0, 1703.0),
}
"""Of int8 K x K engines at 45 nm, relaxed timing: with a one-stage and with a registered tree.

Source: own synthesis (rtl_area.csv), ABC's estimate of the gates alone: no wires, no clock-to-Q.
"""


@dataclass(frozen=True, slots=True)
class EnginePart:
    """`count` of one component in an engine."""

    name: str
    count: int
    component: Component

    @property
    def area_um2(self) -> float:
        """All of them: cell area at 45 nm."""
        return self.count * self.component.area_um2


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine as its parts."""

    name: str
    parts: tuple[EnginePart, ...]

    @property
    def area_um2(self) -> float:
        """Cell area at 45 nm, the sum of the parts."""
        return sum(part.area_um2 for part in self.parts)

    @property
    def energy_pj(self) -> float:
        """Of one result, at 45 nm and 0.9 V, of all parts but those of `without_energy`."""
        known = (part for part in self.parts if part.name not in self.without_energy)
        return sum(part.count * part.component.energy_pj for part in known)

    @property
    def without_energy(self) -> tuple[str, ...]:
        """Parts whose energy is not known: it is above zero and in no sum."""
        return tuple(part.name for part in self.parts if math.isnan(part.component.energy_pj))

    def part(self, name: str) -> EnginePart:
        """The part of one name."""
        return next(part for part in self.parts if part.name == name)


def streaming_engine(
    kernel: int,
    lib: Library = CONSTANTS,
    *,
    bits: int = 8,
    accumulator_bits: int = 32,
    registered_tree: bool = False,
) -> Engine:
    """Engine of kernel x kernel taps, one output per cycle; its line buffers stand outside."""
    widths = Widths(bits, bits, accumulator_bits)
    return engine((kernel, kernel), widths, lib, registered_tree=registered_tree)


def row_engine(
    kernel: int,
    lib: Library = CONSTANTS,
    *,
    bits: int = 8,
    accumulator_bits: int = 32,
    registered_tree: bool = False,
) -> Engine:
    """Engine of one filter row of `kernel` taps: `kernel` passes per output, no line buffers."""
    widths = Widths(bits, bits, accumulator_bits)
    return engine((1, kernel), widths, lib, registered_tree=registered_tree)


def engine(
    window: tuple[int, int],
    widths: Widths,
    lib: Library = CONSTANTS,
    *,
    registered_tree: bool = False,
    shadow_weights: bool = False,
) -> Engine:
    """Engine of rows x cols taps; a level of the tree is a part.

    The accumulator adds up a row engine's passes. `shadow_weights`: a second register per tap, in
    which the weights of the next pass wait; no such engine was synthesised.
    """
    rows, cols = window
    taps = rows * cols
    if min(window) < 1:
        raise HardwareError(f"an engine of {rows} x {cols} taps: both must be >= 1")
    if widths.number != INTEGER:
        raise HardwareError(f"a window engine of {widths.number}: only integers have an area model")
    input_bits, weight_bits, accumulator_bits = widths
    product_bits = input_bits + weight_bits
    held_weights = 2 * taps if shadow_weights else taps
    parts = (
        EnginePart("window registers", taps, _window_register(input_bits, lib)),
        EnginePart("padding masks", taps, _mask(input_bits, lib)),
        EnginePart("weight registers", held_weights, _held(weight_bits, lib)),
        EnginePart("multipliers", taps, multiplier(input_bits, weight_bits, lib)),
        EnginePart("product registers", taps, register(product_bits, lib)),
        *_tree(taps, product_bits, lib, registered_tree),
        EnginePart("accumulator", 1, _accumulator(accumulator_bits, lib)),
        EnginePart("control", 1, _control(taps, lib, registered_tree)),
    )
    tree = "registered" if registered_tree else "one-stage"
    return Engine(f"streaming engine {rows}x{cols}, {tree} tree", parts)


def is_engine(hw: Accelerator) -> bool:
    """Whether the array of a hardware file is a row of window engines."""
    return any(hw.dataflow(name).timing == "streaming" for name in hw.array.dataflows)


def of_array(array: PEArray, widths: Widths, lib: Library) -> Engine:
    """One of the `array.planes` engines of such an array."""
    return engine(
        (array.rows, array.cols),
        widths,
        lib,
        registered_tree=array.tree == "registered",
        shadow_weights=array.overlap != "serial",
    )


def path_ps(array: PEArray, widths: Widths) -> float | None:
    """Critical path at 45 nm of such an engine as synthesised; None for one that was not."""
    if array.rows != array.cols or widths != Widths(8, 8, 32):
        return None
    return CRITICAL_PATH_PS.get(array.rows, (None, None))[array.tree == "registered"]


def line_buffers(
    kernel: int, width: int, bits: int = 8, storage: str = "sram", lib: Library = CONSTANTS
) -> Component:
    """kernel - 1 rows of `width` pixels, of one of `STORAGES`; nothing for a single row.

    Energy is not modelled: it depends on how the rows are addressed.
    """
    if min(kernel, width, bits) < 1:
        raise HardwareError(
            f"line buffers of a {kernel}-row window, {width} pixels of {bits} bits: "
            "every figure must be >= 1"
        )
    held = (kernel - 1) * width * bits
    area_um2 = held * _storage_um2_per_bit(storage, lib)
    return unmodelled_energy(area_um2, f"{kernel - 1} rows x {width} x {bits} bits, {storage}")


def tree_levels(operands: int) -> int:
    """Adder levels between `operands` products and one sum."""
    return (operands - 1).bit_length()


def _tree(taps: int, product_bits: int, lib: Library, registered: bool) -> list[EnginePart]:
    """Adders of every level, and the register behind it, which also holds the odd value."""
    values, parts = [product_bits] * taps, []
    for level in range(1, tree_levels(taps) + 1):
        pairs = [max(pair) for pair in zip(values[::2], values[1::2], strict=False)]
        values = [width + 1 for width in pairs] + values[len(values) - len(values) % 2 :]
        title = f"{len(pairs)} adders of {pairs[0]} bits"
        adders = together(title, [adder(width, lib) for width in pairs])
        parts.append(EnginePart(f"tree level {level}, adders", 1, adders))
        if registered:
            held = _stage(sum(values), lib)
            parts.append(EnginePart(f"tree level {level}, registers", 1, held))
    return parts


def _stage(bits: int, lib: Library) -> Component:
    """Register behind one level of the tree, with the gates that synthesis adds to it."""
    held = register(bits, lib)
    gates_um2 = lib["engine_stage_um2_per_bit"].value * bits
    return held._replace(area_um2=held.area_um2 + gates_um2)


def _window_register(bits: int, lib: Library) -> Component:
    """Shifts while pixels come, holds while they do not; it changes every cycle."""
    return together(f"shifting register {bits} bits", (register(bits, lib), multiplexer(bits, lib)))


def _held(bits: int, lib: Library) -> Component:
    """A weight, written once per pass: how much of that falls on a result is not known here."""
    held = register(bits, lib, "enable")
    return unmodelled_energy(held.area_um2, held.source)


def _mask(bits: int, lib: Library) -> Component:
    """Zero in place of a pixel beyond the border; its switching is not modelled."""
    return unmodelled_energy(lib["mask_um2_per_bit"].value * bits, f"mask {bits} bits")


def _accumulator(bits: int, lib: Library) -> Component:
    return together(f"accumulator {bits} bits", (adder(bits, lib), register(bits, lib)))


def _control(taps: int, lib: Library, registered_tree: bool) -> Component:
    """Counters and sequencing, and one valid bit per level of a registered tree."""
    bits = CONTROL_BITS + (tree_levels(taps) if registered_tree else 0)
    area_um2 = register(bits, lib).area_um2 + lib["engine_control_um2"].value
    return unmodelled_energy(area_um2, f"engine control, {bits} flip-flops")


def _storage_um2_per_bit(storage: str, lib: Library) -> float:
    """SRAM and FIFO cells come with their addressing, as `rtl_linebuffers.csv` counts them."""
    if storage not in STORAGES:
        raise HardwareError(
            f"line buffers in {storage!r}; allowed: {', '.join(STORAGES)}"
            f"{suggestion(storage, STORAGES)}"
        )
    if storage == "sram":
        return lib["line_buffer_sram_um2_per_bit"].value
    if storage == "fifo":
        return fifo(1, 1, lib).area_um2
    return register(1, lib, "plain" if storage == "shift_register" else "enable").area_um2
