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
    multiplexer,
    register,
    requantiser,
    together,
    vector_lane,
)
from accelsim.cost.arrays import (
    Widths,
    circuit,
    controller,
    edge_saving_um2,
    shared_pe,
    skew_bits,
)
from accelsim.cost.constants import Library, library
from accelsim.cost.levels import is_flip_flops, level_sram, register_file
from accelsim.cost.memories import Sram
from accelsim.errors import HardwareError

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.hardware.levels import OnChip, Operand

LOOPS, COUNT_BITS, DRAM_ADDRESS_BITS = 6, 16, 32
"""Address generators as synthesised: six loops with 16-bit counters; 4 GiB of DRAM."""

UNCERTAINTY = (
    "uncertainty: component cells within 10 % of synthesis; published chips are larger than the "
    "same blocks here: ShiDianNao (65 nm) 2.0x, Gemmini (22 nm) 2.4x, TPU v1 buffer and matrix "
    "unit (28 nm) 2.5x, all from memory: weak; core of Eyeriss (65 nm) 3.7x"
)

OPERAND_STREAMS = {"input": 1, "weight": 1, "output": 2}
"""Of a level that holds the operand; outputs are partial sums in and results out."""

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
    memories = [(level, level_sram(hw, level)) for level in sram_levels(hw)]
    notes = (
        f"logic: cell area at 45 nm x {scale:.3f} (node factor / placement utilisation)",
        "not counted: DRAM, its interface, pads, clock tree, test logic, host interface",
        UNCERTAINTY,
        *technology.notes(node_nm, hw.technology.voltage_v),
        *(note for _, memory in memories for note in memory.notes),
    )
    macros = [_memory_row(hw.copies(level), level, memory) for level, memory in memories]
    return AreaBreakdown((*logic, *macros), notes)


def logic_blocks(hw: Accelerator, lib: Library) -> tuple[LogicBlock, ...]:
    """Everything but SRAM macros, as cells at 45 nm."""
    files = (
        LogicBlock(
            "memory", f"{level.name}, flip-flops", hw.copies(level), register_file(level, lib)
        )
        for level in hw.on_chip
        if is_flip_flops(level)
    )
    return (
        *_array_blocks(hw, lib),
        *_window_blocks(hw, lib),
        *_vector_blocks(hw, lib),
        *_control_blocks(hw, lib),
        *files,
    )


def sram_levels(hw: Accelerator) -> tuple[OnChip, ...]:
    """On-chip levels that are built of SRAM macros."""
    return tuple(level for level in hw.on_chip if not is_flip_flops(level))


def pe_widths(hw: Accelerator) -> Widths:
    """Operand widths of the PEs, from the precision of the accelerator."""
    precision = hw.precision
    return Widths(precision.input_bits, precision.weight_bits, precision.accumulator_bits)


def pipeline_widths(hw: Accelerator) -> Widths:
    """Register bits of a loop-nest PE; none for an operand that a register level per PE holds."""
    operands: tuple[Operand, ...] = ("input", "weight", "output")
    bits = zip(operands, pe_widths(hw), strict=True)
    return Widths(*(0 if _in_every_pe(hw, operand) else width for operand, width in bits))


def _in_every_pe(hw: Accelerator, operand: Operand) -> bool:
    return any(
        level.kind == "register" and hw.copies(level) == hw.array.pes for level in hw.chain(operand)
    )


def _utilisation(lib: Library) -> float:
    """Share of the placed area that cells fill."""
    share = lib["placement_utilisation"].value
    if not 0 < share <= 1:
        raise HardwareError(f"constants.placement_utilisation = {share:g}: must be in (0, 1]")
    return share


def _array_blocks(hw: Accelerator, lib: Library) -> Sequence[LogicBlock]:
    """PEs averaged with the array's edges, skew registers, controller, partial-sum adders.

    A multicast array needs no skew; a systolic circuit in it is counted like any other, its wires
    are not. A loop nest that adds along an axis uses the adders of the PEs there.
    """
    array, widths = hw.array, pe_widths(hw)
    flows = [circuit(hw.dataflow(name)) for name in array.dataflows]
    shape = (array.rows, array.cols)
    whole = shared_pe(flows, array.overlap, widths, lib, pipeline=pipeline_widths(hw))
    saved = edge_saving_um2(flows, shape, widths, lib) / (array.rows * array.cols)
    pe = Component(
        whole.area_um2 - saved,
        whole.energy_pj,
        f"{whole.source}; {whole.area_um2:.0f} um2 of cells, less {saved:.1f} for the edges",
    )
    blocks = [
        LogicBlock("array", "PE", array.pes, pe),
        LogicBlock("array", "array controller", 1, controller(flows, lib)),
    ]
    if array.interconnect == "systolic":
        bits = array.planes * skew_bits(flows, array.overlap, shape, widths)
        blocks.append(LogicBlock("array", "skew register bits", bits, register(1, lib)))
    if set(flows) & {"ws", "is"}:
        foot = adder(widths.accumulator_bits, lib)
        blocks.append(LogicBlock("array", "partial-sum adders", array.cols, foot))
    return blocks


def _window_blocks(hw: Accelerator, lib: Library) -> Sequence[LogicBlock]:
    """Input window of every column: a register per PE that shifts or loads, and a wider port.

    The port's register takes what the innermost input level gives in a cycle; as much as all
    windows hold where the hardware file leaves that rate open.
    """
    if hw.array.input_feed == "shared":
        return ()
    bits = hw.precision.input_bits
    window = together(
        f"window register {bits} bits, shifts or loads",
        (register(bits, lib), multiplexer(bits, lib)),
    )
    rate = hw.chain("input")[0].read_bytes_per_cycle
    port_bits = hw.array.pes * bits if rate is None else min(8 * rate, hw.array.pes * bits)
    return (
        LogicBlock("array", "line registers", hw.array.pes, window),
        LogicBlock("array", "input port register bits", port_bits, register(1, lib)),
    )


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
    """Address generators of every level, and a DMA that loads and stores at once."""
    generators = (_address_generators(hw, level, lib) for level in hw.on_chip)
    channel = together(
        f"DRAM address generator and one burst of {hw.dma.burst_bytes} B in flip-flops",
        (
            address_generator(LOOPS, COUNT_BITS, DRAM_ADDRESS_BITS, lib),
            fifo(hw.dma.burst_bytes, 8, lib),
        ),
    )
    return (
        *(block for block in generators if block.count),
        LogicBlock("control", "DMA channels", 2, channel),
    )


def _address_generators(hw: Accelerator, level: OnChip, lib: Library) -> LogicBlock:
    """One per operand stream; copies go through the same addresses, a single word has none."""
    words = level.total_bytes * 8 // level.word_bits
    streams = 0
    if words > (2 if level.double_buffered else 1):
        streams = sum(OPERAND_STREAMS[operand] for operand in level.holds)
    if level is hw.scratchpad and hw.vector_unit.placement == "separate":
        streams += VECTOR_STREAMS
    address_bits = max((level.total_bytes - 1).bit_length(), 1)
    generator = address_generator(LOOPS, COUNT_BITS, address_bits, lib)
    return LogicBlock("control", f"{level.name}, address generators", streams, generator)


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
