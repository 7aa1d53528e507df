"""The dataflows of an accelerator, and what its actions cost, for one operator."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from accelsim.cost.energy import ActionCounts, UnitEnergies, energy_breakdown, unit_energies
from accelsim.cost.levels import LevelEnergy, level_energies
from accelsim.dataflows import vector_unit
from accelsim.mapper.finding import Flow
from accelsim.mapper.prices import Prices
from accelsim.mapping import OPERANDS
from accelsim.schedule.machine import Target, target_of
from accelsim.schedule.nest import Nest

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.workload.operators import Operator


def flows_of(
    operator: Operator, nest: Nest, hardware: Accelerator, dataflows: tuple[str, ...]
) -> tuple[Flow, ...]:
    """One flow per dataflow that may run the operator, or the vector unit where it does."""
    names = ("vector",) if nest.vector_ops else hardware.able(dataflows, operator)
    return tuple(_flow(operator, nest, hardware, name) for name in names)


def vector_operations(operator: Operator, nest: Nest) -> int:
    """Lane operations of the batch: the operator's own and those of a fused activation."""
    per_output = nest.vector_ops
    if operator.activation:
        per_output += vector_unit.work_of(operator.activation)
    return nest.N * nest.G * nest.K * nest.P * nest.Q * per_output


def _flow(operator: Operator, nest: Nest, hardware: Accelerator, name: str) -> Flow:
    target = target_of(hardware, name)
    # the vector unit has no MAC of its own, so any dataflow's energies serve
    energies = energies_of(hardware, None if name == "vector" else name)
    macs = 0 if nest.vector_ops else nest.N * nest.G * nest.K * nest.C * nest.P * nest.Q
    work = macs * nest.R * nest.S * energies.mac_pj
    work += vector_operations(operator, nest) * energies.vector_op_pj
    read, write = level_prices(hardware, target)
    leakage = energy_breakdown(ActionCounts(0, 0, 0, 0, 0, cycles=1), energies, hardware.clock_hz)[
        "leakage"
    ]
    prices = Prices(work, read, write, leakage / hardware.cores.count)
    if name == "vector":
        return Flow(name, target, prices)
    record, array = hardware.dataflow(name), hardware.array
    axes = (record.rows, record.cols, record.planes)
    if record.timing != "loops":
        return Flow(name, target, prices, axes)
    return Flow(
        name=name,
        target=target,
        prices=prices,
        axes=axes,
        sizes=(array.rows, array.cols, array.planes),
        stationary=record.stationary,
        folds=False,
        bypass=_bypasses(hardware, target),
    )


@lru_cache(maxsize=256)
def energies_of(hardware: Accelerator, dataflow: str | None) -> UnitEnergies:
    """Unit energies, remembered."""
    return unit_energies(hardware, dataflow)


@lru_cache(maxsize=256)
def levels_by_name(hardware: Accelerator) -> dict[str, LevelEnergy]:
    """Energies of every memory level, DRAM included."""
    return {level.name: level for level in level_energies(hardware)}


@lru_cache(maxsize=1024)
def level_prices(
    hardware: Accelerator, target: Target
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """pJ per bit read and written, for every level of a target's hierarchy."""
    levels = [levels_by_name(hardware)[name] for name in target.level_names]
    return (
        tuple(level.read_pj / level.word_bits for level in levels),
        tuple(level.write_pj / level.word_bits for level in levels),
    )


def _bypasses(
    hardware: Accelerator, target: Target
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Levels that outputs, inputs and weights may be let past."""
    free = {level.name: level.bypass for level in hardware.on_chip}
    ways = [
        tuple(
            level
            for level in target.hierarchy.chains[number]
            if operand in free[target.level_names[level]]
        )
        for number, operand in enumerate(OPERANDS)
    ]
    return ways[0], ways[1], ways[2]
