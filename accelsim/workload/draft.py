"""A network that is being written: its tensors and operators so far, each name used once."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from accelsim.errors import WorkloadError, suggestion
from accelsim.workload.fusion import fold
from accelsim.workload.network import Network
from accelsim.workload.operators import Operator, Shape
from accelsim.workload.shapes import Tensor


class Ends(TypedDict):
    """The fields that every operator has."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shapes: tuple[Shape, ...]


class Draft:
    """Collects operators until `build` gives the frozen network; till then they can be amended."""

    def __init__(self, name: str, source: str = "") -> None:
        self.name = name
        self.source = source
        self._inputs: dict[str, Shape] = {}
        self._shapes: dict[str, Shape] = {}
        self._operators: dict[str, Operator] = {}

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The operators so far, nothing fused but what `amend` stated."""
        return tuple(self._operators.values())

    def shape(self, tensor: str) -> Shape:
        """(channels, height, width) of a tensor made so far."""
        if tensor not in self._shapes:
            hint = suggestion(tensor, self._shapes)
            raise WorkloadError(f"{self.name}: nothing makes '{tensor}' so far{hint}")
        return self._shapes[tensor]

    def unread(self) -> tuple[str, ...]:
        """Tensors that no operator reads so far, in the order in which they were made."""
        read = {tensor for operator in self.operators for tensor in operator.inputs}
        return tuple(tensor for tensor in self._shapes if tensor not in read)

    def build(self) -> Network:
        """The frozen network, with batch-norms and activations fused where they can be."""
        if idle := [name for name in self.unread() if name in self._inputs]:
            raise WorkloadError(f"{self.name}: no operator reads the input '{idle[0]}'; remove it")
        operators = fold(self.operators)
        return Network(
            name=self.name, inputs=dict(self._inputs), operators=operators, source=self.source
        )

    def amend(self, name: str, activation: str | None, norm_params: int = 0) -> None:
        """State what is fused to an operator already: an activation, learnables of a norm."""
        operator = self._operators[name]
        self._operators[name] = replace(operator, activation=activation, norm_params=norm_params)

    def input(self, name: str, shape: Shape) -> str:
        """A tensor from outside, (channels, height, width) of one image."""
        if len(shape) != 3 or not all(type(side) is int and side >= 1 for side in shape):
            raise WorkloadError(
                f"{name}: shape {shape}: allowed: channels, height and width, "
                f"three whole numbers >= 1"
            )
        self._check_new(name)
        self._inputs[name] = self._shapes[name] = shape
        return name

    def read(self, name: str, *tensors: str) -> tuple[Tensor, ...]:
        """The tensors with their shapes, all made before; `name` is the operator that reads."""
        if not tensors:
            raise WorkloadError(f"{name}: reads nothing; an operator needs at least one input")
        for tensor in tensors:
            if tensor not in self._shapes:
                hint = suggestion(tensor, self._shapes)
                raise WorkloadError(
                    f"{name}: reads '{tensor}', which nothing before it makes{hint}"
                )
        return tuple(Tensor(tensor, self._shapes[tensor]) for tensor in tensors)

    def append(self, operator: Operator) -> str:
        """Add an operator whose inputs are made; returns the name of its first output."""
        for name in (operator.name, *operator.outputs):
            self._check_new(name)
        self._operators[operator.name] = operator
        self._shapes.update(zip(operator.outputs, operator.output_shapes, strict=True))
        return operator.outputs[0]

    def _check_new(self, name: str) -> None:
        if name in self._shapes or name in self._operators:
            raise WorkloadError(f"{name}: an operator or tensor has this name already")


def part_names(name: str, parts: int) -> tuple[str, ...]:
    """Names of the tensors that a split makes."""
    return tuple(f"{name}.{index}" for index in range(parts))


def ends(name: str, read: tuple[Tensor, ...], *output_shapes: Shape) -> Ends:
    """Common fields of an operator whose one output has its name."""
    return Ends(
        name=name,
        inputs=tuple(tensor.name for tensor in read),
        outputs=(name,),
        input_shapes=tuple(tensor.shape for tensor in read),
        output_shapes=output_shapes,
    )
