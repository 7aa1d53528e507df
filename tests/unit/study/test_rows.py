"""Reading tables."""

from accelsim.study.page import Section, page
from accelsim.study.rows import Spread, chosen, distinct, number, spread

ROWS = [{"a": "x", "b": 3.0}, {"a": "y", "b": None}, {"a": "x", "b": 1}, {"a": "y", "b": "text"}]


def test_number_is_none_where_the_cell_is_blank_or_text():
    assert [number(row, "b") for row in ROWS] == [3.0, None, 1, None]


def test_chosen_and_distinct_keep_the_order():
    assert chosen(ROWS, a="x") == [ROWS[0], ROWS[2]]
    assert distinct(ROWS, "a") == ["x", "y"]


def test_spread_is_median_lowest_highest_of_what_is_known():
    assert spread(ROWS, "b") == Spread(2.0, 1, 3.0)
    assert spread(chosen(ROWS, a="y"), "b") is None


def test_page_is_markdown():
    text = page("Title", [Section("One", ("A.", "B.")), Section("Two", ("C.",))])
    assert text == "# Title\n\n## One\n\n- A.\n- B.\n\n## Two\n\n- C.\n"
