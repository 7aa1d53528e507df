from __future__ import annotations

from hypothesis import given

from accelsim.lifetime.live import live_bytes
from accelsim.lifetime.pieces import Storage, tensors_of
from accelsim.lifetime.roles import live_by_role
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window
from tests.oracles.random_networks import builders

STORAGE = Storage(8, 8, 1, concat_in_place=True, split_view=True)


def _roles(network):
    tensors = tensors_of(network.inputs, network.operators, STORAGE)
    return live_by_role(tensors, network.operators), tensors


def test_live_by_role_of_a_block_tells_the_shortcut_the_gate_and_the_branch_apart():
    net = NetworkBuilder("block")
    x = net.conv("x", net.input("image", (3, 4, 4)), 4, window(1))
    left, right = net.conv("left", x, 2, window(1)), net.conv("right", x, 2, window(1))
    both = net.concat("both", left, right)
    gate = net.conv("gate", net.pool("mean", both, "global"), 4, window(1))
    net.add("sum", x, net.mul("scaled", both, gate))
    roles, _ = _roles(net.build())
    # operators: x, left, right, both, mean, gate, scaled, sum; maps of 4 channels are 64 B
    assert roles["used"] == [112, 96, 96, 64, 68, 8, 132, 192]
    assert roles["branch"] == [0, 0, 0, 0, 0, 0, 0, 0]
    assert roles["gate"] == [0, 0, 32, 0, 0, 64, 0, 0]
    assert roles["skip"] == [0, 0, 0, 64, 64, 64, 64, 0]


def test_live_by_role_of_a_concat_of_two_convolutions_waits_for_the_branch():
    net = NetworkBuilder("branches")
    x = net.input("image", (2, 4, 4))
    parts = [net.conv("one", x, 2, window(1)), net.conv("two", x, 4, window(1))]
    net.conv("last", net.concat("both", *parts), 1, window(1))
    roles, _ = _roles(net.build())
    assert roles["branch"] == [0, 32, 0, 0]


@given(builders())
def test_live_by_role_of_random_networks_adds_up_to_the_live_bytes(net):
    roles, tensors = _roles(net.build())
    totals = [sum(sizes) for sizes in zip(*roles.values(), strict=True)]
    assert tuple(totals) == live_bytes(tensors)
