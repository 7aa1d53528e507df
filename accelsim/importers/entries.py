"""The inputs of an ONNX graph: their sizes, and which of their axes are channels."""

from __future__ import annotations

from collections.abc import Sequence

from accelsim.importers.elementwise import ELEMENTWISE
from accelsim.importers.graph import Graph, Node, Sizes, refuse
from accelsim.importers.layout import Home, View, axis_of
from accelsim.importers.workbench import Deferred, Workbench

AXIS_1 = (
    "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool",
    "BatchNormalization", "InstanceNormalization", "GroupNormalization", "Resize",
)  # fmt: skip
"""Nodes whose axis 1 is channels."""

LAST_AXIS = ("MatMul", "Gemm", "LayerNormalization")
PASSING = {*ELEMENTWISE, "Cast", "Identity", "Dropout", "Pad", "QuantizeLinear", "DequantizeLinear"}


class Entry(Deferred):
    """A tensor from outside; it is no input of the network until something reads it."""

    def __init__(self, graph: Graph, name: str, shape: Sequence[int]) -> None:
        self.graph, self.name, self.shape = graph, name, tuple(shape)
        self.has_batch = len(self.shape) > 1

    def drawn(self, bench: Workbench) -> View:
        """An input of the network, (channels, height, width) of one image."""
        axes = [axis_of(side) for side in self.shape]
        depth = channel_axis(self.graph, self.name, len(axes))
        first = int(self.has_batch)
        sides = [axis for place, axis in enumerate(axes) if place >= first and place != depth]
        columns = tuple(atom for axis in sides[1:] for atom in axis)
        home = Home(
            axes[0] if self.has_batch else (),
            () if depth is None else axes[depth],
            sides[0] if sides else (),
            columns,
        )
        return View(bench.net.input(self.name, home.shape), home, tuple(axes))


def entry(
    graph: Graph, name: str, sizes: Sizes, batch: int | None, given: Sequence[int] | None = None
) -> Entry:
    """An input with its sizes: those given, which may leave out the batch, or the file's.

    An open size of axis 0 is the batch, 1 unless given.
    """
    first = batch or (sizes[0] if sizes and isinstance(sizes[0], int) else 1)
    if given is not None and len(given) not in (len(sizes), len(sizes) - 1) and sizes:
        refuse(
            graph.path, f"input '{name}'",
            f"has {len(sizes)} axes {_shown(sizes)}; --input-shape gives {_shown(given)}, which "
            f"must have as many, or one less without the batch",
        )  # fmt: skip
    if given is not None:
        whole = given if len(given) == len(sizes) or not sizes else (first, *given)
        sizes = (batch or whole[0], *whole[1:])
    elif len(sizes) > 1:
        sizes = (first, *sizes[1:])
    shape = [side for side in sizes if isinstance(side, int)]
    if len(shape) < len(sizes):
        refuse(
            graph.path, f"input '{name}'",
            f"has open sizes: {_shown(sizes)}; give them with --input-shape, as in "
            f"--input-shape 3x224x224",
        )  # fmt: skip
    return Entry(graph, name, shape)


def channel_axis(graph: Graph, name: str, rank: int) -> int | None:
    """The axis that the first node which cares takes as channels; None where none does.

    Indices into a table have no channels.
    """
    readers: dict[str, list[Node]] = {}
    for node in graph.nodes:
        for read in node.inputs:
            readers.setdefault(read, []).append(node)
    waiting = [(name, list(range(rank)))]
    for tensor, axes in waiting:
        for node in readers.get(tensor, ()):
            if node.op in AXIS_1 and len(axes) > 1:
                return axes[1]
            if node.op in LAST_AXIS:
                return axes[-1]
            if node.op == "Gather" and node.inputs[0] != tensor:
                return None
            if node.op == "Transpose":
                order = node.wholes("perm") or tuple(range(rank))[::-1]
                waiting.append((node.outputs[0], [axes[place] for place in order]))
            elif node.op in PASSING:
                waiting.append((node.outputs[0], axes))
    return 1 if rank == 4 else rank - 1


def _shown(sizes: Sequence[object]) -> str:
    return "x".join(str(side) for side in sizes)
