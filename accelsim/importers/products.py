"""ONNX matrix products: with weights (linear), and of two activations (attention)."""

from __future__ import annotations

from accelsim.importers.graph import Constant, Node
from accelsim.importers.layout import Atom, Axis, Home, View, axis_of, permuted, size
from accelsim.importers.windows import bias_of
from accelsim.importers.workbench import UnsupportedError, Workbench


def gemm(bench: Workbench, node: Node) -> None:
    """Gemm: a matrix of activations times weights, or times another one."""
    weights = bench.constant(node, 1)
    x = bench.view(node)
    if node.whole("transA", 0):
        x = permuted(x, (1, 0))
    if weights is None:
        other = bench.view(node, 1)
        other = permuted(other, (1, 0)) if node.whole("transB", 0) else other
        bench.give(node, product(bench, node, x, other))
        return
    channels, depth = weights.shape if node.whole("transB", 0) else weights.shape[::-1]
    linear(bench, node, x, (depth, channels))


def matmul(bench: Workbench, node: Node) -> None:
    """MatMul: one of the operands may be weights, on either side."""
    left, right = bench.constant(node, 0), bench.constant(node, 1)
    if right is not None:
        depth, channels = _matrix(node, right)
        linear(bench, node, bench.view(node), (depth, channels))
    elif left is not None:
        channels, depth = _matrix(node, left)
        x = bench.view(node, 1)
        swapped = (*range(len(x.axes) - 2), len(x.axes) - 1, len(x.axes) - 2)
        made = _linear(bench, node, permuted(x, swapped), (depth, channels), bias=False)
        bench.give(node, permuted(made, swapped))
    else:
        bench.give(node, product(bench, node, bench.view(node), bench.view(node, 1)))


def _matrix(node: Node, weights: Constant) -> tuple[int, int]:
    """Rows and columns of a constant with at most axes of size 1 before them."""
    if len(weights.shape) < 2 or weights.array.size != weights.shape[-2] * weights.shape[-1]:
        raise UnsupportedError(
            node, f"weights {list(weights.shape)} are no single matrix; write a grouped convolution"
        )
    return weights.shape[-2], weights.shape[-1]


def linear(bench: Workbench, node: Node, x: View, sizes: tuple[int, int]) -> None:
    """A product with weights (depth x channels) over the last axis, and the bias after it."""
    bias, last = bias_of(bench, node, sizes[1], 0)
    bench.give(last, _linear(bench, node, x, sizes, bias=bias))


def _linear(bench: Workbench, node: Node, x: View, sizes: tuple[int, int], *, bias: bool) -> View:
    depth, channels = sizes
    if x.shape[-1] != depth:
        raise UnsupportedError(
            node, f"weights of depth {depth} do not fit the last axis of {list(x.shape)}"
        )
    x = bench.as_pixels(x, node)
    tensor = bench.net.linear(bench.named(node.name), x.tensor, channels, bias=bias)
    made = axis_of(channels)
    return View(tensor, x.home._replace(channels=made), (*x.axes[:-1], made))


def product(bench: Workbench, node: Node, left: View, right: View) -> View:
    """A product of two activations over the last two axes; those before them are heads."""
    if left.shape[-1] != right.shape[-2] or left.shape[:-2] != right.shape[:-2]:
        raise UnsupportedError(
            node, f"{list(left.shape)} by {list(right.shape)}: heads and depth must agree"
        )
    heads, rows, depth = _roles(left)
    left = bench.arranged(left, _rows_home(left, heads + depth, rows), node)
    heads_count = size(heads)
    heads, depth, columns = _roles(right)
    transposed = _rows_home(right, heads + depth, columns)
    straight = _rows_home(right, heads + columns, depth)
    is_transposed = right.home[1:] == transposed[1:]
    right = bench.arranged(right, transposed if is_transposed else straight, node)
    tensor = bench.net.matmul(
        bench.named(node.name), left.tensor, right.tensor, heads=heads_count,
        transposed=is_transposed,
    )  # fmt: skip
    return _result(left, size(columns), tensor)


def _roles(view: View) -> tuple[Axis, Axis, Axis]:
    """Atoms of the heads (all axes but the batch and the last two), and of the last two."""
    heads = tuple(atom for axis in view.axes[:-2] for atom in axis if atom not in view.home.batch)
    return heads, view.axes[-2], view.axes[-1]


def _rows_home(view: View, channels: Axis, pixels: Axis) -> Home:
    """Channels as given, and pixels as they are if they are these, else in one column."""
    rows = view.home[2:] if view.home.pixels == pixels else (pixels, ())
    return Home(view.home.batch, channels, *rows)


def _result(left: View, columns: int, tensor: str) -> View:
    """The product as an ONNX tensor: the left operand's axes, the last one exchanged."""
    fresh = {atom: Atom(atom.size) for axis in left.axes for atom in axis}
    last = axis_of(columns)
    kept = [atom for atom in left.home.channels if atom not in left.axes[-1]]
    home = Home(
        left.home.batch,
        tuple(fresh[atom] for atom in kept) + last,
        tuple(fresh[atom] for atom in left.home.rows),
        tuple(fresh[atom] for atom in left.home.columns),
    )
    fresh |= {atom: atom for atom in left.home.batch}
    axes = tuple(tuple(fresh[atom] for atom in axis) for axis in left.axes[:-1])
    return View(tensor, home, (*axes, last))
