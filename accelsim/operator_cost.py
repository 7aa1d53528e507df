"""What a mapped operator costs where it runs: its mapping, and the launch before it."""

from __future__ import annotations

from dataclasses import replace

from accelsim.mapper.costing import Cost, cost_of
from accelsim.mapper.finding import Flow
from accelsim.mapping import Mapping
from accelsim.schedule.nest import Nest


def operator_cost(nest: Nest, flow: Flow, mapping: Mapping, launch_cycles: int) -> Cost:
    """Cost of a legal mapping with the launch of its operator: its cycles, and what leaks in them.

    The launch is the same for all mappings, so the best in cycles, energy or DRAM bytes is the best
    without it too; the best edp need not be.
    """
    cost = cost_of(nest, flow, mapping)
    return replace(
        cost,
        cycles=cost.cycles + launch_cycles,
        energy_pj=cost.energy_pj + launch_cycles * flow.prices.leakage_per_cycle,
    )
