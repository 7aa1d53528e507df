"""What one mapping costs in engine terms: cycles by recurrence, accesses and energy exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accelsim.fastsim import recurrence
from accelsim.mapper.finding import Flow
from accelsim.mapper.objectives import OBJECTIVES, objective_value, second_choice
from accelsim.mapper.prices import Prices
from accelsim.mapping import Mapping
from accelsim.schedule.accesses import Access, accesses_of
from accelsim.schedule.fill import fits
from accelsim.schedule.hierarchy import Hierarchy
from accelsim.schedule.nest import Nest
from accelsim.schedule.plan import Plan
from accelsim.schedule.program import Traffic, planned, step_program, traffic_of


@dataclass(frozen=True, slots=True)
class Cost:
    """One mapping on one accelerator, in the engine's cycles."""

    cycles: int
    energy_pj: float
    accesses: tuple[Access, ...]
    """Of every level, operand and direction; DRAM's are payload, its energy counts whole bursts."""
    traffic: Traffic
    plan: Plan
    program: NDArray[np.int64]

    @property
    def edp(self) -> float:
        """Energy times cycles, pJ * cycles."""
        return self.energy_pj * self.cycles

    @property
    def dram_bytes(self) -> int:
        """On the channel, both ways."""
        return self.traffic.dram_read_bytes + self.traffic.dram_write_bytes


def cost_of(nest: Nest, flow: Flow, mapping: Mapping) -> Cost:
    """Cost of a legal mapping."""
    return _cost(nest, flow, mapping, planned(nest, mapping, flow.target))


def cost_if_it_fits(nest: Nest, flow: Flow, mapping: Mapping) -> Cost | None:
    """Cost of a mapping that is legal but for the room it takes; None where that is not there."""
    plan = planned(nest, mapping, flow.target)
    return _cost(nest, flow, mapping, plan) if fits(nest, mapping, flow.target, plan) else None


def _cost(nest: Nest, flow: Flow, mapping: Mapping, plan: Plan) -> Cost:
    target = flow.target
    program = step_program(nest, target, plan)
    accesses = accesses_of(nest, mapping, target, plan, program)
    traffic = traffic_of(program, target.machine.burst_bytes)
    cycles = int(recurrence.timeline(program, target.machine).cycles)
    energy = total_energy(flow.prices, target.hierarchy, accesses, traffic, cycles)
    return Cost(cycles, energy, accesses, traffic, plan, program)


def access_energy(prices: Prices, hierarchy: Hierarchy, access: Access) -> float:
    """pJ of a level's accesses, each of whole units of its access_bits."""
    per_bit = prices.read if access.way.startswith("read") else prices.write
    bits = access.units * hierarchy.levels[access.level].access_bits
    return bits * per_bit[access.level]


def total_energy(
    prices: Prices,
    hierarchy: Hierarchy,
    accesses: tuple[Access, ...],
    traffic: Traffic,
    cycles: int,
) -> float:
    """pJ of an operator: work, accesses on chip, whole bursts at the DRAM, leakage."""
    dram = len(hierarchy.levels) - 1
    on_chip = sum(
        access_energy(prices, hierarchy, access) for access in accesses if access.level != dram
    )
    channel = 8 * (
        traffic.dram_read_bytes * prices.read[-1] + traffic.dram_write_bytes * prices.write[-1]
    )
    return prices.work + on_chip + channel + cycles * prices.leakage_per_cycle


def score_of(cost: Cost, objective: str) -> tuple[float, float]:
    """(objective, what decides between equals), both to be small."""
    number = OBJECTIVES[objective]
    return (
        float(objective_value(number, cost.energy_pj, cost.cycles, cost.dram_bytes)),
        float(second_choice(number, cost.energy_pj, cost.cycles, cost.dram_bytes)),
    )
