"""Operators that multiply and accumulate: convolution, linear and the product of activations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from accelsim.errors import WorkloadError
from accelsim.workload.base import Operator, Shape, Windowed
from accelsim.workload.dims import ConvDims


def out_size(padded: int, window: int, stride: int, dilation: int = 1) -> int:
    """Output positions of a window over `padded` input positions (floor rule)."""
    return (padded - (window - 1) * dilation - 1) // stride + 1


class WithWeights:
    """MACs and parameters of an operator with weights, all from its loop bounds."""

    __slots__ = ()
    bias: bool
    output_shapes: tuple[Shape, ...]

    def dims(self, batch: int = 1) -> ConvDims:
        """Loop bounds and geometry for `batch` images."""
        raise NotImplementedError

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one image, padding included."""
        return self.dims().macs

    @property
    def weights(self) -> int:
        """Weight elements, without bias."""
        return self.dims().weights

    @property
    def params(self) -> int:
        """Weights and, where the definition has it, one bias per output channel."""
        return self.weights + (self.output_shapes[0][0] if self.bias else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv(Windowed, WithWeights, Operator):
    """2-D convolution: standard, grouped, depthwise (groups = channels), pointwise, dilated."""

    kind: ClassVar[str] = "conv"
    window: tuple[int, int]
    step: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    """top, left, bottom, right"""
    dilation: tuple[int, int] = (1, 1)
    channel_groups: int = 1
    bias: bool = False

    def __post_init__(self) -> None:
        Operator.__post_init__(self)
        in_c, in_h, in_w = self.input_shape
        out_c = self.output_shape[0]
        if min(self.window) < 1 or min(self.step) < 1 or min(self.dilation) < 1:
            raise WorkloadError(f"{self.name}: kernel, stride and dilation must be >= 1")
        if min(self.padding) < 0:
            raise WorkloadError(f"{self.name}: padding {self.padding} must be >= 0")
        if self.channel_groups < 1 or in_c % self.channel_groups or out_c % self.channel_groups:
            raise WorkloadError(
                f"{self.name}: groups = {self.channel_groups} must divide the "
                f"{in_c} input and the {out_c} output channels"
            )
        top, left, bottom, right = self.padding
        expected = (
            out_size(in_h + top + bottom, self.window[0], self.step[0], self.dilation[0]),
            out_size(in_w + left + right, self.window[1], self.step[1], self.dilation[1]),
        )
        if min(expected) < 1:
            raise WorkloadError(
                f"{self.name}: kernel {self.window[0]}x{self.window[1]} is larger than the padded "
                f"input {in_h + top + bottom}x{in_w + left + right}"
            )
        if self.output_shape[1:] != expected:
            raise WorkloadError(
                f"{self.name}: output {self.output_shape[1:]} does not follow from the input; "
                f"it must be {expected}"
            )

    @property
    def groups(self) -> int:
        """Independent channel groups; the channel count for a depthwise convolution."""
        return self.channel_groups

    def dims(self, batch: int = 1) -> ConvDims:
        """Loop bounds and geometry for `batch` images."""
        (in_c, in_h, in_w), (out_c, out_h, out_w) = self.input_shape, self.output_shape
        return ConvDims(
            N=batch, G=self.groups, K=out_c // self.groups, C=in_c // self.groups,
            P=out_h, Q=out_w, R=self.window[0], S=self.window[1], H=in_h, W=in_w,
            stride_h=self.step[0], stride_w=self.step[1],
            dilation_h=self.dilation[0], dilation_w=self.dilation[1],
            pad_top=self.padding[0], pad_left=self.padding[1],
        )  # fmt: skip

    @property
    def type(self) -> str:
        """dw, group, pw or conv."""
        if self.groups > 1:
            return "dw" if self.groups == self.input_shape[0] else "group"
        return "pw" if self.window == (1, 1) else "conv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear(WithWeights, Operator):
    """Matrix product with weights, applied to the channels of every pixel."""

    kind: ClassVar[str] = "linear"
    bias: bool = True

    def __post_init__(self) -> None:
        Operator.__post_init__(self)
        if self.input_shape[1:] != self.output_shape[1:]:
            raise WorkloadError(f"{self.name}: a linear operator keeps height and width")

    @property
    def kernel(self) -> tuple[int, int]:
        """1x1."""
        return (1, 1)

    def dims(self, batch: int = 1) -> ConvDims:
        """Loop bounds: K outputs, C inputs, one pixel per position."""
        (in_c, in_h, in_w), (out_c, _, _) = self.input_shape, self.output_shape
        return ConvDims(N=batch, K=out_c, C=in_c, P=in_h, Q=in_w, H=in_h, W=in_w)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatMul(Operator):
    """Product of two activations: `heads` independent (rows x depth) by (depth x columns).

    Heads lie along the channels and a pixel is a row: the first operand is (heads*depth, rows),
    the result (heads*columns, rows), and the second operand (heads*columns, depth), or
    (heads*depth, columns) when it is read `transposed`, as the keys of attention are.
    """

    kind: ClassVar[str] = "matmul"
    heads: int = 1
    rows: int
    depth: int
    columns: int
    transposed: bool = False

    def __post_init__(self) -> None:
        Operator.__post_init__(self)
        if len(self.inputs) != 2:
            raise WorkloadError(f"{self.name}: a product has two inputs, not {len(self.inputs)}")
        wide, deep = self.heads * self.columns, self.heads * self.depth
        second = (deep, self.columns) if self.transposed else (wide, self.depth)
        shapes = (*self.input_shapes, self.output_shape)
        found = [(channels, height * width) for channels, height, width in shapes]
        if found != [(deep, self.rows), second, (wide, self.rows)]:
            raise WorkloadError(
                f"{self.name}: {self.heads} products of {self.rows}x{self.depth} by "
                f"{self.depth}x{self.columns} do not fit the shapes {shapes}"
            )

    @property
    def groups(self) -> int:
        """Independent products per image."""
        return self.heads

    def dims(self, batch: int = 1) -> ConvDims:
        """Loop bounds: G = batch x heads, since the second operand differs from image to image."""
        return ConvDims(
            G=batch * self.heads, K=self.columns, C=self.depth, P=self.rows, H=self.rows
        )

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one image."""
        return self.dims().macs
