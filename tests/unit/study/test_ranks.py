import pytest

from accelsim.study.ranks import spearman


def test_spearman_without_ties_is_the_formula_of_squared_rank_differences():
    one, other = [10.0, 20.0, 30.0, 40.0, 50.0], [1.0, 4.0, 2.0, 5.0, 3.0]
    squares = 0 + 4 + 1 + 1 + 4  # ranks 1 2 3 4 5 against 1 4 2 5 3
    assert spearman(one, other) == pytest.approx(1 - 6 * squares / (5 * 24))


@pytest.mark.parametrize(("other", "expected"), [([2, 4, 8], 1.0), ([3, 2, 1], -1.0)])
def test_spearman_of_the_same_or_the_opposite_order_is_one_or_minus_one(other, expected):
    assert spearman([1, 5, 7], other) == pytest.approx(expected)


def test_spearman_with_ties_shares_their_ranks():
    """Ranks 1.5 1.5 3 against 1 2 3: covariance 1.5 of variances 1.5 and 2."""
    assert spearman([1, 1, 2], [1, 2, 3]) == pytest.approx(1.5 / (1.5 * 2) ** 0.5)


def test_spearman_of_equal_figures_is_unknown():
    assert spearman([1, 1, 1], [1, 2, 3]) is None
