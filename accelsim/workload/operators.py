"""All operators of a network; those without multiply-accumulates are defined here."""

from __future__ import annotations

from dataclasses import dataclass
from operator import gt, mod
from typing import ClassVar, Literal

from accelsim.errors import WorkloadError, suggestion
from accelsim.workload.base import ACTIVATIONS, Operator, Shape, Windowed, elements
from accelsim.workload.dims import ConvDims
from accelsim.workload.mac_operators import Conv, Linear, MatMul, out_size

__all__ = [
    "ACTIVATIONS",
    "SIDES",
    "Concat",
    "Conv",
    "Elementwise",
    "Linear",
    "MatMul",
    "Move",
    "Norm",
    "Operator",
    "Pool",
    "Shape",
    "Softmax",
    "elements",
    "out_size",
]  # fmt: skip

SAME_ELEMENTS = ("split", "shuffle", "transpose", "reshape", "flatten")
SIDES = ("channels", "rows", "columns")
MOVES = (*SAME_ELEMENTS, "slice", "pad", "upsample", "repeat", "lookup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool(Windowed, Operator):
    """Maximum or average over a window; `mode` global covers the whole map."""

    kind: ClassVar[str] = "pool"
    mode: Literal["max", "avg", "global"]
    window: tuple[int, int]
    step: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    """top, left, bottom, right"""
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        Operator.__post_init__(self)
        if self.input_shape[0] != self.output_shape[0]:
            raise WorkloadError(f"{self.name}: pooling keeps the channels")
        if min(self.window) < 1 or min(self.step) < 1 or min(self.padding) < 0:
            raise WorkloadError(f"{self.name}: window and stride must be >= 1, padding >= 0")
        self._check_axis("rows", 0)
        self._check_axis("columns", 1)

    def _check_axis(self, axis_name: str, axis: int) -> None:
        """Refuse windows that lie in the padding alone, and outputs of neither rounding rule."""
        window, stride = self.window[axis], self.step[axis]
        before, after = self.padding[axis], self.padding[axis + 2]
        if max(before, after) >= window:
            raise WorkloadError(
                f"{self.name}: padding {self.padding} reaches the window {self.window}; "
                f"a window must touch the map"
            )
        spare = self.input_shape[axis + 1] + before + after - window
        outputs = self.output_shape[axis + 1]
        if spare < 0 or outputs not in (spare // stride + 1, -(-spare // stride) + 1):
            raise WorkloadError(
                f"{self.name}: {outputs} output {axis_name} do not follow from "
                f"{self.input_shape[axis + 1]} under window {window}, stride {stride}"
            )

    @property
    def groups(self) -> int:
        """Every channel is pooled by itself."""
        return self.input_shape[0]

    @property
    def is_ceil(self) -> bool:
        """Whether there are more windows than fit the padded map."""
        floor = [
            out_size(self.input_shape[axis + 1] + self.padding[axis] + self.padding[axis + 2],
                     self.window[axis], self.step[axis])
            for axis in (0, 1)
        ]  # fmt: skip
        return self.output_shape[1:] != tuple(floor)

    def dims(self, batch: int = 1) -> ConvDims:
        """Loop bounds of the same walk as a depthwise convolution; images count as groups."""
        (channels, in_h, in_w), (_, out_h, out_w) = self.input_shape, self.output_shape
        return ConvDims(
            G=batch * channels, P=out_h, Q=out_w, R=self.window[0], S=self.window[1],
            H=in_h, W=in_w, stride_h=self.step[0], stride_w=self.step[1],
            pad_top=self.padding[0], pad_left=self.padding[1],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Elementwise(Operator):
    """One output element from the same element of every input; a 1x1 input is broadcast."""

    kind: ClassVar[str] = "elementwise"
    function: str
    """add, mul, batch_norm, scale, shift, or the name of an activation"""
    learnables: int = 0

    def __post_init__(self) -> None:
        Operator.__post_init__(self)
        channels, height, width = self.output_shape
        for shape in self.input_shapes:
            if shape[0] not in (1, channels) or shape[1:] not in ((1, 1), (height, width)):
                raise WorkloadError(
                    f"{self.name}: input {shape} does not broadcast to {self.output_shape}"
                )

    @property
    def params(self) -> int:
        """Learnables of a norm or scale that no convolution could absorb."""
        return self.learnables


@dataclass(frozen=True, slots=True, kw_only=True)
class Concat(Operator):
    """Tensors laid behind each other along the channels, rows or columns."""

    kind: ClassVar[str] = "concat"
    along: str = "channels"
    """channels, rows or columns"""

    def __post_init__(self) -> None:
        Operator.__post_init__(self)
        if self.along not in SIDES:
            raise WorkloadError(f"{self.name}: along '{self.along}'; allowed: {', '.join(SIDES)}")
        axis = SIDES.index(self.along)
        whole = list(self.output_shape)
        whole[axis] = sum(shape[axis] for shape in self.input_shapes)
        if self.output_shape[axis] != whole[axis]:
            raise WorkloadError(f"{self.name}: input {self.along} do not add up to the output's")
        others = [side for side in range(3) if side != axis]
        if any(shape[side] != whole[side] for shape in self.input_shapes for side in others):
            raise WorkloadError(
                f"{self.name}: inputs {self.input_shapes} differ in more than their {self.along}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Operator):
    """Data in another place or order; a split has several outputs, a shuffle `channel_groups`."""

    kind: ClassVar[str] = "move"
    function: str
    """split, shuffle, transpose, reshape, flatten, slice, pad, upsample, repeat or lookup"""
    channel_groups: int = 1
    learnables: int = 0
    """Elements of a pad that are learned, as a class token is, or of a table that is looked up"""

    def __post_init__(self) -> None:
        Operator.__post_init__(self)
        if self.function not in MOVES:
            raise WorkloadError(
                f"{self.name}: function '{self.function}' is unknown; allowed: "
                f"{', '.join(MOVES)}{suggestion(self.function, MOVES)}"
            )
        moved = sum(elements(shape) for shape in self.output_shapes)
        if self.function in SAME_ELEMENTS and moved != elements(self.input_shape):
            raise WorkloadError(
                f"{self.name}: a {self.function} of {self.input_shape} cannot give "
                f"{', '.join(str(shape) for shape in self.output_shapes)}"
            )
        if self.function == "slice" and any(map(gt, self.output_shape, self.input_shape)):
            raise WorkloadError(
                f"{self.name}: a slice of {self.input_shape} cannot be {self.output_shape}"
            )
        if self.function == "repeat" and any(map(mod, self.output_shape, self.input_shape)):
            raise WorkloadError(
                f"{self.name}: {self.input_shape} repeated cannot be {self.output_shape}"
            )
        if self.channel_groups < 1 or self.input_shape[0] % self.channel_groups:
            raise WorkloadError(
                f"{self.name}: groups = {self.channel_groups} must divide the "
                f"{self.input_shape[0]} channels"
            )

    @property
    def params(self) -> int:
        """Learned elements."""
        return self.learnables

    @property
    def groups(self) -> int:
        """Groups that a shuffle interleaves."""
        return self.channel_groups

    @property
    def is_view(self) -> bool:
        """A split, flatten or reshape that a compiler may serve without moving a byte."""
        return self.function in ("split", "slice", "flatten", "reshape")


@dataclass(frozen=True, slots=True, kw_only=True)
class Softmax(Operator):
    """Exponentials over the channels divided by their sum."""

    kind: ClassVar[str] = "softmax"


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm(Operator):
    """Layer or group normalisation over the channels of every pixel."""

    kind: ClassVar[str] = "norm"
    learnables: int = 0

    @property
    def params(self) -> int:
        """Scale and shift."""
        return self.learnables
