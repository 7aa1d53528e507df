"""Short forms of kernels, strides and paddings."""

from __future__ import annotations

import pytest

from accelsim.errors import WorkloadError
from accelsim.workload.window import Window, as_pair, as_sides, window


@pytest.mark.parametrize(
    ("kernel", "dilation", "padding"),
    [(1, 1, (0, 0, 0, 0)), (3, 1, (1, 1, 1, 1)), (11, 1, (5, 5, 5, 5)), (3, 2, (2, 2, 2, 2)),
     ((1, 7), 1, (0, 3, 0, 3)), (4, 1, (1, 1, 1, 1))],
)  # fmt: skip
def test_window_same_pads_half_the_dilated_kernel_on_every_side(kernel, dilation, padding) -> None:
    assert window(kernel, padding="same", dilation=dilation).padding == padding


def test_window_numbers_stand_for_both_axes_and_all_sides() -> None:
    expected = Window((5, 5), (2, 2), (1, 1, 1, 1), (3, 3))
    assert window(5, stride=2, padding=1, dilation=3) == expected


def test_sides_of_two_numbers_are_vertical_and_horizontal() -> None:
    assert as_sides([3, 0]) == (3, 0, 3, 0)


def test_sides_of_four_numbers_stay() -> None:
    assert as_sides((0, 1, 2, 3)) == (0, 1, 2, 3)


@pytest.mark.parametrize("value", [True, 3.0, "3", None, [], [1, 2, 3], [1, True]])
def test_pair_of_anything_but_whole_numbers_is_refused(value) -> None:
    with pytest.raises(WorkloadError, match=r"allowed: a whole number, or \[rows, columns\]"):
        as_pair(value)


@pytest.mark.parametrize("value", [False, "valid", [1, 2, 3], [1, 2, 3, 4, 5]])
def test_sides_of_anything_else_are_refused_with_the_allowed_forms(value) -> None:
    with pytest.raises(WorkloadError, match=r"\[top, left, bottom, right\], or same"):
        as_sides(value)
