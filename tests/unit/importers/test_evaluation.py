"""Nodes on arrays, against the reference evaluator of the package onnx."""

from __future__ import annotations

import math

import numpy as np
import pytest
from onnx import helper
from onnx.reference import ReferenceEvaluator

from accelsim.importers.elementwise import NotEvaluatedError
from accelsim.importers.evaluation import OPERATIONS, evaluate, whole_numbers
from accelsim.importers.graph import Node

A = np.linspace(-3, 3, 24).astype(np.float32).reshape(2, 3, 4)
B = np.linspace(0.5, 2, 4).astype(np.float32)
I = np.array([7, -7, 9], np.int64)  # noqa: E741
J = np.array([2, 2, -4], np.int64)
BOOL = np.array([True, False, True])


def ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


CASES = [
    *((op, (A,), {}) for op in (
        "Abs", "Ceil", "Cos", "Elu", "Erf", "Exp", "Floor", "HardSigmoid", "HardSwish",
        "Identity", "LeakyRelu", "Mish", "Neg", "Relu", "Round", "Shape", "Sigmoid", "Sin", "Size",
        "Softplus", "Tanh", "Transpose", "Flatten", "Dropout",
    )),
    *((op, (np.abs(A) + 1,), {}) for op in ("Log", "Sqrt", "Reciprocal")),
    *((op, (A, B), {}) for op in ("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Greater",
                                  "GreaterOrEqual", "Less", "LessOrEqual", "Equal")),
    *((op, (BOOL, BOOL[::-1].copy()), {}) for op in ("And", "Or")),
    ("Not", (BOOL,), {}),
    ("Div", (np.abs(I), np.abs(J)), {}),
    ("Mod", (I, J), {}),
    ("Pow", (np.abs(A), np.float32(2)), {}),
    ("HardSigmoid", (A,), {"alpha": 1 / 6, "beta": 0.5}),
    ("LeakyRelu", (A,), {"alpha": 0.3}),
    ("Elu", (A,), {"alpha": 0.7}),
    ("Clip", (A, np.float32(-1), np.float32(2)), {}),
    ("Clip", (A, None, np.float32(2)), {}),
    ("Cast", (A,), {"to": 7}),
    ("Cast", (I,), {"to": 1}),
    ("Concat", (A, A), {"axis": -1}),
    ("ConstantOfShape", (ints(2, 3),), {"value": helper.make_tensor("v", 7, [1], [5])}),
    ("CumSum", (A, np.int64(1)), {}),
    ("Expand", (A[:, :1], ints(2, 5, 4)), {}),
    ("Flatten", (A,), {"axis": 2}),
    ("Flatten", (A,), {"axis": 0}),
    ("Gather", (A, ints(2, 0)), {"axis": 1}),
    ("Gather", (A, np.int64(-1)), {"axis": 2}),
    ("MatMul", (A, A.transpose(0, 2, 1)), {}),
    ("Range", (np.int64(2), np.int64(9), np.int64(3)), {}),
    *((op, (A, ints(-1)), {}) for op in ("ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin",
                                         "ReduceProd", "ReduceSum", "ReduceSumSquare")),
    ("ReduceMean", (A, ints(0, 2)), {"keepdims": 0}),
    ("ReduceSum", (A,), {}),
    ("Reshape", (A, ints(0, -1, 2)), {}),
    ("Shape", (A,), {"start": 1, "end": 3}),
    ("Slice", (A, ints(1), ints(100), ints(1)), {}),
    ("Slice", (A, ints(-1), ints(-100), ints(2), ints(-2)), {}),
    ("Slice", (A, ints(0, 1), ints(1, 3)), {}),
    ("Split", (A, ints(1, 3)), {"axis": 2}),
    ("Split", (A,), {"axis": 2, "num_outputs": 2}),
    ("Squeeze", (A[:1], ints(0)), {}),
    ("Squeeze", (A[:1],), {}),
    ("Tile", (A, ints(1, 2, 1)), {}),
    ("Transpose", (A,), {"perm": [2, 0, 1]}),
    ("Unsqueeze", (A, ints(0, -1)), {}),
    ("Where", (A > 0, A, -A), {}),
    ("Swish", (A,), {}),
    ("TopK", (A, ints(2)), {}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_node_gives_what_the_reference_evaluator_gives(case) -> None:
    op, arrays, attributes = case
    names = [f"in{index}" if array is not None else "" for index, array in enumerate(arrays)]
    outputs = ["a", "b"] if op in ("Split", "TopK") else ["a"]
    proto = helper.make_node(op, names, outputs, **attributes)
    feeds = dict(zip(names, arrays, strict=True))
    expected = ReferenceEvaluator(proto).run(None, {k: v for k, v in feeds.items() if k})
    values = {key: np.array([5]) if key == "value" else value for key, value in attributes.items()}
    made = evaluate(Node(op, op, tuple(names), tuple(outputs), values), arrays)
    assert len(made) == len(expected)
    for ours, theirs in zip(made, expected, strict=True):
        assert ours.shape == np.asarray(theirs).shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_every_operation_of_the_table_is_compared() -> None:
    quiet = {"CastLike", "Constant", "DequantizeLinear", "QuantizeLinear"}  # first input, or value
    quiet.add("Gelu")  # the reference evaluator has none; see below
    assert set(OPERATIONS) - {case[0] for case in CASES} == quiet


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        # x * Phi(x) at 1 with Phi(1) = 0.8413447, and its tanh form (Hendrycks and Gimpel, eq. 2)
        ("none", 0.8413447),
        ("tanh", 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * 1.044715))),
    ],
)
def test_gelu_has_an_exact_and_a_tanh_form(form, expected) -> None:
    node = Node("g", "Gelu", ("x",), ("y",), {"approximate": form})
    assert evaluate(node, [np.array([1.0])])[0][0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"value": np.array([1.5, 2])}, [1.5, 2]),
        ({"value_float": 2.5}, 2.5),
        ({"value_ints": [3, 4]}, [3, 4]),
    ],
)
def test_constant_has_one_of_several_attributes(attributes, expected) -> None:
    (made,) = evaluate(Node("c", "Constant", (), ("c",), attributes), [])
    assert made.tolist() == expected


def test_older_opsets_give_sizes_as_attributes() -> None:
    node = Node("s", "Squeeze", ("x",), ("y",), {"axes": [0]})
    assert evaluate(node, [A[:1]])[0].shape == (3, 4)
    node = Node("c", "Clip", ("x",), ("y",), {"min": 0.0, "max": 6.0})
    assert evaluate(node, [A])[0].max() == 3.0


@pytest.mark.parametrize(
    ("op", "arrays"),
    [("NonMaxSuppress", (A,)), ("Reshape", (A, ints(5, 5))), ("Reshape", (A, np.array([np.nan])))],
)
def test_what_cannot_be_computed_says_so(op, arrays) -> None:
    names = tuple(f"in{index}" for index in range(len(arrays)))
    with pytest.raises(NotEvaluatedError):
        evaluate(Node(op, op, names, ("y",), {}), arrays)


def test_sizes_that_the_file_lacks_are_refused() -> None:
    with pytest.raises(NotEvaluatedError, match="sizes are not in the file"):
        whole_numbers(np.array([1, np.nan]))
