"""ONNX Concat: of channels or pixels, of concats, and with learned elements (class tokens)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from accelsim.errors import WorkloadError
from accelsim.importers.evaluation import normal_axes
from accelsim.importers.graph import Constant, Node
from accelsim.importers.layout import Axis, Home, View, aligned, axis_of, counterparts, size
from accelsim.importers.workbench import Deferred, Workbench
from accelsim.workload.operators import SIDES


class Joined(Deferred):
    """Tensors laid behind each other, which an outer concat along the same axis can take over."""

    def __init__(self, node: Node, names: Sequence[str], axis: int, shape: tuple[int, ...]) -> None:
        self.node, self.names, self.axis, self.shape = node, tuple(names), axis, shape

    def drawn(self, bench: Workbench) -> View:
        """One concat of all views, and a padding for the elements that are in the file."""
        node = self.node._replace(inputs=self.names)
        constants: list[Constant] = []
        views: list[View] = []
        for index in range(len(self.names)):
            found = bench.constant(node, index)
            if found is None:
                views.append(bench.view(node, index))
            else:
                constants.append(found)
        seam = _seam(node, self.axis, views)
        parts = [_placed(bench, seam, view) for view in views]
        tensor = parts[0]
        if len(parts) > 1:
            tensor = bench.net.concat(bench.named(node.name), *parts, along=SIDES[seam.along])
        if constants:
            tensor = _padded(bench, seam, tensor, constants)
        return seam.view(tensor, self.shape[self.axis])


def concat(bench: Workbench, node: Node) -> None:
    """Concat; of a single tensor it is that tensor."""
    values = [value for name in node.inputs if (value := bench.value(name)) is not None]
    if len(values) == 1:
        bench.give(node, values[0])
        return
    sides = list(values[0].shape)
    (axis,) = normal_axes([node.whole("axis", 0)], len(sides))
    names: list[str] = []
    for name, value in zip(node.inputs, values, strict=True):
        if isinstance(value, Joined) and value.axis == axis and bench.sole_reader(name):
            names += value.names
        else:
            names.append(name)
    sides[axis] = sum(value.shape[axis] for value in values)
    bench.give(node, Joined(node, names, axis, tuple(sides)))


class Seam(NamedTuple):
    """Where a concat lies: its axis, the side of the map that this axis is on, and the others.

    `others` are the atoms of batch, channels, rows and columns in the leading part, but for those
    of the axis, which come before the others of their side.
    """

    node: Node
    axis: int
    along: int
    lead: View
    others: tuple[Axis, ...]

    def view(self, tensor: str, length: int) -> View:
        """The whole, whose axis has this length."""
        total = axis_of(length)
        places = list(self.others)
        places[self.along + 1] = total + places[self.along + 1]
        axes = (*self.lead.axes[: self.axis], total, *self.lead.axes[self.axis + 1 :])
        return View(tensor, Home(*places), axes)


def _seam(node: Node, axis: int, views: Sequence[View]) -> Seam:
    lead = max(views, key=lambda view: (bool(view.axes[axis]), size(view.home.atoms)))
    for view in views:
        lead, _ = _matched(node, axis, lead, view)
    own = lead.axes[axis]
    others = tuple(tuple(atom for atom in place if atom not in own) for place in lead.home)
    return Seam(node, axis, _side(lead, axis), lead, others)


def _side(lead: View, axis: int) -> int:
    """Index in `SIDES` of the side that the axis lies on, or would by the order of axes."""
    own = set(lead.axes[axis])
    if own:
        if own <= set(lead.home.columns) and lead.home.rows:
            return 2
        return 1 if own <= set(lead.home.pixels) else 0
    if len(lead.axes) == 4:
        return max(axis - 1, 0)
    return 1 if axis == 1 and len(lead.axes) == 3 and lead.axes[2] == lead.home.channels else 0


def _placed(bench: Workbench, seam: Seam, view: View) -> str:
    """A part with its atoms where the leading part has them, and those of the axis first."""
    lead, view = _matched(seam.node, seam.axis, seam.lead, view)
    match = counterparts(_without(lead, seam.axis), _without(view, seam.axis))
    places = [tuple(match[atom] for atom in place) for place in seam.others]
    places[seam.along + 1] = view.axes[seam.axis] + places[seam.along + 1]
    return bench.arranged(view, Home(*places), seam.node).tensor


def _matched(node: Node, axis: int, lead: View, view: View) -> tuple[View, View]:
    """Both views cut alike along all axes but one."""
    sizes = [view.shape[:axis] + view.shape[axis + 1 :] for view in (lead, view)]
    pair = aligned(_without(lead, axis), _without(view, axis)) if sizes[0] == sizes[1] else None
    if pair is None:
        raise WorkloadError(
            f"{node.name}: joins {list(lead.shape)} and {list(view.shape)} along axis {axis}, "
            f"whose other axes differ"
        )
    first, second = (
        cut._replace(axes=(*cut.axes[:axis], whole.axes[axis], *cut.axes[axis + 1 :]))
        for cut, whole in zip(pair, (lead, view), strict=True)
    )
    return first, second


def _without(view: View, axis: int) -> View:
    return view._replace(axes=(*view.axes[:axis], (), *view.axes[axis + 1 :]))


def _padded(bench: Workbench, seam: Seam, tensor: str, constants: Sequence[Constant]) -> str:
    """The joined views with room for elements of the file, which are learned or zero."""
    more = sum(constant.shape[seam.axis] for constant in constants)
    more *= size(seam.others[seam.along + 1])
    learned = sum(constant.learnables for constant in constants)
    name = bench.named(seam.node.name)
    if seam.along == 0:
        return bench.net.pad(name, tensor, 0, channels=more, learnables=learned)
    padding = (more, 0, 0, 0) if seam.along == 1 else (0, more, 0, 0)
    return bench.net.pad(name, tensor, padding, learnables=learned)
