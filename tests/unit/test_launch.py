"""The engines and the rows of a result count the same launches."""

import pytest

from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window


@pytest.mark.parametrize("policy", ["in_order", "branch_parallel", "split"])
def test_simulate_with_launch_per_group_adds_every_launch_to_the_cycles(policy):
    net = NetworkBuilder("net")
    x = net.input("x", (16, 8, 8))
    whole = net.conv("whole", x, 16, window(1))
    net.add("add", net.conv("group", whole, 16, window(1), groups=4), whole)
    changes = {"operator_overhead.launch_cycles": 1000, "operator_overhead.launch_per_group": True}
    hardware = load_hardware("edge_16x16")
    slow = hardware.replace({**changes, "operator_overhead.vector_launch_cycles": 10})
    free = hardware.replace({"operator_overhead.launch_cycles": 0})
    results = [simulate(net.build(), one, engine="events", policy=policy) for one in (free, slow)]
    launches = {layer.layer: layer.stall_launch_cycles for layer in results[1].layers}
    assert launches == {"whole": 1000, "group": 4000, "add": 10}
    assert results[1].cycles - results[0].cycles == 5010


def test_split_with_launch_per_group_charges_every_shard_with_its_own_groups():
    net = NetworkBuilder("net")
    net.conv("group", net.input("x", (16, 8, 8)), 16, window(1), groups=4)
    changes = {"operator_overhead.launch_cycles": 1000, "operator_overhead.launch_per_group": True}
    hardware = load_hardware("edge_16x16").replace({**changes, "cores.count": 2})
    result = simulate(net.build(), hardware, engine="events", policy="split")
    (layer,) = result.layers
    assert layer.unit == "core 0 to 1"
    assert layer.stall_launch_cycles == 4000
    assert 2000 < result.cycles < 3000
