"""ONNX nodes that join tensors element by element, and norms and softmax."""

from __future__ import annotations

import numpy as np

from accelsim.importers.curves import Curve
from accelsim.importers.graph import Constant, Node
from accelsim.importers.layout import Axis, Home, View, aligned, counterparts
from accelsim.importers.moves import Grown, repeated
from accelsim.importers.windows import is_per_channel
from accelsim.importers.workbench import UnsupportedError, Workbench

SUMS = ("Add", "Sub", "Sum", "Max", "Min", "Where")
"""One operation per element, which costs what an addition does; the others are products."""


def binary(bench: Workbench, node: Node) -> None:
    """Add, Mul, Sub, Div, Max, Min, Sum of two tensors, or of one and learned elements."""
    views = _operands(bench, node)
    constants = [
        found
        for index in range(len(node.inputs))
        if (found := bench.constant(node, index)) is not None
    ]
    joined = views[0]
    for view in views[1:]:
        joined = _joined(bench, node, joined, view)
    last = node
    for constant in constants:
        last, joined = _learned(bench, node, joined, constant)
    bench.give(last, joined)


def power(bench: Workbench, node: Node) -> None:
    """Pow to a small whole exponent: the tensor multiplied by itself."""
    exponent = bench.weight(node, 1).array
    if exponent.size != 1 or exponent.reshape(-1)[0] not in (2, 3, 4):
        raise UnsupportedError(node, "only the exponents 2, 3 and 4 are modelled")
    x = bench.view(node)
    factors = [x.tensor] * int(exponent.reshape(-1)[0])
    bench.give(node, x._replace(tensor=bench.net.mul(bench.named(node.name), *factors)))


def _operands(bench: Workbench, node: Node) -> list[View]:
    """The inputs that are no constants, without repetitions that another input asks for anyway."""
    places = [place for place in range(len(node.inputs)) if bench.constant(node, place) is None]
    values = [bench.value(node.inputs[place]) for place in places]
    whole = _broadcast(node, *(value.shape for value in values if value is not None))
    plain = any(isinstance(v, View | Curve) and v.shape == whole for v in values)
    return [
        value.inner if plain and isinstance(value, Grown) else bench.view(node, place)
        for place, value in zip(places, values, strict=True)
    ]


def _broadcast(node: Node, *shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of the result of tensors of these shapes."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = " and ".join(str(list(shape)) for shape in shapes)
        raise UnsupportedError(node, f"{listed} do not broadcast") from None


def where(bench: Workbench, node: Node) -> None:
    """Where: one tensor masked by constants."""
    views = [index for index in range(3) if bench.constant(node, index) is None]
    if views not in ([1], [2]):
        raise UnsupportedError(node, "a choice between computed tensors is not modelled")
    x = bench.view(node, views[0])
    tensor = bench.net.shift(bench.named(node.name), x.tensor, 0)
    bench.give(node, x._replace(tensor=tensor))


def _learned(bench: Workbench, node: Node, x: View, constant: Constant) -> tuple[Node, View]:
    """The tensor scaled or shifted by elements of the file, and the last node that this takes.

    A number alone is part of the scale of the operator before; scale and then shift of every
    channel are a batch norm.
    """
    if constant.array.size == 1:
        return node, x
    rank = max(len(x.axes), len(constant.shape))
    x = x._replace(axes=((),) * (rank - len(x.axes)) + x.axes)
    sizes = (1,) * (rank - len(constant.shape)) + constant.shape
    grown = _broadcast(node, x.shape, sizes)
    x = repeated(bench, node, x, grown)
    name = bench.named(node.name)
    following = bench.following(node.outputs[0], "Add")
    if node.op == "Mul" and following and _per_channel(x, constant, following[1]):
        bench.done.add(following[0].name)
        return following[0], x._replace(tensor=bench.net.batch_norm(name, x.tensor))
    append = bench.net.shift if node.op in SUMS else bench.net.scale
    return node, x._replace(tensor=append(name, x.tensor, constant.learnables))


def _per_channel(x: View, *constants: Constant) -> bool:
    """Whether all constants have one element for every channel."""
    places = [place for place, axis in enumerate(x.axes) if axis and axis == x.home.channels]
    if not places:
        return False
    behind = len(x.axes) - 1 - places[0]
    return all(is_per_channel(constant, x.home.shape[0], behind) for constant in constants)


def _joined(bench: Workbench, node: Node, one: View, other: View) -> View:
    """Sum or product of two views, the smaller one broadcast."""
    rank = max(len(one.axes), len(other.axes))
    one, other = (
        view._replace(axes=((),) * (rank - len(view.axes)) + view.axes) for view in (one, other)
    )
    sizes = _broadcast(node, one.shape, other.shape)
    lead, small = (one, other) if one.shape == sizes else (other, one)
    lead = repeated(bench, node, lead, sizes)
    pair = aligned(lead, small)
    if pair is None:
        raise UnsupportedError(node, f"the axes of {list(one.shape)} are cut in different ways")
    lead, small = pair
    small = _fitting(bench, node, lead, small)
    append = bench.net.add if node.op in SUMS else bench.net.mul
    tensor = append(bench.named(node.name), lead.tensor, small.tensor)
    return lead._replace(tensor=tensor)


def _fitting(bench: Workbench, node: Node, lead: View, small: View) -> View:
    """The smaller view where the other one's elements lie, repeated if it is no plain gate."""
    match = counterparts(lead, small)
    missing = {atom for atom in lead.home.atoms if atom not in match}
    plain = all(
        set(side) <= missing or missing.isdisjoint(side)
        for side in (lead.home.channels, lead.home.pixels)
    )
    if plain:
        places = [tuple(match[atom] for atom in place if atom in match) for place in lead.home]
        return bench.arranged(small, Home(*places), node)
    inner: list[Axis] = [
        tuple(match[atom] for atom in place if atom in match) for place in lead.home
    ]
    small = bench.arranged(small, Home(*inner), node)
    name = bench.named(f"{node.name}.repeat")
    return lead._replace(tensor=bench.net.repeat(name, small.tensor, lead.home.shape))


def norm(bench: Workbench, node: Node) -> None:
    """LayerNormalization and its kin, with the scale and shift that the file has."""
    x = bench.view(node)
    learned = [bench.constant(node, index) for index in range(1, len(node.inputs))]
    count = sum(constant.learnables for constant in learned if constant)
    tensor = bench.net.norm(bench.named(node.name), x.tensor, count)
    bench.give(node, x._replace(tensor=tensor))


def batch_norm(bench: Workbench, node: Node) -> None:
    """BatchNormalization: folded into the convolution before it where there is one."""
    x = bench.view(node)
    if len(x.axes) < 2 or x.axes[1] != x.home.channels:
        x = bench.as_map(x, node)
    tensor = bench.net.batch_norm(bench.named(node.name), x.tensor)
    bench.give(node, x._replace(tensor=tensor))


def softmax(bench: Workbench, node: Node) -> None:
    """Softmax, LogSoftmax over any axis."""
    x = bench.view(node)
    tensor = bench.net.softmax(bench.named(node.name), x.tensor)
    bench.give(node, x._replace(tensor=tensor))
