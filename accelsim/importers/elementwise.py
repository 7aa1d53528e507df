"""ONNX nodes that compute every element by itself, on numpy arrays.

Semantics follow the ONNX operator specification (onnx.ai/onnx/operators).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import erf
from typing import Any

import numpy as np

from accelsim.importers.graph import Array, Node

Arguments = Sequence[Array | None]
Function = Callable[[Node, Arguments], Any]


class NotEvaluatedError(Exception):
    """A node that cannot be computed on arrays."""


def need(array: Array | None) -> Array:
    """An input that must not be left out."""
    if array is None:
        raise NotEvaluatedError("an input is missing")
    return array


def argument(node: Node, name: str, index: int, arrays: Arguments) -> Array | None:
    """What newer opsets read as an input and older ones had as an attribute."""
    if index < len(arrays) and arrays[index] is not None:
        return arrays[index]
    return np.asarray(node.attributes[name]) if name in node.attributes else None


def _divide(node: Node, arrays: Arguments) -> Any:
    left, right = need(arrays[0]), need(arrays[1])
    if left.dtype.kind in "iu" and right.dtype.kind in "iu":
        return np.fix(left / right).astype(left.dtype)  # towards zero, as in C
    return np.true_divide(left, right)


def _clip(node: Node, arrays: Arguments) -> Any:
    low, high = argument(node, "min", 1, arrays), argument(node, "max", 2, arrays)
    data = need(arrays[0])
    data = data if low is None else np.maximum(data, low)
    return data if high is None else np.minimum(data, high)


def _hard_sigmoid(node: Node, arrays: Arguments) -> Any:
    alpha, beta = node.attributes.get("alpha", 0.2), node.attributes.get("beta", 0.5)
    return np.clip(alpha * need(arrays[0]) + beta, 0, 1)


def _gelu(node: Node, arrays: Arguments) -> Any:
    x = need(arrays[0])
    if node.word("approximate", "none") == "tanh":
        return x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    return x / 2 * (1 + _erf(x / np.sqrt(2)))


def _sigmoid(x: Array) -> Any:
    return 1 / (1 + np.exp(-x))


_erf = np.vectorize(erf, otypes=[float])


def unary(function: Callable[[Array], Any]) -> Function:
    """An operation on the first input."""
    return lambda node, arrays: function(need(arrays[0]))


def variadic(function: Callable[[Any, Any], Any]) -> Function:
    """An operation that joins two inputs, or more one after the other."""
    return lambda node, arrays: reduce(function, [need(array) for array in arrays])


ELEMENTWISE: dict[str, Function] = {
    "Abs": unary(np.abs),
    "Add": variadic(np.add),
    "And": variadic(np.logical_and),
    "Ceil": unary(np.ceil),
    "Clip": _clip,
    "Cos": unary(np.cos),
    "Div": _divide,
    "Elu": lambda node, arrays: np.where(
        need(arrays[0]) > 0,
        arrays[0],
        node.attributes.get("alpha", 1.0) * np.expm1(need(arrays[0])),
    ),
    "Equal": variadic(np.equal),
    "Erf": unary(_erf),
    "Exp": unary(np.exp),
    "Floor": unary(np.floor),
    "Gelu": _gelu,
    "Greater": variadic(np.greater),
    "GreaterOrEqual": variadic(np.greater_equal),
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": unary(lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "LeakyRelu": lambda node, arrays: np.where(
        need(arrays[0]) > 0, arrays[0], node.attributes.get("alpha", 0.01) * need(arrays[0])
    ),
    "Less": variadic(np.less),
    "LessOrEqual": variadic(np.less_equal),
    "Log": unary(np.log),
    "Max": variadic(np.maximum),
    "Min": variadic(np.minimum),
    "Mish": unary(lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    "Mod": variadic(np.mod),
    "Mul": variadic(np.multiply),
    "Neg": unary(np.negative),
    "Not": unary(np.logical_not),
    "Or": variadic(np.logical_or),
    "Pow": lambda node, arrays: np.power(need(arrays[0]), need(arrays[1])),
    "Reciprocal": unary(lambda x: 1 / x),
    "Relu": unary(lambda x: np.maximum(x, 0)),
    "Round": unary(np.rint),
    "Sigmoid": unary(_sigmoid),
    "Sin": unary(np.sin),
    "Softplus": unary(lambda x: np.log1p(np.exp(x))),
    "Sqrt": unary(np.sqrt),
    "Sub": variadic(np.subtract),
    "Swish": lambda node, arrays: (
        need(arrays[0]) * _sigmoid(node.attributes.get("alpha", 1.0) * need(arrays[0]))
    ),
    "Tanh": unary(np.tanh),
    "Where": lambda node, arrays: np.where(*(need(array) for array in arrays)),
}
"""Op type -> its function of (node, arrays)."""
