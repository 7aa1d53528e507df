from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.lifetime.live import peak_bytes
from accelsim.lifetime.order import memory_order
from accelsim.lifetime.pieces import Storage, tensors_of
from accelsim.networks.registry import load_network
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.unfusing import unfused
from accelsim.workload.window import window
from tests.oracles.memory_by_hand import least_peak, orders
from tests.oracles.random_networks import builders

STORAGE = Storage(8, 8, 1, concat_in_place=True, split_view=True)
COPIES = STORAGE._replace(concat_in_place=False, split_view=False)
IN_PLACE = STORAGE._replace(activation_in_place=True)
MOST_ORDERS = 100


def _ordered(network, storage=STORAGE, most_sets=4000):
    tensors = tensors_of(network.inputs, network.operators, storage)
    return memory_order(tensors, network.operators, most_sets)


def _peak(network, positions, storage=STORAGE):
    operators = [network.operators[at] for at in positions]
    return peak_bytes(tensors_of(network.inputs, operators, storage))


@settings(max_examples=60)
@given(builders(most=7), st.sampled_from([STORAGE, COPIES, IN_PLACE]))
def test_memory_order_of_random_networks_has_the_least_peak_of_all_orders(net, storage):
    network = net.build()
    if storage.activation_in_place:
        network = replace(network, operators=unfused(network.operators))
    several = len(list(islice(orders(network.operators), MOST_ORDERS + 1)))
    assume(1 < several <= MOST_ORDERS)
    order = _ordered(network, storage)
    assert order.proved
    assert order.peak_bytes == least_peak(network.inputs, network.operators, storage)


@given(builders(most=20), st.sampled_from([1, 3, 4000]))
def test_memory_order_with_any_limit_is_an_order_with_its_peak_and_no_worse(net, most_sets):
    network = net.build()
    order = _ordered(network, STORAGE, most_sets)
    assert sorted(order.positions) == list(range(len(network.operators)))
    made = set(network.inputs)
    for at in order.positions:
        assert made.issuperset(network.operators[at].inputs)
        made.update(network.operators[at].outputs)
    assert order.peak_bytes == _peak(network, order.positions) <= order.given_peak_bytes


def test_memory_order_of_two_wide_branches_ends_one_before_it_begins_the_other():
    net = NetworkBuilder("wide")
    x = net.input("image", (1, 8, 8))
    wide = [net.conv(f"wide{side}", x, 16, window(1)) for side in "ab"]
    thin = [net.conv(f"thin{side}", y, 1, window(1)) for side, y in zip("ab", wide, strict=True)]
    net.add("sum", *thin)
    order = _ordered(net.build())
    # given: image, both wide tensors: 33 x 64; one after the other: image, wide, thin: 18 x 64
    assert (order.given_peak_bytes, order.peak_bytes) == (33 * 64, 18 * 64)
    assert order.proved


def test_memory_order_of_a_chain_is_the_given_one():
    network = load_network("vgg16")
    assert _ordered(network).positions == tuple(range(len(network.operators)))


@pytest.mark.parametrize("name", ["inception_v4", "xception", "densenet121", "mixnet_xl"])
def test_memory_order_of_built_in_networks_is_proved_and_no_worse(name):
    network = load_network(name)
    order = _ordered(network)
    assert order.proved
    assert order.peak_bytes == _peak(network, order.positions) <= order.given_peak_bytes


def test_memory_order_of_xception_lowers_its_peak():
    # the strided shortcut of a block runs before the block, whose output is a quarter of its input
    order = _ordered(load_network("xception"))
    assert (order.given_peak_bytes, order.peak_bytes) == (6_914_880, 6_232_832)
