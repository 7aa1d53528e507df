"""ONNX nodes that move, cut or repeat data; most only rename axes and move nothing."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from accelsim.importers.elementwise import argument
from accelsim.importers.evaluation import normal_axes, target_shape, whole_numbers
from accelsim.importers.graph import Constant, Node
from accelsim.importers.layout import Axis, Home, View, axis_of, permuted, reshaped, size
from accelsim.importers.workbench import MIXED, Deferred, UnsupportedError, Workbench


def identity(bench: Workbench, node: Node) -> None:
    """Identity, Dropout, Cast and the like: the same tensor."""
    value = bench.value(node.inputs[0])
    if value is not None:
        bench.give(node, value)


def reshape(bench: Workbench, node: Node) -> None:
    """Reshape: other axes over the same elements."""
    x = bench.view(node)
    sizes = whole_numbers(argument(node, "shape", 1, bench.arrays(node)))
    bench.give(node, with_axes(bench, node, x, target_shape(node, sizes, x.shape)))


def flatten(bench: Workbench, node: Node) -> None:
    """Flatten: all axes before one, and all from it on."""
    x = bench.view(node)
    (axis,) = normal_axes([node.whole("axis", 1)], len(x.axes))
    sizes = [prod(x.shape[:axis]), prod(x.shape[axis:])]
    bench.give(node, with_axes(bench, node, x, sizes))


def squeeze(bench: Workbench, node: Node) -> None:
    """Squeeze: axes of size 1 left out."""
    x = bench.view(node)
    given = argument(node, "axes", 1, bench.arrays(node))
    if given is None:
        kept = [axis for axis in x.axes if axis]
    else:
        dropped = normal_axes(whole_numbers(given), len(x.axes))
        kept = [axis for place, axis in enumerate(x.axes) if place not in dropped]
    bench.give(node, x._replace(axes=tuple(kept)))


def unsqueeze(bench: Workbench, node: Node) -> None:
    """Unsqueeze: axes of size 1 put in."""
    x = bench.view(node)
    places = whole_numbers(argument(node, "axes", 1, bench.arrays(node)))
    axes: list[Axis] = list(x.axes)
    for place in sorted(normal_axes(places, len(x.axes) + len(places))):
        axes.insert(place, ())
    bench.give(node, x._replace(axes=tuple(axes)))


def transpose(bench: Workbench, node: Node) -> None:
    """Transpose: axes in another order."""
    x = bench.view(node)
    bench.give(node, permuted(x, node.wholes("perm") or range(len(x.axes))[::-1]))


def depth_to_space(bench: Workbench, node: Node) -> None:
    """DepthToSpace, in both of its orders (DCR takes the block from the slowest channels)."""
    x, block = bench.view(node), node.whole("blocksize", 1)
    images, depth, height, width = x.shape
    left = depth // (block * block)
    if node.word("mode", "DCR") == "DCR":
        sizes, order = (images, block, block, left, height, width), (0, 3, 4, 1, 5, 2)
    else:
        sizes, order = (images, left, block, block, height, width), (0, 1, 4, 2, 5, 3)
    x = permuted(with_axes(bench, node, x, sizes), order)
    bench.give(node, with_axes(bench, node, x, (images, left, height * block, width * block)))


def space_to_depth(bench: Workbench, node: Node) -> None:
    """SpaceToDepth: the pixels of a block become the slowest channels."""
    x, block = bench.view(node), node.whole("blocksize", 1)
    images, depth, height, width = x.shape
    rows, columns = height // block, width // block
    x = with_axes(bench, node, x, (images, depth, rows, block, columns, block))
    x = permuted(x, (0, 3, 5, 1, 2, 4))
    bench.give(node, with_axes(bench, node, x, (images, depth * block * block, rows, columns)))


def expand(bench: Workbench, node: Node) -> None:
    """Expand: axes of size 1 repeated."""
    x = bench.view(node)
    wanted = whole_numbers(bench.array(node, 1))
    rank = max(len(wanted), len(x.axes))
    x = x._replace(axes=((),) * (rank - len(x.axes)) + x.axes)
    wanted = [1] * (rank - len(wanted)) + wanted
    sizes = [max(own, asked) for own, asked in zip(x.shape, wanted, strict=True)]
    bench.give(node, x if tuple(sizes) == x.shape else Grown(node, x, tuple(sizes)))


class Grown(Deferred):
    """A tensor repeated along axes of size 1, which a sum or product would do anyway."""

    def __init__(self, node: Node, inner: View, shape: tuple[int, ...]) -> None:
        self.node, self.inner, self.shape = node, inner, shape

    def drawn(self, bench: Workbench) -> View:
        """A move that writes the larger tensor."""
        return repeated(bench, self.node, self.inner, self.shape)


def tile(bench: Workbench, node: Node) -> None:
    """Tile: whole axes repeated."""
    x = bench.view(node)
    counts = whole_numbers(bench.array(node, 1))
    apart = x._replace(axes=tuple(part for axis in x.axes for part in ((), axis)))
    sizes = [side for own, count in zip(x.shape, counts, strict=True) for side in (count, own)]
    apart = repeated(bench, node, apart, sizes)
    axes = tuple(
        apart.axes[place] + apart.axes[place + 1] for place in range(0, len(apart.axes), 2)
    )
    bench.give(node, apart._replace(axes=axes))


def repeated(bench: Workbench, node: Node, x: View, sizes: Sequence[int]) -> View:
    """The view with axes of size 1 grown by repeating it; as a map where it has four axes."""
    grown = {
        place: axis_of(side)
        for place, (side, axis) in enumerate(zip(sizes, x.axes, strict=True))
        if side > 1 and not axis
    }
    if not grown:
        return x
    if grown.keys() & {0}:
        raise UnsupportedError(node, "it repeats images")
    axes = tuple(grown.get(place, axis) for place, axis in enumerate(x.axes))
    new = {atom for axis in grown.values() for atom in axis}
    if len(axes) == 4 and set(x.axes[0]) == set(x.home.batch):
        x = bench.as_map(x, node)
        home = Home(x.home.batch, *axes[1:])
    else:
        inner = {*x.home.channels, *new}
        order = tuple(atom for axis in axes for atom in axis if atom in inner)
        home = x.home._replace(channels=order)
    tensor = bench.net.repeat(bench.named(node.name), x.tensor, home.shape)
    return View(tensor, home, axes)


def lookup(bench: Workbench, node: Node, table: Constant) -> None:
    """Gather of rows of a learned table by indices that depend on the input (embedding)."""
    if len(table.shape) != 2 or node.whole("axis", 0) != 0:
        raise UnsupportedError(node, "a table is looked up along its first of two axes only")
    x = bench.view(node, 1)
    rest = tuple(atom for axis in x.axes for atom in axis if atom not in x.home.batch)
    home = Home(x.home.batch, (), *(x.home[2:] if rest == x.home.pixels else (rest, ())))
    x = bench.arranged(x, home, node)
    tensor = bench.net.lookup(
        bench.named(node.name), x.tensor, table.shape[1], learnables=table.learnables
    )
    depth = axis_of(table.shape[1])
    bench.give(node, View(tensor, x.home._replace(channels=depth), (*x.axes, depth)))


def with_axes(bench: Workbench, node: Node, x: View, sizes: Sequence[int]) -> View:
    """The view with axes of these sizes.

    Where parts that lie apart come to be one axis, the data move there and then, as they would in
    the framework that the file is from. Where an axis ends inside a prime factor, the flat array is
    taken.
    """
    if prod(sizes) != prod(x.shape):
        raise UnsupportedError(node, f"{list(x.shape)} cannot be reshaped to {list(sizes)}")
    found = reshaped(x, sizes)
    if found is None:
        found = reshaped(_flat(bench, node, x), sizes)
    if found is None:
        raise UnsupportedError(node, MIXED)
    if all(_is_run(axis, found.home) for axis in found.axes):
        return found
    return bench.arranged(found, _by_axes(found), node)


def _flat(bench: Workbench, node: Node, x: View) -> View:
    """All elements of an image as one axis behind the batch."""
    order = tuple(atom for axis in x.axes for atom in axis)
    batch = x.home.batch
    if order[: len(batch)] != batch:
        raise UnsupportedError(node, MIXED)
    flat = bench.arranged(x, Home(batch, order[len(batch) :], (), ()), node)
    whole = axis_of(size(order[len(batch) :]))
    return View(flat.tensor, Home(batch, whole, (), ()), (batch, whole))


def _is_run(axis: Axis, home: Home) -> bool:
    """Whether the atoms of an axis follow each other at home."""
    own = tuple(atom for atom in axis if atom not in home.batch)
    if len(own) < 2:
        return True
    start = home.atoms.index(own[0])
    return home.atoms[start : start + len(own)] == own


def _by_axes(view: View) -> Home:
    """Where the elements lie if the axes are laid out one by one: channels where they were."""
    home = view.home
    axes = [tuple(atom for atom in axis if atom not in home.batch) for axis in view.axes]
    is_map = len(axes) == 4 and not axes[0]
    if is_map and not (axes[3] and set(axes[3]) <= set(home.channels)):
        return Home(home.batch, *axes[1:])
    deep = [axis for axis in axes if axis and axis[0] in home.channels]
    flat = [axis for axis in axes if axis and axis[0] not in home.channels]
    rows, *columns = flat or [()]
    return Home(home.batch, _chained(deep), rows, _chained(columns))


def _chained(axes: Sequence[Axis]) -> Axis:
    return tuple(atom for axis in axes for atom in axis)
