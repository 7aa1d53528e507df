from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from accelsim.evaluate import executed
from accelsim.hardware.yaml_io import load_hardware
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.packing import packed
from accelsim.workload.window import window
from tests.oracles.random_networks import builders


def _operators():
    net = NetworkBuilder("net")
    x = net.conv("pointwise", net.input("image", (4, 6, 6)), 8, window(1))
    x = net.conv("window", x, 8, window(3))
    x = net.conv("depthwise", x, 8, window(1), groups=8)
    x = net.conv("groups", x, 8, window(1, stride=2), groups=2)
    x = net.conv("vector", net.pool("mean", x, "global"), 8, window(1))
    net.linear("linear", x, 2)
    return net.build().operators


def test_packed_copies_the_whole_input_of_each_matrix_product():
    found = packed(_operators())
    assert [operator.name for operator in found] == [
        "pointwise.pack", "pointwise", "window", "depthwise", "groups.pack", "groups", "mean",
        "vector", "linear",
    ]  # fmt: skip
    pack, product = found[4:6]
    assert pack.inputs == ("depthwise",)
    assert pack.input_shapes == pack.output_shapes == product.input_shapes == ((8, 4, 4),)
    assert product.inputs == pack.outputs


def test_one_tensor_is_packed_for_each_matrix_product_that_reads_it():
    net = NetworkBuilder("branches")
    x = net.input("image", (4, 6, 6))
    net.add("sum", *(net.conv(name, x, 4, window(1)) for name in "ab"))
    names = [operator.name for operator in packed(net.build().operators)]
    assert names == ["a.pack", "a", "b.pack", "b", "sum"]


@given(builders())
def test_packed_random_networks_are_networks_with_the_same_work(net):
    network = net.build()
    laid = replace(network, operators=packed(network.operators))
    assert (laid.macs, laid.params) == (network.macs, network.params)
    assert laid.outputs == network.outputs
    copies = [operator for operator in laid.operators if operator.name.endswith(".pack")]
    assert len(laid.operators) == len(network.operators) + len(copies)


def test_an_accelerator_packs_where_its_file_says_so():
    net = NetworkBuilder("net")
    net.conv("one", net.input("image", (4, 6, 6)), 8, window(1))
    plain = load_hardware("edge_16x16")
    packs = plain.replace({"memory.packing": "copy"})
    names = [[op.name for op in executed(net.build(), one)] for one in (plain, packs)]
    assert names == [["one"], ["one.pack", "one"]]
