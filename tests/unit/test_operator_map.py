"""One operator: what is asked for, what is counted, what is refused."""

import pytest

from accelsim.errors import UsageError
from accelsim.evaluate import simulate
from accelsim.networks.registry import load_network
from accelsim.operator_map import map_operator
from tests.oracles.small_accelerator import small_accelerator

NETWORK = load_network("mobilenet_v1:alpha=0.25,resolution=32")
OPERATOR = NETWORK.operators[2]
HARDWARE = small_accelerator({"array.dataflows": ["ws", "os"]})


@pytest.mark.parametrize("objective", ["cycles", "energy", "edp", "dram_bytes"])
def test_map_operator_costs_what_simulate_says(objective):
    result = simulate(NETWORK, HARDWARE, objective=objective)
    layer = result.layers[2]
    found = map_operator(OPERATOR, HARDWARE, objective=objective)
    assert found.mapping == result.mappings[layer.layer]
    assert found.cost.cycles == layer.cycles - layer.stall_launch_cycles
    assert found.cost.dram_bytes == layer.dram_bytes
    assert found.cost.energy_pj == pytest.approx(layer.energy_pj, rel=1e-12)


def test_dataflow_narrows_the_search():
    both = map_operator(OPERATOR, HARDWARE)
    single = {name: map_operator(OPERATOR, HARDWARE, dataflow=name) for name in ("ws", "os")}
    assert {name: found.mapping.dataflow for name, found in single.items()} == {
        "ws": "ws", "os": "os",
    }  # fmt: skip
    assert both.cost.cycles == min(found.cost.cycles for found in single.values())


def test_given_mapping_is_costed_not_searched():
    found = map_operator(OPERATOR, HARDWARE, cache=False)
    given = map_operator(OPERATOR, HARDWARE, mapping=found.mapping)
    assert (given.given, given.evaluated, given.optimal) == (True, 0, False)
    assert (found.given, found.optimal) == (False, True)
    assert found.evaluated > 0
    assert found.seconds > 0
    assert given.cost.cycles == found.cost.cycles


def test_remembered_answer_counts_nothing():
    first = map_operator(OPERATOR, HARDWARE, objective="edp")
    again = map_operator(OPERATOR, HARDWARE, objective="edp")
    assert (again.evaluated, again.pruned, again.seconds) == (0, 0, 0.0)
    assert (again.mapping, again.optimal) == (first.mapping, first.optimal)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (
            {"objective": "cycle"},
            "objective 'cycle'; allowed: cycles, energy, edp, dram_bytes; did you mean 'cycles'?",
        ),
        ({"effort": "all"}, "effort 'all'; allowed: sweep, normal, full"),
        ({"dataflow": "is"}, "dataflow 'is'; allowed: auto, ws, os"),
    ],
)
def test_unknown_word_is_refused(choice, message):
    with pytest.raises(UsageError) as caught:
        map_operator(OPERATOR, HARDWARE, **choice)
    assert str(caught.value) == message
