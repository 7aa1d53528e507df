"""The search finds the optimum of its space, and says how it did."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.fastsim.recurrence import timeline
from accelsim.mapper import kernels
from accelsim.mapper.search import OBJECTIVES, Prices, Question, find_mapping
from accelsim.mapper.space import BLOCK_ORDERS, mapping_of, tile_space
from accelsim.schedule.program import dataflow_code, step_program, traffic_of
from tests.oracles.cases import array_specs, machines, nests

FLOWS = ("ws", "os", "is")
PRICES = Prices((3.0, 2.0, 1.0), 0.1, 0.2, 5.0, 0.5)


def every_score(question):
    """Objective of every candidate of the space in engine cycles, without bounds or pruning."""
    flows = ("vector",) if question.nest.vector_ops else question.dataflows
    space = tile_space(question.nest, question.spec)
    prices = np.array([question.prices.dram_per_byte, question.prices.leakage_per_cycle])
    scores = []
    for number, flow in enumerate(flows):
        code = dataflow_code(flow)
        rows, _ = kernels.score(
            code, question.nest, question.machine, question.spec, space, BLOCK_ORDERS, 2_000
        )
        for row in rows:
            cycles, moved = kernels.rescore(
                code, question.nest, question.machine, question.spec, BLOCK_ORDERS, row
            )
            base = (
                question.prices.work[number]
                + row[10] * question.prices.sram_read_per_byte
                + row[11] * question.prices.sram_write_per_byte
            )
            objective = OBJECTIVES[question.objective]
            scores.append(kernels.objective_value(objective, prices, base, cycles, moved))
    return scores


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_find_mapping_any_objective_is_the_least_of_all_candidates(data):
    nest = data.draw(nests(largest=6, vector=data.draw(st.booleans())))
    machine, spec = data.draw(machines()), data.draw(array_specs())
    objective = data.draw(st.sampled_from(sorted(OBJECTIVES)))
    question = Question(nest, machine, spec, FLOWS, PRICES, objective)
    scores = every_score(question)
    if not scores:
        with pytest.raises(MappingError, match="does not fit"):
            find_mapping(question)
        return
    found = find_mapping(question)
    assert found.optimal
    program = step_program(nest, machine, spec, found.tiled)
    if objective == "cycles":
        assert timeline(program, machine).cycles == min(scores)
    if objective == "dram_bytes":
        assert sum(traffic_of(program, machine.burst_bytes)[:2]) == min(scores)
    assert found.rescored <= len(scores)


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
    tile = tuple(int(data.draw(st.sampled_from(sizes.tolist()))) for sizes in space)
    mapping = mapping_of(
        nest, data.draw(st.sampled_from(FLOWS)), tile, data.draw(st.integers(0, 5))
    )
    for dim, bound in zip("NGKCPQRS", nest[:8], strict=True):
        assert mapping.extent(dim, len(mapping.temporal)) >= bound
