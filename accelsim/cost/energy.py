"""Actions -> energy in pJ, part by part; and where the energy of each action comes from.

Energies are scaled from 45 nm and 0.9 V to the chip's node and supply (`technology.py`), except
SRAM (CACTI's own nodes and supply, `memories.py`) and DRAM; those of every memory level are in
`levels.py`. Not modelled: clock tree, wires from memory to array, control and address generation,
requantisation, idle PEs whose registers still toggle, weight loading and draining inside the
array, DRAM background power.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from accelsim.cost import technology
from accelsim.cost.arrays import circuit, shared_pe
from accelsim.cost.blocks import logic_blocks, pe_widths, pipeline_widths, sram_levels
from accelsim.cost.constants import CONSTANTS, Library, library
from accelsim.cost.engines import is_engine, of_array
from accelsim.cost.levels import LevelEnergy, level_energies, level_sram
from accelsim.cost.operands import vector_lane
from accelsim.errors import HardwareError, suggestion

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator

ENERGY_PARTS = ("mac", "sram_read", "sram_write", "dram", "vector", "leakage")
"""Keys of `energy_breakdown`, in this order."""

PJ_PER_MW_S = 1e9


class UnitEnergies(NamedTuple):
    """Energy of one action each, and what leaks; floats, so that kernels can take it."""

    mac_pj: float
    sram_read_pj_per_byte: float
    sram_write_pj_per_byte: float
    dram_pj_per_byte: float
    vector_op_pj: float
    leakage_mw: float


class ActionCounts(NamedTuple):
    """What an operator does; DRAM bytes are those read and written."""

    macs: float
    sram_read_bytes: float
    sram_write_bytes: float
    dram_bytes: float
    vector_ops: float
    cycles: float


class Explained(NamedTuple):
    """One figure with its formula or source; `weak` when it rests on memory or a stand-in."""

    name: str
    value: float
    unit: str
    source: str
    weak: bool


def unit_energies(hw: Accelerator, dataflow: str | None = None) -> UnitEnergies:
    """Energy per action on this accelerator, in pJ, and its leakage in mW.

    mac_pj: multiplier, adder and the PE registers that change with every MAC (`arrays.py`), of
    `dataflow` or, without one, of the dataflow of the array that costs most. SRAM figures are of
    the scratchpad, the DRAM's is the mean of a read and a write; `level_energies` has all levels.
    """
    rows = _unit_rows(hw, dataflow, library(hw.constants))
    return UnitEnergies(*(row.value for row in rows))


def energy_breakdown(
    actions: ActionCounts, units: UnitEnergies, clock_hz: float
) -> dict[str, float]:
    """Energy of each of `ENERGY_PARTS` in pJ; the total is their sum."""
    return {
        "mac": actions.macs * units.mac_pj,
        "sram_read": actions.sram_read_bytes * units.sram_read_pj_per_byte,
        "sram_write": actions.sram_write_bytes * units.sram_write_pj_per_byte,
        "dram": actions.dram_bytes * units.dram_pj_per_byte,
        "vector": actions.vector_ops * units.vector_op_pj,
        "leakage": units.leakage_mw * actions.cycles / clock_hz * PJ_PER_MW_S,
    }


def explain(hw: Accelerator) -> list[Explained]:
    """Unit energies of this accelerator, those of every level, then every constant behind them."""
    lib = library(hw.constants)
    levels = [row for level in level_energies(hw) for row in _of_level(level)]
    return [*_unit_rows(hw, None, lib), *levels, *(_constant(name, lib) for name in CONSTANTS)]


def _unit_rows(hw: Accelerator, dataflow: str | None, lib: Library) -> list[Explained]:
    """One row per field of `UnitEnergies`; what the hardware file measured replaces the model."""
    _check_dataflow(hw, dataflow)
    rows = [
        _mac(hw, dataflow, lib),
        *_scratchpad_and_dram(hw),
        _vector_op(hw, lib),
        _leakage(hw, lib),
    ]
    own = ("mac_pj", "vector_op_pj", "leakage_mw")
    return [
        _constant(row.name, lib) if row.name in own and row.name in lib else row for row in rows
    ]


def _of_level(level: LevelEnergy) -> tuple[Explained, Explained]:
    unit = f"pJ per {level.word_bits} bits"
    return (
        Explained(f"{level.name}.read_pj", level.read_pj, unit, level.source, level.weak),
        Explained(f"{level.name}.write_pj", level.write_pj, unit, level.source, level.weak),
    )


def _mac(hw: Accelerator, dataflow: str | None, lib: Library) -> Explained:
    array = hw.array
    if is_engine(hw):
        return _engine_mac(hw, lib)
    flows = [circuit(hw.dataflow(name)) for name in array.dataflows]
    running = None if dataflow is None else circuit(hw.dataflow(dataflow))
    widths, pipeline = pe_widths(hw), pipeline_widths(hw)
    component = shared_pe(flows, array.overlap, widths, lib, running, pipeline)
    return _scaled_logic("mac_pj", component.energy_pj, component.source, hw)


def _engine_mac(hw: Accelerator, lib: Library) -> Explained:
    """A tap's share of a result: what the engine switches, a word read from and into its lines."""
    array = hw.array
    window, taps = of_array(array, pe_widths(hw), lib), array.rows * array.cols
    what = f"{window.name}, 1/{taps}, without {', '.join(window.without_energy)}"
    logic = _scaled_logic("mac_pj", window.energy_pj / taps, what, hw)
    lines = {level.name for level in hw.on_chip if level.per}
    buffers = [level for level in level_energies(hw) if level.name in lines]
    buffers_pj = sum(level.read_pj + level.write_pj for level in buffers) / taps
    return logic._replace(
        value=logic.value + buffers_pj,
        source=f"{logic.source}; line buffers {buffers_pj:.3f} pJ",
    )


def _vector_op(hw: Accelerator, lib: Library) -> Explained:
    lane = vector_lane(pe_widths(hw), lib)
    return _scaled_logic("vector_op_pj", lane.energy_pj, lane.source, hw)


def _scaled_logic(name: str, energy_pj: float, what: str, hw: Accelerator) -> Explained:
    factor = technology.energy_factor(hw.technology.node_nm, hw.technology.voltage_v)
    source = f"{what}: {energy_pj:.3f} pJ at 45 nm and 0.9 V x {factor:.3f} (Stillmaker and Baas)"
    return Explained(name, energy_pj * factor, "pJ", source, weak=False)


def _scratchpad_and_dram(hw: Accelerator) -> tuple[Explained, ...]:
    """Energy per byte when whole words are read and written."""
    of = {level.name: level for level in level_energies(hw)}
    pad, dram = of[hw.scratchpad.name], of[hw.dram.name]
    return (
        _per_byte("sram_read_pj_per_byte", pad, pad.read_pj),
        _per_byte("sram_write_pj_per_byte", pad, pad.write_pj),
        _per_byte("dram_pj_per_byte", dram, (dram.read_pj + dram.write_pj) / 2),
    )


def _per_byte(name: str, level: LevelEnergy, word_pj: float) -> Explained:
    return Explained(name, word_pj * 8 / level.word_bits, "pJ/B", level.source, level.weak)


def _leakage(hw: Accelerator, lib: Library) -> Explained:
    """SRAM from CACTI; logic by its cell area, scaled with the node like energy at usual supply."""
    cells_um2 = sum(block.count * block.component.area_um2 for block in logic_blocks(hw, lib))
    factor = technology.energy_factor(hw.technology.node_nm)
    logic_mw = cells_um2 * lib["logic_leakage_mw_per_um2"].value * factor
    memory_mw = sum(
        hw.instances(level) * level_sram(hw, level).leakage_mw for level in sram_levels(hw)
    )
    source = (
        f"logic {logic_mw:.3g} mW (one library's density), SRAM {memory_mw:.3g} mW "
        "(CACTI, low-standby-power cells)"
    )
    return Explained("leakage_mw", logic_mw + memory_mw, "mW", source, weak=True)


def _constant(name: str, lib: Library) -> Explained:
    """A constant of the library, or what the hardware file states under that name."""
    value, unit, source, mark = lib[name]
    return Explained(name, value, unit, source, mark == "weak")


def _check_dataflow(hw: Accelerator, dataflow: str | None) -> None:
    if dataflow is not None and dataflow not in hw.array.dataflows:
        allowed = ", ".join(hw.array.dataflows)
        raise HardwareError(
            f"dataflow '{dataflow}' is not one of this array ({allowed})"
            f"{suggestion(dataflow, hw.array.dataflows)}"
        )
