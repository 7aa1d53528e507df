"""Formulas of window engines, against an engine that is walked pixel by pixel (odd windows)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.dataflows import streaming
from accelsim.traffic.footprint import Axis, streamed_positions, window_passes
from tests.oracles.window_engine import run, same_convolution


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    window=st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([1, 3, 5])),
    registered=st.booleans(),
    seed=st.integers(0, 2**31),
)
def test_one_pass_takes_the_cycles_of_the_engine_walked_pixel_by_pixel(
    size, window, registered, seed
):
    random = np.random.default_rng(seed)
    image, weights = random.integers(-128, 128, size), random.integers(-128, 128, window)
    taps = window[0] * window[1]
    levels = (taps - 1).bit_length() if registered else 0
    walked, first, results = run(image, weights, tree_registers=levels)
    wanted = same_convolution(image, weights)
    assert {place: wanted[place] for place in np.ndindex(*size)} == results
    result = streaming.latency(taps, registered_tree=registered)
    fill = streaming.fill(size[1], *window, result)
    assert streaming.cycles(1, image.size, fill, gap=0).cycles == walked
    assert fill == first


@pytest.mark.parametrize(
    ("taps", "registered", "cycles"), [(1, True, 3), (9, False, 3), (9, True, 7), (25, True, 8)]
)
def test_latency_is_three_registers_and_one_per_level(taps, registered, cycles):
    assert streaming.latency(taps, registered_tree=registered) == cycles


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 12), st.integers(1, 5), st.integers(1, 3), st.integers(1, 2),
    st.integers(0, 4), st.integers(1, 24), st.integers(1, 7), st.integers(1, 12),
)  # fmt: skip
def test_a_pass_streams_no_fewer_positions_than_its_outputs_lie_apart(
    outputs, taps, stride, dilation, pad, size, window, length
):
    """Else an engine would give more than one result per cycle, and bounds would not hold."""
    axis = Axis(outputs, taps, stride, dilation, pad, size)
    length = min(length, outputs)
    assert streamed_positions(axis, length, window) >= (length - 1) * stride + 1
    reach = (taps - 1) * dilation + 1
    assert window_passes(axis, window) == len(range(0, reach, window))


@pytest.mark.parametrize(
    ("axis", "length", "window", "positions"),
    [
        (Axis(28, 3, 1, 1, 1, 28), 28, 3, 28),  # whole map, padding masked
        (Axis(28, 3, 1, 1, 1, 28), 28, 7, 28),  # a larger window masks it as well
        (Axis(28, 5, 1, 1, 2, 28), 28, 3, 30),  # by passes: the map and the window's halo
        (Axis(28, 3, 1, 1, 1, 28), 14, 3, 16),  # a part of the map with its halo
        (Axis(14, 3, 2, 1, 1, 28), 14, 3, 28),  # a stride drops results, not pixels
        (Axis(14, 3, 2, 1, 0, 28), 14, 3, 28),  # padded behind alone
        (Axis(14, 1, 2, 1, 0, 28), 14, 3, 27),  # 1 x 1: the last pixel is of no use
        (Axis(26, 3, 1, 1, 0, 28), 26, 3, 28),  # without padding
        (Axis(28, 3, 1, 2, 2, 28), 28, 5, 28),  # dilation spreads the taps
        (Axis(30, 3, 1, 1, 2, 28), 30, 3, 32),  # padding beyond the window's reach is streamed
    ],
)
def test_positions_of_a_pass_by_hand(axis, length, window, positions):
    assert streamed_positions(axis, length, window) == positions
