"""Accelerator -> area in mm2, part by part; the total is the sum of the parts.

Logic is counted as placed area: cell area of the component library (45 nm) x the node's area
factor / the placement utilisation (constant `placement_utilisation`, 0.70). SRAM macros are
layout area already. Not counted: DRAM and its interface (off chip), pads, clock and power
distribution, test logic, host interface, wiring between blocks, and whatever a product has beside
this datapath. `PUBLISHED_CHIPS` says how published chips compare; ratios between designs, where
most of that cancels, are what the model is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accelsim.cost import technology
from accelsim.cost.blocks import LogicBlock, logic_blocks, sram_levels
from accelsim.cost.calibration import area_note
from accelsim.cost.constants import Library, library
from accelsim.cost.levels import level_sram
from accelsim.cost.memories import Sram
from accelsim.cost.timing import clock_note, memory_notes
from accelsim.errors import HardwareError

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.hardware.levels import OnChip

PUBLISHED_CHIPS = (
    "published chips are 1.7 to 3.1 times as large as the same blocks here (accelsim area --chips)"
)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One component: `count` of `unit_area_um2` (placed) each, and why."""

    part: str
    name: str
    count: int
    unit_area_um2: float
    area_mm2: float
    source: str


PARTS = ("array", "vector", "control", "memory")
"""What `AreaRow.part` may say."""


@dataclass(frozen=True, slots=True)
class AreaBreakdown:
    """Rows in the order of the data's way, and what a reader must know about them."""

    rows: tuple[AreaRow, ...]
    notes: tuple[str, ...]

    @property
    def total_mm2(self) -> float:
        """Sum of all rows."""
        return sum(row.area_mm2 for row in self.rows)

    def part_mm2(self, part: str) -> float:
        """Sum of the rows of one of `PARTS`."""
        return sum(row.area_mm2 for row in self.rows if row.part == part)


def area_breakdown(hw: Accelerator) -> AreaBreakdown:
    """Area of everything on the chip that the model knows, in mm2 at the chip's node."""
    lib = library(hw.constants)
    node_nm = hw.technology.node_nm
    scale = technology.area_factor(node_nm) / _utilisation(lib)
    logic = [_logic_row(block, scale) for block in logic_blocks(hw, lib)]
    memories = [(level, level_sram(hw, level)) for level in sram_levels(hw)]
    notes = (
        f"logic: cell area at 45 nm x {scale:.3f} (node factor / placement utilisation)",
        "not counted: DRAM, its interface, pads, clock tree, test logic, host interface",
        f"uncertainty: {area_note(node_nm)}; {PUBLISHED_CHIPS}",
        clock_note(hw, lib),
        *memory_notes(hw),
        *technology.notes(node_nm, hw.technology.voltage_v),
        *(note for _, memory in memories for note in memory.notes),
    )
    macros = [_memory_row(hw.instances(level), level, memory) for level, memory in memories]
    return AreaBreakdown((*logic, *macros), notes)


def _utilisation(lib: Library) -> float:
    """Share of the placed area that cells fill."""
    share = lib["placement_utilisation"].value
    if not 0 < share <= 1:
        raise HardwareError(f"constants.placement_utilisation = {share:g}: must be in (0, 1]")
    return share


def _logic_row(block: LogicBlock, scale: float) -> AreaRow:
    unit, count = block.component.area_um2 * scale, block.count
    return AreaRow(block.part, block.name, count, unit, count * unit * 1e-6, block.component.source)


def _memory_row(copies: int, level: OnChip, memory: Sram) -> AreaRow:
    source = (
        f"CACTI 7 grid: {level.total_bytes} B in {memory.macros} macros, "
        f"{level.word_bits}-bit words, {level.ports} port(s)"
    )
    count, unit = copies * memory.macros, memory.macro_area_mm2 * 1e6
    return AreaRow("memory", f"{level.name}, SRAM macros", count, unit, count * unit * 1e-6, source)
