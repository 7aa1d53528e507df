"""Batch-norms and activations move into the operators that make their input.

A batch-norm scales and shifts every channel, which the convolution before it can do with other
weights and a bias. A concat, split or shuffle between the two only says which channels of which
convolution are meant. An activation is applied to the values as they leave their producer. Either
needs every tensor on the way to be read by this path alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from accelsim.workload.operators import (
    ACTIVATIONS,
    Concat,
    Conv,
    Elementwise,
    Linear,
    MatMul,
    Move,
    Operator,
)

BATCH_NORM = "batch_norm"
LEARNABLES_PER_CHANNEL = 2
"""Scale and shift; mean and variance are not learnt."""


def fold(operators: Sequence[Operator]) -> tuple[Operator, ...]:
    """The same computation with what can be fused stated as fields, in the same order.

    `operators` stand in topological order. A tensor made by a fused operator takes the name of
    the tensor that it was made from.
    """
    graph = _Graph(operators)
    for operator in operators:
        graph.place(operator)
    return tuple(graph.kept.values())


class _Graph:
    """The operators placed so far, and how often each tensor will be read."""

    def __init__(self, operators: Iterable[Operator]) -> None:
        self.kept: dict[str, Operator] = {}
        self._readers = Counter(tensor for operator in operators for tensor in operator.inputs)
        self._makers: dict[str, str] = {}
        self._renamed: dict[str, str] = {}

    def place(self, operator: Operator) -> None:
        """Fuse the operator if that is possible, else keep it."""
        inputs = tuple(self._renamed.get(tensor, tensor) for tensor in operator.inputs)
        if inputs != operator.inputs:
            operator = replace(operator, inputs=inputs)
        if isinstance(operator, Elementwise) and self._absorb(operator):
            (source,), (result,) = operator.inputs, operator.outputs
            self._renamed[result] = source
            self._readers[source] = self._readers[result]
        else:
            self.kept[operator.name] = operator
            self._makers.update(dict.fromkeys(operator.outputs, operator.name))

    def _absorb(self, operator: Elementwise) -> bool:
        """Whether the operator has become a field of the operators before it."""
        if operator.activation is None and operator.function == BATCH_NORM:
            return self._absorb_norm(operator)
        if operator.activation is None and operator.function in ACTIVATIONS:
            return self._absorb_activation(operator)
        return False

    def _absorb_norm(self, operator: Elementwise) -> bool:
        channels = operator.input_shape[0]
        if operator.learnables != LEARNABLES_PER_CHANNEL * channels:
            return False
        makers = self._channel_makers(operator.inputs[0], range(channels))
        for name, count in (makers or {}).items():
            learnables = self.kept[name].norm_params + LEARNABLES_PER_CHANNEL * count
            self.kept[name] = replace(self.kept[name], norm_params=learnables)
        return makers is not None

    def _absorb_activation(self, operator: Elementwise) -> bool:
        makers = self._value_makers(operator.inputs[0])
        for name in makers or ():
            self.kept[name] = replace(self.kept[name], activation=operator.function)
        return makers is not None

    def _sole_maker(self, tensor: str) -> Operator | None:
        """The operator that makes a tensor, if one path alone reads it and it has no activation."""
        if self._readers[tensor] != 1 or tensor not in self._makers:
            return None
        maker = self.kept[self._makers[tensor]]
        return maker if maker.activation is None else None

    def _channel_makers(self, tensor: str, channels: Sequence[int]) -> Counter[str] | None:
        """How many of these channels each convolution makes, or None if another operator does."""
        match maker := self._sole_maker(tensor):
            case Conv() | Linear():
                return Counter({maker.name: len(channels)})
            case Concat(along="channels"):
                return self._part_makers(maker, channels)
            case Move(function="split"):
                start = _first_channel(maker, tensor)
                return self._channel_makers(maker.inputs[0], [start + c for c in channels])
            case Move(function="shuffle", groups=groups):
                depth = maker.input_shape[0] // groups
                sources = [channel % groups * depth + channel // groups for channel in channels]
                return self._channel_makers(maker.inputs[0], sources)
        return None

    def _part_makers(self, concat: Concat, channels: Sequence[int]) -> Counter[str] | None:
        """`_channel_makers` over the parts of a concat that hold the channels."""
        found: Counter[str] = Counter()
        start = 0
        for part, (depth, _, _) in zip(concat.inputs, concat.input_shapes, strict=True):
            inside = [c - start for c in channels if start <= c < start + depth]
            below = self._channel_makers(part, inside) if inside else Counter()
            if below is None:
                return None
            found += below
            start += depth
        return found

    def _value_makers(self, tensor: str) -> list[str] | None:
        """The operators that compute the tensor, if all of them can apply an activation."""
        match maker := self._sole_maker(tensor):
            case Conv() | Linear() | MatMul() | Elementwise():
                return [maker.name]
            case Concat(along="channels") | Move(function="shuffle"):
                below = [self._value_makers(part) for part in maker.inputs]
                names = [name for part in below for name in part or ()]
                return None if None in below else names
        return None


def _first_channel(split: Move, tensor: str) -> int:
    """Where a part of a split starts among the channels of the whole."""
    before = split.outputs.index(tensor)
    return sum(channels for channels, _, _ in split.output_shapes[:before])
