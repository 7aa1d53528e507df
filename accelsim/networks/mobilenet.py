"""MobileNet v1 and v2, with width multiplier (alpha) and input resolution."""

from __future__ import annotations

from accelsim.networks.blocks import (
    InvertedResidual,
    classify,
    depthwise,
    norm_act,
    residual_stages,
    variant_name,
)
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

V1_SOURCE = "Howard et al., MobileNets, arXiv 1704.04861, table 1"
V2_SOURCE = "Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, CVPR 2018"

USUAL: dict[str, float] = {"alpha": 1.0, "resolution": 224, "classes": 1000}

V1_STAGES = ((64, 1, 1), (128, 2, 2), (256, 2, 2), (512, 2, 6), (1024, 2, 2))
"""Output channels, stride of the first block, blocks."""

V2_STAGES = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
)  # fmt: skip
"""Expansion, output channels, blocks, stride of the first block (table 2)."""


def mobilenet_v1(alpha: float = 1.0, resolution: int = 224, classes: int = 1000) -> Network:
    """MobileNet v1; ReLU6 as in the authors' code."""
    chosen = {"alpha": alpha, "resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("mobilenet_v1", chosen, USUAL), V1_SOURCE)
    x = net.input("image", (3, resolution, resolution))
    stem = window(3, stride=2, padding="same")
    x = norm_act(net, net.conv("conv_stem", x, thinned(32, alpha), stem), "relu6")
    for stage, (channels, stride, blocks) in enumerate(V1_STAGES):
        for index in range(blocks):
            block = f"blocks.{stage}.{index}"
            walk = window(3, stride=stride if index == 0 else 1, padding="same")
            x = norm_act(net, depthwise(net, f"{block}.conv_dw", x, walk), "relu6")
            x = net.conv(f"{block}.conv_pw", x, thinned(channels, alpha), window(1))
            x = norm_act(net, x, "relu6")
    return classify(net, x, classes)


def mobilenet_v2(alpha: float = 1.0, resolution: int = 224, classes: int = 1000) -> Network:
    """MobileNet v2; the last convolution keeps 1280 channels when alpha < 1."""
    chosen = {"alpha": alpha, "resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("mobilenet_v2", chosen, USUAL), V2_SOURCE)
    x = net.input("image", (3, resolution, resolution))
    stem = window(3, stride=2, padding="same")
    x = norm_act(net, net.conv("conv_stem", x, divisible(32 * alpha), stem), "relu6")
    stages = [
        [(blocks, InvertedResidual(divisible(channels * alpha), (3,), stride, expansion))]
        for expansion, channels, blocks, stride in V2_STAGES
    ]
    x = residual_stages(net, x, stages)
    x = net.conv("conv_head", x, max(1280, divisible(1280 * alpha)), window(1))
    return classify(net, norm_act(net, x, "relu6"), classes)


def thinned(channels: int, alpha: float) -> int:
    """Channels times alpha, rounded down, at least 8. Source: TensorFlow slim mobilenet_v1."""
    return max(int(channels * alpha), 8)


def divisible(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of `divisor` that keeps 90 % of the channels, at least one.

    Source: `_make_divisible` of the authors' MobileNetV2 code (TensorFlow slim).
    """
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded
