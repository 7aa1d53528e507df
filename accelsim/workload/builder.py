"""NetworkBuilder: writes a network down operator by operator and infers every shape.

Definitions, files and importers all go through here, so a layer that does not fit its
predecessors is refused in one place, and batch-norm and activation are fused in one (`fusion`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypedDict

from accelsim.errors import WorkloadError, suggestion
from accelsim.workload.fusion import BATCH_NORM, LEARNABLES_PER_CHANNEL, fold
from accelsim.workload.network import Network
from accelsim.workload.operators import (
    ACTIVATIONS,
    Concat,
    Conv,
    Elementwise,
    Linear,
    MatMul,
    Move,
    Operator,
    Pool,
    Shape,
    Softmax,
    elements,
)
from accelsim.workload.shapes import Tensor, joined, multiplied, parted, product, summed, walked
from accelsim.workload.window import Window


class _Ends(TypedDict):
    """The fields that every operator has."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shapes: tuple[Shape, ...]


class NetworkBuilder:
    """Collects operators; every method takes and returns the names of tensors.

    An operator's output is named like the operator, the parts of a split `<name>.0` and so on.
    `build` gives the frozen network; until then operators can be amended.
    """

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

    def conv(
        self,
        name: str,
        x: str,
        channels: int,
        window: Window,
        *,
        groups: int = 1,
        bias: bool = False,
    ) -> str:
        """2-D convolution to `channels` output channels; depthwise when groups = channels."""
        (tensor,) = self._read(name, x)
        output = (channels, *walked(name, tensor, window))
        return self._append(
            Conv(
                **_ends(name, (tensor,), output),
                window=window.kernel,
                step=window.stride,
                padding=window.padding,
                dilation=window.dilation,
                channel_groups=groups,
                bias=bias,
            )
        )

    def linear(self, name: str, x: str, channels: int, *, bias: bool = True) -> str:
        """Matrix product to `channels` outputs, applied at every pixel."""
        (tensor,) = self._read(name, x)
        _, height, width = tensor.shape
        return self._append(Linear(**_ends(name, (tensor,), (channels, height, width)), bias=bias))

    def pool(
        self,
        name: str,
        x: str,
        mode: Literal["max", "avg", "global"],
        window: Window | None = None,
        *,
        count_include_pad: bool = True,
    ) -> str:
        """Maximum or average over a window (floor rule), or the average of the whole map.

        `count_include_pad` is kept where it means something: an average over padding.
        """
        (tensor,) = self._read(name, x)
        if (window is None) != (mode == "global"):
            raise WorkloadError(f"{name}: a max or avg pool needs a window, a global one has none")
        window = window or Window(kernel=tensor.shape[1:])
        if window.dilation != (1, 1):
            raise WorkloadError(f"{name}: dilation {window.dilation}: a pool cannot be dilated")
        output = (tensor.shape[0], *walked(name, tensor, window))
        return self._append(
            Pool(
                **_ends(name, (tensor,), output),
                mode=mode,
                window=window.kernel,
                step=window.stride,
                padding=window.padding,
                count_include_pad=count_include_pad or mode != "avg" or not any(window.padding),
            )
        )

    def add(self, name: str, *tensors: str) -> str:
        """Sum of tensors of one shape."""
        terms = self._read(name, *tensors)
        return self._append(Elementwise(**_ends(name, terms, summed(name, terms)), function="add"))

    def mul(self, name: str, *tensors: str) -> str:
        """Product; a factor of height and width 1 (a gate) or of one channel is broadcast."""
        factors = self._read(name, *tensors)
        output = multiplied(name, factors)
        return self._append(Elementwise(**_ends(name, factors, output), function="mul"))

    def batch_norm(self, name: str, x: str) -> str:
        """Scale and shift of every channel; `build` folds it into the convolutions before it."""
        (tensor,) = self._read(name, x)
        return self._append(
            Elementwise(
                **_ends(name, (tensor,), tensor.shape),
                function=BATCH_NORM,
                learnables=LEARNABLES_PER_CHANNEL * tensor.shape[0],
            )
        )

    def activation(self, name: str, x: str, function: str) -> str:
        """A non-linear function of every element; `build` fuses it with the operator before it."""
        (tensor,) = self._read(name, x)
        if function not in ACTIVATIONS:
            raise WorkloadError(
                f"{name}: activation '{function}' is unknown; allowed: "
                f"{', '.join(ACTIVATIONS)}{suggestion(function, ACTIVATIONS)}"
            )
        ends = _ends(name, (tensor,), tensor.shape)
        return self._append(Elementwise(**ends, function=function))

    def concat(self, name: str, *tensors: str) -> str:
        """Tensors laid behind each other along the channels."""
        parts = self._read(name, *tensors)
        return self._append(Concat(**_ends(name, parts, joined(name, parts))))

    def split(self, name: str, x: str, sections: Sequence[int]) -> tuple[str, ...]:
        """Consecutive channels as tensors of their own: `<name>.0`, `<name>.1` and so on."""
        (tensor,) = self._read(name, x)
        shapes = parted(name, tensor, sections)
        ends = _ends(name, (tensor,), *shapes)
        ends["outputs"] = part_names(name, len(shapes))
        self._append(Move(**ends, function="split"))
        return ends["outputs"]

    def shuffle(self, name: str, x: str, groups: int) -> str:
        """Channels of `groups` groups interleaved: the first of each group, then the second, ..."""
        (tensor,) = self._read(name, x)
        ends = _ends(name, (tensor,), tensor.shape)
        return self._append(Move(**ends, function="shuffle", channel_groups=groups))

    def flatten(self, name: str, x: str) -> str:
        """All elements as the channels of one pixel."""
        (tensor,) = self._read(name, x)
        ends = _ends(name, (tensor,), (elements(tensor.shape), 1, 1))
        return self._append(Move(**ends, function="flatten"))

    def softmax(self, name: str, x: str) -> str:
        """Exponentials over the channels divided by their sum."""
        (tensor,) = self._read(name, x)
        return self._append(Softmax(**_ends(name, (tensor,), tensor.shape)))

    def matmul(self, name: str, a: str, b: str, *, heads: int = 1, transposed: bool = False) -> str:
        """Product of two tensors per head; pixels are rows (see `MatMul` for the shapes)."""
        left, right = self._read(name, a, b)
        sizes = product(name, (left, right), heads, transposed)
        output = (heads * sizes.columns, *left.shape[1:])
        return self._append(MatMul(**_ends(name, (left, right), output), **sizes._asdict()))

    def _read(self, name: str, *tensors: str) -> tuple[Tensor, ...]:
        """The tensors with their shapes, all made before."""
        if not tensors:
            raise WorkloadError(f"{name}: reads nothing; an operator needs at least one input")
        for tensor in tensors:
            if tensor not in self._shapes:
                hint = suggestion(tensor, self._shapes)
                raise WorkloadError(
                    f"{name}: reads '{tensor}', which nothing before it makes{hint}"
                )
        return tuple(Tensor(tensor, self._shapes[tensor]) for tensor in tensors)

    def _check_new(self, name: str) -> None:
        if name in self._shapes or name in self._operators:
            raise WorkloadError(f"{name}: an operator or tensor has this name already")

    def _append(self, operator: Operator) -> str:
        for name in (operator.name, *operator.outputs):
            self._check_new(name)
        self._operators[operator.name] = operator
        self._shapes.update(zip(operator.outputs, operator.output_shapes, strict=True))
        return operator.outputs[0]


def part_names(name: str, parts: int) -> tuple[str, ...]:
    """Names of the tensors that a split makes."""
    return tuple(f"{name}.{index}" for index in range(parts))


def _ends(name: str, read: tuple[Tensor, ...], *output_shapes: Shape) -> _Ends:
    """Common fields of an operator whose one output has its name."""
    return _Ends(
        name=name,
        inputs=tuple(tensor.name for tensor in read),
        outputs=(name,),
        input_shapes=tuple(tensor.shape for tensor in read),
        output_shapes=output_shapes,
    )
