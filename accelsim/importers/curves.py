"""Functions of one variable, told apart by computing them.

An exporter writes x*sigmoid(x) as two nodes, GELU as five and a layer norm as nine, each in several
orders. So a chain of nodes that depends on one tensor and on plain numbers is kept as a `Curve`
until an operator needs it; then it is computed on sample values and compared with the functions
that there are. Whatever equals one of them up to a factor and an offset, which the next operator
absorbs, is that function.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, Union

import numpy as np

from accelsim.importers.elementwise import ELEMENTWISE, NotEvaluatedError, argument, need
from accelsim.importers.evaluation import evaluate, normal_axes, whole_numbers
from accelsim.importers.graph import Array, Constant, Node
from accelsim.importers.layout import View
from accelsim.importers.recognition import SAMPLES, Match, recognised, recognised_norm
from accelsim.importers.workbench import Deferred, UnsupportedError, Workbench

REDUCTIONS = ("ReduceL2", "ReduceMax", "ReduceMean", "ReduceSum", "ReduceSumSquare")
ON_CURVES = {*ELEMENTWISE, *REDUCTIONS, "Expand"}


class Learned(NamedTuple):
    """Scale or shift of a norm, by a neutral number in its place."""

    neutral: float
    learnables: int


Part = Union["Curve", View, Array, Learned, None]
"""What a curve reads; None stands for an input that is left out."""


class Curve(Deferred):
    """A node whose inputs are one tensor, curves over it, and plain numbers."""

    def __init__(self, node: Node, base: View, arguments: Sequence[Part]):
        self.node, self.base, self.arguments = node, base, arguments
        self.curves = [argument for argument in arguments if isinstance(argument, Curve)]
        shapes = [a.shape for a in arguments if isinstance(a, Curve | View)]
        self.shape = self._reduced() if node.op in REDUCTIONS else np.broadcast_shapes(*shapes)

    def _reduced(self) -> tuple[int, ...]:
        sizes = list(self.arguments[0].shape)  # type: ignore[union-attr]
        for axis in self._own_axes():
            sizes[axis] = 1
        return tuple(sizes)

    def _own_axes(self) -> tuple[int, ...]:
        """Axes over which the node itself reduces."""
        if self.node.op not in REDUCTIONS:
            return ()
        arrays = [a if isinstance(a, np.ndarray) else None for a in self.arguments]
        axes = argument(self.node, "axes", 1, arrays)
        rank = len(self.base.axes)
        return tuple(normal_axes(range(rank) if axes is None else whole_numbers(axes), rank))

    @cached_property
    def axes(self) -> frozenset[tuple[int, ...]]:
        """Sets of axes over which this and the curves under it reduce."""
        own = self._own_axes()
        return frozenset({own} if own else ()).union(*(curve.axes for curve in self.curves))

    @property
    def learnables(self) -> int:
        """Elements of all scales and shifts."""
        own = sum(a.learnables for a in self.arguments if isinstance(a, Learned))
        return own + sum(curve.learnables for curve in self.curves)

    def on(self, samples: Array) -> Array:
        """The curve's values where the variable has these."""

        def array(part: Part) -> Array | None:
            match part:
                case Curve():
                    return part.on(samples)
                case View():
                    return samples
                case Learned(neutral=neutral):
                    return np.asarray(neutral)
            return part

        if self.node.op == "Expand":
            return need(array(self.arguments[0]))
        return evaluate(self.node, [array(part) for part in self.arguments])[0]

    @cached_property
    def match(self) -> Match | None:
        """What this computes, or None when it is nothing known."""
        rank = len(self.base.axes)
        if len(self.axes) > 1 or self.shape != self.base.shape:
            return None
        shape = [1] * rank
        if rank:
            shape[max(next(iter(self.axes))) if self.axes else -1] = len(SAMPLES)
        samples = SAMPLES.reshape(shape) if rank else SAMPLES
        try:
            values, doubled = self.on(samples), self.on(2 * samples)
        except NotEvaluatedError:
            return None
        if values.size != len(SAMPLES):
            return None
        if not self.axes:
            return recognised(values.reshape(-1))
        return recognised_norm(values.reshape(-1), doubled.reshape(-1), self.learnables)

    def drawn(self, bench: Workbench) -> View:
        """An activation, a norm or the variable itself; else what the last node alone does."""
        if self.match:
            return self._written(bench, self.match)
        output = self.node.outputs[0]
        if self.curves and self.axes:
            self._rebuilt(bench)
        elif self.curves:
            for index, part in enumerate(self.arguments):
                if isinstance(part, Curve):
                    bench.view(self.node, index)
            bench.convert(self.node)
        else:
            bench.native(self.node)
        value = bench.value(output)
        if value is None or isinstance(value, Constant):
            raise UnsupportedError(self.node, "it computes no known function")
        return value.drawn(bench) if isinstance(value, Deferred) else value

    def _rebuilt(self, bench: Workbench) -> None:
        """Write the reductions next to the variable as pools, and start anew from there."""
        nodes: dict[str, Curve] = {}
        self._collect(nodes)
        for curve in nodes.values():
            if curve.node.op in REDUCTIONS and not any(part.axes for part in curve.curves):
                bench.values[curve.node.outputs[0]] = self._reduced_apart(bench, curve)
            else:
                bench.convert(curve.node)

    def _reduced_apart(self, bench: Workbench, curve: Curve) -> View:
        for index, part in enumerate(curve.arguments):
            if isinstance(part, Curve):
                bench.view(curve.node, index)
        bench.native(curve.node)
        return bench.view(curve.node._replace(inputs=curve.node.outputs))

    def _collect(self, found: dict[str, Curve]) -> None:
        """This and all curves under it by the name of their node, each behind what it reads."""
        for curve in self.curves:
            curve._collect(found)
        found.setdefault(self.node.name, self)

    def _written(self, bench: Workbench, match: Match) -> View:
        if not match.function:
            return self.base
        name = bench.named(self.node.name)
        if match.function == "norm":
            tensor = bench.net.norm(name, self.base.tensor, match.learnables)
        else:
            tensor = bench.net.activation(name, self.base.tensor, match.function)
        return self.base._replace(tensor=tensor)


def curve_of(bench: Workbench, node: Node) -> Curve | None:
    """The node as a curve, if it depends on one tensor and on plain numbers."""
    if node.op not in ON_CURVES or len(node.outputs) != 1 or not node.whole("keepdims", 1):
        return None
    values = [bench.value(name) for name in node.inputs]
    sources = [value.base if isinstance(value, Curve) else value for value in values]
    tensors = [source for source in sources if isinstance(source, View | Deferred)]
    if not tensors or any(tensor != tensors[0] for tensor in tensors):
        return None
    parts: list[Part] = []
    for index, value in enumerate(values):
        if isinstance(value, Curve) or value is None:
            parts.append(value)
        else:
            parts.append(value.array if isinstance(value, Constant) else bench.view(node, index))
    bases = [part.base if isinstance(part, Curve) else part for part in parts]
    base = next(base for base in bases if isinstance(base, View))
    return _checked(bench, node, base, parts)


def _checked(bench: Workbench, node: Node, base: View, parts: list[Part]) -> Curve | None:
    """The curve if its arrays are numbers, or scale and shift of a norm."""
    if node.op == "Expand":
        target = np.broadcast_shapes(base.shape, tuple(whole_numbers(bench.array(node, 1))))
        return Curve(node, base, parts) if target == base.shape else None
    if node.op in ELEMENTWISE:
        arrays = [part for part in parts if isinstance(part, np.ndarray)]
        if any(array.size > 1 or array.ndim > len(base.axes) for array in arrays):
            scaled = _scaled_norm(bench, node, base, parts)
            if scaled is None:
                return None
            parts = scaled
    return Curve(node, base, parts)


def _scaled_norm(bench: Workbench, node: Node, base: View, parts: list[Part]) -> list[Part] | None:
    """The arguments with a neutral number for the learned scale or shift of a norm."""
    norms = [index for index, part in enumerate(parts) if isinstance(part, Curve)]
    if node.op not in ("Mul", "Add") or len(norms) != 1 or len(parts) != 2:
        return None
    norm = parts[norms[0]]
    if not isinstance(norm, Curve) or norm.match is None or norm.match.function != "norm":
        return None
    learned = bench.weight(node, 1 - norms[0])
    if np.broadcast_shapes(learned.shape, base.shape) != base.shape:
        return None
    neutral = Learned(1.0 if node.op == "Mul" else 0.0, learned.learnables)
    return [part if isinstance(part, Curve) else neutral for part in parts]
