"""Activations and norms in the forms in which exporters write them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from accelsim.errors import InputError
from accelsim.importers.curves import ON_CURVES
from accelsim.importers.recognition import FUNCTIONS, SAMPLES, recognised

C = {"w": [8, 8, 1, 1]}
CONV = ("Conv", "x w", "c")


def number(value: float) -> np.ndarray:
    return np.array(value, np.float32)


FORMS = {
    "relu": [("Relu", "c", "y")],
    "relu as maximum": [("Max", "c zero", "y")],
    "relu6": [("Clip", "c zero six", "y")],
    "hard tanh, two bounds too": [("Clip", "c minus one", "y")],
    "sigmoid": [("Sigmoid", "c", "y")],
    "tanh": [("Tanh", "c", "y")],
    "silu": [("Sigmoid", "c", "s"), ("Mul", "c s", "y")],
    "silu, factors exchanged": [("Sigmoid", "c", "s"), ("Mul", "s c", "y")],
    "silu by exponential": [
        ("Neg", "c", "n"), ("Exp", "n", "e"), ("Add", "e one", "d"), ("Div", "c d", "y"),
    ],
    "hardsigmoid": [("HardSigmoid", "c", "y", {"alpha": 1 / 6, "beta": 0.5})],
    "hardsigmoid by clip": [
        ("Add", "c three", "a"), ("Clip", "a zero six", "b"), ("Div", "b six", "y"),
    ],
    "hardswish": [("HardSwish", "c", "y")],
    "hardswish by hardsigmoid": [
        ("HardSigmoid", "c", "h", {"alpha": 1 / 6, "beta": 0.5}), ("Mul", "c h", "y"),
    ],
    "hardswish by clip": [
        ("Add", "c three", "a"), ("Clip", "a zero six", "b"), ("Mul", "c b", "d"),
        ("Div", "d six", "y"),
    ],
    "gelu by erf": [
        ("Div", "c root2", "a"), ("Erf", "a", "b"), ("Add", "b one", "d"), ("Mul", "c d", "e"),
        ("Mul", "e half", "y"),
    ],
    "gelu by erf, other order": [
        ("Mul", "c half", "h"), ("Mul", "c invroot2", "a"), ("Erf", "a", "b"),
        ("Add", "one b", "d"), ("Mul", "h d", "y"),
    ],
    "gelu by tanh": [
        ("Pow", "c three", "p"), ("Mul", "p k", "q"), ("Add", "c q", "r"),
        ("Mul", "r root2pi", "t"), ("Tanh", "t", "u"), ("Add", "u one", "v"), ("Mul", "c v", "z"),
        ("Mul", "z half", "y"),
    ],
    "quick gelu": [("Mul", "c quick", "a"), ("Sigmoid", "a", "s"), ("Mul", "c s", "y")],
    "leakyrelu": [("LeakyRelu", "c", "y", {"alpha": 0.1})],
    "leakyrelu as maximum": [("Mul", "c tenth", "a"), ("Max", "c a", "y")],
    "mish": [("Softplus", "c", "a"), ("Tanh", "a", "b"), ("Mul", "c b", "y")],
    "elu": [("Elu", "c", "y")],
    "relu scaled": [("Relu", "c", "r"), ("Mul", "r tenth", "y")],
    "nothing: a factor": [("Mul", "c tenth", "y")],
    "nothing: a factor and an offset": [("Mul", "c tenth", "a"), ("Add", "one a", "y")],
    "nothing: an identity": [("Identity", "c", "a"), ("Dropout", "a", "y")],
}  # fmt: skip
NUMBERS = {
    "zero": 0, "one": 1, "minus": -1, "three": 3, "six": 6, "half": 0.5, "tenth": 0.1,
    "k": 0.044715, "root2": math.sqrt(2), "invroot2": math.sqrt(0.5), "quick": 1.702,
    "root2pi": math.sqrt(2 / math.pi),
}  # fmt: skip
EXPECTED = {"hard tanh, two bounds too": "relu6", "quick gelu": "gelu"}


@pytest.mark.parametrize("form", FORMS)
def test_activation_in_any_form_is_fused_into_the_convolution(load, form: str) -> None:
    weights = C | {name: number(value) for name, value in NUMBERS.items()}
    network = load([CONV, *FORMS[form]], weights)
    word = EXPECTED.get(form, form.replace(",", " ").split()[0])
    expected = None if word.startswith("nothing") else word
    assert [(op.name, op.activation) for op in network] == [("c", expected)]


def test_known_functions_are_told_apart() -> None:
    for name, function in FUNCTIONS:
        assert recognised(function(SAMPLES)).function == name


def test_activation_read_twice_is_computed_once(load) -> None:
    lines = [CONV, ("Relu", "c", "r"), ("Sigmoid", "r", "s"), ("Mul", "r s", "y")]
    network = load(lines, C)
    assert [(op.kind, op.activation) for op in network] == [("conv", "relu"), ("elementwise", None)]


def test_gate_of_another_tensor_is_a_product_and_no_silu(load) -> None:
    lines = [
        CONV, ("GlobalAveragePool", "c", "m"), ("Conv", "m w", "g"), ("Sigmoid", "g", "s"),
        ("Mul", "c s", "y"),
    ]  # fmt: skip
    network = load(lines, C)
    found = [(op.name, getattr(op, "function", op.kind), op.activation) for op in network]
    assert found == [
        ("c", "conv", None),
        ("m", "pool", None),
        ("g", "conv", "sigmoid"),
        ("y", "mul", None),
    ]
    assert network.operators[-1].input_shapes == ((8, 6, 6), (8, 1, 1))


def test_sum_with_its_own_activation_is_what_it_computes(load) -> None:
    network = load([CONV, ("Relu", "c", "r"), ("Add", "c r", "y")], C)
    assert [op.activation for op in network] == ["leakyrelu"]  # slopes 1 and 2


def test_square_that_is_no_activation_is_a_product(load) -> None:
    network = load([CONV, ("Pow", "c two", "y")], C | {"two": number(2)})
    assert [getattr(op, "function", op.kind) for op in network] == ["conv", "mul"]
    assert network.operators[1].inputs == ("c", "c")


def test_unknown_function_is_refused_by_node_and_op(load) -> None:
    with pytest.raises(InputError, match=r"node 'y': Erf: it has no operator here; .*--skip y"):
        load([CONV, ("Erf", "c", "y")], C)


NORMS = {
    "layer norm": [
        ("ReduceMean", "x", "m", {"axes": [-1]}), ("Sub", "x m", "d"), ("Pow", "d two", "p"),
        ("ReduceMean", "p", "v", {"axes": [-1]}), ("Add", "v eps", "e"), ("Sqrt", "e", "s"),
        ("Div", "d s", "n"),
    ],
    "layer norm, square as product, reciprocal": [
        ("ReduceMean", "x", "m", {"axes": [2]}), ("Sub", "x m", "d"), ("Mul", "d d", "p"),
        ("ReduceMean", "p", "v", {"axes": [2]}), ("Add", "v eps", "e"), ("Sqrt", "e", "s"),
        ("Reciprocal", "s", "r"), ("Mul", "d r", "n"),
    ],
    "root mean square norm": [
        ("Pow", "x two", "p"), ("ReduceMean", "p", "v", {"axes": [-1]}), ("Add", "v eps", "e"),
        ("Sqrt", "e", "s"), ("Div", "x s", "n"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("form", NORMS)
@pytest.mark.parametrize("tail", [0, 1, 2])
def test_norm_in_any_form_is_one_operator_with_its_learnables(load, form: str, tail: int) -> None:
    lines = [*NORMS[form], ("Mul", "n gamma", "g"), ("Add", "beta g", "b")][
        : len(NORMS[form]) + tail
    ]
    numbers = {"two": number(2), "eps": number(1e-5), "gamma": [16], "beta": [16]}
    last = lines[-1][2]
    network = load(lines, numbers, {"x": [1, 5, 16]}, outputs=last)
    assert [(op.kind, op.params, op.input_shape) for op in network] == [
        ("norm", 16 * tail, (16, 5, 1))
    ]


def test_norm_over_the_channels_of_a_map_keeps_the_map(load) -> None:
    lines = [
        CONV, ("ReduceMean", "c", "m", {"axes": [1]}), ("Sub", "c m", "d"), ("Mul", "d d", "p"),
        ("ReduceMean", "p", "v", {"axes": [1]}), ("Add", "v eps", "e"), ("Sqrt", "e", "s"),
        ("Div", "d s", "n"), ("Mul", "n gamma", "y"),
    ]  # fmt: skip
    network = load(lines, C | {"eps": number(1e-5), "gamma": [8, 1, 1]})
    assert [(op.kind, op.output_shape, op.params) for op in network] == [
        ("conv", (8, 6, 6), 64), ("norm", (8, 6, 6), 8),
    ]  # fmt: skip


def test_function_of_a_mean_is_applied_to_the_pooled_map(load) -> None:
    lines = [
        CONV, ("ReduceMean", "c", "m", {"axes": [2, 3]}), ("Sigmoid", "m", "s"),
        ("Mul", "m s", "y"),
    ]  # fmt: skip
    network = load(lines, C)
    assert [(op.name, getattr(op, "function", op.kind), op.output_shape) for op in network] == [
        ("c", "conv", (8, 6, 6)), ("m", "pool", (8, 1, 1)), ("y", "silu", (8, 1, 1)),
    ]  # fmt: skip


def test_mean_that_no_norm_follows_is_a_global_pool(load) -> None:
    network = load([("ReduceMean", "x", "y", {"axes": [2, 3], "keepdims": 0})])
    (pool,) = network.operators
    assert (pool.kind, pool.mode, pool.kernel) == ("pool", "global", (6, 6))


def test_every_elementwise_node_may_be_part_of_a_curve() -> None:
    assert {"Sigmoid", "Erf", "Clip", "Pow", "ReduceMean", "Expand"} <= ON_CURVES
