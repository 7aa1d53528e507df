"""Split, Slice and Gather: one split where the parts share the channels out."""

from __future__ import annotations

import numpy as np
import pytest

from accelsim.errors import InputError

CONV = ("Conv", "x w", "c")
W = {"w": [8, 8, 1, 1]}


def ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def functions(network) -> list[str]:
    return [getattr(op, "function", op.kind) for op in network]


@pytest.mark.parametrize(
    ("line", "weights", "opset"),
    [
        (("Split", "c p", "a b", {"axis": 1}), {"p": ints(3, 5)}, 17),
        (("Split", "c", "a b", {"axis": -3, "split": [3, 5]}), {}, 11),
    ],
)
def test_split_of_channels_is_one_split(load, line, weights, opset) -> None:
    lines = [CONV, line, ("Relu", "b", "r"), ("Concat", "a r", "y", {"axis": 1})]
    network = load(lines, W | weights, opset=opset)
    assert functions(network) == ["conv", "split", "relu", "concat"]
    assert [shape[0] for shape in network.operators[1].output_shapes] == [3, 5]


def test_split_into_equal_parts_by_count(load) -> None:
    lines = [
        CONV,
        ("Split", "c", "a b d", {"axis": 1, "num_outputs": 3}),
        ("Concat", "a b d", "y", {"axis": 1}),
    ]
    network = load(lines, W, opset=18)
    assert [shape[0] for shape in network.operators[1].output_shapes] == [3, 3, 2]


def test_split_into_one_part_is_nothing(load) -> None:
    assert functions(load([CONV, ("Split", "c p", "y", {"axis": 1})], W | {"p": ints(8)})) == [
        "conv"
    ]


def test_part_that_nothing_reads_is_not_made(load) -> None:
    lines = [CONV, ("Split", "c p", "a b", {"axis": 1}), ("Relu", "a", "y")]
    network = load(lines, W | {"p": ints(3, 5)})
    assert functions(network) == ["conv", "slice", "relu"]
    assert network.outputs == ("y",)


HALVES = {"zero": ints(0), "four": ints(4), "most": ints(1 << 62), "one": ints(1)}


def test_slices_that_share_channels_out_are_one_split(load) -> None:
    lines = [
        CONV, ("Slice", "c zero four one", "a"), ("Slice", "c four most one", "b"),
        ("Relu", "b", "r"), ("Concat", "r a", "y", {"axis": 1}),
    ]  # fmt: skip
    network = load(lines, W | HALVES)
    assert functions(network) == ["conv", "split", "relu", "concat"]


def test_slices_at_computed_places_are_one_split(load) -> None:
    # torch.chunk as the exporter writes it: the second end is computed behind the first slice.
    lines = [
        CONV, ("Shape", "c", "s"), ("Gather", "s one", "n", {"axis": 0}), ("Div", "n two", "h"),
        ("Slice", "c zero h one", "a"), ("Mul", "h two", "e"), ("Slice", "c h e one", "b"),
        ("Relu", "b", "r"), ("Concat", "a r", "y", {"axis": 1}),
    ]  # fmt: skip
    network = load(lines, W | HALVES | {"two": ints(2)})
    assert functions(network) == ["conv", "split", "relu", "concat"]


def test_ghost_module_with_a_slice_of_everything_loses_the_slice(load) -> None:
    lines = [
        CONV, ("Conv", "c d", "cheap", {"group": 8}), ("Concat", "c cheap", "both", {"axis": 1}),
        ("Slice", "both zero sixteen one", "kept"), ("Conv", "kept v", "y"),
    ]  # fmt: skip
    weights = W | HALVES | {"sixteen": ints(16), "d": [8, 1, 1, 1], "v": [4, 16, 1, 1]}
    assert functions(load(lines, weights)) == ["conv", "conv", "concat", "conv"]


def test_crop_and_stride_are_slices(load) -> None:
    lines = [("Slice", "x start end axes steps", "y")]
    weights = {"start": ints(1, 0), "end": ints(6, 6), "axes": ints(2, 3), "steps": ints(1, 2)}
    (move,) = load(lines, weights)
    assert (move.function, move.output_shape) == ("slice", (8, 5, 3))


def test_flip_moves_everything(load) -> None:
    weights = {"start": ints(-1), "end": ints(-(1 << 62)), "axes": ints(3), "steps": ints(-1)}
    network = load([("Slice", "x start end axes steps", "y")], weights)
    assert functions(network) == ["transpose"]


def test_focus_layer_of_four_strided_slices(load) -> None:
    lines = [
        ("Slice", "x z e a s", "p"), ("Slice", "x o e a s", "q"),
        ("Concat", "p q", "f", {"axis": 1}), ("Conv", "f w", "y"),
    ]  # fmt: skip
    weights = {"z": ints(0, 0), "o": ints(1, 1), "e": ints(6, 6), "a": ints(2, 3), "s": ints(2, 2)}
    network = load(lines, weights | {"w": [4, 16, 1, 1]})
    assert functions(network) == ["slice", "slice", "concat", "conv"]
    assert network.operators[2].output_shape == (16, 3, 3)


def test_queries_keys_values_by_gather_are_one_split(load) -> None:
    lines = [
        ("MatMul", "x w", "m"), ("Reshape", "m s", "r"),
        ("Transpose", "r", "t", {"perm": [2, 0, 3, 1, 4]}),
        ("Gather", "t i0", "q"), ("Gather", "t i1", "k"), ("Gather", "t i2", "v"),
        ("Transpose", "k", "kt", {"perm": [0, 1, 3, 2]}), ("MatMul", "q kt", "a"),
        ("Softmax", "a", "p"), ("MatMul", "p v", "o"),
        ("Transpose", "o", "u", {"perm": [0, 2, 1, 3]}), ("Reshape", "u f", "y"),
    ]  # fmt: skip
    weights = {
        "w": [16, 48], "s": ints(1, 5, 3, 2, 8), "f": ints(1, 5, 16),
        **{f"i{index}": np.array(index) for index in range(3)},
    }  # fmt: skip
    network = load(lines, weights, {"x": [1, 5, 16]})
    assert functions(network) == ["linear", "split", "matmul", "softmax", "matmul"]
    scores, values = network.operators[2], network.operators[4]
    assert (scores.heads, scores.rows, scores.depth, scores.columns) == (2, 5, 8, 5)
    assert (values.heads, values.rows, values.depth, values.columns) == (2, 5, 5, 8)
    assert network.macs == 5 * 16 * 48 + 2 * (2 * 5 * 8 * 5)


def test_first_token_is_a_slice(load) -> None:
    lines = [("MatMul", "x w", "m"), ("Gather", "m zero", "t", {"axis": 1}), ("Gemm", "t v", "y")]
    weights = {"w": [16, 16], "zero": np.array(0), "v": [16, 10]}
    network = load(lines, weights, {"x": [1, 5, 16]})
    assert [op.output_shape for op in network] == [(16, 5, 1), (16, 1, 1), (10, 1, 1)]


@pytest.mark.parametrize(
    ("indices", "function"), [([0, 1, 2], "slice"), ([2, 0, 1, 3, 4, 5, 6, 7], "transpose")]
)
def test_channels_by_index_are_a_slice_or_another_order(load, indices, function) -> None:
    network = load([("Gather", "x i", "y", {"axis": 1})], {"i": ints(*indices)})
    assert functions(network) == [function]
    assert network.operators[0].output_shape[0] == len(indices)


REFUSALS = {
    "images": (("Slice", "x zero one zero", "y"), HALVES, "takes some images of a batch"),
    "nothing": (("Slice", "x four four one", "y"), HALVES, "nothing is left of an axis"),
    "parts that do not add up": (
        ("Split", "x p", "y z", {"axis": 1}), {"p": ints(3, 4)}, r"parts \[3, 4\] of an axis of 8",
    ),
    "an element twice": (
        ("Gather", "x i", "y", {"axis": 1}), {"i": ints(*[0] * 9)}, "take elements twice",
    ),
    "computed indices": (("Gather", "x x", "y"), {}, "its input 1 is not a constant"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_cut_that_has_no_operator_is_refused(load, case: str) -> None:
    line, weights, message = REFUSALS[case]
    with pytest.raises(InputError, match=message):
        load([line], weights, {"x": [2, 8, 6, 6]})
