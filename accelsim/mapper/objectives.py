"""What a mapping may be chosen by, as one number that is to be small. Compiled by the searches."""

from __future__ import annotations

from accelsim.jit import njit

BY_CYCLES, BY_ENERGY, BY_EDP, BY_DRAM_BYTES = 0, 1, 2, 3

OBJECTIVES = {
    "cycles": BY_CYCLES,
    "energy": BY_ENERGY,
    "edp": BY_EDP,
    "dram_bytes": BY_DRAM_BYTES,
}
"""edp is energy times cycles."""


@njit
def objective_value(objective, energy_pj, cycles, moved):
    """The number, from the whole energy, the cycles and the DRAM bytes of a mapping or a bound."""
    if objective == BY_CYCLES:
        return float(cycles)
    if objective == BY_DRAM_BYTES:
        return float(moved)
    if objective == BY_ENERGY:
        return energy_pj
    return energy_pj * cycles


@njit
def second_choice(objective, energy_pj, cycles, moved):
    """What decides between equals: energy for cycles, cycles for traffic, else DRAM bytes."""
    if objective == BY_CYCLES:
        return energy_pj
    return float(cycles) if objective == BY_DRAM_BYTES else float(moved)
