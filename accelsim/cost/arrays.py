"""Processing elements and what surrounds them in an array, added up from components.

Systolic circuits are those of our synthesised arrays: every PE passes operands on after one
register, weight (or input) stationary PEs add to a partial sum that moves down, output stationary
PEs keep it and shift it out. The PE of a loop nest multiplies, adds, and has one pipeline register
for each operand that no register level of its own holds; the wires that multicast operands to it
are not modelled. Cell area at 45 nm in um2, energy of one MAC at 45 nm and 0.9 V in pJ, path
through multiplier and adder in ps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from accelsim.cost.arithmetic import (
    Component,
    adder,
    multiplexer,
    register,
    together,
    unmodelled_energy,
)
from accelsim.cost.constants import CONSTANTS, Library
from accelsim.cost.operands import INTEGER, Widths, accumulation, mac_ps, product
from accelsim.errors import HardwareError, suggestion

if TYPE_CHECKING:
    from accelsim.dataflows import Dataflow


STRUCTURE = {"ws": "stationary", "is": "stationary", "os": "output", "loops": "loops"}
"""Dataflows that share one PE circuit: ws and is differ in which operand is held.

All loop nests count as one dataflow `loops`: they differ in what is multicast to the same PE.
"""

LOOP_COUNTERS, COUNT_BITS = 8, 16
"""Of the controller of a loop nest: one counter per dimension."""


def circuit(flow: Dataflow) -> str:
    """Which of `STRUCTURE` a dataflow is, or `streaming`, which has no PE (`engines.py`)."""
    if flow.timing != "folds":
        return flow.timing
    return {"weight": "ws", "output": "os", "input": "is"}[flow.stationary]


def stationary_pe(widths: Widths, lib: Library = CONSTANTS, *, double_buffered: bool) -> Component:
    """Weight-stationary PE; one weight register, or a running and a shadow one (+ 2 token bits).

    Energy per MAC: multiplier, adder and the two registers that change every cycle, input and
    partial sum; the weight registers change once per fold and are left out.
    """
    input_bits, weight_bits, accumulator_bits = widths
    moving = (
        product(widths, lib),
        accumulation(widths, lib),
        register(input_bits, lib),
        register(accumulator_bits, lib),
    )
    held = [register(weight_bits, lib, "enable")]
    if double_buffered:
        held += [register(weight_bits, lib, "enable"), register(2, lib)]
    kind = "double-buffered" if double_buffered else "single-buffered"
    whole = _pe(f"stationary PE, {kind} operand", moving, held)
    return whole._replace(delay_ps=mac_ps(widths, lib))


def output_pe(widths: Widths, lib: Library = CONSTANTS, *, separate_drain: bool) -> Component:
    """Output-stationary PE; the accumulators shift out, or copies of them do.

    Energy per MAC: multiplier, adder, both operand registers and the accumulator. Draining, once
    per fold, is left out.
    """
    input_bits, weight_bits, accumulator_bits = widths
    moving = (
        product(widths, lib),
        accumulation(widths, lib),
        register(input_bits + weight_bits, lib),
        register(accumulator_bits, lib, "clear"),
    )
    if separate_drain:
        drain = [register(accumulator_bits, lib, "enable"), register(3, lib)]
    else:
        drain = [multiplexer(accumulator_bits, lib), register(1, lib)]
    kind = "separate drain register" if separate_drain else "accumulator drains"
    whole = _pe(f"output-stationary PE, {kind}", moving, drain)
    return whole._replace(delay_ps=mac_ps(widths, lib))


def loops_pe(widths: Widths, pipeline: Widths, lib: Library = CONSTANTS) -> Component:
    """PE of a loop nest; `pipeline` has the widths of its own registers, 0 for none.

    Energy per MAC: multiplier, adder and these registers, all of which change every cycle. What a
    register level of the PE holds is counted and charged at that level.
    """
    parts = (
        product(widths, lib),
        accumulation(widths, lib),
        register(pipeline.input_bits + pipeline.weight_bits, lib),
        register(pipeline.accumulator_bits, lib, "clear"),
    )
    title = f"loop-nest PE, {sum(pipeline)} pipeline register bits"
    return together(title, parts, mac_ps(widths, lib))


def pe(
    dataflow: str,
    overlap: str,
    widths: Widths,
    lib: Library = CONSTANTS,
    pipeline: Widths | None = None,
) -> Component:
    """PE of one dataflow; every overlap but `serial` needs the double-buffered circuit.

    Input stationary is weight stationary with the operands exchanged. `pipeline` is for loop nests
    alone; without it every operand has a register.
    """
    double = overlap != "serial"
    if _structure(dataflow) == "loops":
        return loops_pe(widths, pipeline or widths, lib)
    if _structure(dataflow) == "output":
        return output_pe(widths, lib, separate_drain=double)
    if dataflow == "is":
        widths = widths._replace(input_bits=widths.weight_bits, weight_bits=widths.input_bits)
    return stationary_pe(widths, lib, double_buffered=double)


def shared_pe(
    dataflows: Sequence[str],
    overlap: str,
    widths: Widths,
    lib: Library = CONSTANTS,
    running: str | None = None,
    pipeline: Widths | None = None,
) -> Component:
    """PE that runs any of several dataflows: the largest of their PEs plus multiplexers.

    Rule: for every circuit beyond the first (`STRUCTURE`), one 2:1 multiplexer per bit of the
    input, weight and accumulator ports. No synthesis of such a PE stands behind the rule.
    Energy per MAC: that of the dataflow `running`, or of the costliest, plus the multiplexers.
    """
    choices = {dataflow: pe(dataflow, overlap, widths, lib, pipeline) for dataflow in dataflows}
    largest = max(choices.values(), key=lambda choice: choice.area_um2)
    costliest = max(choice.energy_pj for choice in choices.values())
    energy = costliest if running is None else choices[running].energy_pj
    extra_bits = (len({_structure(dataflow) for dataflow in dataflows}) - 1) * sum(widths)
    if extra_bits == 0:
        return largest._replace(energy_pj=energy)
    switch = multiplexer(extra_bits, lib)
    return Component(
        largest.area_um2 + switch.area_um2,
        energy + switch.energy_pj,
        f"{largest.source}, + {extra_bits} multiplexer bits",
        largest.delay_ps + switch.delay_ps,
    )


def edge_saving_um2(
    dataflows: Sequence[str], shape: tuple[int, int], widths: Widths, lib: Library = CONSTANTS
) -> float:
    """Cells that PEs at the edge of an array of (rows, cols) lack, in um2.

    Stationary: row 0 adds to a constant, so it has no adder and keeps only product bits; row 1
    adds two products; the last column passes no operand on. Output: the last column and the last
    row pass no operand on, row 0 has nothing to shift in. Savings that ABC finds further in are
    left out. An array whose PEs serve two circuits saves nothing, one of loop nests neither.
    """
    structures = {_structure(dataflow) for dataflow in dataflows}
    if len(structures) > 1 or structures == {"loops"}:
        return 0.0
    rows, cols = shape
    if structures == {"output"}:
        last_column = register(widths.input_bits + 1, lib).area_um2
        last_row = register(widths.weight_bits, lib).area_um2
        first_row = multiplexer(widths.accumulator_bits, lib).area_um2
        return rows * last_column + cols * (last_row + first_row)
    passed = min(_streamed_bits(dataflow, widths) for dataflow in dataflows)
    return rows * register(passed, lib).area_um2 + cols * _upper_rows_um2(rows, widths, lib)


def _upper_rows_um2(rows: int, widths: Widths, lib: Library) -> float:
    """What rows 0 and 1 of one column of a stationary array save; of floating point, one adder."""
    full = accumulation(widths, lib).area_um2
    if widths.number != INTEGER:
        return full
    product_bits = widths.input_bits + widths.weight_bits
    sign_bits = max(widths.accumulator_bits - product_bits - 1, 0)
    first = full + register(sign_bits, lib).area_um2
    narrow = adder(min(product_bits + 1, widths.accumulator_bits), lib).area_um2
    return first + (full - narrow if rows > 1 else 0.0)


def skew_bits(
    dataflows: Iterable[str], overlap: str, shape: tuple[int, int], widths: Widths
) -> int:
    """Register bits that delay lane i of an operand by i cycles; the most that a dataflow needs.

    A side of n lanes takes n (n - 1) / 2 words. Stationary arrays skew the streamed operand (on
    the rows), pipelined ones also the operand that is loaded (on the columns); output stationary
    and loop nests skew both.
    """
    rows, cols = shape
    row_words, col_words = rows * (rows - 1) // 2, cols * (cols - 1) // 2
    needed = []
    for dataflow in dataflows:
        on_rows = _streamed_bits(dataflow, widths)
        on_cols = widths.input_bits + widths.weight_bits - on_rows
        both = _structure(dataflow) != "stationary" or overlap != "serial"
        needed.append(row_words * on_rows + (col_words * on_cols if both else 0))
    return max(needed)


def controller(dataflows: Iterable[str], lib: Library = CONSTANTS) -> Component:
    """Counters and control of an array: the largest of its dataflows; energy not modelled.

    Systolic ones are synthesised fold counters; a loop nest has a counter and its bound for every
    dimension, added up as in an address generator.
    """
    areas = {
        structure: _controller_um2(structure, lib)
        for structure in {_structure(dataflow) for dataflow in dataflows}
    }
    structure = max(sorted(areas), key=lambda name: areas[name])
    return unmodelled_energy(areas[structure], f"{structure} array controller, 16-bit counters")


def _controller_um2(structure: str, lib: Library) -> float:
    if structure != "loops":
        return lib[f"{structure}_controller_um2"].value
    bits = LOOP_COUNTERS * COUNT_BITS
    return register(2 * bits, lib, "enable").area_um2 + lib["loop_counter_um2_per_bit"].value * bits


def _pe(source: str, moving: Sequence[Component], held: Sequence[Component]) -> Component:
    """All parts count in the area, the moving ones in the energy of a MAC."""
    whole = together(source, (*moving, *held))
    return whole._replace(energy_pj=sum(part.energy_pj for part in moving))


def _streamed_bits(dataflow: str, widths: Widths) -> int:
    """Width of the operand that passes along the rows."""
    return widths.weight_bits if dataflow == "is" else widths.input_bits


def _structure(dataflow: str) -> str:
    if dataflow not in STRUCTURE:
        raise HardwareError(
            f"array.dataflows: '{dataflow}' has no area model; allowed: {', '.join(STRUCTURE)}"
            f"{suggestion(dataflow, STRUCTURE)}"
        )
    return STRUCTURE[dataflow]
