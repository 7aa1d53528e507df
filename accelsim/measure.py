"""What one mapped operator does on an accelerator, as the columns of a layer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.hardware.accelerator import Accelerator
from accelsim.lifetime.operands import Away
from accelsim.mapper.costing import access_energy
from accelsim.mapper.finding import Flow
from accelsim.mapper.flows import energies_of, levels_by_name, vector_operations
from accelsim.mapping import OPERANDS, Mapping
from accelsim.results.timeline import NOTHING, Timeline
from accelsim.schedule.accesses import Access, accesses_of
from accelsim.schedule.fill import Fill, fills_of
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Machine, Nest, compulsory_bytes
from accelsim.schedule.plan import Plan
from accelsim.schedule.program import (
    NO_TRAFFIC,
    Traffic,
    planned,
    step_program,
    traffic_of,
)
from accelsim.workload.operators import Operator

ENGINES = ("fast", "events")

LEVEL_COLUMNS = (
    "sram_read_bytes",
    "sram_write_bytes",
    "register_read_bytes",
    "register_write_bytes",
)

ENERGY_COLUMNS = (
    "energy_mac_pj",
    "energy_register_pj",
    "energy_sram_pj",
    "energy_dram_pj",
    "energy_vector_pj",
    "energy_leakage_pj",
)


EVERYTHING_AWAY = Away()


class Mapped(NamedTuple):
    """A mapping and what the engines need to run it."""

    mapping: Mapping
    flow: Flow
    plan: Plan
    proved: bool | None
    """Whether it is the proved optimum; None for a mapping that was given."""


class Work(NamedTuple):
    """An operator, or a shard of it, as the engines run it."""

    operator: Operator
    nest: Nest
    """Of the shard, where it is one."""
    mapped: Mapped
    program: NDArray[np.int64]
    """Steps int64[steps, Column]: loads and stores of what does not stay on chip."""
    away: Away = EVERYTHING_AWAY
    """Of each operand, what is not on chip already, or need not be there afterwards."""
    avoided_bytes: int = 0
    """Payload that therefore stays off the DRAM."""

    @property
    def machine(self) -> Machine:
        """The machine outside its inner levels."""
        return self.mapped.flow.target.machine


NOTHING_DONE: dict[str, Any] = {
    **NOTHING._asdict(),
    "stall_launch_cycles": 0,
    **NO_TRAFFIC._asdict(),
    **dict.fromkeys(LEVEL_COLUMNS, 0),
    "dataflow": "none",
    "compulsory_bytes": 0,
    "buffer_bytes": 0,
    "steps": 0,
    "avoided_bytes": 0,
    "mapping_proved": None,
    **dict.fromkeys(ENERGY_COLUMNS, 0.0),
}
"""Columns of an operator that is only addressing."""


def launch_cycles(work: Work, hardware: Accelerator) -> int:
    """What starting the operator, or its shard, costs."""
    return hardware.operator_overhead.cycles_of(work.operator, work.nest.G)


def measured(work: Work, hardware: Accelerator, line: Timeline) -> dict[str, Any]:
    """Columns of a layer: cycles by cause, traffic, energy by part."""
    nest, mapped = work.nest, work.mapped
    target = mapped.flow.target
    launch = launch_cycles(work, hardware)
    traffic = traffic_of(work.program, target.machine.burst_bytes)
    accesses, fills = _counted(nest, mapped.flow, mapped.mapping)
    accesses = _without_resident(accesses, work)
    return {
        **line._asdict(),
        "cycles": line.cycles + launch,
        "stall_launch_cycles": launch,
        **traffic._asdict(),
        **_level_bytes(hardware, mapped.flow, accesses),
        "dataflow": mapped.mapping.dataflow,
        "compulsory_bytes": compulsory_bytes(nest),
        "buffer_bytes": sum(
            fill.claimed_bytes for fill in fills if _kind(hardware, target, fill.level) == "sram"
        ),
        "steps": len(work.program),
        "avoided_bytes": work.avoided_bytes,
        "mapping_proved": None if mapped.proved is None else int(mapped.proved),
        **_energies(work, hardware, accesses, traffic, line.cycles + launch),
    }


@lru_cache(maxsize=65536)
def _counted(
    nest: Nest, flow: Flow, mapping: Mapping
) -> tuple[tuple[Access, ...], tuple[Fill, ...]]:
    """What every level does and holds: the same whatever the engine, so remembered."""
    plan = planned(nest, mapping, flow.target)
    program = step_program(nest, flow.target, plan)
    accesses = accesses_of(nest, mapping, flow.target, plan, program)
    return accesses, fills_of(nest, mapping, flow.target, plan)


def _without_resident(accesses: tuple[Access, ...], work: Work) -> tuple[Access, ...]:
    """Accesses without filling outermost levels from, and draining them to, what stays there.

    Of the drains, those of partial sums remain.
    """
    if work.away == EVERYTHING_AWAY:
        return accesses
    nest, chains = work.nest, work.mapped.flow.target.hierarchy.chains
    finished_bits = nest.N * nest.G * nest.K * nest.P * nest.Q * nest.output_bits
    outer = {operand: chain[-1] for operand, chain in zip(OPERANDS, chains, strict=True)}
    found = []
    for access in accesses:
        share = getattr(work.away, access.operand)
        crosses = "read_to_above" if access.operand == "output" else "written_from_above"
        if (access.level, access.way) == (outer[access.operand], crosses):
            whole = finished_bits if access.operand == "output" else access.bits
            left = access.bits - whole + share.of(whole)
            access = access._replace(  # noqa: PLW2901
                elements=-(-access.elements * left // access.bits),
                bits=left,
                units=-(-access.units * left // access.bits),
            )
        found.append(access)
    return tuple(found)


def _kind(hardware: Accelerator, target: Target, level: int) -> str:
    return levels_by_name(hardware)[target.level_names[level]].kind


def _level_bytes(hardware: Accelerator, flow: Flow, accesses: tuple[Access, ...]) -> dict[str, int]:
    """Bytes read from and written to SRAM and register levels, all copies together."""
    moved = dict.fromkeys(LEVEL_COLUMNS, 0)
    for access in accesses:
        kind = _kind(hardware, flow.target, access.level)
        if kind != "dram":
            way = "read" if access.way.startswith("read") else "write"
            moved[f"{kind}_{way}_bytes"] += -(-access.bits // 8)
    return moved


def _energies(
    work: Work,
    hardware: Accelerator,
    accesses: tuple[Access, ...],
    traffic: Traffic,
    cycles: int,
) -> dict[str, float]:
    """Energy columns; their sum is the operator's energy."""
    flow = work.mapped.flow
    operations = vector_operations(work.operator, work.nest)
    vector = operations * energies_of(hardware, None).vector_op_pj
    parts = {
        "energy_mac_pj": flow.prices.work - vector,
        "energy_register_pj": 0.0,
        "energy_sram_pj": 0.0,
        "energy_dram_pj": 8 * traffic.dram_read_bytes * flow.prices.read[-1]
        + 8 * traffic.dram_write_bytes * flow.prices.write[-1],
        "energy_vector_pj": vector,
        "energy_leakage_pj": cycles * flow.prices.leakage_per_cycle,
    }
    for access in accesses:
        kind = _kind(hardware, flow.target, access.level)
        if kind != "dram":
            parts[f"energy_{kind}_pj"] += access_energy(flow.prices, flow.target.hierarchy, access)
    return parts
