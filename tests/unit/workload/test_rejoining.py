"""Operators taken out of a graph."""

from __future__ import annotations

from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.rejoining import depths, rejoined
from accelsim.workload.window import window


def forked() -> Network:
    """image -> a -> b -> c, a -> side -> sum of c and side."""
    net = NetworkBuilder("net")
    a = net.conv("a", net.input("image", (4, 4, 4)), 4, window(1))
    c = net.conv("c", net.conv("b", a, 4, window(1)), 4, window(1))
    net.add("sum", c, net.conv("side", a, 4, window(1)))
    return net.build()


def test_depths_count_operators_on_the_longest_way() -> None:
    network = forked()
    assert depths(network.inputs, network.operators) == {
        "image": 0, "a": 1, "b": 2, "c": 3, "side": 2, "sum": 4,
    }  # fmt: skip


def test_replaced_tensor_is_read_by_all_and_dead_branches_go() -> None:
    network = rejoined(forked(), {"sum": "c"})
    assert [op.name for op in network] == ["a", "b", "c"]
    assert network.outputs == ("c",)


def test_chains_of_replaced_tensors_lead_to_the_one_that_stays() -> None:
    network = rejoined(forked(), {"b": "a", "c": "b", "sum": "c"})
    assert [op.name for op in network] == ["a"]


def test_input_that_nothing_reads_any_more_goes() -> None:
    net = NetworkBuilder("net")
    left = net.conv("left", net.input("one", (4, 4, 4)), 4, window(1))
    net.add("sum", left, net.input("two", (4, 4, 4)))
    network = rejoined(net.build(), {"sum": "left"})
    assert network.inputs == {"one": (4, 4, 4)}


def test_norm_and_activation_that_come_to_stand_behind_a_convolution_are_fused() -> None:
    net = NetworkBuilder("net")
    x = net.conv("a", net.input("image", (4, 4, 4)), 4, window(1))
    pooled = net.pool("pool", x, "max", window(1))
    net.activation("act", net.batch_norm("bn", pooled), "relu")
    network = rejoined(net.build(), {"pool": "a"})
    (conv,) = network.operators
    assert (conv.name, conv.norm_params, conv.activation) == ("a", 8, "relu")


def test_norm_that_no_convolution_can_take_keeps_its_activation() -> None:
    net = NetworkBuilder("net")
    x = net.pool("pool", net.input("image", (4, 4, 4)), "max", window(1))
    net.conv("conv", net.activation("act", net.batch_norm("bn", x), "relu"), 4, window(1))
    usual = net.build()
    assert rejoined(usual, {}) == usual
