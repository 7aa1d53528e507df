"""Shape inference: what an operator makes of the tensors it reads, or why they do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from accelsim.errors import WorkloadError
from accelsim.workload.operators import Shape, out_size
from accelsim.workload.window import Window


class Tensor(NamedTuple):
    """A tensor that an operator reads; prints as `'conv1' 64x56x56` (channels, height, width)."""

    name: str
    shape: Shape

    def __str__(self) -> str:
        return f"'{self.name}' {'x'.join(str(side) for side in self.shape)}"


def described(tensors: Sequence[Tensor]) -> str:
    """Names and shapes for a message."""
    return " and ".join(str(tensor) for tensor in tensors)


def walked(name: str, x: Tensor, window: Window) -> tuple[int, int]:
    """Output rows and columns of a window over a map (floor rule)."""
    if min(*window.kernel, *window.stride, *window.dilation) < 1 or min(window.padding) < 0:
        raise WorkloadError(
            f"{name}: kernel {window.kernel}, stride {window.stride} and dilation "
            f"{window.dilation} must be >= 1, padding {window.padding} >= 0"
        )
    top, left, bottom, right = window.padding
    height, width = x.shape[1] + top + bottom, x.shape[2] + left + right
    rows = out_size(height, window.kernel[0], window.stride[0], window.dilation[0])
    columns = out_size(width, window.kernel[1], window.stride[1], window.dilation[1])
    if min(rows, columns) < 1:
        raise WorkloadError(
            f"{name}: kernel {window.kernel[0]}x{window.kernel[1]} with dilation "
            f"{window.dilation[0]}x{window.dilation[1]} is larger than {x} padded to "
            f"{height}x{width}; pad the map, or take a smaller kernel"
        )
    return rows, columns


def summed(name: str, tensors: Sequence[Tensor]) -> Shape:
    """The one shape of all terms."""
    if len({tensor.shape for tensor in tensors}) > 1:
        raise WorkloadError(
            f"{name}: adds {described(tensors)}, which differ; bring them to one shape with a "
            f"convolution (1x1 for the channels, strided for height and width)"
        )
    return tensors[0].shape


def multiplied(name: str, tensors: Sequence[Tensor]) -> Shape:
    """The shape of a product; one channel, or height and width 1, are broadcast."""
    shapes = [tensor.shape for tensor in tensors]
    channels, height, width = (max(sides) for sides in zip(*shapes, strict=True))
    for depth, *pixels in shapes:
        if depth not in (1, channels) or pixels not in ([1, 1], [height, width]):
            raise WorkloadError(
                f"{name}: multiplies {described(tensors)}, which differ; every factor needs "
                f"{channels} channels (or 1) and {height}x{width} pixels (or 1x1)"
            )
    return (channels, height, width)


def joined(name: str, tensors: Sequence[Tensor]) -> Shape:
    """The shape of tensors laid behind each other along the channels."""
    if len({tensor.shape[1:] for tensor in tensors}) > 1:
        raise WorkloadError(
            f"{name}: joins {described(tensors)}, whose height or width differ; give the "
            f"branches the same strides and paddings"
        )
    _, height, width = tensors[0].shape
    return (sum(tensor.shape[0] for tensor in tensors), height, width)


def parted(name: str, x: Tensor, sections: Sequence[int]) -> tuple[Shape, ...]:
    """The shapes of consecutive channels of a tensor."""
    channels, height, width = x.shape
    if sum(sections) != channels or min(sections, default=0) < 1:
        raise WorkloadError(
            f"{name}: sections {list(sections)} add up to {sum(sections)}, but {x} has "
            f"{channels} channels; every section must be >= 1 and their sum {channels}"
        )
    return tuple((part, height, width) for part in sections)


class Product(NamedTuple):
    """Sizes of `heads` matrix products (rows x depth) by (depth x columns)."""

    heads: int
    rows: int
    depth: int
    columns: int
    transposed: bool


def product(name: str, operands: tuple[Tensor, Tensor], heads: int, transposed: bool) -> Product:
    """Sizes of a product of two activations, whose pixels are rows (see `MatMul`)."""
    (channels, height, width), (other_channels, other_height, other_width) = (
        operand.shape for operand in operands
    )
    if heads < 1 or channels % heads or other_channels % heads:
        raise WorkloadError(
            f"{name}: heads = {heads} must divide the channels of {described(operands)}"
        )
    depth, pixels, other_depth = (
        channels // heads,
        other_height * other_width,
        other_channels // heads,
    )
    shared, columns = (other_depth, pixels) if transposed else (pixels, other_depth)
    if depth != shared:
        raise WorkloadError(
            f"{name}: multiplies {described(operands)}: the depth per head is {depth} on the left "
            f"and {shared} on the right; "
            + ("drop" if transposed else "set")
            + " transposed if the right one is to be read the other way"
        )
    return Product(heads, height * width, depth, columns, transposed)
