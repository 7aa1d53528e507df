"""Accelerator -> area in mm2, part by part; the total is the sum of the parts.

Logic is counted as placed area: cell area of the component library (45 nm) x the node's area
factor / the placement utilisation (constant `placement_utilisation`, 0.70). SRAM macros are
layout area already. Not counted: DRAM and its interface (off chip), pads, clock and power
distribution, test logic, host interface, wiring between blocks, and whatever a product has beside
this datapath. `UNCERTAINTY` says how published chips compare; ratios between designs, where most
of that cancels, are what the model is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accelsim.cost import technology
from accelsim.cost.arithmetic import (
    Component,
    adder,
    address_generator,
    fifo,
    register,
    requantiser,
    together,
    vector_lane,
)
from accelsim.cost.arrays import (
    Widths,
    controller,
    edge_saving_um2,
    shared_pe,
    skew_bits,
)
from accelsim.cost.constants import Library, library
from accelsim.cost.memories import Sram, sram
from accelsim.errors import HardwareError

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator

LOOPS, COUNT_BITS, DRAM_ADDRESS_BITS = 6, 16, 32
"""Address generators as synthesised: six loops with 16-bit counters; 4 GiB of DRAM."""

UNCERTAINTY = (
    "uncertainty: component cells within 10 % of synthesis; published chips are larger than the "
    "same blocks here: ShiDianNao (65 nm) 2.0x, Gemmini (22 nm) 2.4x, TPU v1 buffer and matrix "
    "unit (28 nm) 2.5x, all from memory: weak; core of Eyeriss (65 nm) 3.7x"
)

OPERAND_STREAMS = 4
"""Input, weight, partial sums in, results out."""

VECTOR_STREAMS = 3
"""Two operands in, results out, for a vector unit beside the array."""


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


@dataclass(frozen=True, slots=True)
class LogicBlock:
    """A row before scaling: cell area at 45 nm."""

    part: str
    name: str
    count: int
    component: Component


def area_breakdown(hw: Accelerator) -> AreaBreakdown:
    """Area of everything on the chip that the model knows, in mm2 at the chip's node."""
    lib = library(hw.constants)
    node_nm = hw.technology.node_nm
    scale = technology.area_factor(node_nm) / _utilisation(lib)
    logic = [_logic_row(block, scale) for block in logic_blocks(hw, lib)]
    memory = scratchpad_sram(hw)
    notes = (
        f"logic: cell area at 45 nm x {scale:.3f} (node factor / placement utilisation)",
        "not counted: DRAM, its interface, pads, clock tree, test logic, host interface",
        UNCERTAINTY,
        *technology.notes(node_nm, hw.technology.voltage_v),
        *memory.notes,
    )
    return AreaBreakdown((*logic, _memory_row(hw, memory)), notes)


def logic_blocks(hw: Accelerator, lib: Library) -> tuple[LogicBlock, ...]:
    """Everything but the memory, as cells at 45 nm."""
    return (*_array_blocks(hw, lib), *_vector_blocks(hw, lib), *_control_blocks(hw, lib))


def pe_widths(hw: Accelerator) -> Widths:
    """Operand widths of the PEs, from the precision of the accelerator."""
    precision = hw.precision
    return Widths(precision.input_bits, precision.weight_bits, precision.accumulator_bits)


def scratchpad_sram(hw: Accelerator) -> Sram:
    """The scratchpad as equal SRAM macros; a partition by operand needs a bank for each."""
    pad = hw.scratchpad
    memory = sram(pad.total_bytes, pad.word_bits, hw.sram_banks, pad.ports, hw.technology.node_nm)
    if pad.partition is None:
        return memory
    note = f"{pad.name}: the parts of the partition are counted as {memory.macros} equal macros"
    return memory._replace(notes=(*memory.notes, note))


def _utilisation(lib: Library) -> float:
    """Share of the placed area that cells fill."""
    share = lib["placement_utilisation"].value
    if not 0 < share <= 1:
        raise HardwareError(f"constants.placement_utilisation = {share:g}: must be in (0, 1]")
    return share


def _array_blocks(hw: Accelerator, lib: Library) -> Sequence[LogicBlock]:
    """PEs averaged with the array's edges, skew registers, controller, partial-sum adders.

    A multicast array needs no skew; its PEs are counted like systolic ones, its wires are not.
    """
    array, widths = hw.array, pe_widths(hw)
    shape, count = (array.rows, array.cols), array.rows * array.cols
    whole = shared_pe(array.dataflows, array.overlap, widths, lib)
    saved = edge_saving_um2(array.dataflows, shape, widths, lib) / count
    pe = Component(
        whole.area_um2 - saved,
        whole.energy_pj,
        f"{whole.source}; {whole.area_um2:.0f} um2 of cells, less {saved:.1f} for the edges",
    )
    blocks = [
        LogicBlock("array", "PE", count, pe),
        LogicBlock("array", "array controller", 1, controller(array.dataflows, lib)),
    ]
    if array.interconnect == "systolic":
        bits = skew_bits(array.dataflows, array.overlap, shape, widths)
        blocks.append(LogicBlock("array", "skew register bits", bits, register(1, lib)))
    if set(array.dataflows) & {"ws", "is"}:
        foot = adder(widths.accumulator_bits, lib)
        blocks.append(LogicBlock("array", "partial-sum adders", array.cols, foot))
    return blocks


def _vector_blocks(hw: Accelerator, lib: Library) -> Sequence[LogicBlock]:
    """One requantiser per array column, and the lanes."""
    widths = pe_widths(hw)
    scale_bits = round(lib["requantise_scale_bits"].value)
    column = requantiser(widths.accumulator_bits, scale_bits, hw.precision.output_bits, lib)
    lane = vector_lane(*widths, lib)
    return (
        LogicBlock("vector", "requantisers", hw.array.cols, column),
        LogicBlock("vector", "vector lanes", hw.vector_unit.lanes, lane),
    )


def _control_blocks(hw: Accelerator, lib: Library) -> Sequence[LogicBlock]:
    """Address generators of the operand streams, and a DMA that loads and stores at once."""
    address_bits = max((hw.scratchpad.total_bytes - 1).bit_length(), 1)
    separate = hw.vector_unit.placement == "separate"
    streams = OPERAND_STREAMS + (VECTOR_STREAMS if separate else 0)
    stream = address_generator(LOOPS, COUNT_BITS, address_bits, lib)
    channel = together(
        f"DRAM address generator and one burst of {hw.dma.burst_bytes} B in flip-flops",
        (
            address_generator(LOOPS, COUNT_BITS, DRAM_ADDRESS_BITS, lib),
            fifo(hw.dma.burst_bytes, 8, lib),
        ),
    )
    return (
        LogicBlock("control", "address generators", streams, stream),
        LogicBlock("control", "DMA channels", 2, channel),
    )


def _logic_row(block: LogicBlock, scale: float) -> AreaRow:
    unit, count = block.component.area_um2 * scale, block.count
    return AreaRow(block.part, block.name, count, unit, count * unit * 1e-6, block.component.source)


def _memory_row(hw: Accelerator, memory: Sram) -> AreaRow:
    pad = hw.scratchpad
    source = (
        f"CACTI 7 grid: {pad.total_bytes} B in {memory.macros} macros, {pad.word_bits}-bit words, "
        f"{pad.ports} port(s)"
    )
    unit = memory.macro_area_mm2 * 1e6
    return AreaRow(
        "memory", "SRAM macros", memory.macros, unit, memory.macros * unit * 1e-6, source
    )
