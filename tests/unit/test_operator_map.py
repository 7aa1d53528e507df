"""One operator: what is asked for, what is counted, what is refused."""

from dataclasses import replace

import pytest

from accelsim.errors import MappingError, UsageError
from accelsim.evaluate import simulate
from accelsim.mapping import Loop
from accelsim.networks.registry import load_network
from accelsim.operator_map import map_operator
from accelsim.schedule.kernels import Column
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window
from tests.oracles.small_accelerator import small_accelerator

NETWORK = load_network("mobilenet_v1:alpha=0.25,resolution=32")
OPERATOR = NETWORK.operators[2]
HARDWARE = small_accelerator(
    {"array.dataflows": ["ws", "os"], "operator_overhead.launch_cycles": 700}
)


@pytest.mark.parametrize("objective", ["cycles", "energy", "edp", "dram_bytes"])
def test_map_operator_costs_what_simulate_says(objective):
    result = simulate(NETWORK, HARDWARE, objective=objective)
    layer = result.layers[2]
    found = map_operator(OPERATOR, HARDWARE, objective=objective)
    assert found.mapping == result.mappings[layer.layer]
    assert found.cost.cycles == layer.cycles > layer.stall_launch_cycles == 700
    assert found.launch_cycles == 700
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


def test_given_mapping_lays_nothing_on_the_wrong_axis():
    found = map_operator(OPERATOR, HARDWARE, dataflow="ws")
    turned = replace(found.mapping, rows=(*found.mapping.rows, Loop("Q", 2)))
    with pytest.raises(MappingError, match="rows: Q may not lie there under ws; allowed: C, R, S"):
        map_operator(OPERATOR, HARDWARE, mapping=turned)


@pytest.mark.parametrize(("packs", "folds"), [(False, 64), (True, 36)])
def test_groups_share_folds_by_parts_of_their_filters(packs, folds):
    """64 3x3 filters on 16 rows: 2x2 taps of 4, twice two taps of 8, one of 16, or one filter."""
    net = NetworkBuilder("net")
    net.conv("dw", net.input("image", (64, 28, 28)), 64, window(3, padding="same"), groups=64)
    (operator,) = net.build().operators
    ports = {f"memory.levels.scratchpad.{way}_bytes_per_cycle": 64 for way in ("read", "write")}
    more = {"memory.levels.scratchpad.banks": 8, **ports}
    hardware = small_accelerator({"array.depthwise_packing": packs, **more})
    found = map_operator(operator, hardware)
    assert found.optimal
    assert found.cost.program[:, Column.COMPUTE].sum() == folds * 28 * 28


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


@pytest.mark.parametrize(
    ("kernel", "groups", "dataflow", "macs_per_cycle"),
    [(1, 1, "filter_tiles", 16), (3, 1, "window_sums", 4), (3, 16, "window_sums", 4)],
)
def test_phone_runs_windows_in_one_chain_of_sums_and_matrix_products_in_four(
    kernel, groups, dataflow, macs_per_cycle
):
    net = NetworkBuilder("net")
    net.conv("conv", net.input("x", (16, 8, 8)), 16, window(kernel, padding="same"), groups=groups)
    (operator,) = net.build().operators
    found = map_operator(operator, "snapdragon_810", effort="sweep")
    assert found.mapping.dataflow == dataflow
    (layer,) = simulate(net.build(), "snapdragon_810", effort="sweep").layers[-1:]
    assert layer.compute_cycles == operator.macs // macs_per_cycle
    with pytest.raises(MappingError, match="its 3x3 filter"):
        map_operator(_window(), "snapdragon_810", dataflow="filter_tiles")


def _window():
    net = NetworkBuilder("net")
    net.conv("conv", net.input("x", (4, 8, 8)), 4, window(3))
    return net.build().operators[0]
