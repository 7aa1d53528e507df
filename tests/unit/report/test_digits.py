import pytest

from accelsim.report.digits import counted, percent, rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (4.2878, "4.29"), (51.04, "51.0"), (999.4, "999"), (1234567.8, "1,234,568"),
        (0.00982, "0.00982"), (0.000012, "1.20e-05"), (-12.34, "-12.3"), (1, "1.00"),
    ],
)  # fmt: skip
def test_rounded_keeps_three_significant_digits(value: float, text: str) -> None:
    assert rounded(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (568_740_352, "MAC", "569 M MAC"), (51_712, "B", "51.7 kB"), (999, "B", "999 B"),
        (2_970_000_000, "B", "2.97 GB"), (0, "B", "0 B"), (4_100_000_000_000, "MAC", "4.10 T MAC"),
    ],
)  # fmt: skip
def test_counted_takes_the_largest_prefix_below_the_value(
    value: float, unit: str, text: str
) -> None:
    assert counted(value, unit) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.514, "51 %"), (0.0306, "3.1 %"), (0.0004, "0.04 %"), (0, "0 %"), (1, "100 %"),
        (0.9964, "99.6 %"), (0.994, "99 %"), (None, ""),
    ],
)  # fmt: skip
def test_percent_shows_more_digits_near_nothing_and_near_all(
    share: float | None, text: str
) -> None:
    assert percent(share) == text
