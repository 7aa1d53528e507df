from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from accelsim.lifetime.live import at_peak, live_at, live_bytes, peak_bytes
from accelsim.lifetime.pieces import Storage, tensors_of
from accelsim.networks.registry import load_network
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.unfusing import unfused
from accelsim.workload.window import window
from tests.oracles.memory_by_hand import Memory
from tests.oracles.random_networks import builders

IN_PLACE = Storage(8, 8, 1, concat_in_place=True, split_view=True)
COPIES = Storage(8, 8, 1, concat_in_place=False, split_view=False)

storages = st.builds(
    Storage,
    st.sampled_from([8, 16]),
    st.sampled_from([8, 16, 32]),
    st.integers(1, 3),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(1, 4),
)


def _tensors(network, storage=IN_PLACE):
    return tensors_of(network.inputs, network.operators, storage)


def _apart(net):
    """The network with its activations as operators of their own."""
    network = net.build()
    return replace(network, operators=unfused(network.operators))


@given(builders(), storages)
def test_live_bytes_of_random_networks_equal_their_elements_counted_one_by_one(net, storage):
    network = _apart(net)
    memory = Memory(network.inputs, network.operators, storage)
    assert list(live_bytes(_tensors(network, storage))) == memory.live_bytes()


@given(builders(), storages)
def test_pieces_of_random_networks_hold_every_stored_element_once(net, storage):
    network = _apart(net)
    memory = Memory(network.inputs, network.operators, storage)
    tensors = _tensors(network, storage)
    elements = [(p.tensor, p.start + n) for p in tensors.pieces for n in range(p.elements)]
    assert sorted(elements) == sorted(memory.maker)
    for name, numbers in tensors.parts.items():
        own = [(tensors.pieces[n].tensor, tensors.pieces[n].start) for n in numbers]
        assert set(own) <= set(memory.elements[name])
        assert sum(tensors.pieces[n].elements for n in numbers) == len(memory.elements[name])


@given(builders(), st.integers(1, 7))
def test_peak_bytes_at_odd_widths_are_rounded_up_per_piece(net, bits):
    network = net.build()
    storage = Storage(bits, bits, 1, concat_in_place=True, split_view=True)
    tensors = _tensors(network, storage)
    exact = max(Memory(network.inputs, network.operators, storage).live_bytes())
    assert exact <= peak_bytes(tensors) < exact + len(tensors.pieces)


def _residual():
    """Image of 48 B; a makes 64 B, b 64 B, add 64 B, c 32 B; all maps are 4x4."""
    net = NetworkBuilder("residual")
    x = net.input("image", (3, 4, 4))
    a = net.conv("a", x, 4, window(1))
    b = net.conv("b", a, 4, window(1))
    net.conv("c", net.add("sum", a, b), 2, window(1))
    return net.build()


def test_live_bytes_of_a_residual_block_hold_the_shortcut_until_the_sum():
    # a: image 48 + a 64; b: a 64 + b 64; sum: a, b and the sum; c: sum 64 + c 32
    assert live_bytes(_tensors(_residual())) == (112, 128, 192, 96)
    assert live_bytes(_tensors(_residual().without_residual())) == (112, 128, 96)


def test_at_peak_of_a_residual_block_names_the_shortcut_and_both_ends():
    position, pieces = at_peak(_tensors(_residual()))
    assert (position, [piece.tensor for piece in pieces]) == (2, ["a", "b", "sum"])


def _branches():
    net = NetworkBuilder("branches")
    x = net.input("image", (2, 4, 4))
    one, two = net.conv("one", x, 2, window(1)), net.conv("two", x, 4, window(1))
    net.conv("last", net.concat("both", one, two), 1, window(1))
    return net.build()


def test_live_bytes_of_a_concat_in_place_count_its_parts_once():
    # one: 32 + 32; two: image 32, one 32, two 64; both: one and two; last: 96 + 16
    assert live_bytes(_tensors(_branches())) == (64, 128, 96, 112)


def test_live_bytes_of_a_copied_concat_count_parts_and_whole():
    assert live_bytes(_tensors(_branches(), COPIES)) == (64, 128, 192, 112)


def test_live_bytes_of_a_split_as_a_view_free_each_half_by_itself():
    net = NetworkBuilder("halves")
    left, right = net.split("cut", net.input("image", (4, 4, 4)), (2, 2))
    right = net.conv("right", right, 4, window(1))
    net.conv("left", net.concat("both", left, right), 1, window(1))
    # cut: image 64; right: 64 + 64, the right half of the image goes; both: 32 + 64; left: + 16
    assert live_bytes(_tensors(net.build())) == (64, 128, 96, 112)


def test_live_bytes_of_half_a_tensor_joined_along_rows_hold_all_of_it():
    net = NetworkBuilder("rows")
    x = net.input("image", (1, 4, 4))
    parts = [net.conv(name, x, 2, window(1)) for name in ("top", "bottom")]
    left, right = net.split("cut", net.concat("both", *parts, along="rows"), (1, 1))
    small = [net.conv(name, half, 1, window(1)) for name, half in (("a", left), ("b", right))]
    net.add("sum", *small)
    # top: 16 + 32; bottom: 16 + 64; both and cut: 64; a: 64 + 32; b: 64 + 64; sum: 64 + 32
    assert live_bytes(_tensors(net.build())) == (48, 80, 64, 64, 96, 128, 96)


def test_live_bytes_of_an_activation_in_place_count_its_map_once():
    net = NetworkBuilder("active")
    x = net.conv("x", net.input("image", (1, 4, 4)), 2, window(1))
    net.conv("y", net.activation("relu", x, "relu"), 1, window(1))
    # x: 16 + 32; x.relu: 32 and, beside it, 32 more; y: 32 + 16
    assert live_bytes(_tensors(_apart(net))) == (48, 64, 48)
    in_place = IN_PLACE._replace(activation_in_place=True)
    assert live_bytes(_tensors(_apart(net), in_place)) == (48, 32, 48)


def test_live_bytes_with_a_batch_of_four_are_four_times_those_of_one():
    network = load_network("mixnet_s")
    four = IN_PLACE._replace(batch=4)
    single, batch = live_bytes(_tensors(network)), live_bytes(_tensors(network, four))
    assert batch == tuple(4 * size for size in single)


def test_peak_bytes_of_mobilenet_v2_is_its_first_expansion():
    # 96 channels of 112x112 beside 96 of 56x56, as int8
    assert peak_bytes(_tensors(load_network("mobilenet_v2"))) == 96 * (112 * 112 + 56 * 56)


def test_live_at_the_end_holds_the_output_of_the_network():
    network = load_network("inception_v1")
    last = live_at(_tensors(network), len(network.operators) - 1)
    assert network.outputs[0] in [piece.tensor for piece in last]
