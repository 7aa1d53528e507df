from __future__ import annotations

from accelsim.lifetime.operands import NO_TENSOR, Operand, Share, operands_of
from accelsim.lifetime.pieces import Storage, tensors_of
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

STORAGE = Storage(8, 8, 1, concat_in_place=True, split_view=True)


def _operands(net: NetworkBuilder, name: str):
    network = net.build()
    tensors = tensors_of(network.inputs, network.operators, STORAGE)
    operator = next(operator for operator in network.operators if operator.name == name)
    numbers = {(piece.tensor, piece.start): n for n, piece in enumerate(tensors.pieces)}
    return operands_of(operator, tensors), numbers


def test_away_of_an_operand_is_the_part_outside_the_pieces_on_chip():
    operand = Operand(((0, 2), (3, 4)), 6)
    assert operand.away(0b0000) == Share(1, 1)
    assert operand.away(0b0001) == Share(2, 3)
    assert operand.away(0b1001) == Share(0, 1)


def test_without_pieces_their_parts_are_always_away():
    assert Operand(((0, 2), (3, 4)), 6).without(0b1000).away(0b1001) == Share(2, 3)


def test_share_of_bytes_is_rounded_up():
    assert [Share(2, 3).of(size) for size in (0, 1, 3, 4)] == [0, 1, 2, 3]


def test_operands_of_a_convolution_behind_a_concat_are_the_parts_that_it_joins():
    net = NetworkBuilder("branches")
    x = net.input("image", (2, 4, 4))
    parts = [net.conv("one", x, 2, window(1)), net.conv("two", x, 4, window(1))]
    net.conv("last", net.concat("both", *parts), 1, window(1))
    found, numbers = _operands(net, "last")
    assert found.input == Operand(((numbers["one", 0], 32), (numbers["two", 0], 64)), 96)
    assert found.weight == NO_TENSOR
    assert found.output == Operand(((numbers["last", 0], 16),), 16)


def test_operands_of_a_gate_stand_in_place_of_weights():
    net = NetworkBuilder("gate")
    x = net.conv("x", net.input("image", (2, 4, 4)), 4, window(1))
    net.mul("scaled", x, net.pool("mean", x, "global"))
    found, numbers = _operands(net, "scaled")
    assert found.input == Operand(((numbers["x", 0], 64),), 64)
    assert found.weight == Operand(((numbers["mean", 0], 4),), 4)


def test_operands_of_a_product_count_a_map_of_one_channel_like_the_full_one():
    net = NetworkBuilder("mask")
    image = net.input("image", (2, 4, 4))
    x, mask = net.conv("x", image, 4, window(1)), net.conv("mask", image, 1, window(1))
    net.mul("masked", x, mask)
    found, numbers = _operands(net, "masked")
    # the nest reads the mask once per channel: 4 x 16 elements, as many as of x
    assert found.input == Operand(((numbers["x", 0], 64), (numbers["mask", 0], 64)), 128)


def test_operands_of_a_matrix_product_are_both_activations():
    net = NetworkBuilder("attention")
    image = net.input("image", (2, 4, 4))
    left, right = net.conv("q", image, 4, window(1)), net.conv("k", image, 4, window(1))
    net.matmul("scores", left, right, transposed=True)
    found, numbers = _operands(net, "scores")
    assert found.input.parts == ((numbers["q", 0], 64),)
    assert found.weight.parts == ((numbers["k", 0], 64),)
