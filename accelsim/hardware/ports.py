"""What the ports of on-chip levels carry in a cycle, and of how many banks levels are built."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from accelsim.hardware.levels import OnChip

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator


def scratchpad_read_bytes(hardware: Accelerator) -> int:
    """Bytes per cycle of the scratchpad's read port: as stated, or the most that a unit reads.

    The array takes a streamed word per row and the next stationary word per column; with an
    input window per column, a new window for every PE. A lane of the vector unit takes two
    inputs. Partial sums are added to in the write port.
    """
    array, precision = hardware.array, hardware.precision
    operand_bits = max(precision.input_bits, precision.weight_bits)
    fed = array.rows + array.cols if array.input_feed == "shared" else array.pes
    words = max(fed, 2 * hardware.vector_unit.lanes)
    return hardware.scratchpad.read_bytes_per_cycle or ceil(Fraction(words * operand_bits, 8))


def scratchpad_write_bytes(hardware: Accelerator) -> int:
    """Bytes per cycle of its write port: as stated, or one partial sum per column."""
    pad, precision = hardware.scratchpad, hardware.precision
    given = pad.read_bytes_per_cycle if pad.shared_port else pad.write_bytes_per_cycle
    columns_bits = hardware.array.cols * precision.accumulator_bits
    bits = max(columns_bits, hardware.vector_unit.lanes * precision.output_bits)
    return given or ceil(Fraction(bits, 8))


def banks_of(hardware: Accelerator, level: OnChip) -> int:
    """Banks that an on-chip level is built of: as stated, more where its traffic needs them."""
    if len(hardware.on_chip) == 1:
        return _scratchpad_banks(hardware)
    ports = (level.read_bytes_per_cycle, level.shared_port or level.write_bytes_per_cycle)
    return _parted_banks(level) * (1 if all(ports) else hardware.sharers(level))


def _scratchpad_banks(hardware: Accelerator) -> int:
    """Of the only level on chip.

    In one cycle they serve the read port, the write port twice (a partial sum is read to be
    added to) and the DRAM channels of all cores that share it. A port that the file states is
    that of the scratchpad; one that it leaves out carries what every one of these cores asks.
    """
    pad = hardware.scratchpad
    sharers = hardware.sharers(pad)
    channels = min(sharers, hardware.dram.channels)
    moved = Fraction(channels * hardware.dram.bandwidth_bytes_per_s, hardware.clock_hz)
    moved += scratchpad_read_bytes(hardware) * (1 if pad.read_bytes_per_cycle else sharers)
    if not pad.shared_port:
        asking = 1 if pad.write_bytes_per_cycle else sharers
        moved += 2 * scratchpad_write_bytes(hardware) * asking
    needed = ceil(8 * moved / (pad.ports * pad.word_bits))
    return max(_parted_banks(pad), needed)


def _parted_banks(level: OnChip) -> int:
    """A partition divides the banks of the file, and has one at least for each operand."""
    return level.banks if level.partition is None else max(level.banks, 3)
