"""What an accelerator is built of beside SRAM macros: components and how many of each.

Cell areas at 45 nm; `area.py` scales and places them. A level of several banks has a multiplexer
tree from the banks to each of its streams; its wires are not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from accelsim.cost.arithmetic import (
    Component,
    address_generator,
    fifo,
    multiplexer,
    register,
    together,
)
from accelsim.cost.arrays import circuit, controller, edge_saving_um2, shared_pe, skew_bits
from accelsim.cost.constants import Library
from accelsim.cost.engines import is_engine, of_array
from accelsim.cost.interconnect import multiplexer_tree
from accelsim.cost.levels import is_flip_flops, register_file
from accelsim.cost.operands import WIDTHS, Widths, accumulation, output_stage, vector_lane
from accelsim.hardware.ports import banks_of

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.hardware.levels import OnChip, Operand

LOOPS, COUNT_BITS, DRAM_ADDRESS_BITS = 6, 16, 32
"""Address generators as synthesised: six loops with 16-bit counters; 4 GiB of DRAM."""

OPERAND_STREAMS = {"input": 1, "weight": 1, "output": 2}
"""Of a level that holds the operand; outputs are partial sums in and results out."""

VECTOR_STREAMS = 3
"""Two operands in, results out, for a vector unit beside the array."""


@dataclass(frozen=True, slots=True)
class LogicBlock:
    """A row before scaling: cell area at 45 nm."""

    part: str
    name: str
    count: int
    component: Component


def logic_blocks(hw: Accelerator, lib: Library) -> tuple[LogicBlock, ...]:
    """Everything but SRAM macros, as cells at 45 nm; every core addresses shared levels itself."""
    files = (
        LogicBlock(
            "memory", f"{level.name}, flip-flops", hw.instances(level), register_file(level, lib)
        )
        for level in hw.on_chip
        if is_flip_flops(level)
    )
    core = (
        *_array_blocks(hw, lib),
        *_window_blocks(hw, lib),
        *_vector_blocks(hw, lib),
        *_control_blocks(hw, lib),
    )
    return (
        *(replace(block, count=block.count * hw.cores.count) for block in core),
        *files,
    )


def sram_levels(hw: Accelerator) -> tuple[OnChip, ...]:
    """On-chip levels that are built of SRAM macros."""
    return tuple(level for level in hw.on_chip if not is_flip_flops(level))


def pe_widths(hw: Accelerator) -> Widths:
    """Operand widths of the PEs, from the precision of the accelerator."""
    precision = hw.precision
    made = WIDTHS[precision.format]
    return made(precision.input_bits, precision.weight_bits, precision.accumulator_bits)


def pipeline_widths(hw: Accelerator) -> Widths:
    """Register bits of a loop-nest PE; none for an operand that a register level per PE holds."""
    operands: tuple[Operand, ...] = ("input", "weight", "output")
    bits = zip(operands, pe_widths(hw), strict=True)
    return Widths(*(0 if _in_every_pe(hw, operand) else width for operand, width in bits))


def _in_every_pe(hw: Accelerator, operand: Operand) -> bool:
    return any(
        level.kind == "register" and hw.copies(level) == hw.array.pes for level in hw.chain(operand)
    )


def _array_blocks(hw: Accelerator, lib: Library) -> Sequence[LogicBlock]:
    """PEs averaged with the array's edges, skew registers, controller, partial-sum adders.

    A multicast array needs no skew; a systolic circuit in it is counted like any other, its wires
    are not. A loop nest that adds along an axis uses the adders of the PEs there.
    """
    array, widths = hw.array, pe_widths(hw)
    if is_engine(hw):
        parts = of_array(array, widths, lib).parts
        return [
            LogicBlock("array", part.name, array.planes * part.count, part.component)
            for part in parts
        ]
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
        foot = accumulation(widths, lib)
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
    """One requantiser per array column or engine, and the lanes."""
    widths = pe_widths(hw)
    column = output_stage(widths, hw.precision.output_bits, lib)
    lane = vector_lane(widths, lib)
    results = hw.array.planes if is_engine(hw) else hw.array.cols
    return (
        LogicBlock("vector", "requantisers", results, column),
        LogicBlock("vector", "vector lanes", hw.vector_unit.lanes, lane),
    )


def _control_blocks(hw: Accelerator, lib: Library) -> Sequence[LogicBlock]:
    """Address generators of every level, bank switches, and a DMA that loads and stores at once."""
    generators = (_address_generators(hw, level, lib) for level in hw.on_chip)
    switches = (_bank_switches(hw, level, lib) for level in sram_levels(hw))
    channel = together(
        f"DRAM address generator and one burst of {hw.dma.burst_bytes} B in flip-flops",
        (
            address_generator(LOOPS, COUNT_BITS, DRAM_ADDRESS_BITS, lib),
            fifo(hw.dma.burst_bytes, 8, lib),
        ),
    )
    return (
        *(block for block in generators if block.count),
        *(block for block in switches if block.component.area_um2),
        LogicBlock("control", "DMA channels", 2, channel),
    )


def _address_generators(hw: Accelerator, level: OnChip, lib: Library) -> LogicBlock:
    """One per operand stream; copies go through the same addresses, a single word has none."""
    words = level.total_bytes * 8 // level.word_bits
    alone = words <= (2 if level.double_buffered else 1)
    streams = _streams(hw, level) - (_operand_streams(level) if alone else 0)
    address_bits = max((level.total_bytes - 1).bit_length(), 1)
    generator = address_generator(LOOPS, COUNT_BITS, address_bits, lib)
    return LogicBlock("control", f"{level.name}, address generators", streams, generator)


def _bank_switches(hw: Accelerator, level: OnChip, lib: Library) -> LogicBlock:
    """A word of any bank to every stream; a partition divides the banks."""
    banks = banks_of(hw, level) // (1 if level.partition is None else len(level.holds))
    tree = multiplexer_tree(max(banks, 1), level.word_bits, lib)
    count = hw.copies(level) * _streams(hw, level)
    return LogicBlock("control", f"{level.name}, bank switches", count, tree)


def _streams(hw: Accelerator, level: OnChip) -> int:
    """Operands that go into or out of a level at once, a separate vector unit's too."""
    separate = level is hw.scratchpad and hw.vector_unit.placement == "separate"
    return _operand_streams(level) + (VECTOR_STREAMS if separate else 0)


def _operand_streams(level: OnChip) -> int:
    return sum(OPERAND_STREAMS[operand] for operand in level.holds)
