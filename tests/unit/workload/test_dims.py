"""Loop bounds, and the input elements that they touch."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import WorkloadError
from accelsim.workload.dims import DIM_ORDER, ConvDims, touched


def walked_rows(dims: ConvDims) -> set[int]:
    """Every row inside the image that the loop nest reads, one by one."""
    return {
        row
        for p in range(dims.P)
        for r in range(dims.R)
        if 0 <= (row := p * dims.stride_h + r * dims.dilation_h - dims.pad_top) < dims.H
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
def test_touched_rows_equal_the_loop_nest(dims: ConvDims) -> None:
    found = touched(dims.P, dims.R, dims.stride_h, dims.dilation_h, dims.pad_top, dims.H)
    assert found == len(walked_rows(dims))


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


def test_touched_pointwise_stride_two_is_half_of_the_rows() -> None:
    assert touched(4, 1, stride=2, dilation=1, pad=0, size=8) == 4


@pytest.mark.parametrize("name", [*DIM_ORDER, "H", "stride_w", "dilation_h"])
def test_dims_below_one_are_refused_by_name(name: str) -> None:
    with pytest.raises(WorkloadError, match=f"^{name} = 0: a loop bound must be >= 1$"):
        ConvDims(**{name: 0})
