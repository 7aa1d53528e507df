"""An ONNX file as nodes, constants and inputs; works without the values of the weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from accelsim.errors import InputError, Problem, UsageError
from accelsim.importers.order import Step, in_order, needed

if TYPE_CHECKING:
    import onnx

Array = NDArray[Any]
Sizes = tuple[int | str, ...]
"""Sizes of a tensor as the file states them; a word stands for one that it leaves open."""

MOST_VALUES = 1 << 16
"""Larger constants are weights, whose values do not matter."""


class Node(NamedTuple):
    """One operation; "" stands for an input or output that is left out. Names are unique."""

    name: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]

    def whole(self, attribute: str, usual: int) -> int:
        """A whole number among the attributes."""
        return int(self.attributes.get(attribute, usual))

    def wholes(self, attribute: str) -> tuple[int, ...] | None:
        """Whole numbers among the attributes."""
        found = self.attributes.get(attribute)
        return None if found is None else tuple(int(number) for number in found)

    def word(self, attribute: str, usual: str) -> str:
        """A word among the attributes."""
        return str(self.attributes.get(attribute, usual))


class Constant(NamedTuple):
    """An array that does not depend on the image; values that the file lacks are not-a-number.

    `learned` holds the name and the number of elements of every weight that it was made from.
    """

    array: Array
    learned: frozenset[tuple[str, int]] = frozenset()

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the ONNX tensor."""
        return self.array.shape

    @property
    def learnables(self) -> int:
        """Elements that were learned."""
        return sum(count for _, count in self.learned)


class Graph(NamedTuple):
    """The part of an ONNX file that says what is computed; nodes stand in order of execution."""

    path: str
    source: str
    inputs: dict[str, Sizes]
    outputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    constants: dict[str, Constant]


def read_graph(path: str | Path) -> Graph:
    """The nodes that the outputs depend on; InputError for a file that is no complete graph."""
    model = _load(str(path))
    graph = model.graph
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    if not graph.node or not graph.output or not opsets:
        missing = "node" if not graph.node else "output" if not graph.output else "opset"
        refuse(path, "", f"is not a complete ONNX file: it has no {missing}; export it again")
    try:
        constants = _constants(graph)
        named = _named(graph.node)
    except (LookupError, TypeError, ValueError) as error:
        refuse(path, "", f"holds a tensor or attribute that makes no sense ({error}); export again")
    outputs = tuple(output.name for output in graph.output)
    inputs = {entry.name: _sizes(entry) for entry in graph.input if entry.name not in constants}
    nodes = _executed(str(path), named, outputs, (set(constants), set(inputs)))
    producer = " ".join(word for word in (model.producer_name, model.producer_version) if word)
    return Graph(
        path=str(path),
        source=f"ONNX file {Path(path).name}, opset {opsets.get('', 0)}"
        + (f", written by {producer}" if producer else ""),
        inputs=inputs,
        outputs=outputs,
        nodes=nodes,
        constants=constants,
    )


def stated_shapes(path: str | Path) -> dict[str, Sizes]:
    """Shapes of tensors as far as the file states them or onnx can infer them."""
    import onnx  # noqa: PLC0415

    model = onnx.shape_inference.infer_shapes(_load(str(path)))
    graph = model.graph
    return {entry.name: _sizes(entry) for entry in (*graph.value_info, *graph.output)}


def refuse(path: str | Path, field: str, message: str) -> NoReturn:
    """Raise the one problem of a file; a binary file has no lines, so its nodes are the places."""
    raise InputError([Problem(str(path), 1, 1, field, message)])


def _load(path: str) -> onnx.ModelProto:
    try:
        import onnx  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            f"{path}: ONNX files are read with the package onnx; pip install accelsim[onnx]"
        ) from None
    from google.protobuf.message import DecodeError  # noqa: PLC0415
    from onnx.inliner import inline_local_functions  # noqa: PLC0415

    try:
        model = onnx.load(path, load_external_data=False)
        if model.functions:
            model = inline_local_functions(model)
    except DecodeError as error:
        refuse(
            path, "", f"is not a complete ONNX file ({error}); copy it or export the network again"
        )
    except OSError as error:
        refuse(path, "", f"cannot be read: {error.strerror}")
    return model


def _constants(graph: onnx.GraphProto) -> dict[str, Constant]:
    dense = {tensor.name: _constant(tensor) for tensor in graph.initializer}
    sparse = graph.sparse_initializer
    return dense | {t.values.name: _weight(t.values.name, t.dims) for t in sparse}


def _constant(tensor: onnx.TensorProto) -> Constant:
    """An initialiser with its values where the file has them and they may matter."""
    import onnx  # noqa: PLC0415

    count = prod(tensor.dims)
    external = tensor.data_location == onnx.TensorProto.EXTERNAL
    if external or count > MOST_VALUES:
        return _weight(tensor.name, tensor.dims, _is_float(tensor.data_type))
    try:
        array = onnx.numpy_helper.to_array(tensor)
    except (ValueError, TypeError):  # dims without data: weights were taken out of the file
        return _weight(tensor.name, tensor.dims, _is_float(tensor.data_type))
    learned = frozenset({(tensor.name, count)} if _is_float(tensor.data_type) else ())
    return Constant(array, learned)


def _weight(name: str, dims: Iterable[int], is_float: bool = True) -> Constant:
    """A constant without values: one not-a-number (or 0) seen at every position."""
    shape = tuple(dims)
    value = np.float32(np.nan) if is_float else np.int64(0)
    learned = frozenset({(name, prod(shape))} if is_float else ())
    return Constant(np.broadcast_to(value, shape), learned)


def _is_float(data_type: int) -> bool:
    import onnx  # noqa: PLC0415

    dtype = onnx.helper.tensor_dtype_to_np_dtype(data_type)
    return dtype.kind not in "iubO"


def _sizes(entry: onnx.ValueInfoProto) -> Sizes:
    return tuple(
        dim.dim_value if dim.dim_value > 0 else dim.dim_param or "?"
        for dim in entry.type.tensor_type.shape.dim
    )


def _named(protos: Sequence[onnx.NodeProto]) -> list[Node]:
    """Nodes with names of their own: those of the file, where there are any."""
    taken: set[str] = set()
    nodes = []
    for index, proto in enumerate(protos):
        base = name = proto.name or f"{proto.op_type}_{index}"
        repeat = 1
        while name in taken:
            repeat += 1
            name = f"{base}_{repeat}"
        taken.add(name)
        values = {entry.name: _attribute(entry) for entry in proto.attribute}
        nodes.append(Node(name, proto.op_type, tuple(proto.input), tuple(proto.output), values))
    return nodes


def _attribute(entry: onnx.AttributeProto) -> Any:
    """The value of an attribute: number, word, list of them, array."""
    import onnx  # noqa: PLC0415

    value = onnx.helper.get_attribute_value(entry)
    if isinstance(value, onnx.TensorProto):
        return _constant(value).array
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _executed(
    path: str, nodes: Sequence[Node], outputs: Sequence[str], given: tuple[set[str], set[str]]
) -> tuple[Node, ...]:
    """The nodes that the outputs depend on, in an order in which they can be converted.

    `given` are the names of constants and of inputs.
    """
    steps = [Step(*node[:4]) for node in nodes]
    kept = [nodes[index] for index in needed(steps, outputs)]
    made = {""}.union(*given, *(node.outputs for node in kept))
    problems = [
        Problem(path, 1, 1, f"node '{node.name}'", f"reads '{name}', which nothing makes")
        for node in kept
        for name in node.inputs
        if name not in made
    ]
    order, cyclic = in_order([Step(*node[:4]) for node in kept], constants=given[0])
    if cyclic:
        names = ", ".join(kept[index].name for index in cyclic[:5])
        problems.append(Problem(path, 1, 1, "", f"nodes read each other in a cycle: {names}"))
    if problems:
        raise InputError(problems)
    return tuple(kept[index] for index in order)
