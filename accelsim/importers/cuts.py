"""ONNX nodes that take parts of a tensor: Split, Slice, Gather by constant indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from accelsim.importers.evaluation import normal_axes, section_sizes, slices
from accelsim.importers.graph import Array, Constant, Node
from accelsim.importers.layout import Axis, Home, View, axis_of, merged, replaced, size
from accelsim.importers.moves import lookup, with_axes
from accelsim.importers.workbench import UnsupportedError, Workbench


class Cut(NamedTuple):
    """What a node takes of one axis: the first index and how many; Gather may drop the axis."""

    axis: int
    start: int
    length: int
    drops: bool = False


def split(bench: Workbench, node: Node) -> None:
    """Split into consecutive parts of one axis."""
    x = bench.view(node)
    (axis,) = normal_axes([node.whole("axis", 0)], len(x.axes))
    lengths = section_sizes(node, bench.arrays(node), x.shape[axis])
    if sum(lengths) != x.shape[axis]:
        raise UnsupportedError(node, f"parts {lengths} of an axis of {x.shape[axis]}")
    if all(bench.readers(output) or output in bench.graph.outputs for output in node.outputs):
        bench.give(node, *parts(bench, node, x, axis, lengths))
        return
    for output, length in zip(node.outputs, lengths, strict=True):
        if bench.readers(output) or output in bench.graph.outputs:
            bench.values[output] = sliced(bench, node, x, {axis: length})


def slice_(bench: Workbench, node: Node) -> None:
    """Slice: a part of some axes; several that share an axis out are one split."""
    x = bench.view(node)
    ranges = slices(node, bench.arrays(node), len(x.axes))
    counts = {axis: len(range(*part.indices(x.shape[axis]))) for axis, part in ranges.items()}
    if any(part.step is not None and part.step < 0 for part in ranges.values()):
        name = bench.named(f"{node.name}.transpose")
        x = x._replace(tensor=bench.net.transpose(name, x.tensor))
    if not _shared_out(bench, node, x):
        bench.give(node, sliced(bench, node, x, counts))


def gather(bench: Workbench, node: Node) -> None:
    """Gather: constant indices take parts of an axis, indices from outside rows of a table."""
    table = bench.constant(node, 0)
    if table is not None:
        lookup(bench, node, table)
        return
    x, indices = bench.view(node), bench.weight(node, 1).array.astype(np.int64)
    (axis,) = normal_axes([node.whole("axis", 0)], len(x.axes))
    if _shared_out(bench, node, x):
        return
    taken = _picked(bench, node, x, axis, indices.reshape(-1))
    if indices.ndim == 0:
        bench.give(node, _dropped(taken, axis))
        return
    sizes = [*taken.shape[:axis], *indices.shape, *taken.shape[axis + 1 :]]
    bench.give(node, with_axes(bench, node, taken, sizes))


def _picked(bench: Workbench, node: Node, x: View, axis: int, indices: Array) -> View:
    """The elements of an axis at these indices."""
    length = x.shape[axis]
    if indices.size and not -length <= indices.min() <= indices.max() < length:
        raise UnsupportedError(node, f"it takes elements that axis {axis} of {length} has not")
    if indices.size > length:
        raise UnsupportedError(node, "indices that take elements twice are not modelled")
    taken = sliced(bench, node, x, {axis: indices.size})
    if (np.diff(indices) > 0).all():
        return taken
    name = bench.named(f"{node.name}.transpose")
    return taken._replace(tensor=bench.net.transpose(name, taken.tensor))


def parts(
    bench: Workbench, node: Node, x: View, axis: int, lengths: Sequence[int]
) -> tuple[View, ...]:
    """Consecutive parts of an axis: one split where they are channels that lie together."""
    if len(lengths) == 1:
        return (x,)
    x = _exposed(bench, node, x, axis, lengths)
    outer = x.axes[axis][0]
    inner = size(x.axes[axis][1:])
    if x.home.channels[0] is not outer:
        return tuple(sliced(bench, node, x, {axis: length}) for length in lengths)
    width = size(x.home.channels) // x.shape[axis]
    tensors = bench.net.split(
        bench.named(node.name), x.tensor, [length * width for length in lengths]
    )
    return tuple(
        replaced(x, outer, axis_of(length // inner))._replace(tensor=tensor)
        for tensor, length in zip(tensors, lengths, strict=True)
    )


def sliced(bench: Workbench, node: Node, x: View, counts: dict[int, int]) -> View:
    """The view with fewer elements along some axes; the view itself where none are fewer."""
    fewer = {axis: count for axis, count in counts.items() if count != x.shape[axis]}
    if not fewer:
        return x
    if any(set(x.axes[axis]) & set(x.home.batch) for axis in fewer):
        raise UnsupportedError(node, "it takes some images of a batch")
    if min(fewer.values()) < 1:
        raise UnsupportedError(node, "nothing is left of an axis")
    for axis, count in fewer.items():
        x = _exposed(bench, node, x, axis, [count])
        inner = size(x.axes[axis][1:])
        x = replaced(x, x.axes[axis][0], axis_of(count // inner))
    tensor = bench.net.slice(bench.named(node.name), x.tensor, x.home.shape)
    return x._replace(tensor=tensor)


def _dropped(view: View, axis: int) -> View:
    return view._replace(axes=view.axes[:axis] + view.axes[axis + 1 :])


def _exposed(bench: Workbench, node: Node, x: View, axis: int, lengths: Sequence[int]) -> View:
    """The view with an axis that can be cut to these lengths at its slowest atom."""
    x = merged(x)
    atoms = x.axes[axis]
    if all(length % size(atoms[1:]) == 0 for length in lengths):
        return x
    rest: list[Axis] = [tuple(atom for atom in place if atom not in atoms) for place in x.home]
    if set(atoms) & set(x.home.channels):
        rest[1] = atoms + rest[1]
    else:
        rest[2] = atoms + rest[2]
    return merged(bench.arranged(x, Home(*rest), node))


def _shared_out(bench: Workbench, node: Node, x: View) -> bool:
    """Whether this node and others share one axis out among them; if so, write the split."""
    cuts = {}
    for reader in bench.readers(node.inputs[0]):
        done = reader.outputs[0] in bench.values
        cut = None if done else cut_of(bench, reader, x)
        if cut is not None:
            cuts[reader.name] = (cut, reader)
    if node.name not in cuts:
        return False
    axis = cuts[node.name][0].axis
    group = sorted(
        (pair for pair in cuts.values() if pair[0].axis == axis), key=lambda pair: pair[0].start
    )
    ends = [0, *(cut.start + cut.length for cut, _ in group)]
    if len(group) < 2 or [cut.start for cut, _ in group] != ends[:-1] or ends[-1] != x.shape[axis]:
        return False
    lengths = [cut.length for cut, _ in group]
    for (cut, reader), part in zip(group, parts(bench, node, x, axis, lengths), strict=True):
        bench.give(reader, _dropped(part, axis) if cut.drops else part)
        bench.done.add(reader.name)
    return True


def cut_of(bench: Workbench, node: Node, x: View) -> Cut | None:
    """What a Slice or Gather takes of the one axis that it cuts, in steps of 1."""
    if any(name and not isinstance(bench.values.get(name), Constant) for name in node.inputs[1:]):
        return None
    if node.op == "Gather":
        indices = bench.weight(node, 1).array
        if indices.size != 1:
            return None
        (axis,) = normal_axes([node.whole("axis", 0)], len(x.axes))
        (start,) = normal_axes([int(indices.reshape(-1)[0])], x.shape[axis])
        return Cut(axis, start, 1, drops=indices.ndim == 0)
    if node.op != "Slice":
        return None
    found = [
        (axis, part.indices(x.shape[axis]))
        for axis, part in slices(node, bench.arrays(node), len(x.axes)).items()
    ]
    real = [
        (axis, places)
        for axis, places in found
        if len(range(*places)) != x.shape[axis] or places[2] != 1
    ]
    if len(real) != 1 or real[0][1][2] != 1:
        return None
    axis, (start, stop, _) = real[0]
    return Cut(axis, start, stop - start)
