"""ONNX nodes on numpy arrays: what sizes are computed with, and functions of one variable.

Only nodes without weights are here. Semantics follow the ONNX operator specification
(onnx.ai/onnx/operators); the tests compare with onnx's own reference evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from accelsim.importers.elementwise import (
    ELEMENTWISE,
    Arguments,
    Function,
    NotEvaluatedError,
    argument,
    need,
    unary,
    variadic,
)
from accelsim.importers.graph import Array, Node


def evaluate(node: Node, arrays: Arguments) -> tuple[Array, ...]:
    """Outputs of a node; None stands for an input that is left out.

    Nodes that are not in the table, which are rare, go through onnx's slow reference evaluator.
    """
    try:
        with np.errstate(all="ignore"):
            operation: Function = OPERATIONS.get(node.op, _reference)
            made = operation(node, arrays)
    except (ValueError, IndexError, TypeError, KeyError, MemoryError) as error:
        raise NotEvaluatedError(f"cannot be computed: {error}") from error
    return tuple(np.asarray(out) for out in made) if isinstance(made, tuple) else (
        np.asarray(made),
    )  # fmt: skip


def _reference(node: Node, arrays: Arguments) -> tuple[Array, ...]:
    """Outputs by the reference evaluator of the package onnx."""
    from onnx import defs, helper  # noqa: PLC0415
    from onnx.reference import ReferenceEvaluator  # noqa: PLC0415

    evaluator: Any = ReferenceEvaluator

    if not defs.has(node.op):
        raise NotEvaluatedError("it has no operator here")
    make_node: Any = helper.make_node
    proto = make_node(node.op, node.inputs, node.outputs, **node.attributes)
    feeds = {
        name: np.ascontiguousarray(array)
        for name, array in zip(node.inputs, arrays, strict=True)
        if array is not None
    }
    try:
        return tuple(evaluator(proto).run(None, feeds))
    except Exception as error:  # it raises anything
        raise NotEvaluatedError(f"cannot be computed: {error}") from error


def whole_numbers(array: Array | None) -> list[int]:
    """An array as a list of whole numbers; one value is a list of one."""
    if array is None:
        raise NotEvaluatedError("sizes are missing")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise NotEvaluatedError("sizes are not in the file")
    return [int(number) for number in np.atleast_1d(array)]


def normal_axes(axes: Sequence[int], rank: int) -> list[int]:
    """Axes counted from the front."""
    return [axis + rank if axis < 0 else axis for axis in axes]


def target_shape(node: Node, sizes: Sequence[int], given: Sequence[int]) -> list[int]:
    """Shape that a Reshape asks for: 0 keeps a size, -1 takes what is left."""
    keeps = not node.whole("allowzero", 0)
    shape = [given[axis] if length == 0 and keeps else length for axis, length in enumerate(sizes)]
    if -1 in shape:
        known = reduce(lambda a, b: a * b, (length for length in shape if length != -1), 1)
        total = reduce(lambda a, b: a * b, given, 1)
        shape[shape.index(-1)] = total // known if known else 0
    return shape


def section_sizes(node: Node, arrays: Arguments, length: int) -> list[int]:
    """Lengths of the parts of a Split."""
    sizes = argument(node, "split", 1, arrays)
    if sizes is not None:
        return whole_numbers(sizes)
    parts = node.whole("num_outputs", len(node.outputs))
    part = -(-length // parts)
    return [min(part, length - part * index) for index in range(parts)]


def slices(node: Node, arrays: Arguments, rank: int) -> dict[int, slice]:
    """Axis -> range, of a Slice."""
    starts = whole_numbers(argument(node, "starts", 1, arrays))
    ends = whole_numbers(argument(node, "ends", 2, arrays))
    axes = argument(node, "axes", 3, arrays)
    steps = argument(node, "steps", 4, arrays)
    places = list(range(len(starts))) if axes is None else whole_numbers(axes)
    strides = [1] * len(starts) if steps is None else whole_numbers(steps)
    found = {}
    for axis, start, end, step in zip(
        normal_axes(places, rank), starts, ends, strides, strict=True
    ):
        stop = None if step < 0 and end < -(1 << 31) + 1 else end
        found[axis] = slice(start, stop, step)
    return found


def _slice(node: Node, arrays: Arguments) -> Array:
    data = need(arrays[0])
    ranges = slices(node, arrays, data.ndim)
    return data[tuple(ranges.get(axis, slice(None)) for axis in range(data.ndim))]


def _unsqueeze(node: Node, arrays: Arguments) -> Array:
    data = need(arrays[0])
    axes = whole_numbers(argument(node, "axes", 1, arrays))
    return np.expand_dims(data, tuple(normal_axes(axes, data.ndim + len(axes))))


def _squeeze(node: Node, arrays: Arguments) -> Array:
    axes = argument(node, "axes", 1, arrays)
    return np.squeeze(need(arrays[0]), None if axes is None else tuple(whole_numbers(axes)))


def _split(node: Node, arrays: Arguments) -> tuple[Array, ...]:
    data, axis = need(arrays[0]), node.whole("axis", 0)
    lengths = section_sizes(node, arrays, data.shape[axis])
    return tuple(np.split(data, np.cumsum(lengths)[:-1], axis))


def _reshape(node: Node, arrays: Arguments) -> Array:
    data = need(arrays[0])
    sizes = whole_numbers(argument(node, "shape", 1, arrays))
    return data.reshape(target_shape(node, sizes, data.shape))


def _flatten(node: Node, arrays: Arguments) -> Array:
    data = need(arrays[0])
    axis = node.whole("axis", 1)
    front = int(np.prod(data.shape[:axis], dtype=np.int64))
    return data.reshape(front, -1)


def _reduce(function: Callable[..., Array]) -> Function:
    def run(node: Node, arrays: Arguments) -> Array:
        data = need(arrays[0])
        axes = argument(node, "axes", 1, arrays)
        if axes is None and node.whole("noop_with_empty_axes", 0):
            return data
        where = None if axes is None else tuple(whole_numbers(axes))
        return function(data, axis=where, keepdims=bool(node.whole("keepdims", 1)))

    return run


def _cast(node: Node, arrays: Arguments) -> Array:
    import onnx  # noqa: PLC0415

    dtype = onnx.helper.tensor_dtype_to_np_dtype(node.whole("to", onnx.TensorProto.FLOAT))
    return need(arrays[0]).astype(dtype)


def _constant_of_shape(node: Node, arrays: Arguments) -> Array:
    value = np.asarray(node.attributes.get("value", np.float32(0))).reshape(-1)[0]
    return np.broadcast_to(value, whole_numbers(arrays[0]) if need(arrays[0]).size else ())


def _constant(node: Node, arrays: Arguments) -> Array:
    kind, value = next(iter(node.attributes.items()))
    real = np.float32 if kind.startswith("value_float") else None
    return np.asarray(value, dtype=real)


def _gather(node: Node, arrays: Arguments) -> Array:
    return np.take(need(arrays[0]), need(arrays[1]).astype(np.int64), node.whole("axis", 0))


def _shape(node: Node, arrays: Arguments) -> Array:
    sizes = np.array(need(arrays[0]).shape, dtype=np.int64)
    return sizes[node.whole("start", 0) : node.attributes.get("end")]


def _same(node: Node, arrays: Arguments) -> Array:
    return need(arrays[0])


OPERATIONS: dict[str, Function] = {
    **ELEMENTWISE,
    "Cast": _cast,
    "CastLike": _same,
    "Concat": lambda node, arrays: np.concatenate(list(arrays), node.whole("axis", 0)),
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "CumSum": lambda node, arrays: np.cumsum(need(arrays[0]), int(need(arrays[1]).reshape(-1)[0])),
    "DequantizeLinear": _same,
    "Dropout": _same,
    "Expand": lambda node, arrays: np.broadcast_to(
        need(arrays[0]), np.broadcast_shapes(need(arrays[0]).shape, whole_numbers(arrays[1]))
    ),
    "Flatten": _flatten,
    "Gather": _gather,
    "Identity": _same,
    "MatMul": variadic(np.matmul),
    "QuantizeLinear": _same,
    "Range": lambda node, arrays: np.arange(*(np.asarray(array).item() for array in arrays)),
    "ReduceL2": _reduce(lambda x, **keys: np.sqrt(np.sum(x * x, **keys))),
    "ReduceMax": _reduce(np.max),
    "ReduceMean": _reduce(np.mean),
    "ReduceMin": _reduce(np.min),
    "ReduceProd": _reduce(np.prod),
    "ReduceSum": _reduce(np.sum),
    "ReduceSumSquare": _reduce(lambda x, **keys: np.sum(x * x, **keys)),
    "Reshape": _reshape,
    "Shape": _shape,
    "Size": unary(lambda x: np.int64(x.size)),
    "Slice": _slice,
    "Split": _split,
    "Squeeze": _squeeze,
    "Tile": lambda node, arrays: np.tile(need(arrays[0]), whole_numbers(arrays[1])),
    "Transpose": lambda node, arrays: np.transpose(need(arrays[0]), node.wholes("perm")),
    "Unsqueeze": _unsqueeze,
}
"""Op type -> its function of (node, arrays)."""
