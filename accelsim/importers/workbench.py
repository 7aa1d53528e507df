"""What the conversion of a graph knows so far: the network, and what every ONNX tensor became.

A tensor of the graph is a `Constant`, a `View` of a tensor of the network, or `Deferred`: work that
is written down only when an operator needs its result, because the next node may take it over (a
padding, an inner concat, a step of an activation).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from accelsim.importers.elementwise import Arguments
from accelsim.importers.graph import Array, Constant, Graph, Node
from accelsim.importers.layout import Axis, Home, View, axis_of, size
from accelsim.workload.builder import NetworkBuilder

MIXED = "it mixes the images of a batch"


class UnsupportedError(Exception):
    """A node that has no operator, and why."""

    def __init__(self, node: Node, reason: str) -> None:
        self.node, self.reason = node, reason
        super().__init__(f"{node.name}: {reason}")


class BlockedError(Exception):
    """A node that reads what an unsupported node makes."""


class Deferred(ABC):
    """A result that no operator has needed so far."""

    shape: tuple[int, ...]

    @abstractmethod
    def drawn(self, bench: Workbench) -> View:
        """The result, by operators appended to the network."""


Value = Constant | View | Deferred


class Workbench:
    """The network under construction and the values of the graph's tensors."""

    def __init__(self, graph: Graph, net: NetworkBuilder) -> None:
        self.graph, self.net = graph, net
        self.values: dict[str, Value | None] = dict(graph.constants)
        """None stands for what an unsupported node makes."""
        self.done: set[str] = set()
        """Nodes whose work an earlier one took over."""
        self.convert: Callable[[Node], None]
        self.native: Callable[[Node], None]
        self._readers: dict[str, list[Node]] = {}
        for node in graph.nodes:
            for name in node.inputs:
                self._readers.setdefault(name, []).append(node)
        self._names = set(graph.inputs)
        self._arranged: dict[tuple[object, ...], str] = {}

    def value(self, name: str) -> Value | None:
        """What a tensor of the graph became; None for an input that is left out."""
        if not name:
            return None
        found = self.values.get(name)
        if found is None:
            raise BlockedError(name)
        return found

    def view(self, node: Node, index: int = 0) -> View:
        """An input of a node as a tensor of the network."""
        name = node.inputs[index] if index < len(node.inputs) else ""
        value = self.value(name)
        if value is None or isinstance(value, Constant):
            raise UnsupportedError(node, f"its input {index} does not depend on the image")
        if isinstance(value, Deferred):
            value = value.drawn(self)
            self.values[name] = value
        return value

    def constant(self, node: Node, index: int) -> Constant | None:
        """An input of a node that does not depend on the image, or None."""
        value = self.value(node.inputs[index]) if index < len(node.inputs) else None
        return value if isinstance(value, Constant) else None

    def weight(self, node: Node, index: int) -> Constant:
        """An input of a node that must not depend on the image."""
        found = self.constant(node, index)
        if found is None:
            raise UnsupportedError(node, f"its input {index} is not a constant of the file")
        return found

    def arrays(self, node: Node) -> Arguments:
        """Inputs of a node with None for those that are left out or depend on the image."""
        found = [self.constant(node, index) for index in range(len(node.inputs))]
        return [None if constant is None else constant.array for constant in found]

    def array(self, node: Node, index: int) -> Array | None:
        """One of `arrays`."""
        found = self.constant(node, index)
        return None if found is None else found.array

    def readers(self, name: str) -> Sequence[Node]:
        """The nodes that read a tensor."""
        return self._readers.get(name, ())

    def sole_reader(self, name: str) -> Node | None:
        """The node that reads a tensor, if there is one alone and the graph does not return it."""
        readers = self.readers(name)
        return readers[0] if len(readers) == 1 and name not in self.graph.outputs else None

    def following(self, name: str, op: str) -> tuple[Node, Constant] | None:
        """The sole reader of a tensor if it joins it by `op` with a constant."""
        reader = self.sole_reader(name)
        if reader is None or reader.op != op or len(reader.inputs) != 2:
            return None
        other = self.values.get(reader.inputs[1 - reader.inputs.index(name)])
        return (reader, other) if isinstance(other, Constant) else None

    def give(self, node: Node, *values: Value) -> None:
        """State what the outputs of a node are."""
        self.values.update(zip(node.outputs, values, strict=False))

    def named(self, name: str) -> str:
        """The name, or one like it that is free."""
        free, repeat = name, 1
        while free in self._names:
            repeat += 1
            free = f"{name}_{repeat}"
        self._names.add(free)
        return free

    def placed(self, tensor: str, batch: Axis, rank: int = 4) -> View:
        """A tensor just made, as the ONNX tensor (batch, channels, rows, columns)."""
        home = Home(batch, *(axis_of(side) for side in self.net.shape(tensor)))
        return View(tensor, home, tuple(home[:rank]))

    def arranged(self, view: View, target: Home, node: Node) -> View:
        """The view with its elements where `target` has them, by a move if they are elsewhere."""
        if target[1:] == view.home[1:]:
            return view
        if len(target.atoms) != len(view.home.atoms) or set(target.atoms) != set(view.home.atoms):
            raise UnsupportedError(node, MIXED)
        order = [[view.home.atoms.index(atom) for atom in place] for place in target[1:]]
        key = (view.tensor, tuple(atom.size for atom in view.home.atoms), str(order))
        if key not in self._arranged:
            self._arranged[key] = self._moved(view, target, node)
        return View(self._arranged[key], target._replace(batch=view.home.batch), view.axes)

    def _moved(self, view: View, target: Home, node: Node) -> str:
        home, net = view.home, self.net
        if target.atoms == home.atoms and not target.pixels:
            return net.flatten(self.named(f"{node.name}.flatten"), view.tensor)
        if target.atoms == home.atoms:
            return net.reshape(self.named(f"{node.name}.reshape"), view.tensor, target.shape)
        if target[2:] == home[2:] and (groups := rotation(home.channels, target.channels)):
            return net.shuffle(self.named(f"{node.name}.shuffle"), view.tensor, groups)
        return net.transpose(self.named(f"{node.name}.transpose"), view.tensor, target.shape)

    def as_map(self, view: View, node: Node) -> View:
        """The view with its axes 1, 2, 3 as channels, rows and columns."""
        if not 2 <= len(view.axes) <= 4:
            raise UnsupportedError(node, f"a tensor of {len(view.axes)} axes is no map")
        if set(view.axes[0]) != set(view.home.batch):
            raise UnsupportedError(node, "the first axis of its input is not the batch alone")
        sides = (*view.axes[1:], (), ())[:3]
        return self.arranged(view, Home(view.home.batch, *sides), node)

    def as_pixels(self, view: View, node: Node) -> View:
        """The view with its last axis as channels and the others as pixels."""
        rest = tuple(
            atom for axis in view.axes[:-1] for atom in axis if atom not in view.home.batch
        )
        pixels = view.home[2:] if rest == view.home.pixels else (rest, ())
        return self.arranged(view, Home(view.home.batch, view.axes[-1], *pixels), node)


def rotation(before: Axis, after: Axis) -> int | None:
    """Groups of the channel shuffle that brings one order of channels into the other."""
    for cut in range(1, len(before)):
        if after == before[cut:] + before[:cut]:
            return size(before[:cut])
    return None
