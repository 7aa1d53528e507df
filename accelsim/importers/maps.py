"""ONNX nodes that change the height and width of whole maps: reductions, Resize."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from accelsim.importers.elementwise import argument
from accelsim.importers.evaluation import normal_axes, whole_numbers
from accelsim.importers.graph import Node
from accelsim.importers.layout import Atom, Home, View
from accelsim.importers.workbench import UnsupportedError, Workbench
from accelsim.workload.window import Window


def global_pool(bench: Workbench, node: Node) -> None:
    """GlobalAveragePool, GlobalMaxPool."""
    x = bench.view(node)
    axes = range(2, len(x.axes))
    bench.give(node, _pooled(bench, node, x, axes))


def reduction(bench: Workbench, node: Node) -> None:
    """ReduceMean and the like: a pool over the axes that they reduce."""
    x = bench.view(node)
    rank = len(x.axes)
    given = argument(node, "axes", 1, bench.arrays(node))
    if given is None and node.whole("noop_with_empty_axes", 0):
        bench.give(node, x)
        return
    axes = normal_axes(range(rank) if given is None else whole_numbers(given), rank)
    pooled = _pooled(bench, node, x, axes)
    if not node.whole("keepdims", 1):
        kept = tuple(axis for place, axis in enumerate(pooled.axes) if place not in axes)
        pooled = pooled._replace(axes=kept)
    bench.give(node, pooled)


def _pooled(bench: Workbench, node: Node, x: View, axes: Sequence[int]) -> View:
    """The axes reduced to one element each."""
    region = [atom for axis in axes for atom in x.axes[axis]]
    if set(region) & set(x.home.batch):
        raise UnsupportedError(node, "it reduces over the batch")
    if not region and list(axes) != [2, 3]:
        return x
    left = Home(*(tuple(atom for atom in place if atom not in region) for place in x.home))
    if left.channels != x.home.channels or any(
        kept not in ((), whole) for kept, whole in zip(left[2:], x.home[2:], strict=True)
    ):
        x = _gathered(bench, node, x, region)
        left = left._replace(channels=x.home.channels, rows=(), columns=())
    tensor = _pool(bench, node, x, left)
    axes_left = [() if place in axes else axis for place, axis in enumerate(x.axes)]
    return View(tensor, left, tuple(axes_left))


def _gathered(bench: Workbench, node: Node, x: View, region: Sequence[Atom]) -> View:
    """The view with all that is reduced, and nothing else, as its pixels."""
    inner = tuple(atom for atom in x.home.atoms if atom in region)
    outer = tuple(atom for atom in x.home.atoms if atom not in region)
    return bench.arranged(x, Home(x.home.batch, outer, inner, ()), node)


def _pool(bench: Workbench, node: Node, x: View, left: Home) -> str:
    """A pool over the rows and columns that are not left."""
    name, (_, height, width) = bench.named(node.name), x.home.shape
    maximum = node.op in ("GlobalMaxPool", "ReduceMax")
    if not maximum and not left.pixels:
        return bench.net.pool(name, x.tensor, "global")
    window = Window((1 if left.rows else height, 1 if left.columns else width))
    return bench.net.pool(name, x.tensor, "max" if maximum else "avg", window)


def resize(bench: Workbench, node: Node) -> None:
    """Resize, Upsample: a map of another height and width."""
    x = bench.as_map(bench.view(node), node)
    wanted = _resized_shape(bench, node, x.shape)
    if wanted[:2] != x.shape[:2] or len(x.shape) < 3:
        raise UnsupportedError(node, f"it makes {wanted} of {x.shape}, which is more than a map")
    height, width = (*wanted[2:], 1)[:2]
    if (height, width) == x.home.shape[1:]:
        bench.give(node, x)
        return
    tensor = bench.net.upsample(bench.named(node.name), x.tensor, (height, width))
    bench.give(node, bench.placed(tensor, x.home.batch, len(x.axes)))


def _resized_shape(bench: Workbench, node: Node, shape: tuple[int, ...]) -> tuple[int, ...]:
    arrays = bench.arrays(node)
    sizes = arrays[3] if len(arrays) > 3 else None
    old = node.op == "Upsample" or len(node.inputs) == 2  # before opset 11
    scales = argument(node, "scales", 1 if old else 2, arrays)
    axes = node.wholes("axes") or tuple(range(len(shape)))
    wanted = list(shape)
    if sizes is not None and sizes.size:
        for axis, length in zip(axes, whole_numbers(sizes), strict=True):
            wanted[axis] = length
    elif scales is not None and np.isfinite(scales).all():
        for axis, scale in zip(axes, scales, strict=True):
            wanted[axis] = int(np.floor(shape[axis] * float(scale) + 1e-4))
    else:
        raise UnsupportedError(node, "its sizes are not constants of the file")
    return tuple(wanted)
