"""The search finds the optimum of its space, and says how it did."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.fastsim.recurrence import timeline
from accelsim.mapper.search import OBJECTIVES, Prices, Question, find_mapping
from accelsim.mapper.space import BLOCK_ORDERS, mapping_of, tile_space
from accelsim.schedule.program import check_fits, step_program, tile, traffic_of
from tests.oracles.cases import array_specs, machines, nests

FLOWS = ("ws", "os", "is")
PRICES = Prices((3.0, 2.0, 1.0), 0.1, 0.2, 5.0, 0.5)


def every_cost(question):
    """(cycles, DRAM bytes, pJ) of every tiling and order that fits, by walking its steps.

    Neither the closed forms nor the pruned search take part.
    """
    nest, machine, spec = question.nest, question.machine, question.spec
    flows = ("vector",) if nest.vector_ops else question.dataflows
    costs = []
    for number, flow in enumerate(flows):
        for sizes in product(*(size.tolist() for size in tile_space(nest, spec))):
            for order in range(len(BLOCK_ORDERS)):
                tiled = tile(nest, mapping_of(nest, flow, sizes, order))
                try:
                    check_fits(nest, machine, spec, tiled)
                except MappingError:
                    break
                program = step_program(nest, machine, spec, tiled)
                costs.append(cost_of(question, number, program))
    return costs


def cost_of(question, flow, program):
    """(cycles, DRAM bytes, pJ) of a step program under dataflow number `flow`."""
    cycles = timeline(program, question.machine).cycles
    traffic = traffic_of(program, question.machine.burst_bytes)
    moved = traffic.dram_read_bytes + traffic.dram_write_bytes
    prices = question.prices
    energy = (
        prices.work[flow]
        + traffic.sram_read_bytes * prices.sram_read_per_byte
        + traffic.sram_write_bytes * prices.sram_write_per_byte
        + moved * prices.dram_per_byte
        + cycles * prices.leakage_per_cycle
    )
    return cycles, moved, energy


RANKS = {
    "cycles": lambda cost: (cost[0], cost[1]),
    "dram_bytes": lambda cost: (cost[1], cost[0]),
    "energy": lambda cost: (cost[2], cost[1]),
    "edp": lambda cost: (cost[2] * cost[0], cost[1]),
}
"""What each objective wants least, and what decides between equals."""


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_find_mapping_any_objective_is_the_least_of_all_candidates(data):
    nest = data.draw(nests(largest=4, vector=data.draw(st.booleans())))._replace(
        input_bits=8, weight_bits=8, output_bits=8
    )
    machine, spec = data.draw(machines()), data.draw(array_specs())
    objective = data.draw(st.sampled_from(sorted(OBJECTIVES)))
    question = Question(nest, machine, spec, FLOWS, PRICES, objective)
    costs = every_cost(question)
    if not costs:
        with pytest.raises(MappingError, match="does not fit"):
            find_mapping(question)
        return
    found = find_mapping(question)
    assert found.optimal
    assert found.rescored <= len(costs)
    flow = 0 if nest.vector_ops else FLOWS.index(found.mapping.dataflow)
    program = step_program(nest, machine, spec, found.tiled)
    least = min(map(RANKS[objective], costs))
    assert RANKS[objective](cost_of(question, flow, program)) == pytest.approx(least, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_tile_space_every_size_covers_its_bound_and_ends_are_there(data):
    nest, spec = data.draw(nests(largest=40)), data.draw(array_specs())
    space = tile_space(nest, spec)
    bounds = (nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q)
    for sizes, bound in zip(space, bounds, strict=True):
        assert sizes[0] == bound
        assert sizes[-1] == 1
        assert sorted(set(sizes.tolist()), reverse=True) == sizes.tolist()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mapping_of_any_candidate_covers_the_operator(data):
    nest, spec = data.draw(nests()), data.draw(array_specs())
    space = tile_space(nest, spec)
    sizes = tuple(int(data.draw(st.sampled_from(column.tolist()))) for column in space)
    flow, order = data.draw(st.sampled_from(FLOWS)), data.draw(st.integers(0, 5))
    mapping = mapping_of(nest, flow, sizes, order)
    for dim, bound in zip("NGKCPQRS", nest[:8], strict=True):
        assert mapping.extent(dim, len(mapping.temporal)) >= bound
