"""AccelForge 1.0.467's energy of a fixed mapping, from accelsim's counts.

Levels, copies, multicast, reloads and energies per word are those of the hardware file. Here is
only what AccelForge counts in its own way:

- There is no padding: the map is as large as the outputs' windows need, and all of it is fetched.
- An access costs its bits as a part of a word; nothing is rounded up to whole accesses.
- PEs read their input and weight for every MAC, also where it is that of the MAC before.
- The first sum of an output is not read, whatever the hardware file says.
- Sums have accumulator width at the innermost level; above it, only those that come back do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from accelsim.cost.energy import unit_energies
from accelsim.cost.levels import LevelEnergy, level_energies
from accelsim.validation.borders import Border, borders_of

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator, Precision
    from accelsim.hardware.levels import Dram, OnChip
    from accelsim.mapping import Mapping
    from accelsim.workload.operators import Conv


def without_padding(operator: Conv) -> Conv:
    """The same outputs from a map that needs no padding."""
    dims = operator.dims()
    height = (dims.P - 1) * dims.stride_h + (dims.R - 1) * dims.dilation_h + 1
    width = (dims.Q - 1) * dims.stride_w + (dims.S - 1) * dims.dilation_w + 1
    channels = operator.input_shape[0]
    return replace(operator, padding=(0, 0, 0, 0), input_shapes=((channels, height, width),))


class Move(NamedTuple):
    """Bits that a level reads and writes; None, the PEs, moves them for nothing."""

    level: OnChip | Dram | None
    read_bits: float
    written_bits: float


def energy_pj(operator: Conv, mapping: Mapping, hardware: Accelerator) -> float:
    """Energy of MACs and accesses."""
    costs = {level.name: level for level in level_energies(hardware)}
    borders = borders_of(without_padding(operator), mapping, hardware)
    passes, precision = borders["output"][0].fills, hardware.precision
    moves = [
        *(move for border in borders["input"] for move in _given(border, passes, precision)),
        *(move for border in borders["weight"] for move in _given(border, passes, precision)),
        *_summed(borders["output"], operator.dims().outputs, precision),
    ]
    mac_pj = unit_energies(hardware).mac_pj
    return mac_pj * operator.macs + sum(_energy_pj(move, costs) for move in moves)


def _energy_pj(move: Move, costs: dict[str, LevelEnergy]) -> float:
    if move.level is None:
        return 0.0
    cost = costs[move.level.name]
    whole = move.read_bits * cost.read_pj + move.written_bits * cost.write_pj
    return whole / cost.word_bits


def _given(border: Border, passes: int, precision: Precision) -> tuple[Move, Move]:
    """Inputs or weights: read above the border and written below; PEs read in every pass."""
    bits = precision.input_bits if border.operand == "input" else precision.weight_bits
    times = 1 if border.lower else passes / border.fills
    return (
        Move(border.upper, border.above * times * bits, 0),
        Move(border.lower, 0, border.below * bits),
    )


def _summed(borders: tuple[Border, ...], outputs: int, precision: Precision) -> list[Move]:
    """Outputs: a read and a write per MAC, sums that leave, and those that come back."""
    partial, final = precision.accumulator_bits, precision.output_bits
    edge, first = borders[:2]
    from_zero = first.below - (first.above - outputs)
    moves = [Move(edge.upper, (edge.above - from_zero) * partial, edge.above * partial)]
    for border in borders[1:]:
        back = (border.above - outputs) * partial
        up = back + outputs * final
        drained = border.below * partial if border is first else up
        moves += [Move(border.lower, drained, back), Move(border.upper, back, up)]
    return moves
