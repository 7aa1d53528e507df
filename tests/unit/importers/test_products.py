"""Matrix products: weights on either side, bias behind, attention."""

from __future__ import annotations

import numpy as np
import pytest

from accelsim.errors import InputError
from accelsim.workload.operators import Linear, MatMul

TOKENS = {"x": [1, 5, 16]}


def functions(network) -> list[str]:
    return [getattr(op, "function", op.kind) for op in network]


@pytest.mark.parametrize("transposed", [0, 1])
def test_gemm_is_a_linear_layer(load, transposed: int) -> None:
    weights = {"w": [10, 16] if transposed else [16, 10], "b": [10]}
    (linear,) = load([("Gemm", "x w b", "y", {"transB": transposed})], weights, {"x": [1, 16]})
    assert (linear.params, linear.macs, linear.bias) == (170, 160, True)


@pytest.mark.parametrize("order", ["m b", "b m"])
def test_bias_added_behind_a_product_is_its_bias(load, order: str) -> None:
    (linear,) = load(
        [("MatMul", "x w", "m"), ("Add", order, "y")], {"w": [16, 10], "b": [10]}, TOKENS
    )
    assert isinstance(linear, Linear)
    assert (linear.bias, linear.output_shape, linear.macs) == (True, (10, 5, 1), 800)


def test_sum_behind_a_product_that_others_read_is_a_shift(load) -> None:
    lines = [("MatMul", "x w", "m"), ("Add", "m b", "s"), ("Mul", "m s", "y")]
    network = load(lines, {"w": [16, 10], "b": [10]}, TOKENS)
    assert functions(network) == ["linear", "shift", "mul"]


def test_weights_on_the_left_multiply_the_tokens(load) -> None:
    # MLP-Mixer: tokens are mixed for every channel.
    network = load(
        [("MatMul", "w x", "m"), ("MatMul", "m v", "y")], {"w": [7, 5], "v": [16, 4]}, TOKENS
    )
    assert functions(network) == ["transpose", "linear", "transpose", "linear"]
    assert network.macs == 16 * 5 * 7 + 7 * 16 * 4


def test_map_with_channels_last_keeps_its_height_and_width(load) -> None:
    # ConvNeXt: linear layers between transposes of the map.
    lines = [
        ("Conv", "x w", "c", {"group": 8, "pads": [3, 3, 3, 3]}),
        ("Transpose", "c", "t", {"perm": [0, 2, 3, 1]}),
        ("LayerNormalization", "t g b", "n"), ("MatMul", "n v", "m"), ("Add", "m e", "l"),
        ("Transpose", "l", "y", {"perm": [0, 3, 1, 2]}),
    ]  # fmt: skip
    weights = {"w": [8, 1, 7, 7], "g": [8], "b": [8], "v": [8, 32], "e": [32]}
    network = load(lines, weights)
    assert [(op.kind, op.output_shape, op.params) for op in network] == [
        ("conv", (8, 6, 6), 392), ("norm", (8, 6, 6), 16), ("linear", (32, 6, 6), 288),
    ]  # fmt: skip


def block(merged: bool = False) -> tuple[list, dict]:
    """A transformer block of 2 heads over 5 tokens of 16 channels, heads merged or apart."""
    split = np.array([5, 2, 8] if merged else [1, 5, 2, 8])
    perm, back = ([1, 0, 2], [1, 0, 2]) if merged else ([0, 2, 1, 3], [0, 2, 1, 3])
    lines = [
        ("LayerNormalization", "x g b", "n"),
        *((("MatMul", f"n w{p}", f"{p}0")) for p in "qkv"),
        *((("Reshape", f"{p}0 split", f"{p}1")) for p in "qkv"),
        *((("Transpose", f"{p}1", f"{p}2", {"perm": perm})) for p in "qkv"),
        ("Transpose", "k2", "k3", {"perm": [*range(len(perm) - 2), len(perm) - 1, len(perm) - 2]}),
        ("MatMul", "q2 k3", "s0"), ("Div", "s0 root", "s1"), ("Softmax", "s1", "s2", {"axis": -1}),
        ("MatMul", "s2 v2", "o0"), ("Transpose", "o0", "o1", {"perm": back}),
        ("Reshape", "o1 join", "o2"), ("MatMul", "o2 wo", "o3"), ("Add", "o3 bo", "o4"),
        ("Add", "o4 x", "y"),
    ]  # fmt: skip
    weights = {
        "split": split, "join": np.array([1, 5, 16]), "root": np.array(8**0.5, np.float32),
        "g": [16], "b": [16], "bo": [16], **{f"w{p}": [16, 16] for p in "qkvo"},
    }  # fmt: skip
    return lines, weights


@pytest.mark.parametrize("merged", [False, True])
def test_transformer_block_moves_nothing(load, merged: bool) -> None:
    lines, weights = block(merged)
    network = load(lines, weights, TOKENS)
    assert functions(network) == [
        "norm", "linear", "linear", "linear", "matmul", "softmax", "matmul", "linear", "add",
    ]  # fmt: skip
    assert network.macs == 4 * 5 * 16 * 16 + 2 * (2 * 5 * 5 * 8)
    assert network.params == 32 + 4 * 256 + 16
    scores = network.operators[4]
    assert isinstance(scores, MatMul)
    assert (scores.heads, scores.transposed) == (2, True)


@pytest.mark.parametrize("batch", [1, 3])
def test_transformer_block_is_the_same_for_any_batch(load, batch: int) -> None:
    lines, weights = block()
    weights["split"] = np.array([0, -1, 2, 8])
    weights["join"] = np.array([0, -1, 16])
    network = load(lines, weights, {"x": [batch, 5, 16]})
    assert network == load(*block(), TOKENS)


def test_time_before_batch_makes_one_image_of_all(load) -> None:
    # torch.nn.MultiheadAttention: (time, batch, channels), heads and batch merged.
    lines, weights = block(merged=True)
    lines = [("Reshape", "x r", "r0"), *[(op, i.replace("x", "r0"), *o) for op, i, *o in lines]]
    weights |= {
        "r": np.array([5, 1, 16]),
        "split": np.array([5, 2, 8]),
        "join": np.array([5, 1, 16]),
    }
    network = load(lines, weights, {"x": [5, 1, 16]})
    assert network.macs == 4 * 5 * 16 * 16 + 2 * (2 * 5 * 5 * 8)


def test_windows_of_pixels_become_heads(load) -> None:
    # 4 windows of 3x3 pixels of a 6x6 map, each a product of 9x8 by 8x9.
    lines = [
        ("Reshape", "x a", "r"), ("Transpose", "r", "t", {"perm": [0, 2, 4, 3, 5, 1]}),
        ("Reshape", "t b", "w"), ("Transpose", "w", "u", {"perm": [0, 2, 1]}),
        ("MatMul", "w u", "y"),
    ]  # fmt: skip
    weights = {"a": np.array([1, 8, 2, 3, 2, 3]), "b": np.array([4, 9, 8])}
    network = load(lines, weights)
    product = network.operators[-1]
    assert (product.heads, product.rows, product.depth, product.columns) == (4, 9, 8, 9)
    assert network.macs == 4 * 9 * 8 * 9


EINSUMS = {
    "scores": ("bhid,bhjd->bhij", [1, 2, 5, 8], [1, 2, 7, 8], 2 * 5 * 8 * 7),
    "values": ("bhij,bhjd->bhid", [1, 2, 5, 7], [1, 2, 7, 8], 2 * 5 * 7 * 8),
    "result in another order": ("bhij,bhjd->bihd", [1, 2, 5, 7], [1, 2, 7, 8], 2 * 5 * 7 * 8),
    "two labels summed": ("bijk,bljk->bil", [1, 4, 2, 3], [1, 5, 2, 3], 4 * 6 * 5),
}


@pytest.mark.parametrize("case", EINSUMS)
def test_einsum_of_two_tensors_is_a_product(load, case: str) -> None:
    equation, left, right, macs = EINSUMS[case]
    line = ("Einsum", "x z", "y", {"equation": equation})
    assert load([line], {}, {"x": left, "z": right}).macs == macs


def test_einsum_with_weights_is_a_linear_layer(load) -> None:
    lines = [("Einsum", "x w", "e", {"equation": "btd,dhk->bthk"}), ("Add", "e b", "y")]
    network = load(lines, {"w": [16, 2, 8], "b": [2, 8]}, TOKENS)
    assert functions(network) == ["linear", "shift"]
    assert network.macs == 5 * 16 * 16


REFUSALS = {
    "weights that do not fit": ([("MatMul", "x w", "y")], {"w": [15, 4]}, "weights of depth 15"),
    "weights for every head": ([("MatMul", "x w", "y")], {"w": [3, 16, 4]}, "are no single matrix"),
    "heads that differ": ([("MatMul", "x z", "y")], {}, "heads and depth must agree"),
    "einsum of one": ([("Einsum", "x", "y", {"equation": "btd->bd"})], {}, "no product of two"),
    "einsum that sums one": (
        [("Einsum", "x z", "y", {"equation": "btd,bsd->b"})], {}, "sums over labels of one operand",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_product_that_has_no_operator_is_refused(load, case: str) -> None:
    lines, weights, message = REFUSALS[case]
    inputs = TOKENS | {"z": [1, 6, 16]} if "z" in lines[0][1] else TOKENS
    with pytest.raises(InputError, match=message):
        load(lines, weights, inputs)
