"""ONNX paddings: kept until it is known whether a convolution or pool takes them over."""

from __future__ import annotations

from collections.abc import Sequence

from accelsim.importers.elementwise import argument
from accelsim.importers.evaluation import normal_axes, whole_numbers
from accelsim.importers.graph import Node
from accelsim.importers.layout import Axis, Home, View, axis_of
from accelsim.importers.workbench import Deferred, UnsupportedError, Workbench
from accelsim.workload.window import Sides


class Padded(Deferred):
    """A map with zeros around it, which the convolution or pool that reads it can take over."""

    def __init__(self, node: Node, inner: View, sides: Sides) -> None:
        self.node, self.inner, self.sides = node, inner, sides
        top, left, bottom, right = sides
        grown = (0, 0, top + bottom, left + right)[: len(inner.shape)]
        self.shape = tuple(a + b for a, b in zip(inner.shape, grown, strict=True))

    def drawn(self, bench: Workbench) -> View:
        """A move that writes the larger map."""
        x = bench.as_map(self.inner, self.node)
        tensor = bench.net.pad(bench.named(self.node.name), x.tensor, self.sides)
        return bench.placed(tensor, x.home.batch, len(x.axes))


def pad(bench: Workbench, node: Node) -> None:
    """Pad by zeros, or by any other rule, which moves as many bytes."""
    x = bench.view(node)
    rank = len(x.axes)
    given = argument(node, "pads", 1, bench.arrays(node))
    axes = argument(node, "axes", 3, bench.arrays(node))
    amounts = whole_numbers(given)
    places = normal_axes(range(rank) if axes is None else whole_numbers(axes), rank)
    half = len(amounts) // 2
    before, after = [0] * rank, [0] * rank
    for place, low, high in zip(places, amounts[:half], amounts[half:], strict=True):
        before[place], after[place] = low, high
    if not any((*before, *after)):
        bench.give(node, x)
    elif rank in (3, 4) and not any((*before[:2], *after[:2])) and _is_map(x, before, after):
        sides = sides_of([*before[2:], *after[2:]])
        padded = Padded(node, x, sides)
        zeros = node.word("mode", "constant") == "constant"
        bench.give(node, padded if zeros else padded.drawn(bench))
    else:
        bench.give(node, _padded_anywhere(bench, node, x, (before, after)))


def _is_map(x: View, before: list[int], after: list[int]) -> bool:
    return set(x.axes[0]) == set(x.home.batch) and min(*before, *after) >= 0


def _padded_anywhere(
    bench: Workbench, node: Node, x: View, amounts: tuple[list[int], list[int]]
) -> View:
    """Padding of any axes but the batch, channels among them, in any order of axes."""
    before, after = amounts
    grown = [place for place in range(len(before)) if before[place] or after[place]]
    if min(*before, *after) < 0 or any(set(x.axes[place]) & set(x.home.batch) for place in grown):
        raise UnsupportedError(node, f"it pads by {before} and {after}, which is more than a map")
    sides = {place: _side(x, x.axes[place]) for place in grown}
    if None in sides.values() or len(set(sides.values())) < len(sides):
        if len(grown) > 2:
            raise UnsupportedError(node, f"it pads axes {grown}, which lie on no side of a map")
        sides = dict(zip(grown, (2, 3), strict=False))
        x = bench.arranged(x, _apart(x, grown), node)
    around = [0] * 4
    for place, side in sides.items():
        if side in (2, 3):
            around[side - 2], around[side] = before[place], after[place]
    more = sum(before[place] + after[place] for place, side in sides.items() if side == 1)
    tensor = bench.net.pad(
        bench.named(node.name), x.tensor, (around[0], around[1], around[2], around[3]),
        channels=more,
    )  # fmt: skip
    places, axes = list(x.home), list(x.axes)
    for place, side in sides.items():
        whole = axis_of(x.shape[place] + before[place] + after[place])
        axes[place] = places[side or 0] = whole
    return View(tensor, Home(*places), tuple(axes))


def _side(x: View, axis: Axis) -> int | None:
    """Which of channels, rows and columns (1, 2, 3) an axis is, if it is one of them."""
    return next((side for side in (1, 2, 3) if axis and x.home[side] == axis), None)


def _apart(x: View, grown: Sequence[int]) -> Home:
    """The axes that grow as rows and columns, everything else as channels."""
    sides = [x.axes[place] for place in grown]
    moved = {atom for axis in sides for atom in axis}
    rest = tuple(atom for atom in x.home.atoms if atom not in moved)
    return Home(x.home.batch, rest, *(*sides, (), ())[:2])


def sides_of(amounts: Sequence[int]) -> Sides:
    """ONNX order (all begins, then all ends) of one or two axes, as top, left, bottom, right."""
    if len(amounts) == 2:
        return (amounts[0], 0, amounts[1], 0)
    top, left, bottom, right = amounts
    return (top, left, bottom, right)
