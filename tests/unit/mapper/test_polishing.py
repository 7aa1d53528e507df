"""Polishing: tiles grow for their own sake where that is better, and only then."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapper.chain_search import search_chains
from accelsim.mapper.costing import cost_of, score_of
from accelsim.mapper.finding import Question
from accelsim.mapper.flows import flows_of
from accelsim.mapper.polishing import polished
from accelsim.mapping import Loop, Mapping
from accelsim.schedule.fill import fits
from accelsim.schedule.nest import nest_of
from accelsim.schedule.program import planned
from accelsim.workload.operators import Conv
from tests.oracles.hierarchy_cases import tiny_nests
from tests.oracles.hierarchy_spaces import chain_mappings
from tests.oracles.hierarchy_targets import flows

DEPTHWISE = Conv(
    name="dw", inputs=("x",), outputs=("y",), input_shapes=((144, 56, 56),),
    output_shapes=((144, 56, 56),), window=(3, 3), step=(1, 1), padding=(1, 1, 1, 1),
    channel_groups=144,
)  # fmt: skip


def test_polished_weights_of_one_group_become_as_many_groups_as_the_register_holds():
    """128 B hold the 9 weights of 14 groups; 12 divide 144, so 12 steps are left of 144."""
    hardware = load_hardware("zigzag_tpu_like").replace({"array.dataflows": ["given"]})
    nest = nest_of(DEPTHWISE, hardware, 1)
    (flow,) = flows_of(DEPTHWISE, nest, hardware, ("given",))
    loops = (("S", 3), ("R", 3), ("Q", 56), ("P", 56), ("G", 144))
    mapping = Mapping(
        dataflow="given",
        temporal=tuple(Loop(dim, factor) for dim, factor in loops),
        cuts={"output": (2, 4), "input": (4,), "weight": (4,)},
    )
    score = score_of(cost_of(nest, flow, mapping), "edp")
    better, lower = polished(Question(nest, (flow,), "edp"), flow, mapping, score)
    assert lower < score
    assert better.temporal[-2:] == (Loop("G", 12), Loop("G", 12))
    assert better.cuts["weight"] == (5,)
    assert len(cost_of(nest, flow, better).program) == 12


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from(["cycles", "energy", "edp", "dram_bytes"]))
def test_polished_any_mapping_covers_the_nest_fits_and_is_no_worse(data, objective):
    nest = data.draw(tiny_nests())
    flow = data.draw(flows(nest))
    mapping = next(
        (
            m
            for m in chain_mappings(nest, flow)
            if fits(nest, m, flow.target, planned(nest, m, flow.target))
        ),
        None,
    )
    assume(mapping is not None)
    score = score_of(cost_of(nest, flow, mapping), objective)
    better, lower = polished(Question(nest, (flow,), objective), flow, mapping, score)
    assert not better.uncovered(nest[:8])
    assert fits(nest, better, flow.target, planned(nest, better, flow.target))
    assert lower <= score
    assert lower == score_of(cost_of(nest, flow, better), objective)


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_search_with_line_registers_never_claims_the_optimum(data):
    """They spare reads that no chain's bound leaves out."""
    nest = data.draw(tiny_nests())
    flow = data.draw(flows(nest))
    hierarchy = flow.target.hierarchy._replace(slides=1)
    flow = flow._replace(target=flow.target._replace(hierarchy=hierarchy))
    question = Question(nest, (flow,), "energy", "full")
    try:
        finding = search_chains(question, flow, np.array([np.inf, np.inf]))
    except MappingError:
        assume(False)
    assert not finding.optimal
