"""The search over chains of tiles finds the optimum that plain enumeration finds."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.mapper.chain_search import search_chains
from accelsim.mapper.costing import cost_of, score_of
from accelsim.mapper.finding import Flow, Question
from accelsim.mapper.prices import Prices
from accelsim.schedule.fill import fills_of, overfull
from accelsim.schedule.hierarchy import Level
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Machine, Nest
from accelsim.schedule.program import planned
from tests.oracles.hierarchy_cases import tiny_nests
from tests.oracles.hierarchy_spaces import chain_mappings
from tests.oracles.hierarchy_targets import SPEC, flows, hierarchy_of

MOST_MAPPINGS = 600


def fits(nest, flow, mapping):
    """Whether the tiles fit all levels."""
    plan = planned(nest, mapping, flow.target)
    return not overfull(flow.target, fills_of(nest, mapping, flow.target, plan))


def searched(nest, flow, objective, *, prune=True):
    """The finding of the full search, or None where nothing fits."""
    question = Question(nest, (flow,), objective, "full", prune)
    try:
        finding = search_chains(question, flow, np.array([np.inf, np.inf]))
    except MappingError:
        return None
    return None if finding.mapping is None else finding


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_optimum_any_tiny_case_is_no_worse_than_any_chain(data):
    """Cycles aside: finer cuts may overlap transfers better (docs/model.md)."""
    nest = data.draw(tiny_nests())
    flow = data.draw(flows(nest))
    flow = flow._replace(prices=flow.prices._replace(leakage_per_cycle=0.0))
    mappings = list(islice(chain_mappings(nest, flow), MOST_MAPPINGS + 1))
    assume(len(mappings) <= MOST_MAPPINGS)
    costs = [cost_of(nest, flow, mapping) for mapping in mappings if fits(nest, flow, mapping)]
    for objective in ("energy", "dram_bytes"):
        finding = searched(nest, flow, objective)
        if not costs:
            assert finding is None
            continue
        assert fits(nest, flow, finding.mapping)
        if not finding.optimal:
            continue
        best = min(score_of(cost, objective)[0] for cost in costs)
        assert finding.value <= best * (1 + 1e-9), objective
        own = score_of(cost_of(nest, flow, finding.mapping), objective)
        assert (finding.value, finding.second) == own


@settings(max_examples=20, deadline=None)
@given(st.data(), st.sampled_from(["energy", "dram_bytes"]))
def test_optimum_without_leaving_branches_out_is_the_same(data, objective):
    nest = data.draw(tiny_nests())
    flow = data.draw(flows(nest))
    flow = flow._replace(prices=flow.prices._replace(leakage_per_cycle=0.0))
    with_bounds = searched(nest, flow, objective)
    without = searched(nest, flow, objective, prune=False)
    if with_bounds is None:
        assert without is None
        return
    assert with_bounds.value == pytest.approx(without.value, rel=1e-9)


def test_optimum_dilated_window_is_no_worse_for_the_bounds():
    """Taps two rows apart, the second in the padding: apart they load one row, together two."""
    nest = Nest(
        N=1, G=1, K=2, C=1, P=1, Q=1, R=2, S=1, H=2, W=1, stride_h=1, stride_w=1,
        dilation_h=2, dilation_w=1, pad_top=0, pad_left=0, input_bits=8, weight_bits=8,
        accumulator_bits=32, output_bits=8, input_tensors=1, has_weight=1, vector_ops=0,
    )  # fmt: skip
    chains = dict.fromkeys(("input", "weight", "output"), (("buffer", ()),))
    buffer = Level(
        capacity_bits=96, copies=0, access_bits=8, double_buffered=0, hides_fills=0,
        read_port=0, write_port=1, latency=0,
    )  # fmt: skip
    dram = Level(0, 0, 8, 0, 1, 0, 0, 0)
    machine = Machine(
        lanes=1, double_buffered=0, halo_keep=0, burst_bytes=1, clock=1, bandwidth=1,
        dram_latency=0, edge_port=(0, 1, 2), edge_rate=(0, 0, 0),
    )  # fmt: skip
    hierarchy = hierarchy_of(chains, {"buffer": buffer}, dram, (0, 0))
    target = Target(machine, SPEC, hierarchy, ("buffer", "dram"), 0)
    prices = Prices(work=1.0, read=(0, 0), write=(0, 0), leakage_per_cycle=0)
    flow = Flow("any", target, prices, ((), (), ()), (1, 1, 1), "any", False, ((), (), ()))
    assert searched(nest, flow, "dram_bytes").value == 4 + 2 + 1  # weights, outputs, inputs
