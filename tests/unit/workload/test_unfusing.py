from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from accelsim.networks.registry import load_network
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.unfusing import unfused
from accelsim.workload.window import window
from tests.oracles.random_networks import builders


def test_unfused_activation_stands_between_its_producer_and_all_its_readers():
    net = NetworkBuilder("block")
    x = net.conv("x", net.input("image", (3, 4, 4)), 4, window(1))
    net.add("sum", net.conv("y", net.activation("relu", x, "relu"), 4, window(1)), "relu")
    apart = unfused(net.build().operators)
    assert [operator.name for operator in apart] == ["x", "x.relu", "y", "sum"]
    assert apart[1].inputs == ("x",)
    assert apart[2].inputs == apart[1].outputs
    assert apart[3].inputs == ("y", *apart[1].outputs)


@given(builders())
def test_unfused_random_networks_are_networks_with_the_same_work(net):
    network = net.build()
    apart = replace(network, operators=unfused(network.operators))
    fused = sum(operator.activation is not None for operator in network.operators)
    assert len(apart.operators) == len(network.operators) + fused
    assert (apart.macs, apart.params) == (network.macs, network.params)
    assert len(apart.outputs) == len(network.outputs)


def test_unfused_network_without_activations_stays_as_it_is():
    network = load_network("mobilenet_v2:elementwise=no")
    bare = tuple(replace(operator, activation=None) for operator in network.operators)
    assert unfused(bare) == bare
