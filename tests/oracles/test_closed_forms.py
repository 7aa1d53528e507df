"""What the mapper's closed forms say of a candidate equals its walked step program."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.dataflows import FOLDS
from accelsim.errors import MappingError
from accelsim.fastsim.recurrence import timeline
from accelsim.mapper import (
    closed_forms,
    estimate_kernels,
    fit_kernels,
    tile_kernels,
    tile_search,
)
from accelsim.mapper.objectives import OBJECTIVES
from accelsim.mapper.space import BLOCK_ORDERS, mapping_of, tile_space
from accelsim.mapper.tile_front import blank_plan, pools_of
from accelsim.schedule.conflict_kernels import nothing_known
from accelsim.schedule.fill import check_fits, fills_of
from accelsim.schedule.kernels import Column, walk
from accelsim.schedule.plan import dataflow_code
from accelsim.schedule.program import planned, step_program, traffic_of
from accelsim.traffic.footprint import Axis
from tests.oracles.cases import FLOWS, banked, nests, packing_cases, targets

ON_CHIP = (
    Column.EDGE_SUM_READ, Column.EDGE_SUM_WRITE, Column.EDGE_INPUT, Column.EDGE_WEIGHT,
    Column.PSUM_LOAD, Column.INPUT_LOAD, Column.WEIGHT_LOAD, Column.STORE,
)  # fmt: skip
"""What each price of `estimate_kernels.Terms.edge_pj` is paid for."""

LIMITS = tile_kernels.Limits(max_steps=10_000, inner_sizes=8, prune=0, most=2**62)


def candidates_of(case, target, tile):
    """(candidates, estimates) of one tiling, none left out, and whether its even ones fit."""
    nest = case.nest
    rows = Axis(nest.P, nest.R, nest.stride_h, nest.dilation_h, nest.pad_top, nest.H)
    columns = Axis(nest.Q, nest.S, nest.stride_w, nest.dilation_w, nest.pad_left, nest.W)
    room = tile_search.Room(
        pools_of(target),
        estimate_kernels.cut_table(rows),
        estimate_kernels.cut_table(columns),
        np.array([np.inf, np.inf]),
    )
    spans = room.rows[tile[4], 1], room.cols[tile[5], 1]
    claims = fit_kernels.sizes_of(case.code, nest, target.spec, tile, spans)
    fitting = fit_kernels.fits(room.pools, claims, fit_kernels.several_of(nest, tile))
    found = np.empty((1024, tile_kernels.CANDIDATE), dtype=np.int64)
    notes = np.empty((1024, 3))
    trips = closed_forms.trips_of(nest, tile)
    total, costed, _ = tile_search.add_orders(
        case, BLOCK_ORDERS, LIMITS, room, tile, trips, claims, found, notes, 0
    )
    assert costed == total
    return found[:total], notes[:total], fitting


def case_of(flow, nest, target, edge_pj):
    """The kernels' case under an objective of DRAM bytes, then cycles; only the edge has prices."""
    terms = estimate_kernels.Terms(
        OBJECTIVES["dram_bytes"], 0.0, tuple(float(price) for price in edge_pj), 0.0, 0.0, 0.0
    )
    return estimate_kernels.Case(dataflow_code(flow), nest, target.machine, target.spec, terms)


@st.composite
def cases(draw):
    """(dataflow, nest, target, tile)."""
    vector = draw(st.booleans())
    drawn = st.tuples(nests(vector=vector, bits=(8, 16)), targets())
    nest, target = draw(drawn if vector else st.one_of(drawn, packing_cases()))
    flow = "vector" if vector else draw(st.sampled_from(sorted(FLOWS)))
    space = tile_space(nest, dataflow_code(flow), target.spec)
    sizes = [draw(st.sampled_from(column.tolist())) for column in space[:6]]
    return flow, nest, target, (*sizes, *draw(parts_of_the_filter(flow, nest)))


def parts_of_the_filter(flow, nest):
    """(R, S) that the array works on at a time, where they may lie on its axes."""
    if flow in ("vector", "os"):
        return st.just((nest.R, nest.S))
    return st.tuples(st.integers(1, nest.R), st.integers(1, nest.S))


@settings(max_examples=200, deadline=None)
@given(cases(), st.data())
def test_estimates_any_candidate_equal_its_program(drawn, data):
    flow, nest, target, tile = drawn
    if flow in FOLDS and data.draw(st.booleans()):
        target = data.draw(banked(target))
    machine, spec = target.machine, target.spec
    levels = tuple(len(chain) for chain in target.hierarchy.chains)
    case, blank = case_of(flow, nest, target, [0] * 8), blank_plan(target.hierarchy)
    found, _, fitting = candidates_of(case, target, tile)
    number = data.draw(st.integers(0, len(found) - 1))
    candidate = found[number]
    mapping = mapping_of(nest, flow, tuple(candidate.tolist()), levels)
    plan = planned(nest, mapping, target)
    if not fitting:
        with pytest.raises(MappingError, match="the tiles need"):
            check_fits(nest, mapping, target, plan)
        return
    check_fits(nest, mapping, target, plan)
    assert min(fill.claimed_bytes for fill in fills_of(nest, mapping, target, plan)) >= 0
    program = step_program(nest, target, plan)
    line = timeline(program, machine)
    for place, column in enumerate(ON_CHIP):
        priced = case_of(flow, nest, target, np.arange(8) == place)
        _, notes, _ = candidates_of(priced, target, tile)
        assert notes[number, tile_kernels.ENERGY] == program[:, column].sum(), column.name
    traffic = traffic_of(program, machine.burst_bytes)
    assert notes[number, tile_kernels.VALUE] == traffic.dram_payload_bytes
    assert notes[number, tile_kernels.SECOND] <= line.cycles
    own_plan = tile_kernels.plan_of(case.code, nest, blank, BLOCK_ORDERS, candidate)
    known = nothing_known(machine.banks)
    assert np.array_equal(walk(nest, machine, spec, own_plan, known), program)
    cycles, read, written = tile_kernels.rescore(case, blank, BLOCK_ORDERS, candidate, known)
    assert (cycles, read, written) == (
        line.cycles,
        traffic.dram_read_bytes,
        traffic.dram_write_bytes,
    )


@settings(max_examples=100, deadline=None)
@given(cases())
def test_work_totals_any_tiling_are_those_of_its_steps(drawn):
    """Cycles without DRAM are exact: the array's own, or those of the busiest port."""
    flow, nest, target, tile = drawn
    case = case_of(flow, nest, target, [0] * 8)
    trips = closed_forms.trips_of(nest, tile)
    work = closed_forms.work_totals(case.code, nest, target.machine, target.spec, tile, trips)
    found, _, _ = candidates_of(case, target, tile)
    levels = tuple(len(chain) for chain in target.hierarchy.chains)
    mapping = mapping_of(nest, flow, tuple(found[0].tolist()), levels)
    program = step_program(nest, target, planned(nest, mapping, target))
    busy = (Column.COMPUTE, Column.FILL_DRAIN, Column.BANK)
    assert work.cycles == program[:, busy].sum()
