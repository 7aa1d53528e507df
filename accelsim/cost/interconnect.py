"""Wires and switches between memories and PEs: cell area at 45 nm, energy at 45 nm and 0.9 V.

Nothing here was synthesised as such: switches are added up from our multiplexer and register,
wires take one published energy per bit and millimetre. Repeaters of wires are not counted.
"""

from __future__ import annotations

from accelsim.cost.arithmetic import Component, multiplexer, register, several
from accelsim.cost.constants import CONSTANTS, Library
from accelsim.errors import HardwareError


def multiplexer_tree(inputs: int, bits: int, lib: Library = CONSTANTS) -> Component:
    """One of `inputs` words: inputs - 1 multiplexers, as many as levels on a word's way."""
    _check("multiplexer tree", inputs, bits)
    levels = (inputs - 1).bit_length()
    switch = multiplexer(bits, lib)
    return Component(
        (inputs - 1) * switch.area_um2,
        levels * switch.energy_pj,
        f"multiplexer tree {inputs} x {bits} bits",
        levels * switch.delay_ps,
    )


def crossbar(inputs: int, outputs: int, bits: int, lib: Library = CONSTANTS) -> Component:
    """Any input word to every output: a multiplexer tree for each; one action is one word out."""
    _check("crossbar", inputs, outputs, bits)
    tree = multiplexer_tree(inputs, bits, lib)
    return tree._replace(
        area_um2=outputs * tree.area_um2, source=f"crossbar {inputs} x {outputs} x {bits} bits"
    )


def wire(bits: int, millimetres: float, lib: Library = CONSTANTS) -> Component:
    """A word over a distance, with repeaters, whose cells and delay are not modelled."""
    _check("wire", bits)
    energy_pj = lib["wire_pj_per_bit_mm"].value * bits * millimetres
    return Component(float("nan"), energy_pj, f"wire {bits} bits x {millimetres:g} mm")


def multicast_bus(
    receivers: int, bits: int, millimetres: float, lib: Library = CONSTANTS
) -> Component:
    """One word to all receivers: a wire past them, a register that holds or takes at each."""
    _check("multicast bus", receivers, bits)
    takers = several(receivers, register(bits, lib, "enable"))
    return Component(
        takers.area_um2,
        takers.energy_pj + wire(bits, millimetres, lib).energy_pj,
        f"multicast bus, {receivers} receivers x {bits} bits, {millimetres:g} mm",
    )


def _check(what: str, *counts: int) -> None:
    if min(counts) < 1:
        raise HardwareError(f"{what}: {min(counts)}: every count must be >= 1")
