"""Nodes that rename axes move nothing; the others move what they must."""

from __future__ import annotations

import numpy as np
import pytest

from accelsim.errors import InputError


def sizes(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


CONV = ("Conv", "x w", "c")
W = {"w": [8, 8, 1, 1]}


def functions(network) -> list[str]:
    return [getattr(op, "function", op.kind) for op in network]


@pytest.mark.parametrize(
    "lines",
    [
        [("Identity", "c", "y")],
        [("Dropout", "c", "y")],
        [("Cast", "c", "y", {"to": 10})],
        [
            ("Transpose", "c", "t", {"perm": [0, 2, 3, 1]}),
            ("Transpose", "t", "y", {"perm": [0, 3, 1, 2]}),
        ],
        [("Unsqueeze", "c a", "u"), ("Squeeze", "u a", "y")],
        [("Reshape", "c tokens", "r"), ("Reshape", "r map", "y")],
        [("Expand", "c map", "y")],
        [("Tile", "c ones", "y")],
    ],
)  # fmt: skip
def test_node_without_effect_leaves_no_operator(load, lines) -> None:
    weights = W | {
        "a": sizes(0), "tokens": sizes(1, 8, -1), "map": sizes(1, 8, 6, 6),
        "ones": sizes(1, 1, 1, 1),
    }  # fmt: skip
    assert functions(load([CONV, *lines], weights)) == ["conv"]


def test_channel_shuffle_is_one_move(load) -> None:
    lines = [
        CONV, ("Reshape", "c split", "r"), ("Transpose", "r", "t", {"perm": [0, 2, 1, 3, 4]}),
        ("Reshape", "t join", "s"), ("Conv", "s v", "y", {"group": 2}),
    ]  # fmt: skip
    weights = W | {"split": sizes(1, 2, 4, 6, 6), "join": sizes(1, -1, 6, 6), "v": [8, 4, 1, 1]}
    network = load(lines, weights)
    assert functions(network) == ["conv", "shuffle", "conv"]
    assert network.operators[1].groups == 2


def test_flatten_before_a_linear_layer_is_a_view(load) -> None:
    lines = [CONV, ("Flatten", "c", "f"), ("Gemm", "f v b", "y", {"transB": 1})]
    network = load(lines, W | {"v": [10, 288], "b": [10]})
    assert functions(network) == ["conv", "flatten", "linear"]
    assert network.operators[1].is_view
    assert network.operators[2].macs == 10 * 8 * 36


def test_flatten_of_one_pixel_is_nothing(load) -> None:
    lines = [("GlobalAveragePool", "x", "m"), ("Flatten", "m", "f"), ("Gemm", "f v", "y")]
    assert functions(load(lines, {"v": [8, 10]})) == ["pool", "linear"]


def test_map_with_channels_last_needs_no_move(load) -> None:
    # As TensorFlow exports: the image is rows, columns, channels.
    lines = [
        ("Transpose", "x", "t", {"perm": [0, 3, 1, 2]}), ("Conv", "t w", "c"),
        ("Transpose", "c", "y", {"perm": [0, 2, 3, 1]}),
    ]  # fmt: skip
    network = load(lines, {"w": [4, 3, 1, 1]}, {"x": [1, 8, 9, 3]})
    assert functions(network) == ["conv"]
    assert network.inputs == {"x": (3, 8, 9)}


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
def test_depth_to_space_is_one_move_to_the_larger_map(load, mode: str) -> None:
    network = load([("DepthToSpace", "x", "y", {"blocksize": 2, "mode": mode})])
    assert [(op.function, op.output_shape) for op in network] == [("transpose", (2, 12, 12))]


def test_space_to_depth_is_one_move_to_more_channels(load) -> None:
    network = load([("SpaceToDepth", "x", "y", {"blocksize": 3})])
    assert [(op.function, op.output_shape) for op in network] == [("transpose", (72, 2, 2))]


def test_pixel_shuffle_by_reshapes_is_one_move(load) -> None:
    lines = [
        ("Reshape", "x a", "r"), ("Transpose", "r", "t", {"perm": [0, 1, 4, 2, 5, 3]}),
        ("Reshape", "t b", "s"), ("Conv", "s w", "y"),
    ]  # fmt: skip
    weights = {"a": sizes(1, 2, 2, 2, 6, 6), "b": sizes(1, 2, 12, 12), "w": [3, 2, 1, 1]}
    network = load(lines, weights)
    assert [(getattr(op, "function", op.kind), op.output_shape) for op in network] == [
        ("transpose", (2, 12, 12)), ("conv", (3, 12, 12)),
    ]  # fmt: skip


def test_reshape_across_prime_factors_goes_over_the_flat_array(load) -> None:
    lines = [("Reshape", "x a", "r"), ("MatMul", "r w", "y")]
    network = load(lines, {"a": sizes(1, 10, 21), "w": [21, 4]}, {"x": [1, 6, 35]})
    assert network.macs == 10 * 21 * 4
    assert all(op.kind in ("move", "linear") for op in network)


def test_gate_that_is_expanded_first_is_broadcast_by_the_product(load) -> None:
    lines = [
        CONV, ("GlobalAveragePool", "c", "m"), ("Expand", "m map", "e"), ("Mul", "c e", "y"),
    ]  # fmt: skip
    network = load(lines, W | {"map": sizes(1, 8, 6, 6)})
    assert functions(network) == ["conv", "pool", "mul"]


def test_map_that_is_expanded_for_a_convolution_is_written(load) -> None:
    lines = [("GlobalAveragePool", "x", "m"), ("Expand", "m map", "e"), ("Conv", "e w", "y")]
    network = load(lines, W | {"map": sizes(1, 8, 6, 6)})
    assert functions(network) == ["pool", "repeat", "conv"]


def test_tile_repeats_whole_axes(load) -> None:
    network = load(
        [("Tile", "x n", "t"), ("Conv", "t w", "y")], {"n": sizes(1, 2, 1, 1), "w": [4, 16, 1, 1]}
    )
    assert network.operators[0].output_shape == (16, 6, 6)


def test_words_are_looked_up_in_a_table(load) -> None:
    lines = [("Gather", "table x", "e"), ("MatMul", "e w", "y")]
    lookup, linear = load(lines, {"table": [100, 32], "w": [32, 8]}, {"x": [1, 7]})
    assert (lookup.function, lookup.params, lookup.output_shape) == ("lookup", 3200, (32, 7, 1))
    assert linear.macs == 7 * 32 * 8


REFUSALS = {
    "other elements": (
        [("Reshape", "x a", "r"), ("Relu", "r", "y")], {"a": sizes(1, 5, 5)}, "cannot be reshaped",
    ),
    "repeated images": (
        [("Expand", "x a", "r"), ("Conv", "r w", "y")], W | {"a": sizes(2, 8, 6, 6)},
        "repeats images",
    ),
    "computed sizes": ([("Reshape", "x x", "y")], {}, "sizes are missing"),
    "table along another axis": (
        [("Gather", "t x", "y", {"axis": 1})], {"t": [4, 4]}, "along its first of two axes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_move_that_has_no_operator_is_refused(load, case: str) -> None:
    lines, weights, message = REFUSALS[case]
    with pytest.raises(InputError, match=message):
        load(lines, weights)


def test_batch_that_a_reshape_mixes_with_channels_is_refused(load) -> None:
    lines = [("Reshape", "x a", "r"), ("Conv", "r w", "y")]
    with pytest.raises(InputError, match="the first axis of its input is not the batch"):
        load(lines, {"a": sizes(1, 16, 6, 6), "w": [4, 16, 1, 1]}, {"x": [2, 8, 6, 6]})
