"""Loop bounds, and the input elements that they touch."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import WorkloadError
from accelsim.workload.dims import DIM_ORDER, ConvDims


def walked_inputs(dims: ConvDims) -> set[tuple[int, ...]]:
    """Every (n, g, c, h, w) inside the image that the loop nest reads, one by one."""
    return {
        (n, g, c, p * dims.stride_h + r * dims.dilation_h - dims.pad_top, column)
        for n in range(dims.N)
        for g in range(dims.G)
        for c in range(dims.C)
        for p in range(dims.P)
        for r in range(dims.R)
        if 0 <= p * dims.stride_h + r * dims.dilation_h - dims.pad_top < dims.H
        for q in range(dims.Q)
        for s in range(dims.S)
        if 0 <= (column := q * dims.stride_w + s * dims.dilation_w - dims.pad_left) < dims.W
    }


small = st.integers(1, 3)
sizes = st.builds(
    ConvDims, N=small, G=small, K=small, C=small, P=st.integers(1, 6), Q=st.integers(1, 6),
    R=st.integers(1, 5), S=st.integers(1, 5), H=st.integers(1, 12), W=st.integers(1, 12),
    stride_h=small, stride_w=small, dilation_h=small, dilation_w=small,
    pad_top=st.integers(0, 3), pad_left=st.integers(0, 3),
)  # fmt: skip


@settings(deadline=None)
@given(sizes)
def test_inputs_touched_equals_the_loop_nest(dims: ConvDims) -> None:
    assert dims.inputs_touched == len(walked_inputs(dims))


@settings(deadline=None)
@given(sizes)
def test_counts_equal_the_loop_nest(dims: ConvDims) -> None:
    macs = sum(
        1
        for _ in range(dims.N * dims.G * dims.K * dims.C)
        for _ in range(dims.P * dims.Q)
        for _ in range(dims.R * dims.S)
    )
    assert dims.macs == macs
    assert dims.macs == dims.outputs * dims.C * dims.R * dims.S
    assert dims.weights == dims.G * dims.K * dims.C * dims.R * dims.S


def test_inputs_touched_pointwise_stride_two_is_a_quarter() -> None:
    dims = ConvDims(C=3, P=4, Q=4, H=8, W=8, stride_h=2, stride_w=2)
    assert dims.inputs_touched == 3 * 8 * 8 // 4


@pytest.mark.parametrize("name", [*DIM_ORDER, "H", "stride_w", "dilation_h"])
def test_dims_below_one_are_refused_by_name(name: str) -> None:
    with pytest.raises(WorkloadError, match=f"^{name} = 0: a loop bound must be >= 1$"):
        ConvDims(**{name: 0})
