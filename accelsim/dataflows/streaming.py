"""Streaming window engines: a pixel enters in every cycle, a result of the whole window leaves.

The array is rows x cols taps of one window; `planes` engines stand side by side, each with a
filter of its own, fed with one channel in common (filters of a group) or with one each (groups).
A pass streams one input channel of a tile past one filter:

passes   N * C * ceil(K / engines) * ceil(G / groups at once) * ceil(R' / rows) * ceil(S' / cols)
cycles   pixels of a pass, h * w, and its fill: (rows // 2) * w + cols // 2 + latency
serial   every pass fills anew; pipelined: the next pass flushes the one before

R' and S' are the extents of the filter with its dilation: a filter larger than the window takes
several passes, whose sums accumulate in the buffer as those over channels do; a smaller one leaves
taps unused, 1 x 1 all but one. A stride drops results, not pixels.
Source: own RTL, all cases exact (tests/validation/test_rtl_conv_cycles.py).
"""

from __future__ import annotations

from accelsim.dataflows.base import STREAMING, Dataflow, Timing

DATAFLOW = Dataflow(
    name="streaming",
    title="streaming window engines: a channel per engine, its window in the taps",
    timing="streaming",
    rows=("R",),
    cols=("S",),
    planes=("G", "K"),
    stationary="weight",
    code=STREAMING,
    gemm_rows="R",
    gemm_columns="S",
    source="own RTL of streaming K x K engines with line buffers",
)

LATENCY = 3
"""Registers between a pixel's port and its result with a one-stage tree: window, product, sum."""


def latency(taps: int, *, registered_tree: bool) -> int:
    """Cycles from a pixel's port to its result; a registered tree adds one for each level."""
    return LATENCY + ((taps - 1).bit_length() if registered_tree else 0)


def fill(width: int, rows: int, cols: int, latency_cycles: int) -> int:
    """Cycles between the pixels of a pass and its last result; the window's centre lags behind."""
    return rows // 2 * width + cols // 2 + latency_cycles


def rounds(filters: int, groups: int, engines: int) -> int:
    """Times that a channel streams past: engines without a filter of a group take other groups."""
    return -(-filters // engines) * -(-groups // max(engines // filters, 1))


def cycles(passes: int, pixels: int, fill_cycles: int, gap: int) -> Timing:
    """Passes of `pixels` each with `gap` idle cycles between them; a pass without one is a fold.

    Without a gap the next pass pushes the results of the one before out.
    """
    streamed = passes * pixels
    return Timing(streamed + (passes - 1) * gap + fill_cycles, streamed, passes)
