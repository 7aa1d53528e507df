"""Networks with other kernels, and with operators left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import UsageError, WorkloadError
from accelsim.networks.inception_resnet import inception_resnet_v2
from accelsim.networks.inverted_residual import (
    InvertedResidual,
    SqueezeExcite,
    inverted_residual,
    residual_stages,
)
from accelsim.networks.mixnet import mixnet_s
from accelsim.networks.mobilenet import (
    conv_mobilenet,
    mobilenet_v1,
    mobilenet_v2,
    mobilenet_v3_large,
)
from accelsim.networks.resnet import resnet
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.operators import Elementwise
from accelsim.workload.variants import (
    full_conv,
    with_kernel,
    with_kernels,
    without_elementwise,
    without_residual,
)
from accelsim.workload.window import window
from tests.oracles.random_networks import builders


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


def test_with_kernel_where_no_depthwise_kernel_is_square_is_refused() -> None:
    net = depthwise(9, window((1, 7))).build()
    with pytest.raises(UsageError, match="net has no square depthwise convolution"):
        with_kernel(net, 3)


def test_with_kernels_gives_every_depthwise_convolution_of_mobilenet_the_mix() -> None:
    network = with_kernels(mobilenet_v2(), [3, 5, 7])
    assert network.name == "mobilenet_v2:kernels=3-5-7"
    usual = [op for op in mobilenet_v2() if op.type == "dw"]
    parts = [op for op in network if op.type == "dw"]
    assert [part.kernel[0] for part in parts] == [3, 5, 7] * len(usual)
    for index, whole in enumerate(usual):
        thirds = parts[3 * index : 3 * index + 3]
        assert sum(part.groups for part in thirds) == whole.groups
        assert sum(part.norm_params for part in thirds) == whole.norm_params
        assert {part.activation for part in thirds} == {whole.activation}
    # Every third channel keeps 9 weights, the others get 25 and 49; what is left over goes to 3x3.
    by_hand = sum((c - 2 * (c // 3)) * 9 + c // 3 * (25 + 49) for c in (op.groups for op in usual))
    assert sum(part.weights for part in parts) == by_hand
    assert network.outputs == mobilenet_v2().outputs


def test_with_kernels_of_one_undoes_the_mixes_of_mixnet() -> None:
    network = with_kernels(mixnet_s(), [3])
    assert {op.kernel for op in network if op.type == "dw"} == {(3, 3)}
    assert sum(op.type == "dw" for op in network) == 16
    assert not [op.name for op in network if "conv_dw." in op.name]
    assert sum(op.norm_params for op in network) == sum(op.norm_params for op in mixnet_s())


@pytest.mark.parametrize(
    ("kernels", "message"),
    [([], r"kernels: none given; allowed: one or more odd"),
     ([3, 4], r"kernel = 4; allowed: an odd"), ([0], r"kernel = 0; allowed: an odd")],
)  # fmt: skip
def test_with_kernels_that_are_none_even_or_not_positive_are_refused(kernels, message) -> None:
    with pytest.raises(UsageError, match=message):
        with_kernels(mobilenet_v1(), kernels)


@pytest.mark.parametrize("stride", [1, 2])
def test_full_conv_has_the_window_of_the_depthwise_and_the_rest_of_the_pointwise(stride) -> None:
    net = NetworkBuilder("net")
    x = net.input("image", (8, 9, 9))
    inverted_residual(net, "b", x, InvertedResidual(16, (5,), stride))
    expand, conv = full_conv(net.build()).operators
    assert (expand.name, conv.name) == ("b.conv_pw", "b.conv_pwl")
    assert (conv.kernel, conv.stride, conv.padding) == ((5, 5), (stride, stride), (2, 2, 2, 2))
    assert (conv.groups, conv.weights) == (1, 48 * 16 * 25)
    assert (conv.norm_params, conv.activation) == (32, None)


def test_full_conv_leaves_depthwise_that_something_else_follows_or_reads() -> None:
    gated = InvertedResidual(8, expansion=1, squeeze=SqueezeExcite(0.5))
    mixed = InvertedResidual(8, (3, 5), expansion=1)
    net = NetworkBuilder("net")
    x = residual_stages(net, net.input("image", (8, 9, 9)), [[(1, gated)], [(1, mixed)]])
    shared = net.conv("dw", x, 8, window(3, padding="same"), groups=8)
    net.add("sum", net.conv("pw", shared, 8, window(1)), shared)
    strided = net.conv("dw2", "sum", 8, window(3, padding="same"), groups=8)
    net.conv("pw2", strided, 8, window(1, stride=2))
    network = net.build()
    assert full_conv(network).operators == network.operators


def block_network(*, skip: bool, squeeze: SqueezeExcite | None) -> Network:
    """Blocks of MobileNet's kind, three of them with shortcuts if `skip`."""
    block = InvertedResidual(8, squeeze=squeeze, skip=skip)
    net = NetworkBuilder("net")
    x = net.conv("stem", net.input("image", (3, 16, 16)), 8, window(3))
    residual_stages(net, x, [[(2, block)], [(2, block._replace(channels=16, stride=2))]])
    return net.build()


@pytest.mark.parametrize("squeeze", [None, SqueezeExcite(0.5)])
def test_without_residual_is_the_network_built_without_shortcuts(squeeze) -> None:
    network = without_residual(block_network(skip=True, squeeze=squeeze))
    assert network.operators == block_network(skip=False, squeeze=squeeze).operators
    assert network.name == "net:residual=no"


def test_without_elementwise_is_the_network_built_without_gates_and_shortcuts() -> None:
    network = without_elementwise(block_network(skip=True, squeeze=SqueezeExcite(0.5)))
    assert network.operators == block_network(skip=False, squeeze=None).operators
    assert network.name == "net:elementwise=no"


def test_without_residual_of_resnet_drops_shortcuts_and_moves_their_relu() -> None:
    usual, network = resnet("resnet50"), without_residual(resnet("resnet50"))
    # Shortcut convolutions: 64 -> 256, 256 -> 512, 512 -> 1024, 1024 -> 2048, norms of 2 each.
    shortcuts = 64 * 256 + 256 * 512 + 512 * 1024 + 1024 * 2048 + 2 * (256 + 512 + 1024 + 2048)
    assert usual.params - network.params == shortcuts
    assert not [op.name for op in network if op.kind == "elementwise"]
    assert {op.activation for op in network if op.kind == "conv"} == {"relu"}
    assert len(usual.operators) - len(network.operators) == 16 + 4


def test_without_residual_keeps_gates_and_without_elementwise_does_not() -> None:
    usual = mobilenet_v3_large()
    gated = [op for op in without_residual(usual) if isinstance(op, Elementwise)]
    assert {op.function for op in gated} == {"mul"}
    bare = without_elementwise(usual)
    assert not [op.name for op in bare if isinstance(op, Elementwise) or ".se." in op.name]
    assert sum(op.macs for op in usual if ".se." not in op.name) == bare.macs


def test_without_residual_of_inception_resnet_keeps_the_branches() -> None:
    usual, network = inception_resnet_v2(), without_residual(inception_resnet_v2())
    assert network.macs == usual.macs
    assert len(usual.operators) - len(network.operators) == 40
    (projection,) = [op for op in network if op.name == "repeat.0.conv2d"]
    assert projection.activation == "relu"


def test_sum_of_equally_deep_terms_is_no_shortcut_and_stays() -> None:
    net = NetworkBuilder("net")
    x = net.conv("a", net.input("image", (4, 6, 6)), 4, window(1))
    three = net.conv("three", x, 4, window(3, padding="same"))
    net.add("sum", three, net.conv("one", x, 4, window(1)), x)
    (*_, total) = without_residual(net.build()).operators
    assert (total.name, total.inputs) == ("sum", ("three", "one"))


def test_activation_of_a_sum_stays_where_its_producer_has_one_already() -> None:
    net = NetworkBuilder("net")
    x = net.input("image", (4, 6, 6))
    y = net.activation("a.act", net.conv("a", x, 4, window(1)), "relu6")
    net.activation("act", net.add("sum", y, x), "relu")
    conv, act = without_residual(net.build()).operators
    assert (conv.activation, act.name, act.function) == ("relu6", "sum", "relu")
    (alone,) = without_elementwise(net.build()).operators
    assert alone == conv


def test_without_elementwise_removes_scales_norms_and_activations_that_are_operators() -> None:
    net = NetworkBuilder("net")
    x = net.pool("pool", net.input("image", (4, 6, 6)), "max", window(2))
    x = net.shift("shift", net.scale("scale", net.activation("act", x, "gelu")))
    net.conv("conv", net.batch_norm("bn", x), 4, window(1))
    pool, conv = without_elementwise(net.build()).operators
    assert (pool.name, conv.name, conv.inputs) == ("pool", "conv", ("pool",))


def test_product_that_no_factor_can_replace_stays() -> None:
    net = NetworkBuilder("net")
    mask, gate = net.input("mask", (1, 6, 6)), net.input("gate", (4, 1, 1))
    net.conv("conv", net.mul("product", mask, gate), 4, window(1))
    assert len(without_elementwise(net.build()).operators) == 2


@settings(deadline=None)
@given(builders())
def test_any_network_has_its_variants_and_they_never_compute_more(builder) -> None:
    usual = builder.build()
    for network in (without_residual(usual), without_elementwise(usual)):
        assert network.macs <= usual.macs
        shapes = {op.name: op.output_shapes for op in usual}
        assert all(op.output_shapes == shapes[op.name] for op in network)
    bare = without_elementwise(usual)
    assert without_elementwise(bare).operators == bare.operators
    for op in bare:
        assert not isinstance(op, Elementwise) or op.output_shape not in op.input_shapes


@settings(deadline=None)
@given(builders())
def test_variants_leave_networks_without_anything_to_change_as_they_are(builder) -> None:
    bare = without_elementwise(builder.build())
    assert without_residual(bare).operators == bare.operators


def test_variants_are_methods_of_the_network() -> None:
    network = mobilenet_v2()
    assert network.with_kernel(5) == with_kernel(network, 5)
    assert network.with_kernels((3, 5)) == with_kernels(network, [3, 5])
    assert network.without_residual() == without_residual(network)
    assert network.without_elementwise() == without_elementwise(network)
    assert mobilenet_v1().full_conv().params == conv_mobilenet().params


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        (lambda net: net.with_kernel(3).with_kernels([3, 5]), "kernels=3-5"),
        (lambda net: net.with_kernels([3, 5]).with_kernel(3), "kernels=3-5,kernel=3"),
        (lambda net: net.with_kernel(5).full_conv(), "kernel=5,full_conv=yes"),
        (lambda net: net.without_residual().without_residual(), "residual=no"),
        (lambda net: net.without_residual().full_conv(), "residual=no,full_conv=yes"),
    ],
)  # fmt: skip
def test_names_say_what_was_done_in_order_and_drop_what_was_undone(variant, name) -> None:
    assert variant(mobilenet_v2()).name == f"mobilenet_v2:{name}"
