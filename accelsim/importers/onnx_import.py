"""From an ONNX file to a network, node by node; everything that has no operator is listed at once.

Nodes that compute sizes are evaluated. Steps of an activation are put together (`curves`). Every
other node has a function in `NATIVE` that appends operators to the network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from accelsim.errors import InputError, Problem, UsageError, WorkloadError, suggestion
from accelsim.importers import (
    cuts,
    einsum,
    joins,
    maps,
    moves,
    paddings,
    pointwise,
    products,
    windows,
)
from accelsim.importers.curves import ON_CURVES, curve_of
from accelsim.importers.elementwise import NotEvaluatedError
from accelsim.importers.entries import entry
from accelsim.importers.evaluation import OPERATIONS, evaluate
from accelsim.importers.graph import (
    Array,
    Constant,
    Graph,
    Node,
    Sizes,
    read_graph,
    refuse,
    stated_shapes,
)
from accelsim.importers.layout import View
from accelsim.importers.workbench import (
    MIXED,
    BlockedError,
    Deferred,
    UnsupportedError,
    Value,
    Workbench,
)
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network


class Options(NamedTuple):
    """What a file leaves open: images at a time, sizes of inputs, nodes to leave out."""

    batch: int | None = None
    input_shape: Sequence[int] | Mapping[str, Sequence[int]] | None = None
    skip: tuple[str, ...] = ()


Converter = Callable[[Workbench, Node], None]

NATIVE: dict[str, Converter] = {
    "Conv": windows.conv,
    "ConvTranspose": windows.conv_transpose,
    "MaxPool": windows.pool,
    "AveragePool": windows.pool,
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool"), maps.global_pool),
    **dict.fromkeys(("ReduceMean", "ReduceMax", "ReduceSum"), maps.reduction),
    **dict.fromkeys(("Resize", "Upsample"), maps.resize),
    "Pad": paddings.pad,
    "Gemm": products.gemm,
    "MatMul": products.matmul,
    "Einsum": einsum.einsum,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "Sum", "Max", "Min"), pointwise.binary),
    "Pow": pointwise.power,
    "Where": pointwise.where,
    **dict.fromkeys(
        (
            "LayerNormalization", "GroupNormalization", "InstanceNormalization", "RMSNormalization",
            "SimplifiedLayerNormalization", "LRN", "LpNormalization", "MeanVarianceNormalization",
        ),
        pointwise.norm,
    ),
    "BatchNormalization": pointwise.batch_norm,
    **dict.fromkeys(("Softmax", "LogSoftmax"), pointwise.softmax),
    **dict.fromkeys(
        ("Identity", "Dropout", "Cast", "CastLike", "QuantizeLinear", "DequantizeLinear"),
        moves.identity,
    ),
    "Reshape": moves.reshape,
    "Flatten": moves.flatten,
    "Squeeze": moves.squeeze,
    "Unsqueeze": moves.unsqueeze,
    "Transpose": moves.transpose,
    "DepthToSpace": moves.depth_to_space,
    "SpaceToDepth": moves.space_to_depth,
    "Expand": moves.expand,
    "Tile": moves.tile,
    "Concat": joins.concat,
    "Split": cuts.split,
    "Slice": cuts.slice_,
    "Gather": cuts.gather,
}  # fmt: skip
"""Op type -> what appends its operators."""

NO_OPERATOR = "it has no operator here"


def network_from_onnx(path: str | Path, options: Options = Options()) -> Network:  # noqa: B008
    """The network of an ONNX file, with or without the values of its weights, for one image.

    The first axis of an input is the batch. Where nodes mix its images, it is none (recurrent
    order, time x batch x channels), and all of the input is one image.
    Raises InputError for a file that is no ONNX graph, and one that lists every node without an
    operator; UsageError where the package onnx is missing.
    """
    graph = read_graph(path)
    importer = _converted(graph, options, has_batch=True)
    if any(MIXED in problem for problem in importer.problems.values()):
        other = _converted(graph, options, has_batch=False)
        importer = importer if other.problems else other
    return importer.network()


def _converted(graph: Graph, options: Options, *, has_batch: bool) -> _Importer:
    net = NetworkBuilder(Path(graph.path).stem, graph.source)
    importer = _Importer(Workbench(graph, net), options)
    importer.read_inputs(has_batch)
    importer.run()
    return importer


class _Importer:
    """A graph on its way into a network."""

    def __init__(self, bench: Workbench, options: Options) -> None:
        self.bench, self.graph, self.options = bench, bench.graph, options
        self.problems: dict[str, str] = {}
        self._shapes: dict[str, Sizes] | None = None
        bench.convert, bench.native = self.convert, self.native
        self._check_words()

    def _check_words(self) -> None:
        """Refuse nodes to skip and inputs that the graph does not have."""
        shapes = self.options.input_shape
        for word in shapes if isinstance(shapes, Mapping) else ():
            if word not in self.graph.inputs:
                names = ", ".join(self.graph.inputs)
                raise UsageError(f"{self.graph.path}: no input is named '{word}'; it has {names}")
        known = {word for node in self.graph.nodes for word in (node.name, node.op)}
        for word in self.options.skip:
            if word not in known:
                raise UsageError(
                    f"{self.graph.path}: no node to skip has the name or op '{word}'"
                    f"{suggestion(word, known)}"
                )

    def read_inputs(self, has_batch: bool) -> None:
        """State where the axes of the graph's inputs lie."""
        options = self.options
        for name, sizes in self.graph.inputs.items():
            given = options.input_shape
            own = given.get(name) if isinstance(given, Mapping) else given
            if self.bench.readers(name):
                made = entry(self.graph, name, sizes, options.batch, own)
                made.has_batch = has_batch
                self.bench.values[name] = made

    def run(self) -> None:
        """Convert all nodes, and what the graph returns."""
        for node in self.graph.nodes:
            if node.name not in self.bench.done:
                self.attempt(node, self.convert)
        for output in self.graph.outputs:
            self.attempt(Node("", "", (output,), (), {}), self._return)

    def attempt(self, node: Node, act: Callable[[Node], None]) -> None:
        """Do something for a node; note why it cannot be done."""
        try:
            act(node)
            return
        except UnsupportedError as error:
            self._note(error.node, error.reason)
        except NotEvaluatedError as error:
            self._note(node, str(error))
        except WorkloadError as error:
            self._note(node, str(error))
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            self._note(node, f"its attributes or inputs make no sense: {error}")
        except BlockedError:
            if not self._has_converter(node):
                self._note(node, NO_OPERATOR)
        self.bench.values.update(dict.fromkeys(node.outputs))

    def _has_converter(self, node: Node) -> bool:
        """Whether the node could be one of a network, if what it reads were known."""
        known = node.op in NATIVE or node.op in ON_CURVES or node.op in OPERATIONS
        return known or not node.op or bool({node.name, node.op} & set(self.options.skip))

    def _note(self, node: Node, reason: str) -> None:
        self.problems.setdefault(node.name, f"{node.op}: {reason}")
        self.bench.values.update(dict.fromkeys(node.outputs))

    def _return(self, node: Node) -> None:
        """Write down what is still open of a result of the graph."""
        if self.bench.constant(node, 0) is None:
            self.bench.view(node)

    def convert(self, node: Node) -> None:
        """A node whose inputs are known: left out, evaluated, kept as a curve, or converted."""
        if {node.name, node.op} & set(self.options.skip):
            self._skip(node)
            return
        values = [self.bench.value(name) for name in node.inputs]
        if all(value is None or isinstance(value, Constant) for value in values):
            self._evaluate(node, values)
        elif node.op in ("Shape", "Size"):
            shapes = [
                Constant(_shell(value)) for value in values if isinstance(value, View | Deferred)
            ]
            self._evaluate(node, shapes)
        elif curve := curve_of(self.bench, node):
            self.bench.give(node, curve)
            shared = len(self.bench.readers(node.outputs[0])) > 1
            if shared and curve.match and curve.match.function:
                self.bench.values[node.outputs[0]] = curve.drawn(self.bench)
        else:
            self.native(node)

    def _evaluate(self, node: Node, values: Sequence[Value | None]) -> None:
        constants = [value if isinstance(value, Constant) else None for value in values]
        arrays = [None if constant is None else constant.array for constant in constants]
        learned = frozenset().union(*(c.learned for c in constants if c is not None))
        for output, array in zip(node.outputs, evaluate(node, arrays), strict=False):
            is_float = array.dtype.kind not in "iubO"
            self.bench.values[output] = Constant(array, learned if is_float else frozenset())

    def native(self, node: Node) -> None:
        """Append the operators of a node."""
        if node.op not in NATIVE:
            raise UnsupportedError(node, NO_OPERATOR)
        NATIVE[node.op](self.bench, node)

    def _skip(self, node: Node) -> None:
        """Pass the first input on; where sizes change, the results come from outside instead."""
        first = self.bench.value(node.inputs[0]) if node.inputs and node.inputs[0] else None
        stated = self._stated()
        for output in filter(None, node.outputs):
            sizes = stated.get(output, ())
            known = all(isinstance(side, int) for side in sizes[1:])
            if first is not None and (not sizes or not known or sizes[1:] == first.shape[1:]):
                self.bench.values[output] = first
            elif sizes and known:
                self.bench.values[output] = entry(self.graph, output, sizes, self.options.batch)
            else:
                raise UnsupportedError(node, "cannot be left out, since what it makes is unknown")

    def _stated(self) -> dict[str, Sizes]:
        if self._shapes is None:
            self._shapes = stated_shapes(self.graph.path)
        return self._shapes

    def network(self) -> Network:
        """The network, or all problems at once."""
        if self.problems:
            raise InputError([self._problem(*found) for found in self.problems.items()])
        if not self.bench.net.operators:
            refuse(self.graph.path, "", "nothing in it depends on an input")
        return self.bench.net.build()

    def _problem(self, name: str, message: str) -> Problem:
        if not name:
            return Problem(self.graph.path, 1, 1, "", message)
        advice = f"leave it out with --skip {name}"
        return Problem(self.graph.path, 1, 1, f"node '{name}'", f"{message}; {advice}")


def _shell(value: View | Deferred) -> Array:
    """An array of the shape of a value, for nodes that ask for nothing else."""
    return np.broadcast_to(np.float32(0), value.shape)
