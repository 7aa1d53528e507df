"""The same network with another depthwise kernel."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import UsageError, WorkloadError
from accelsim.networks.mixnet import mixnet_s
from accelsim.networks.mobilenet import mobilenet_v1, mobilenet_v2
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.variants import with_kernel
from accelsim.workload.window import window


@pytest.mark.parametrize("k", [1, 3, 5, 7, 11])
def test_with_kernel_changes_depthwise_weights_by_k_squared_and_no_shape(k: int) -> None:
    usual, network = mobilenet_v2(), with_kernel(mobilenet_v2(), k)
    channels = sum(op.output_shape[0] for op in usual if op.type == "dw")
    pixels = sum(op.dims().outputs for op in usual if op.type == "dw")
    assert network.params - usual.params == (k * k - 9) * channels
    assert network.macs - usual.macs == (k * k - 9) * pixels
    for before, after in zip(usual, network, strict=True):
        assert after.output_shapes == before.output_shapes
        if after.type == "dw":
            assert (after.kernel, after.padding) == ((k, k), (k // 2,) * 4)
        else:
            assert after == before


def test_with_kernel_three_on_mobilenet_is_the_network_itself() -> None:
    assert with_kernel(mobilenet_v1(), 3).renamed("mobilenet_v1") == mobilenet_v1()


def test_with_kernel_makes_mixed_kernels_one_size() -> None:
    kernels = {op.kernel for op in with_kernel(mixnet_s(), 5) if op.type == "dw"}
    assert kernels == {(5, 5)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("net", "net:kernel=5"), ("net:alpha=0.5", "net:alpha=0.5,kernel=5"),
     ("net:kernel=3", "net:kernel=5"), ("net:alpha=0.5,kernel=3", "net:alpha=0.5,kernel=5")],
)  # fmt: skip
def test_with_kernel_shows_in_the_name_once(name: str, expected: str) -> None:
    assert with_kernel(mobilenet_v1().renamed(name), 5).name == expected


@pytest.mark.parametrize("k", [0, -3, 2, 4])
def test_with_kernel_even_or_not_positive_is_refused(k: int) -> None:
    with pytest.raises(UsageError, match=rf"kernel = {k}; allowed: an odd number >= 1"):
        with_kernel(mobilenet_v1(), k)


def depthwise(size: int, walk) -> NetworkBuilder:
    net = NetworkBuilder("net")
    net.conv("dw", net.input("image", (4, size, size)), 4, walk, groups=4)
    return net


@settings(deadline=None)
@given(
    st.integers(9, 20), st.integers(1, 5), st.integers(1, 3), st.integers(1, 2),
    st.tuples(*[st.integers(0, 2)] * 4), st.sampled_from([5, 7, 9]),
)  # fmt: skip
def test_with_larger_kernel_output_sizes_stay_for_any_padding_stride_dilation(
    size, kernel, stride, dilation, padding, k
) -> None:
    usual = depthwise(size, window(kernel, stride, padding, dilation)).build()
    (before,), (after,) = usual.operators, with_kernel(usual, k).operators
    assert after.output_shape == before.output_shape
    assert sum(after.padding) - sum(before.padding) == 2 * dilation * (k - kernel)


def test_with_smaller_kernel_than_unpadded_one_is_refused() -> None:
    net = depthwise(9, window(7)).build()
    with pytest.raises(WorkloadError, match=r"dw: a 3x3 kernel in place of 7x7 .* would crop"):
        with_kernel(net, 3)


def test_with_kernel_leaves_kernels_that_are_not_square() -> None:
    net = depthwise(9, window((1, 7))).build()
    assert with_kernel(net, 3).operators == net.operators
