"""What every operator has: names, tensors with their shapes, and what is fused to it.

Shapes are (C, H, W) of one image; the batch enters at simulation. An operator names the tensors
it reads (`inputs`) and writes (`outputs`). A folded batch-norm and a fused activation are fields
of the operator that produces the tensor: `norm_params` learnables and `activation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from accelsim.errors import WorkloadError, suggestion

Shape = tuple[int, int, int]
"""(channels, height, width) of one image."""

Activation = Literal[
    "relu", "relu6", "silu", "hardswish", "sigmoid", "hardsigmoid", "gelu", "tanh",
    "leakyrelu", "elu", "mish",
]  # fmt: skip
ACTIVATIONS: tuple[str, ...] = get_args(Activation)


def elements(shape: Shape) -> int:
    """Number of elements in one image of this shape."""
    return shape[0] * shape[1] * shape[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """What every operator has: a name, the tensors it joins, their shapes, what is fused to it."""

    kind: ClassVar[str]
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shapes: tuple[Shape, ...]
    activation: str | None = None
    norm_params: int = 0

    def __post_init__(self) -> None:
        if not self.name:
            raise WorkloadError("an operator needs a name")
        if len(self.inputs) != len(self.input_shapes) or not self.inputs:
            raise WorkloadError(f"{self.name}: every input needs a shape, and one at least")
        if len(self.outputs) != len(self.output_shapes) or not self.outputs:
            raise WorkloadError(f"{self.name}: every output needs a shape, and one at least")
        for shape in (*self.input_shapes, *self.output_shapes):
            if min(shape) < 1:
                raise WorkloadError(f"{self.name}: shape {shape}: every size must be >= 1")
        if self.activation is not None and self.activation not in ACTIVATIONS:
            raise WorkloadError(
                f"{self.name}: activation '{self.activation}' is unknown; allowed: "
                f"{', '.join(ACTIVATIONS)}{suggestion(self.activation, ACTIVATIONS)}"
            )

    @property
    def input_shape(self) -> Shape:
        """Shape of the first input."""
        return self.input_shapes[0]

    @property
    def output_shape(self) -> Shape:
        """Shape of the first output."""
        return self.output_shapes[0]

    @property
    def kernel(self) -> tuple[int, int] | None:
        """Filter or window (R, S), or None for an operator without one."""
        return None

    @property
    def stride(self) -> tuple[int, int]:
        """Step between neighbouring outputs, rows and columns."""
        return (1, 1)

    @property
    def groups(self) -> int:
        """Independent channel groups."""
        return 1

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one image; 0 for everything but conv, linear and matmul."""
        return 0

    @property
    def weights(self) -> int:
        """Weight elements, without bias."""
        return 0

    @property
    def params(self) -> int:
        """Weights and bias of the operator itself; a folded norm is in `norm_params`."""
        return self.weights

    @property
    def flops(self) -> int:
        """Arithmetic operations for one image: two per MAC."""
        return 2 * self.macs

    @property
    def type(self) -> str:
        """Short class for tables: conv, dw, pw, group, linear, ... (column `type`)."""
        return self.kind


class Windowed:
    """Kernel and stride of an operator whose window walks over a map."""

    __slots__ = ()
    window: tuple[int, int]
    step: tuple[int, int]

    @property
    def kernel(self) -> tuple[int, int]:
        """Filter or window (R, S)."""
        return self.window

    @property
    def stride(self) -> tuple[int, int]:
        """Step between neighbouring outputs, rows and columns."""
        return self.step
