"""Blocks that all families share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.errors import WorkloadError
from accelsim.networks.blocks import divisible, same, variant_name


@pytest.mark.parametrize(
    ("channels", "expected"),
    [(1, 8), (11.2, 16), (12, 16), (8.4, 8), (32, 32), (33.6, 32), (44.8, 48)],
)
def test_divisible_is_the_nearest_multiple_of_eight_above_ninety_percent(
    channels, expected
) -> None:
    # 11.2 rounds to 8, which is less than 0.9 * 11.2 = 10.08, so it becomes 16.
    assert divisible(channels) == expected


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "expected"),
    [
        ((112, 112), 3, 2, (0, 0, 1, 1)),
        ((112, 112), 5, 2, (1, 1, 2, 2)),
        ((75, 75), 3, 2, (1, 1, 1, 1)),
        ((19, 38), 5, 2, (2, 1, 2, 2)),
        ((14, 14), 3, 1, (1, 1, 1, 1)),
        ((8, 8), 1, 2, (0, 0, 0, 0)),
    ],
)
def test_tf_padding_puts_the_odd_rest_at_the_end(size, kernel, stride, expected) -> None:
    # 112 pixels, 3x3/2: 56 windows span 55*2 + 3 = 113 pixels, one more than there are.
    assert same(size, kernel, stride, "tf").padding == expected


@given(
    st.tuples(st.integers(1, 300), st.integers(1, 300)),
    st.sampled_from([1, 3, 5, 7, 9, 11]), st.integers(1, 4), st.sampled_from(["symmetric", "tf"]),
)  # fmt: skip
def test_same_gives_one_output_per_stride_begun(size, kernel, stride, padding) -> None:
    walk = same(size, kernel, stride, padding)
    top, left, bottom, right = walk.padding
    for pixels, before, after in ((size[0], top, bottom), (size[1], left, right)):
        assert (pixels + before + after - kernel) // stride + 1 == -(-pixels // stride)


@given(st.integers(1, 300), st.sampled_from([3, 5, 7]), st.integers(1, 3))
def test_tf_padding_leaves_no_padded_pixel_unread(pixels, kernel, stride) -> None:
    walk = same((pixels, pixels), kernel, stride, "tf")
    padded = pixels + walk.padding[0] + walk.padding[2]
    if any(walk.padding):
        assert (padded - kernel) % stride == 0
    assert 0 <= walk.padding[2] - walk.padding[0] <= 1


def test_unknown_padding_is_refused_with_those_allowed() -> None:
    with pytest.raises(
        WorkloadError,
        match=r"padding 'symetric' is unknown; allowed: symmetric, tf; did you mean 'symmetric'",
    ):
        same((8, 8), 3, 1, "symetric")


def test_variant_name_shows_words_and_numbers_that_differ() -> None:
    usual = {"alpha": 1.0, "resolution": 224, "padding": "symmetric"}
    assert variant_name("net", {**usual, "alpha": 1}, usual) == "net"
    chosen = {**usual, "padding": "tf", "alpha": 2}
    assert variant_name("net", chosen, usual) == "net:alpha=2.0,padding=tf"
