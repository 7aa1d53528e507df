"""Names at the ends of lines: none upon another, each as near to its line as that allows."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from accelsim.report.line_ends import LineEnd, moved_apart, name_ends

GAP = 4
"""In 40ths of the panel's height."""

WANTED = st.lists(st.integers(-4, 44), max_size=4).map(sorted)


def nearest(wanted):
    """The least sum of squared moves of all places on the grid, tried one by one."""
    return min(
        sum((place - want) ** 2 for place, want in zip(places, wanted, strict=True))
        for places in product(range(41), repeat=len(wanted))
        if all(b - a >= GAP for a, b in pairwise(places))
    )


@given(WANTED)
def test_moved_apart_is_apart_in_order_and_within_the_panel(wanted):
    places = moved_apart([want / 40 for want in wanted], GAP / 40)
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)
    assert all(b - a >= GAP / 40 - 1e-9 for a, b in pairwise(places))


@given(st.lists(st.integers(-4, 44), max_size=3).map(sorted))
def test_moved_apart_moves_no_more_than_any_places_on_a_grid(wanted):
    places = [40 * place for place in moved_apart([want / 40 for want in wanted], GAP / 40)]
    moved = sum((place - want) ** 2 for place, want in zip(places, wanted, strict=True))
    assert moved <= nearest(wanted) + 1e-9


def test_moved_apart_leaves_places_that_are_apart():
    assert moved_apart([0.1, 0.5, 0.9], 0.1) == pytest.approx([0.1, 0.5, 0.9])
    assert moved_apart([0.5, 0.5], 0.1) == pytest.approx([0.45, 0.55])
    assert moved_apart([0.0, 0.0], 0.1) == pytest.approx([0.0, 0.1])
    assert moved_apart([], 0.1) == []


def test_names_stand_beside_their_lines_from_low_to_high():
    panel = Figure().subplots()
    panel.set_ylim(0, 10)
    ends = [LineEnd(1, 9, "high", "red"), LineEnd(1, 1, "low", "blue"), LineEnd(1, 1, "too", "red")]
    name_ends(panel, ends, 0.1)
    shown = [(text.get_text(), text.xy, text.get_position()[1]) for text in panel.texts]
    assert [name for name, _, _ in shown] == ["low", "too", "high"]
    assert [place for _, place, _ in shown] == [(1, 1), (1, 1), (1, 9)]
    assert [height for _, _, height in shown] == pytest.approx([0.05, 0.15, 0.9])
