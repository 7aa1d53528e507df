"""ONNX Einsum of two operands, as the matrix product that it writes."""

from __future__ import annotations

from accelsim.importers.graph import Node
from accelsim.importers.layout import View, permuted
from accelsim.importers.moves import with_axes
from accelsim.importers.products import linear, product
from accelsim.importers.workbench import UnsupportedError, Workbench


def einsum(bench: Workbench, node: Node) -> None:
    """`bhid,bhjd->bhij` and the like: labels in both operands and the result are heads."""
    equation = node.word("equation", "").replace(" ", "")
    sources, arrow, result = equation.partition("->")
    labels = sources.split(",")
    if not arrow or len(labels) != 2 or any(_odd(word) for word in (*labels, result)):
        raise UnsupportedError(node, f"'{equation}' is no product of two operands")
    if bench.constant(node, 0) is not None:
        labels.reverse()
        node = node._replace(inputs=(node.inputs[1], node.inputs[0]))
    left, right = labels
    heads = [label for label in result if label in left and label in right]
    rows = [label for label in result if label in left and label not in right]
    columns = [label for label in result if label in right and label not in left]
    depth = [label for label in left if label in right and label not in result]
    if len({*heads, *rows, *columns}) != len(result) or len({*left, *right}) != len(
        {*heads, *rows, *columns, *depth}
    ):
        raise UnsupportedError(node, f"'{equation}' sums over labels of one operand")
    x = bench.view(node)
    sizes = dict(zip(left, x.shape, strict=True))
    if bench.constant(node, 1) is not None:
        made = _with_weights(bench, node, (x, left), (heads, rows, columns, depth))
        sizes |= dict(zip(right, bench.weight(node, 1).shape, strict=True))
    else:
        other = bench.view(node, 1)
        sizes |= dict(zip(right, other.shape, strict=True))
        made = product(
            bench,
            node,
            _grouped(x, left, (heads, rows, depth)),
            _grouped(other, right, (heads, depth, columns)),
        )
    order = [*heads, *rows, *columns]
    made = with_axes(bench, node, made, [sizes[label] for label in order])
    bench.give(node, permuted(made, [order.index(label) for label in result]))


def _with_weights(
    bench: Workbench, node: Node, source: tuple[View, str], roles: tuple[list[str], ...]
) -> View:
    """A linear operator over the labels that are summed."""
    heads, rows, _, depth = roles
    if heads:
        raise UnsupportedError(node, "weights that differ from head to head are not modelled")
    x = _grouped(*source, (rows, depth))
    weights = bench.weight(node, 1)
    channels = weights.array.size // x.shape[-1]
    linear(bench, node, x, (x.shape[-1], channels))
    return bench.view(node._replace(inputs=node.outputs))


def _grouped(view: View, labels: str, roles: tuple[list[str], ...]) -> View:
    """The view with one axis for all labels of each role but the first, which stay apart."""
    axes = dict(zip(labels, view.axes, strict=True))
    apart = [axes[label] for label in roles[0]]
    joined = [tuple(atom for label in role for atom in axes[label]) for role in roles[1:]]
    return view._replace(axes=(*apart, *joined))


def _odd(word: str) -> bool:
    return not word.isalpha() or len(set(word)) != len(word)
