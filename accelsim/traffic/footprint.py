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
