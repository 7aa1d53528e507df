"""Which pieces of memory an operator's operands consist of, and how much of each still moves."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd
from typing import NamedTuple

from accelsim.lifetime.pieces import Tensors
from accelsim.workload.base import Operator, Shape, elements
from accelsim.workload.operators import Elementwise, MatMul


class Share(NamedTuple):
    """Of an operand's DRAM bytes, `away` of `whole` parts still cross the channel."""

    away: int
    whole: int

    def of(self, size_bytes: int) -> int:
        """That share of some bytes, rounded up."""
        return -(-size_bytes * self.away // self.whole)


EVERYTHING = Share(1, 1)


class Away(NamedTuple):
    """What still crosses the DRAM channel of each operand of one operator."""

    input: Share = EVERYTHING
    weight: Share = EVERYTHING
    output: Share = EVERYTHING
    """Of finished outputs; partial sums always go to DRAM and back."""


class Operand(NamedTuple):
    """What an operator reads or writes, as parts of `whole`."""

    parts: tuple[tuple[int, int], ...]
    """(number of a piece, its part); others of the whole are in no piece that may stay."""
    whole: int

    def without(self, pieces: int) -> Operand:
        """The operand whose parts in these pieces, a set as bits, always come from DRAM."""
        kept = tuple((piece, part) for piece, part in self.parts if not pieces >> piece & 1)
        return Operand(kept, self.whole)

    def away(self, on_chip: int) -> Share:
        """What is not in the pieces `on_chip`, a set as bits."""
        there = sum(part for piece, part in self.parts if on_chip >> piece & 1)
        common = gcd(self.whole - there, self.whole)
        return Share((self.whole - there) // common, self.whole // common)


NO_TENSOR = Operand((), 1)


class Operands(NamedTuple):
    """Operands of one operator."""

    input: Operand
    weight: Operand
    """Second factor of a matrix product, gates of an element-wise product; else of no tensor."""
    output: Operand


def operands_of(operator: Operator, tensors: Tensors) -> Operands:
    """Pieces of the input, of the activation in place of weights, and of the output.

    The same parts as in the nest that the accelerator walks (`schedule.nest`): every full-size
    input of an element-wise operator is read once per output, every gate once per channel.
    """
    inputs = list(zip(operator.inputs, operator.input_shapes, strict=True))
    outputs = zip(operator.outputs, operator.output_shapes, strict=True)
    weights: list[tuple[str, Shape]] = []
    read, channels = 0, 0
    if isinstance(operator, MatMul):
        inputs, weights = inputs[:1], inputs[1:]
    elif isinstance(operator, Elementwise):
        walked = operator.output_shape
        read, channels = elements(walked), walked[0]
        weights = [(name, shape) for name, shape in inputs if _is_gate(shape, walked)]
        inputs = [(name, shape) for name, shape in inputs if not _is_gate(shape, walked)]
    return Operands(
        input=_operand(tensors, inputs, read),
        weight=_operand(tensors, weights, channels),
        output=_operand(tensors, outputs),
    )


def _is_gate(shape: Shape, walked: Shape) -> bool:
    return shape != walked and shape[1:] == (1, 1)


def _operand(tensors: Tensors, named: Iterable[tuple[str, Shape]], read: int = 0) -> Operand:
    """Tensors side by side; where `read` elements are read of each, all count alike."""
    parts = tuple(
        (piece, tensors.pieces[piece].elements * (read // elements(shape) or 1))
        for name, shape in named
        for piece in tensors.parts[name]
    )
    return Operand(parts, sum(part for _, part in parts)) if parts else NO_TENSOR
