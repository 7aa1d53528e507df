"""How a filter or pooling window walks over its map, with one number or several per axis."""

from __future__ import annotations

from typing import Literal, NamedTuple

from accelsim.errors import WorkloadError

Pair = tuple[int, int]
"""Rows, columns."""

Sides = tuple[int, int, int, int]
"""Top, left, bottom, right."""

Padding = int | Pair | Sides | Literal["same"]


class Window(NamedTuple):
    """Kernel (R, S), stride and dilation along rows and columns, padding on the four sides."""

    kernel: Pair
    stride: Pair = (1, 1)
    padding: Sides = (0, 0, 0, 0)
    dilation: Pair = (1, 1)


def window(
    kernel: int | Pair, stride: int | Pair = 1, padding: Padding = 0, dilation: int | Pair = 1
) -> Window:
    """A window from short forms: one number serves both axes, padding "same" keeps odd kernels.

    "same" is symmetric, (d*(k-1))//2 on every side, whatever the stride; TensorFlow's SAME
    depends on the input size and must be given as four numbers.
    """
    rows, columns = as_pair(kernel)
    step, spread = as_pair(stride), as_pair(dilation)
    if padding == "same":
        vertical, horizontal = spread[0] * (rows - 1) // 2, spread[1] * (columns - 1) // 2
        sides = (vertical, horizontal, vertical, horizontal)
    else:
        sides = as_sides(padding)
    return Window((rows, columns), step, sides, spread)


def as_pair(value: object) -> Pair:
    """(rows, columns) from one whole number or two."""
    match _whole_numbers(value):
        case [both]:
            return (both, both)
        case [rows, columns]:
            return (rows, columns)
    raise WorkloadError(f"{value!r}: allowed: a whole number, or [rows, columns]")


def as_sides(value: object) -> Sides:
    """(top, left, bottom, right) from one whole number, two (vertical, horizontal) or four."""
    match _whole_numbers(value):
        case [every]:
            return (every, every, every, every)
        case [vertical, horizontal]:
            return (vertical, horizontal, vertical, horizontal)
        case [top, left, bottom, right]:
            return (top, left, bottom, right)
    raise WorkloadError(
        f"{value!r}: allowed: a whole number, [vertical, horizontal], "
        f"[top, left, bottom, right], or same"
    )


def _whole_numbers(value: object) -> list[int]:
    """The value as a list of whole numbers; empty when it is none (true and 3.0 are none)."""
    items: list[object] = list(value) if isinstance(value, list | tuple) else [value]
    numbers = [item for item in items if isinstance(item, int) and not isinstance(item, bool)]
    return numbers if len(numbers) == len(items) else []
