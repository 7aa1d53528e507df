"""The numbers of textbooks and papers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from accelsim.networks.textbook import textbook_numbers

# In the order of the table: what the textbook says, to the digits that it gives.
STATED = [
    ("standard 3x3", 3584, 0),
    ("depthwise part", 30, 0),
    ("pointwise part", 512, 0),
    ("depthwise separable 3x3", 542, 0),
    ("MACs of the separable", float(Fraction(1, 128) + Fraction(1, 9)), 1e-15),
    ("classifier counted", 0.9486, 0.00005),  # MobileNets, table 2
    ("without the classifier", 0.95, 0.005),
    ("weights in 1x1", 0.7459, 0.00005),  # MobileNets, table 2
    ("MobileNet", 4.2e6, 0.05e6),  # MobileNets, table 4
    ("with full convolutions", 29.3e6, 0.05e6),
    ("MACs of MobileNet with full", 4866 / 569, 0.01),
]


@pytest.mark.parametrize(("row", "stated"), list(zip(textbook_numbers(), STATED, strict=True)))
def test_counted_number_is_the_stated_one(row, stated) -> None:
    words, value, rounding = stated
    assert words in row.statement
    assert abs(row.value - value) <= rounding


def test_every_number_says_its_formula_unit_and_source() -> None:
    for row in textbook_numbers():
        assert row.formula
        assert row.source
        assert row.unit in ("parameters", "ratio", "share")
        assert isinstance(row.value, int) == (row.unit == "parameters")
