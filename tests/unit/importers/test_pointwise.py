"""Sums and products of tensors of different axes, with learned elements, norms."""

from __future__ import annotations

import numpy as np
import pytest

from accelsim.errors import InputError

CONV = ("Conv", "x w", "c")
W = {"w": [8, 8, 1, 1]}


def functions(network) -> list[str]:
    return [getattr(op, "function", op.kind) for op in network]


@pytest.mark.parametrize(
    ("op", "function"), [("Add", "add"), ("Sub", "add"), ("Mul", "mul"), ("Div", "mul")]
)
def test_two_tensors_are_joined(load, op: str, function: str) -> None:
    assert functions(load([CONV, (op, "c x", "y")], W)) == ["conv", function]


def test_tokens_and_map_are_brought_to_one_shape_by_a_view(load) -> None:
    lines = [
        CONV, ("Reshape", "c s", "r"), ("Transpose", "r", "t", {"perm": [0, 2, 1]}),
        ("Add", "t z", "a"), ("MatMul", "a v", "y"),
    ]  # fmt: skip
    weights = W | {"s": np.array([1, 8, 36]), "v": [8, 4]}
    network = load(lines, weights, {"x": [1, 8, 6, 6], "z": [1, 36, 8]})
    assert functions(network) == ["conv", "reshape", "add", "linear"]
    assert network.operators[1].is_view


@pytest.mark.parametrize(
    ("sizes", "found"),
    [([1, 8, 1, 1], (8, 1, 1)), ([1, 1, 6, 6], (1, 6, 6)), ([1, 1, 1, 1], (1, 1, 1))],
)
def test_gate_of_channels_or_pixels_is_broadcast(load, sizes, found) -> None:
    network = load([CONV, ("Mul", "z c", "y")], W, {"x": [1, 8, 6, 6], "z": sizes})
    assert network.operators[-1].input_shapes == ((8, 6, 6), found)


def test_gate_of_rows_is_repeated_first(load) -> None:
    network = load([CONV, ("Mul", "c z", "y")], W, {"x": [1, 8, 6, 6], "z": [1, 8, 6, 1]})
    assert functions(network) == ["conv", "repeat", "mul"]


def test_mask_of_keys_is_repeated_for_every_head_and_query(load) -> None:
    lines = [("MatMul", "q k", "s"), ("Add", "s m", "a"), ("Softmax", "a", "y")]
    inputs = {"q": [1, 2, 5, 8], "k": [1, 2, 8, 5], "m": [1, 1, 1, 5]}
    network = load(lines, {}, inputs)
    assert "repeat" in functions(network)
    assert network.operators[-1].kind == "softmax"


@pytest.mark.parametrize(
    ("op", "shape", "function"),
    [
        ("Mul", [8, 1, 1], "scale"), ("Mul", [1, 1, 6, 6], "scale"), ("Div", [8, 1, 1], "scale"),
        ("Add", [1, 8, 6, 6], "shift"), ("Sub", [6], "shift"),
    ],
)  # fmt: skip
def test_learned_elements_scale_or_shift(load, op: str, shape, function: str) -> None:
    network = load(
        [("MaxPool", "x", "p", {"kernel_shape": [1, 1]}), (op, "p l", "y")], {"l": shape}
    )
    assert functions(network) == ["pool", function]
    assert network.params == int(np.prod(shape))


def test_scale_and_shift_of_every_channel_are_a_batch_norm(load) -> None:
    network = load(
        [CONV, ("Mul", "c g", "m"), ("Add", "m b", "y")], W | {"g": [8, 1, 1], "b": [8, 1, 1]}
    )
    assert [(op.name, op.norm_params) for op in network] == [("c", 16)]


def test_numbers_of_the_graph_are_not_learned(load) -> None:
    lines = [
        ("Constant", "", "m", {"value_floats": [0.5, 0.5, 0.5]}), ("Reshape", "m s", "n"),
        ("Sub", "x n", "d"), ("Conv", "d w", "y"),
    ]  # fmt: skip
    weights = {"s": np.array([1, 3, 1, 1]), "w": [4, 3, 1, 1]}
    network = load(lines, weights, {"x": [1, 3, 6, 6]})
    assert [(op.kind, op.params) for op in network] == [("elementwise", 0), ("conv", 12)]


@pytest.mark.parametrize(
    ("op", "learned"),
    [
        ("LayerNormalization", 12),
        ("InstanceNormalization", 16),
        ("GroupNormalization", 16),
        ("LRN", 0),
    ],
)
def test_norms_are_one_operator(load, op: str, learned: int) -> None:
    attributes = {"LRN": {"size": 5}, "GroupNormalization": {"num_groups": 2}}.get(op, {})
    names = "x g b" if learned else "x"
    weights = {"g": [learned // 2], "b": [learned // 2]} if learned else {}
    (norm,) = load([(op, names, "y", attributes)], weights, opset=21)
    assert (norm.kind, norm.params) == ("norm", learned)


def test_batch_norm_folds_with_two_learnables_per_channel(load) -> None:
    network = load(
        [CONV, ("BatchNormalization", "c a a a a", "n"), ("Relu", "n", "y")], W | {"a": [8]}
    )
    assert [(op.name, op.norm_params, op.activation) for op in network] == [("c", 16, "relu")]


def test_masked_scores_are_shifted(load) -> None:
    lines = [("Where", "mask x low", "a"), ("Softmax", "a", "y")]
    weights = {"mask": np.ones((6, 6), bool), "low": np.array(-1e9, np.float32)}
    assert functions(load(lines, weights)) == ["shift", "softmax"]


REFUSALS = {
    "maps that differ": ([("Add", "x z", "y")], r"do not broadcast"),
    "choice between tensors": ([("Where", "x x z", "y")], "choice between computed tensors"),
    "odd power": ([("Pow", "x e", "y")], "only the exponents 2, 3 and 4"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_join_that_has_no_operator_is_refused(load, case: str) -> None:
    lines, message = REFUSALS[case]
    inputs = {"x": [1, 8, 6, 6], "z": [1, 8, 5, 5]}
    with pytest.raises(InputError, match=message):
        load(lines, {"e": np.array(2.5, np.float32)}, inputs)
