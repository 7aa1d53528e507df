"""Dedicated engines against what synthesis and RTL simulation said of them."""

import pytest

from accelsim.study.engine_table import COLUMNS, NO_LINES, engine_rows, middle_map
from accelsim.study.rows import chosen

SYNTHESISED = {  # ratio to 3x3, own synthesis at 45 nm: one-stage tree, registered tree
    "5x5": (2.546, 2.471), "7x7": (4.819, 4.728), "9x9": (7.859, 7.706), "11x11": (11.715, 11.474),
}  # fmt: skip
WITH_LINES = {  # one-stage tree, line buffers of 112 pixels: SRAM, shift register (own synthesis)
    "5x5": (2.47, 2.25), "7x7": (4.57, 3.84),
}  # fmt: skip
RTL_CYCLES = {"3x3": (816, 816), "5x5": (845, 3736), "7x7": (874, 8406)}
"""28 x 28, one-stage tree: on the own engine and in passes on a 3 x 3 one, simulated."""


@pytest.fixture(scope="module")
def rows():
    return engine_rows()


def one(rows, **cells):
    (row,) = chosen(rows, **cells)
    return row


@pytest.mark.parametrize("kernel", SYNTHESISED)
def test_area_ratios_are_those_of_synthesis(rows, kernel):
    for tree, expected in zip(("one-stage", "registered"), SYNTHESISED[kernel], strict=True):
        row = one(rows, kernel=kernel, tree=tree, storage=NO_LINES)
        assert row["area_ratio"] == pytest.approx(expected, rel=0.03)
        assert row["area_ratio"] < row["param_ratio"]


@pytest.mark.parametrize("kernel", WITH_LINES)
def test_line_buffers_narrow_the_ratio_as_synthesised(rows, kernel):
    bare = one(rows, kernel=kernel, tree="one-stage", storage=NO_LINES)
    for storage, expected in zip(("sram", "shift_register"), WITH_LINES[kernel], strict=True):
        row = one(rows, kernel=kernel, tree="one-stage", storage=storage, width=112)
        assert row["area_ratio"] == pytest.approx(expected, rel=0.02)
        assert row["area_ratio"] < bare["area_ratio"]


@pytest.mark.parametrize("kernel", RTL_CYCLES)
def test_cycles_are_those_of_rtl(rows, kernel):
    assert middle_map() == 28
    row = one(rows, kernel=kernel, tree="one-stage", storage=NO_LINES)
    assert (row["cycles"], row["cycles_on_3x3"]) == RTL_CYCLES[kernel]


def test_unregistered_tree_pays_in_clock(rows):
    for kernel, expected in (("5x5", (3.43, 2.50)), ("7x7", (6.73, 5.32))):  # own synthesis, RTL
        for tree, ratio in zip(("one-stage", "registered"), expected, strict=True):
            row = one(rows, kernel=kernel, tree=tree, storage=NO_LINES)
            assert row["area_cycles_path_ratio"] == pytest.approx(ratio, rel=0.03)


def test_unknown_paths_are_blank(rows):
    for row in chosen(rows, kernel="1x1"):
        assert row["critical_path_ps"] is row["area_cycles_path_ratio"] is None


def test_rows_have_the_columns_in_their_order(rows):
    assert all(list(row) == [column.name for column in COLUMNS] for row in rows)
