"""MobileNet v1, v2 and v3, with width multiplier (alpha) and input resolution."""

from __future__ import annotations

from accelsim.networks.blocks import classify, depthwise, divisible, norm_act, variant_name
from accelsim.networks.inverted_residual import (
    InvertedResidual,
    SqueezeExcite,
    Stage,
    residual_stages,
    widened,
)
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

V1_SOURCE = "Howard et al., MobileNets, arXiv 1704.04861, table 1"
CONV_SOURCE = "Howard et al., MobileNets, arXiv 1704.04861, table 4 (Conv MobileNet)"
V2_SOURCE = "Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, CVPR 2018"
V3_SOURCE = "Howard et al., Searching for MobileNetV3, ICCV 2019, tables 1 and 2"

USUAL: dict[str, float] = {"alpha": 1.0, "resolution": 224, "classes": 1000}

V1_STAGES = ((64, 1, 1), (128, 2, 2), (256, 2, 2), (512, 2, 6), (1024, 2, 2))
"""Output channels, stride of the first block, blocks."""

V2_STAGES = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
)  # fmt: skip
"""Expansion, output channels, blocks, stride of the first block (table 2)."""


def _v3(
    channels: int, kernel: int, stride: int, expansion: float, gated: bool, activation: str
) -> InvertedResidual:
    """A row of the tables of MobileNetV3."""
    gate = SqueezeExcite(0.25, of_expanded=True, activation="relu", gate="hardsigmoid")
    squeeze = gate if gated else None
    return InvertedResidual(
        channels, (kernel,), stride, expansion, squeeze=squeeze, activation=activation
    )


RELU, SWISH = "relu", "hardswish"

_LARGE: tuple[Stage, ...] = (
    [(1, _v3(16, 3, 1, 1, False, RELU))],
    [(1, _v3(24, 3, 2, 4, False, RELU)), (1, _v3(24, 3, 1, 3, False, RELU))],
    [(3, _v3(40, 5, 2, 3, True, RELU))],
    [
        (1, _v3(80, 3, 2, 6, False, SWISH)),
        (1, _v3(80, 3, 1, 2.5, False, SWISH)),
        (2, _v3(80, 3, 1, 2.3, False, SWISH)),
    ],
    [(2, _v3(112, 3, 1, 6, True, SWISH))],
    [(3, _v3(160, 5, 2, 6, True, SWISH))],
)
_SMALL: tuple[Stage, ...] = (
    [(1, _v3(16, 3, 2, 1, True, RELU))],
    [(1, _v3(24, 3, 2, 4.5, False, RELU)), (1, _v3(24, 3, 1, 3.67, False, RELU))],
    [(1, _v3(40, 5, 2, 4, True, SWISH)), (2, _v3(40, 5, 1, 6, True, SWISH))],
    [(2, _v3(48, 5, 1, 3, True, SWISH))],
    [(3, _v3(96, 5, 2, 6, True, SWISH))],
)
"""Runs of blocks: channels, kernel, stride, expansion, squeeze-and-excite, activation."""

V3_PLANS = {
    "mobilenet_v3_large": (_LARGE, 960, 1280),
    "mobilenet_v3_small": (_SMALL, 576, 1024),
}
"""Stages, channels of the 1x1 convolutions before and after the pool."""


def mobilenet_v1(alpha: float = 1.0, resolution: int = 224, classes: int = 1000) -> Network:
    """MobileNet v1; ReLU6 as in the authors' code."""
    chosen = {"alpha": alpha, "resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("mobilenet_v1", chosen, USUAL), V1_SOURCE)
    x = _stem(net, resolution, thinned(32, alpha), "relu6")
    for stage, (channels, stride, blocks) in enumerate(V1_STAGES):
        for index in range(blocks):
            block = f"blocks.{stage}.{index}"
            walk = window(3, stride=stride if index == 0 else 1, padding="same")
            x = norm_act(net, depthwise(net, f"{block}.conv_dw", x, walk), "relu6")
            x = net.conv(f"{block}.conv_pw", x, thinned(channels, alpha), window(1))
            x = norm_act(net, x, "relu6")
    return classify(net, x, classes)


def conv_mobilenet(alpha: float = 1.0, resolution: int = 224, classes: int = 1000) -> Network:
    """MobileNet v1 with one full 3x3 convolution for every depthwise one and its 1x1."""
    chosen = {"alpha": alpha, "resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("conv_mobilenet", chosen, USUAL), CONV_SOURCE)
    x = _stem(net, resolution, thinned(32, alpha), "relu6")
    for stage, (channels, stride, blocks) in enumerate(V1_STAGES):
        for index in range(blocks):
            walk = window(3, stride=stride if index == 0 else 1, padding="same")
            name = f"blocks.{stage}.{index}.conv"
            x = norm_act(net, net.conv(name, x, thinned(channels, alpha), walk), "relu6")
    return classify(net, x, classes)


def mobilenet_v2(alpha: float = 1.0, resolution: int = 224, classes: int = 1000) -> Network:
    """MobileNet v2; the last convolution keeps 1280 channels when alpha < 1."""
    chosen = {"alpha": alpha, "resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("mobilenet_v2", chosen, USUAL), V2_SOURCE)
    x = _stem(net, resolution, divisible(32 * alpha), "relu6")
    stages: list[Stage] = [
        [(blocks, InvertedResidual(channels, (3,), stride, expansion))]
        for expansion, channels, blocks, stride in V2_STAGES
    ]
    x = residual_stages(net, x, widened(stages, alpha))
    x = net.conv("conv_head", x, max(1280, divisible(1280 * alpha)), window(1))
    return classify(net, norm_act(net, x, "relu6"), classes)


def mobilenet_v3_large(alpha: float = 1.0, resolution: int = 224, classes: int = 1000) -> Network:
    """MobileNet v3-Large."""
    return _mobilenet_v3("mobilenet_v3_large", alpha, resolution, classes)


def mobilenet_v3_small(alpha: float = 1.0, resolution: int = 224, classes: int = 1000) -> Network:
    """MobileNet v3-Small."""
    return _mobilenet_v3("mobilenet_v3_small", alpha, resolution, classes)


def thinned(channels: int, alpha: float) -> int:
    """Channels times alpha, rounded down, at least 8. Source: TensorFlow slim mobilenet_v1."""
    return max(int(channels * alpha), 8)


def _stem(net: NetworkBuilder, resolution: int, channels: int, activation: str) -> str:
    """The image and the first convolution, which halves it."""
    x = net.input("image", (3, resolution, resolution))
    x = net.conv("conv_stem", x, channels, window(3, stride=2, padding="same"))
    return norm_act(net, x, activation)


def _mobilenet_v3(name: str, alpha: float, resolution: int, classes: int) -> Network:
    """Stem, stages, a 1x1 convolution, the pool, a second 1x1 on the pooled vector, classifier.

    The second one has a bias and no norm, and keeps its width when alpha < 1.
    """
    stages, last, hidden = V3_PLANS[name]
    chosen = {"alpha": alpha, "resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name(name, chosen, USUAL), V3_SOURCE)
    x = _stem(net, resolution, divisible(16 * alpha), SWISH)
    x = residual_stages(net, x, widened(stages, alpha))
    x = net.conv(f"blocks.{len(stages)}.0.conv", x, divisible(last * alpha), window(1))
    x = net.pool("global_pool", norm_act(net, x, SWISH), "global")
    x = net.conv("conv_head", x, max(hidden, divisible(hidden * alpha)), window(1), bias=True)
    net.linear("classifier", net.activation("conv_head.act", x, SWISH), classes)
    return net.build()
