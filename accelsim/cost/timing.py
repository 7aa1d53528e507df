"""Whether the clock of an accelerator is one that its PEs and its SRAM reach.

The path of a PE is multiplier and adder between registers, gates alone (`arithmetic.py`), scaled to
node and supply; wires, clock-to-Q and set-up come on top, so that a clock that passes here may
still be too fast, and one that does not pass needs a pipelined PE. A macro answers once per cycle
of CACTI's, which is of low-standby-power cells: they are slow, and faster ones leak more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from accelsim.cost import technology
from accelsim.cost.arrays import circuit, shared_pe
from accelsim.cost.blocks import pe_widths, sram_levels
from accelsim.cost.constants import Library
from accelsim.cost.engines import is_engine, path_ps
from accelsim.cost.levels import level_sram

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator


class Paths(NamedTuple):
    """Longest path of the PE in ps at the node and supply, in both delay classes."""

    relaxed_ps: float
    fast_ps: float


def pe_paths(hw: Accelerator, lib: Library) -> Paths | None:
    """Paths through multiplier and adder; None where delay at this supply is not known.

    Of a window engine they are those that were synthesised, None for other windows.
    """
    factor = technology.delay_factor(hw.technology.node_nm, hw.technology.voltage_v)
    reference_ps = path_ps(hw.array, pe_widths(hw)) if is_engine(hw) else _pe_ps(hw, lib)
    if factor is None or reference_ps is None:
        return None
    relaxed_ps = reference_ps * factor
    return Paths(relaxed_ps, relaxed_ps * lib["fast_delay_factor"].value)


def _pe_ps(hw: Accelerator, lib: Library) -> float:
    flows = [circuit(hw.dataflow(name)) for name in hw.array.dataflows]
    return shared_pe(flows, hw.array.overlap, pe_widths(hw), lib).delay_ps


def clock_note(hw: Accelerator, lib: Library) -> str:
    """One line on the clock; it starts with `warning` where the PE does not reach it."""
    paths = pe_paths(hw, lib)
    clock_mhz = hw.clock_hz * 1e-6
    if paths is None:
        return f"clock {clock_mhz:g} MHz is not checked: no delay is known at this supply or window"
    relaxed_mhz, fast_mhz = (1e6 / path for path in paths)
    reached = (
        f"the longest path of the array takes {paths.relaxed_ps:.0f} ps, without wires and "
        f"flip-flops: {relaxed_mhz:.0f} MHz, {fast_mhz:.0f} MHz when synthesised for speed"
    )
    if clock_mhz <= relaxed_mhz:
        return f"clock {clock_mhz:g} MHz: {reached}"
    if clock_mhz <= fast_mhz:
        more = (lib["fast_area_factor"].value - 1) * 100
        return f"clock {clock_mhz:g} MHz needs {more:.0f} % more logic than counted: {reached}"
    return (
        f"warning: clock {clock_mhz:g} MHz is too fast for one cycle per MAC: {reached}; a "
        "pipelined PE has registers that are not counted"
    )


def memory_notes(hw: Accelerator) -> tuple[str, ...]:
    """A warning for each level whose macros take longer than a cycle of the clock."""
    clock_ns = 1e9 / hw.clock_hz
    cycles_ns = {level.name: level_sram(hw, level).cycle_ns for level in sram_levels(hw)}
    return tuple(
        f"warning: macros of {name} take {cycle_ns:.2f} ns per access, longer than the clock's "
        f"{clock_ns:.2f} ns (low-standby-power cells; faster ones leak more)"
        for name, cycle_ns in cycles_ns.items()
        if cycle_ns > clock_ns
    )
