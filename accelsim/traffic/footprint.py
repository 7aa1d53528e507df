"""What one tile occupies. Functions on plain ints; `schedule` and `mapper` compile them."""

from __future__ import annotations

from typing import NamedTuple


class Axis(NamedTuple):
    """One axis of a map and the window that slides along it; no padding in `size`."""

    outputs: int
    taps: int
    stride: int
    dilation: int
    pad: int
    size: int


def tile_bytes(elements: int, bits: int) -> int:
    """Bytes of a tile of `elements` packed at `bits` each."""
    return (elements * bits + 7) // 8


def first_position(axis: Axis, out_start: int, tap_start: int) -> int:
    """First input position, clipped at the border, that a tile reads along an axis."""
    return max(out_start * axis.stride + tap_start * axis.dilation - axis.pad, 0)


def end_position(axis: Axis, out_end: int, tap_end: int) -> int:
    """One past the last input position, clipped at the border, that a tile reads along an axis.

    `out_end` and `tap_end` are one past the last output and filter position of the tile: it needs
    (p - 1) * stride + (R - 1) * dilation + 1 positions before clipping.
    """
    position = (out_end - 1) * axis.stride + (tap_end - 1) * axis.dilation - axis.pad + 1
    return min(position, axis.size)


def streamed_positions(axis: Axis, length: int, window: int) -> int:
    """Positions along an axis that one pass of an engine with `window` taps streams.

    A pass over the whole map masks the padding, as far as its window reaches over the border; a
    part of the map, a filter that takes several passes and wider padding stream zeros and the
    halo: (p - 1) * stride + taps, of which one pass sees no more than its window.
    Source: own RTL (`H x W` and `(H + 2) x (W + 2)` passes); parts of a map are derived from it.
    """
    reach = (axis.taps - 1) * axis.dilation + 1
    span = (length - 1) * axis.stride + 1
    behind = span + reach - 1 - axis.pad
    masks = max(axis.pad, behind - axis.size) <= window // 2 and reach <= window
    if masks and length == axis.outputs and span <= min(axis.size, behind):
        return min(axis.size, behind)
    return span + min(reach, window) - 1


def window_passes(axis: Axis, window: int) -> int:
    """Passes of `window` taps that cover the filter along an axis, dilation included."""
    return -(-((axis.taps - 1) * axis.dilation + 1) // window)
