"""What the mapper's closed forms say of a candidate equals its walked step program."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.fastsim.recurrence import timeline
from accelsim.mapper import closed_forms, tile_kernels, tile_search
from accelsim.mapper.objectives import OBJECTIVES
from accelsim.mapper.space import BLOCK_ORDERS, mapping_of, tile_space
from accelsim.mapper.tile_front import blank_plan, pools_of
from accelsim.schedule.fill import check_fits, fills_of
from accelsim.schedule.kernels import Column, walk
from accelsim.schedule.plan import dataflow_code
from accelsim.schedule.program import planned, step_program, traffic_of
from accelsim.traffic.footprint import Axis
from tests.oracles.cases import FLOWS, nests, targets

ON_CHIP = (
    Column.EDGE_SUM_READ, Column.EDGE_SUM_WRITE, Column.EDGE_INPUT, Column.EDGE_WEIGHT,
    Column.PSUM_LOAD, Column.INPUT_LOAD, Column.WEIGHT_LOAD, Column.STORE,
)  # fmt: skip
"""What each price of `tile_kernels.energy_of` is paid for."""

LIMITS = tile_kernels.Limits(max_steps=10_000, inner_sizes=8, prune=0, most=2**62)


def candidates_of(flow, nest, target, tile, edge_pj):
    """(candidates, estimates) of one tiling that fits, none left out; VALUE: DRAM bytes."""
    code, blank = dataflow_code(flow), blank_plan(target.hierarchy)
    rows = Axis(nest.P, nest.R, nest.stride_h, nest.dilation_h, nest.pad_top, nest.H)
    columns = Axis(nest.Q, nest.S, nest.stride_w, nest.dilation_w, nest.pad_left, nest.W)
    room = tile_search.Room(
        pools_of(target),
        tile_kernels.cut_table(rows),
        tile_kernels.cut_table(columns),
        np.zeros(2, dtype=np.int64),
        np.array([np.inf, np.inf]),
        np.array([np.inf, np.inf]),
    )
    terms = tile_kernels.Terms(
        OBJECTIVES["dram_bytes"], 0.0, np.array(edge_pj, dtype=np.float64), 0.0, 0.0, 0.0
    )
    spans = room.rows[tile[4], 1], room.cols[tile[5], 1]
    claims = tile_search.sizes_of(code, nest, target.spec, tile, spans)
    several = tile_search.several_of(nest, tile)
    fitting = closed_forms.fits(room.pools, claims, several)
    found = np.empty((1024, tile_kernels.CANDIDATE), dtype=np.int64)
    found, notes, total = tile_search.add_orders(
        code, nest, target.machine, target.spec, BLOCK_ORDERS, terms, LIMITS, room, tile,
        claims, found, np.empty((1024, 3)), 0,
    )  # fmt: skip
    assert room.counts[0] == total
    return fitting, blank, found[:total], notes[:total]


@st.composite
def cases(draw):
    """(dataflow, nest, target, tile)."""
    vector = draw(st.booleans())
    nest, target = draw(nests(vector=vector, bits=(8, 16))), draw(targets())
    flow = "vector" if vector else draw(st.sampled_from(sorted(FLOWS)))
    sizes = [draw(st.sampled_from(column.tolist())) for column in tile_space(nest, target.spec)]
    return flow, nest, target, np.array(sizes, dtype=np.int64)


@settings(max_examples=200, deadline=None)
@given(cases(), st.data())
def test_estimates_any_candidate_equal_its_program(case, data):
    flow, nest, target, tile = case
    machine, spec = target.machine, target.spec
    levels = tuple(len(chain) for chain in target.hierarchy.chains)
    fitting, blank, found, _ = candidates_of(flow, nest, target, tile, [0] * 8)
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
        _, _, _, notes = candidates_of(flow, nest, target, tile, np.arange(8) == place)
        assert notes[number, tile_kernels.ENERGY] == program[:, column].sum(), column.name
    traffic = traffic_of(program, machine.burst_bytes)
    assert notes[number, tile_kernels.VALUE] == traffic.dram_payload_bytes
    assert notes[number, tile_kernels.SECOND] <= line.cycles
    own_plan = tile_kernels.plan_of(dataflow_code(flow), nest, blank, BLOCK_ORDERS, candidate)
    assert np.array_equal(walk(nest, machine, spec, own_plan), program)
    cycles, read, written = tile_kernels.rescore(
        dataflow_code(flow), nest, machine, spec, blank, BLOCK_ORDERS, candidate
    )
    assert (cycles, read, written) == (
        line.cycles,
        traffic.dram_read_bytes,
        traffic.dram_write_bytes,
    )


@settings(max_examples=100, deadline=None)
@given(cases())
def test_work_totals_any_tiling_are_those_of_its_steps(case):
    """Cycles without DRAM are exact: the array's own, or those of the busiest port."""
    flow, nest, target, tile = case
    work = closed_forms.work_totals(dataflow_code(flow), nest, target.machine, target.spec, tile)
    _, _, found, _ = candidates_of(flow, nest, target, tile, [0] * 8)
    levels = tuple(len(chain) for chain in target.hierarchy.chains)
    mapping = mapping_of(nest, flow, tuple(found[0].tolist()), levels)
    program = step_program(nest, target, planned(nest, mapping, target))
    busy = (Column.COMPUTE, Column.FILL_DRAIN, Column.BANK)
    assert work.cycles == program[:, busy].sum()
