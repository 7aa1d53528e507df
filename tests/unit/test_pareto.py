"""A front holds what nothing found beats, and no single change of it is better."""

import pytest

from accelsim.errors import UsageError
from accelsim.evaluate import evaluate_layer
from accelsim.execution.works import Setting
from accelsim.mapper.search import OBJECTIVES
from accelsim.neighbours import costed_changes, figures
from accelsim.networks.registry import load_network
from accelsim.operator_map import map_operator
from accelsim.pareto import pareto_maps
from accelsim.schedule.nest import nest_of
from tests.oracles.small_accelerator import small_accelerator

LAUNCH_KEY, LAUNCH = "operator_overhead.launch_cycles", 3000
"""As long as the layer takes: its share of energy and edp shows."""

HARDWARE = small_accelerator({"memory.levels.scratchpad.size": "16 KiB", LAUNCH_KEY: LAUNCH})
OPERATOR, POINTWISE = load_network("mobilenet_v1:alpha=0.25,resolution=64").operators[1:3]
NAME = OPERATOR.name


@pytest.fixture(scope="module")
def front():
    return pareto_maps(OPERATOR, HARDWARE, ("cycles", "energy"))


def beats(one, other):
    return one[0] <= other[0] and one[1] <= other[1] and one != other


def test_front_is_sorted_and_no_point_beats_another(front):
    places = [(point.cycles, point.energy_pj) for point in front.points]
    assert places == sorted(places)
    assert len(places) > 1
    assert not any(beats(one, other) for one in places for other in places)


def test_no_optimum_beats_the_front_and_marks_are_its_own(front):
    places = [(point.cycles, point.energy_pj) for point in front.points]
    for objective in OBJECTIVES:
        cost = map_operator(OPERATOR, HARDWARE, objective=objective).cost
        assert any(
            place == (cost.cycles, cost.energy_pj) or beats(place, (cost.cycles, cost.energy_pj))
            for place in places
        )
        for point in front.points:
            same = (point.cycles, point.energy_pj, point.dram_bytes) == figures(cost)
            assert (objective in point.optimum_of) == same


def test_points_cost_what_their_mappings_cost(front):
    for point in front.points:
        cost = map_operator(OPERATOR, HARDWARE, mapping=point.mapping).cost
        assert figures(cost) == (point.cycles, point.energy_pj, point.dram_bytes)
        assert cost.edp == point.edp


def test_points_cost_what_run_says_of_their_mappings(front):
    for point in front.points:
        run = Setting(HARDWARE, "fast", ("ws",), "cycles", 1, "normal", {NAME: point.mapping})
        layer, _ = evaluate_layer(OPERATOR, run, ("net", 1))
        assert layer.stall_launch_cycles == LAUNCH
        assert (point.cycles, point.dram_bytes) == (layer.cycles, layer.dram_bytes)
        assert point.energy_pj == pytest.approx(layer.energy_pj, rel=1e-12)
        assert point.edp == pytest.approx(layer.energy_pj * layer.cycles, rel=1e-12)


def test_optimum_of_edp_is_proved_only_without_a_launch():
    for launch in (0, LAUNCH):
        hardware = small_accelerator({LAUNCH_KEY: launch})
        (point,) = pareto_maps(POINTWISE, hardware, ("cycles", "edp")).points
        assert point.optimum_of == ("cycles", "edp", "dram_bytes")
        assert set(point.optimum_of) - set(point.proved) == ({"edp"} if launch else set())


def test_no_single_change_of_a_complete_front_beats_it(front):
    assert front.complete
    places = [(point.cycles, point.energy_pj) for point in front.points]
    nest = nest_of(OPERATOR, HARDWARE, 1)
    for point in front.points:
        for _, cost in costed_changes(nest, point.flow, point.mapping, LAUNCH):
            assert not any(beats((cost.cycles, cost.energy_pj), place) for place in places)


def test_front_that_is_cut_off_says_so(front):
    short = pareto_maps(OPERATOR, HARDWARE, ("cycles", "energy"), most=10)
    assert (short.costed, short.complete) == (10, False)
    assert front.costed > 10


@pytest.mark.parametrize(
    ("objectives", "message"),
    [
        (("cycles", "enrgy"), "did you mean 'energy'?"),
        (("cycles", "cycles"), "two different objectives"),
        (("cycles",), "two different objectives"),
    ],
)
def test_objectives_that_make_no_front_are_refused(objectives, message):
    with pytest.raises(UsageError) as caught:
        pareto_maps(OPERATOR, HARDWARE, objectives)
    assert message in str(caught.value)
