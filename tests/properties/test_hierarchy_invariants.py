"""What a larger machine can do: never less. Mappings and optima over memory hierarchies."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.fastsim.recurrence import timeline
from accelsim.mapper.chain_search import search_chains
from accelsim.mapper.costing import cost_of
from accelsim.mapper.finding import Question
from accelsim.schedule.fill import fills_of, overfull
from accelsim.schedule.program import planned, step_program
from tests.oracles.hierarchy_cases import cases, tiny_nests
from tests.oracles.hierarchy_targets import flows, targets

ROUNDING = 1e-9


def larger_levels(draw, target):
    """The target with more room on chip and faster ports, which count the same accesses."""
    levels = tuple(
        level._replace(capacity_bits=level.capacity_bits + 8 * draw(st.integers(0, 64)))
        for level in target.hierarchy.levels
    )
    ports = tuple(
        draw(st.sampled_from([rate + draw(st.integers(0, 8)), 0])) if rate else 0
        for rate in target.hierarchy.port_bytes
    )
    return target._replace(hierarchy=target.hierarchy._replace(levels=levels, port_bytes=ports))


def wider_channel(draw, target):
    """The target with more DRAM bandwidth."""
    bandwidth = target.machine.bandwidth + draw(st.integers(1, 40))
    return target._replace(machine=target.machine._replace(bandwidth=bandwidth))


@st.composite
def larger(draw, flow):
    """The flow on a machine with more room, faster ports, more bandwidth, more levels to bypass."""
    target = wider_channel(draw, larger_levels(draw, flow.target))
    bypass = tuple(
        tuple(level for level in chain if level in free or draw(st.booleans()))
        for chain, free in zip(target.hierarchy.chains, flow.bypass, strict=True)
    )
    return flow._replace(target=target, bypass=bypass)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mapping_on_a_larger_machine_fits_and_never_costs_more(data):
    nest = data.draw(tiny_nests())
    flow = data.draw(flows(nest))
    found = searched(nest, flow, "edp")
    assume(found is not None)
    more = data.draw(larger(flow))
    plan = planned(nest, found.mapping, more.target)
    assert not overfull(more.target, fills_of(nest, found.mapping, more.target, plan))
    before, after = cost_of(nest, flow, found.mapping), cost_of(nest, more, found.mapping)
    assert after.cycles <= before.cycles
    assert after.energy_pj <= before.energy_pj * (1 + ROUNDING)
    assert after.dram_bytes == before.dram_bytes
    assert after.accesses == before.accesses


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from(["energy", "dram_bytes"]))
def test_optimum_of_a_larger_machine_is_never_worse(data, objective):
    """Where cycles do not matter; the chain's cuts leave some overlap out (docs/model.md)."""
    nest = data.draw(tiny_nests())
    flow = data.draw(flows(nest))
    flow = flow._replace(prices=flow.prices._replace(leakage_per_cycle=0.0))
    small = searched(nest, flow, objective)
    assume(small is not None)
    large = searched(nest, data.draw(larger(flow)), objective)
    assume(large.optimal)
    assert large.value <= small.value * (1 + ROUNDING)


def searched(nest, flow, objective):
    """The finding of the full search, or None where nothing fits."""
    question = Question(nest, (flow,), objective, "full")
    try:
        finding = search_chains(question, flow, np.array([np.inf, np.inf]))
    except MappingError:
        return None
    return None if finding.mapping is None else finding


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_cost_any_mapping_with_ports_as_wide_as_asked_is_never_slower(data):
    nest, mapping, chains = data.draw(cases())
    target = data.draw(targets(chains))
    free = target.hierarchy._replace(port_bytes=(0,) * len(target.hierarchy.port_bytes))
    cycles = [
        int(timeline(step_program(nest, one, planned(nest, mapping, one)), one.machine).cycles)
        for one in (target, target._replace(hierarchy=free))
    ]
    assert cycles[1] <= cycles[0]
