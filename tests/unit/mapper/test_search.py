"""The search finds the optimum of its space, and says how it did."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.dataflows import FOLDS
from accelsim.dataflows.base import IS, OS, WS, Gemm
from accelsim.errors import MappingError
from accelsim.fastsim.recurrence import timeline
from accelsim.mapper.costing import cost_of, score_of
from accelsim.mapper.finding import Question
from accelsim.mapper.search import EFFORTS, OBJECTIVES, find_mapping
from accelsim.mapper.space import mapping_of, tile_space
from accelsim.schedule.fill import check_fits
from accelsim.schedule.kernels import Column
from accelsim.schedule.plan import dataflow_code
from accelsim.schedule.program import planned, step_program, traffic_of
from tests.oracles.cases import FLOWS, banked, flows_on, nests, packing_cases, targets, tight_cases
from tests.oracles.fold_loop import pieces, reducing_folds
from tests.oracles.tilings import every_mapping

EDGE_READS = (Column.EDGE_SUM_READ, Column.EDGE_INPUT, Column.EDGE_WEIGHT)
LOADS = (Column.PSUM_LOAD, Column.INPUT_LOAD, Column.WEIGHT_LOAD)
OPERANDS = (0, 1, 2)
"""Output, input, weight, as in EDGE_READS and LOADS."""


def every_cost(nest, flows, effort):
    """(cycles, DRAM bytes, pJ) of every candidate that fits, by walking its steps.

    Neither the closed forms nor the pruned search take part.
    """
    costs = []
    for flow in flows:
        target = flow.target
        code = dataflow_code(flow.name)
        space = tile_space(nest, code, target.spec, few=effort == "sweep")
        uneven = not target.machine.halo_keep
        for mapping in every_mapping(flow.name, nest, space, effort, uneven=uneven):
            plan = planned(nest, mapping, target)
            try:
                check_fits(nest, mapping, target, plan)
            except MappingError:
                continue
            costs.append(walked(flow, step_program(nest, target, plan)))
    return costs


def walked(flow, program):
    """(cycles, DRAM bytes, pJ) of a step program under a dataflow."""
    target, prices = flow.target, flow.prices
    cycles = timeline(program, target.machine).cycles
    traffic = traffic_of(program, target.machine.burst_bytes)
    read, write = traffic.dram_read_bytes, traffic.dram_write_bytes
    bytes_of = program.sum(axis=0)
    pj = 0.0
    for operand in OPERANDS:
        (part,) = target.hierarchy.chains[operand]
        pj += 8 * prices.read[part] * bytes_of[EDGE_READS[operand]]
        pj += 8 * prices.write[part] * bytes_of[LOADS[operand]]
    (sums,) = target.hierarchy.chains[0]
    pj += 8 * prices.write[sums] * bytes_of[Column.EDGE_SUM_WRITE]
    pj += 8 * prices.read[sums] * bytes_of[Column.STORE]
    pj += 8 * (prices.read[-1] * read + prices.write[-1] * write)
    return cycles, read + write, prices.work + pj + cycles * prices.leakage_per_cycle


RANKS = {
    "cycles": lambda cost: (cost[0], cost[2]),
    "dram_bytes": lambda cost: (cost[1], cost[0]),
    "energy": lambda cost: (cost[2], cost[1]),
    "edp": lambda cost: (cost[2] * cost[0], cost[1]),
}
"""What each objective wants least, and what decides between equals."""


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_find_mapping_any_objective_is_the_least_of_all_candidates(data):
    nest = data.draw(nests(largest=4, vector=data.draw(st.booleans()), bits=(8, 16)))
    target, effort = data.draw(targets()), data.draw(st.sampled_from(EFFORTS))
    names = data.draw(st.lists(st.sampled_from(sorted(FLOWS)), min_size=1, unique=True))
    check_finds_the_least(nest, flows_on(target, nest, names), effort)


@settings(max_examples=60, deadline=None)
@given(tight_cases(), st.sampled_from(sorted(FLOWS)), st.sampled_from(EFFORTS[1:]))
def test_find_mapping_small_buffer_is_the_least_with_loops_inside_all_others(case, name, effort):
    """In about one of six of these cases, no candidate without inner loops is as good."""
    nest, target = case
    check_finds_the_least(nest, flows_on(target, nest, (name,)), effort)


@settings(max_examples=40, deadline=None)
@given(packing_cases(), st.sampled_from(EFFORTS))
def test_find_mapping_groups_that_share_folds_is_the_least_with_parts_of_the_filter(case, effort):
    """In about one of three of these cases, no candidate with whole filters is as fast."""
    nest, target = case
    check_finds_the_least(nest, flows_on(target, nest, ("ws",)), effort)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_find_mapping_with_bank_conflicts_is_the_least_of_all_candidates(data):
    nest = data.draw(nests(largest=4, bits=(8, 16)))
    target, effort = data.draw(banked(data.draw(targets()))), data.draw(st.sampled_from(EFFORTS))
    names = data.draw(st.lists(st.sampled_from(sorted(FOLDS)), min_size=1, unique=True))
    check_finds_the_least(nest, flows_on(target, nest, names), effort)


def check_finds_the_least(nest, flows, effort):
    """For every objective: optimum, said to be it, priced alike, without pruning too."""
    costs = every_cost(nest, flows, effort)
    for objective in OBJECTIVES:
        question = Question(nest, flows, objective, effort)
        if not costs:
            with pytest.raises(MappingError, match="does not fit"):
                find_mapping(question)
            continue
        found = find_mapping(question)
        assert found.optimal
        score = RANKS[objective](walked(found.flow, program_of(nest, found)))
        assert score == pytest.approx(min(map(RANKS[objective], costs)), rel=1e-12)
        cost = cost_of(nest, found.flow, found.mapping)
        assert score_of(cost, objective) == pytest.approx(score, rel=1e-12)
        unpruned = find_mapping(question._replace(prune=False))
        again = RANKS[objective](walked(unpruned.flow, program_of(nest, unpruned)))
        assert again == pytest.approx(score, rel=1e-12)
        assert found.evaluated <= unpruned.evaluated <= len(costs)


def program_of(nest, found):
    """Steps of the mapping that a search found."""
    return step_program(nest, found.flow.target, found.plan)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_tile_space_every_size_covers_its_bound_and_ends_are_there(data):
    nest, target = data.draw(nests(largest=40)), data.draw(targets())
    space = tile_space(nest, data.draw(st.sampled_from((WS, OS, IS))), target.spec)
    bounds = (nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q)
    for sizes, bound in zip(space[:6], bounds, strict=True):
        assert sizes[0] == bound
        assert sizes[-1] == 1
        assert sorted(set(sizes.tolist()), reverse=True) == sizes.tolist()


@settings(max_examples=60, deadline=None)
@given(packing_cases())
def test_tile_space_parts_of_the_filter_are_those_that_no_others_beat(case):
    """Fewer passes over a tile, or fewer folds, than any other part that has neither more."""
    nest, target = case

    def costs(r, s):
        parts = [(rows, cols) for rows in pieces(nest.R, r) for cols in pieces(nest.S, s)]
        products = [Gemm(1, nest.K, nest.C * rows * cols, nest.G) for rows, cols in parts]
        folds = sum(len(reducing_folds(one, target.spec, packing=True)) for one in products)
        return len(parts), folds

    windows = [tuple(window) for window in tile_space(nest, WS, target.spec).windows.tolist()]
    every = [costs(r, s) for r in range(1, nest.R + 1) for s in range(1, nest.S + 1)]
    best = {
        mine
        for mine in every
        if not any(other != mine and other[0] <= mine[0] and other[1] <= mine[1] for other in every)
    }
    assert windows[0] == (nest.R, nest.S)
    assert sorted(costs(*window) for window in windows) == sorted(best)
    for other in (OS, IS):
        assert tile_space(nest, other, target.spec).windows.tolist() == [[nest.R, nest.S]]
    unpacked = target.spec._replace(packing=0)
    assert tile_space(nest, WS, unpacked).windows.tolist() == [[nest.R, nest.S]]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mapping_of_any_candidate_covers_the_operator(data):
    nest, target = data.draw(nests()), data.draw(targets())
    space = tile_space(nest, WS, target.spec)
    sizes = tuple(int(data.draw(st.sampled_from(column.tolist()))) for column in space[:6])
    part = data.draw(st.integers(1, nest.R)), data.draw(st.integers(1, nest.S))
    wide = tuple(
        size * data.draw(st.integers(1, 4)) for size in (sizes[2], sizes[3], sizes[4], sizes[5])
    )
    flow, order = data.draw(st.sampled_from(sorted(FLOWS))), data.draw(st.integers(0, 5))
    levels = data.draw(st.tuples(*[st.integers(1, 3)] * 3))
    mapping = mapping_of(nest, flow, (*sizes, *part, order, *wide), levels)
    for dim, bound in zip("NGKCPQRS", nest[:8], strict=True):
        assert mapping.extent(dim, len(mapping.temporal)) >= bound
    assert tuple(len(mapping.cuts[name]) for name in ("output", "input", "weight")) == levels
