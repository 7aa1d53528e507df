"""Shape inference: what an operator makes of the tensors it reads, or why they do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from accelsim.errors import WorkloadError
from accelsim.workload.operators import SIDES, Shape, elements, out_size
from accelsim.workload.window import Pair, Sides, Window


class Tensor(NamedTuple):
    """A tensor that an operator reads; prints as `'conv1' 64x56x56` (channels, height, width)."""

    name: str
    shape: Shape

    def __str__(self) -> str:
        return f"'{self.name}' {'x'.join(str(side) for side in self.shape)}"


def described(tensors: Sequence[Tensor]) -> str:
    """Names and shapes for a message."""
    return " and ".join(str(tensor) for tensor in tensors)


def walked(name: str, x: Tensor, window: Window, *, ceil: bool = False) -> Pair:
    """Output rows and columns of a window over a map: floor rule, or `ceil`'s (see `pool`)."""
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
    if not ceil:
        return rows, columns
    return (
        rows + _fits_one_more(rows, window.stride[0], x.shape[1] + top, height - window.kernel[0]),
        columns
        + _fits_one_more(columns, window.stride[1], x.shape[2] + left, width - window.kernel[1]),
    )


def _fits_one_more(windows: int, stride: int, end: int, last_start: int) -> bool:
    """Whether positions are left over, and the window that takes them starts before `end`."""
    return (windows - 1) * stride < last_start and windows * stride < end


def transposed_walk(name: str, x: Tensor, window: Window) -> tuple[Pair, Window]:
    """Size with zeros between the pixels, and the window that walks over them with stride 1.

    `window` is that of the transposed convolution; a padding p of it leaves
    dilation*(kernel - 1) - p around the map.
    """
    (down, right), (rows, columns) = window.stride, window.kernel
    if min(*window.kernel, *window.stride, *window.dilation) < 1:
        raise WorkloadError(
            f"{name}: kernel {window.kernel}, stride {window.stride} and dilation "
            f"{window.dilation} must be >= 1"
        )
    vertical, horizontal = window.dilation[0] * (rows - 1), window.dilation[1] * (columns - 1)
    top, left, bottom, last = window.padding
    sides = (vertical - top, horizontal - left, vertical - bottom, horizontal - last)
    if min(sides) < 0:
        raise WorkloadError(
            f"{name}: padding {window.padding} would crop the input of a transposed convolution; "
            f"allowed: up to dilation x (kernel - 1) = {vertical} rows, {horizontal} columns"
        )
    size = ((x.shape[1] - 1) * down + 1, (x.shape[2] - 1) * right + 1)
    return size, Window(window.kernel, (1, 1), sides, window.dilation)


def padded(name: str, x: Tensor, padding: Sides, channels: int) -> Shape:
    """The shape of a map with something around it."""
    if min(*padding, channels) < 0:
        raise WorkloadError(
            f"{name}: padding {padding} and channels {channels} must be >= 0; take a slice to crop"
        )
    top, left, bottom, right = padding
    depth, height, width = x.shape
    return (depth + channels, height + top + bottom, width + left + right)


def summed(name: str, tensors: Sequence[Tensor]) -> Shape:
    """The one shape of all terms; those of height and width 1 are broadcast."""
    whole = max((tensor.shape for tensor in tensors), key=elements)
    if any(tensor.shape not in (whole, (whole[0], 1, 1)) for tensor in tensors):
        raise WorkloadError(
            f"{name}: adds {described(tensors)}, which differ; bring them to one shape with a "
            f"convolution (1x1 for the channels, strided for height and width)"
        )
    return whole


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


def joined(name: str, tensors: Sequence[Tensor], along: str) -> Shape:
    """The shape of tensors laid behind each other along one of `SIDES`."""
    axis = SIDES.index(along) if along in SIDES else 0
    others = [side for side in range(3) if side != axis]
    if len({tuple(tensor.shape[side] for side in others) for tensor in tensors}) > 1:
        what = "height or width" if axis == 0 else f"shape beside their {along}"
        raise WorkloadError(
            f"{name}: joins {described(tensors)}, whose {what} differ; give the "
            f"branches the same strides and paddings"
        )
    sides = list(tensors[0].shape)
    sides[axis] = sum(tensor.shape[axis] for tensor in tensors)
    return (sides[0], sides[1], sides[2])


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
