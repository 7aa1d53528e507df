"""Zeros around a map go to the operator that reads them, where it can take them."""

from __future__ import annotations

import numpy as np
import pytest

from accelsim.errors import InputError


def pads(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


AROUND = {"p": pads(0, 0, 1, 2, 0, 0, 3, 4)}


def test_padding_before_a_convolution_is_its_padding(load) -> None:
    lines = [("Pad", "x p", "a"), ("Conv", "a w", "y", {"pads": [1, 1, 1, 1]})]
    (conv,) = load(lines, AROUND | {"w": [4, 8, 3, 3]})
    assert conv.padding == (2, 3, 4, 5)
    assert conv.input_shape == (8, 6, 6)


def test_padding_that_two_convolutions_read_goes_to_both(load) -> None:
    lines = [
        ("Pad", "x p", "a"), ("Conv", "a w", "l"), ("Conv", "a w", "r"), ("Add", "l r", "y"),
    ]  # fmt: skip
    network = load(lines, AROUND | {"w": [4, 8, 3, 3]})
    assert [getattr(op, "padding", None) for op in network] == [(1, 2, 3, 4), (1, 2, 3, 4), None]


@pytest.mark.parametrize("counts", [0, 1])
def test_zeros_before_an_average_pool_count(load, counts: int) -> None:
    window = {"kernel_shape": [5, 5], "count_include_pad": counts}
    (pool,) = load([("Pad", "x p", "a"), ("AveragePool", "a", "y", window)], AROUND)
    assert (pool.padding, pool.count_include_pad) == ((1, 2, 3, 4), True)


def test_padding_that_reaches_over_a_pool_window_is_written(load) -> None:
    network = load([("Pad", "x p", "a"), ("MaxPool", "a", "y", {"kernel_shape": [2, 2]})], AROUND)
    assert [getattr(op, "function", op.kind) for op in network] == ["pad", "pool"]
    assert network.operators[0].output_shape == (8, 10, 12)


def test_padding_before_a_convolution_with_a_rule_is_written(load) -> None:
    lines = [("Pad", "x p", "a"), ("Conv", "a w", "y", {"auto_pad": "SAME_UPPER"})]
    network = load(lines, AROUND | {"w": [4, 8, 3, 3]})
    assert [getattr(op, "function", op.kind) for op in network] == ["pad", "conv"]
    assert network.operators[1].output_shape == (4, 10, 12)


@pytest.mark.parametrize("mode", ["reflect", "edge"])
def test_padding_that_is_not_zero_is_written(load, mode: str) -> None:
    lines = [("Pad", "x p", "a", {"mode": mode}), ("Conv", "a w", "y")]
    network = load(lines, AROUND | {"w": [4, 8, 3, 3]})
    assert [getattr(op, "function", op.kind) for op in network] == ["pad", "conv"]


def test_padding_by_nothing_is_nothing(load) -> None:
    lines = [("Pad", "x p", "a"), ("Relu", "a", "y")]
    assert [op.name for op in load(lines, {"p": pads(*[0] * 8)})] == ["y"]


def test_older_opset_states_pads_as_attribute(load) -> None:
    lines = [("Pad", "x", "a", {"pads": [0, 0, 1, 1, 0, 0, 1, 1]}), ("Conv", "a w", "y")]
    (conv,) = load(lines, {"w": [4, 8, 3, 3]}, opset=9)
    assert conv.padding == (1, 1, 1, 1)


def test_padding_of_channels_makes_more_of_them(load) -> None:
    (pad,) = load([("Pad", "x p", "y")], {"p": pads(0, 2, 0, 0, 0, 2, 1, 0)})
    assert pad.output_shape == (12, 7, 6)


def test_padding_of_tokens_and_of_maps_with_channels_last(load) -> None:
    lines = [("MatMul", "x w", "t"), ("Pad", "t p", "y")]
    network = load(lines, {"w": [8, 8], "p": pads(0, 0, 0, 0, 3, 0)}, {"x": [1, 5, 8]})
    assert network.operators[1].output_shape == (8, 8, 1)
    lines = [("MatMul", "x w", "t"), ("Pad", "t p", "y")]
    inputs = {"x": [1, 5, 7, 8]}
    network = load(lines, {"w": [8, 8], "p": pads(0, 1, 0, 0, 0, 0, 2, 0)}, inputs)
    assert [op.output_shape for op in network] == [(8, 5, 7), (8, 6, 9)]


@pytest.mark.parametrize("amounts", [(1, 0, 0, 0, 0, 0, 0, 0), (0, 0, -1, 0, 0, 0, 0, 0)])
def test_padding_of_the_batch_and_cropping_are_refused(load, amounts) -> None:
    with pytest.raises(InputError, match="node 'y': Pad: it pads by"):
        load([("Pad", "x p", "y")], {"p": pads(*amounts)}, {"x": [2, 8, 6, 6]})
