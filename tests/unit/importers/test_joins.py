"""Concats: of one tensor, of concats, of channels, pixels and learned tokens."""

from __future__ import annotations

import numpy as np
import pytest

from accelsim.errors import InputError
from accelsim.workload.operators import Concat

BRANCHES = [("Conv", "x u", "a"), ("Conv", "x v", "b"), ("Conv", "x w", "c")]
WEIGHTS = {"u": [2, 8, 1, 1], "v": [3, 8, 1, 1], "w": [4, 8, 1, 1]}


def concats(network) -> list[Concat]:
    return [operator for operator in network if isinstance(operator, Concat)]


def test_concat_of_channels_joins_its_parts_in_order(load) -> None:
    network = load([*BRANCHES, ("Concat", "c a b", "y", {"axis": 1})], WEIGHTS)
    (concat,) = concats(network)
    assert (concat.inputs, concat.output_shape, concat.along) == (
        ("c", "a", "b"),
        (9, 6, 6),
        "channels",
    )


def test_concat_of_one_tensor_is_that_tensor(load) -> None:
    network = load([BRANCHES[0], ("Concat", "a", "j", {"axis": 1}), ("Relu", "j", "y")], WEIGHTS)
    assert [(op.name, op.activation) for op in network] == [("a", "relu")]


def test_nested_concats_are_one(load) -> None:
    lines = [
        *BRANCHES, ("Concat", "a b", "inner", {"axis": 1}),
        ("Concat", "inner c", "outer", {"axis": -3}), ("Concat", "x outer", "y", {"axis": 1}),
    ]  # fmt: skip
    (concat,) = concats(load(lines, WEIGHTS))
    assert concat.inputs == ("x", "a", "b", "c")


def test_inner_concat_that_another_node_reads_stays(load) -> None:
    lines = [
        *BRANCHES, ("Concat", "a b", "inner", {"axis": 1}), ("Relu", "inner", "r"),
        ("Concat", "inner c r", "y", {"axis": 1}),
    ]  # fmt: skip
    assert [concat.name for concat in concats(load(lines, WEIGHTS))] == ["inner", "y"]


def test_batch_norm_behind_a_concat_folds_into_its_parts(load) -> None:
    lines = [
        *BRANCHES, ("Concat", "a b c", "j", {"axis": 1}),
        ("BatchNormalization", "j g g g g", "n"), ("Relu", "n", "y"),
    ]  # fmt: skip
    network = load(lines, WEIGHTS | {"g": [9]})
    assert [(op.norm_params, op.activation) for op in network][:3] == [
        (4, "relu"), (6, "relu"), (8, "relu"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("axis", "along", "shape"), [(2, "rows", (8, 12, 6)), (3, "columns", (8, 6, 12))]
)
def test_concat_of_pixels_lies_along_rows_or_columns(load, axis, along, shape) -> None:
    (concat,) = concats(load([("Relu", "x", "r"), ("Concat", "x r", "y", {"axis": axis})]))
    assert (concat.along, concat.output_shape) == (along, shape)


def test_concat_of_tokens_lies_along_rows(load) -> None:
    lines = [
        ("MatMul", "x w", "a"), ("MatMul", "z w", "b"), ("Concat", "a b", "j", {"axis": 1}),
        ("MatMul", "j w", "y"),
    ]  # fmt: skip
    network = load(lines, {"w": [8, 8]}, {"x": [1, 5, 8], "z": [1, 3, 8]})
    (concat,) = concats(network)
    assert (concat.along, concat.output_shape) == ("rows", (8, 8, 1))
    assert network.macs == (5 + 3 + 8) * 64


def test_learned_token_before_the_tokens_is_a_padding(load) -> None:
    lines = [
        ("Conv", "x w", "c"), ("Flatten", "c", "f"), ("Reshape", "f s", "r"),
        ("Transpose", "r", "t", {"perm": [0, 2, 1]}), ("Concat", "cls t", "j", {"axis": 1}),
        ("Add", "j pos", "y"),
    ]  # fmt: skip
    weights = {
        "w": [16, 8, 2, 2],
        "s": np.array([1, 16, 25]),
        "cls": [1, 1, 16],
        "pos": [1, 26, 16],
    }
    network = load(lines, weights)
    found = [(getattr(op, "function", op.kind), op.output_shape, op.params) for op in network]
    assert found == [
        ("conv", (16, 5, 5), 16 * 8 * 4), ("reshape", (16, 25, 1), 0), ("pad", (16, 26, 1), 16),
        ("shift", (16, 26, 1), 26 * 16),
    ]  # fmt: skip


def test_zeros_joined_to_the_channels_are_a_padding(load) -> None:
    lines = [("ConstantOfShape", "s", "zeros"), ("Concat", "x zeros", "y", {"axis": 1})]
    (pad,) = load(lines, {"s": np.array([1, 4, 6, 6])})
    assert (pad.function, pad.output_shape, pad.params) == ("pad", (12, 6, 6), 0)


def test_parts_whose_other_axes_differ_are_refused(load) -> None:
    lines = [("MaxPool", "x", "p", {"kernel_shape": [2, 2]}), ("Concat", "x p", "y", {"axis": 1})]
    with pytest.raises(InputError, match=r"joins \[1, 8, 6, 6\] and \[1, 8, 5, 5\] along axis 1"):
        load(lines)
