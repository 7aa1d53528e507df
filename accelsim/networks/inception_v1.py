"""Inception v1 (GoogLeNet): four branches of kernel sizes 1, 3, 5 and a pool, nine times.

The paper's network has 5x5 kernels, biases and local response normalisation; torchvision's has 3x3
kernels in their place and batch-norms. Neither has the auxiliary classifiers here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from accelsim.networks.blocks import classify, norm_act, variant_name
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import Window, window

SOURCE = "Szegedy et al., Going Deeper with Convolutions, CVPR 2015, table 1"
TORCHVISION_SOURCE = f"{SOURCE}, as torchvision builds it: 3x3 for 5x5, batch-norm, no LRN"

USUAL: dict[str, float] = {"resolution": 224, "classes": 1000}


class Module(NamedTuple):
    """Output channels of the convolutions of one module, in the order of table 1."""

    one: int
    three_reduce: int
    three: int
    five_reduce: int
    five: int
    pool: int


MODULES = (
    {"3a": Module(64, 96, 128, 16, 32, 32), "3b": Module(128, 128, 192, 32, 96, 64)},
    {
        "4a": Module(192, 96, 208, 16, 48, 64), "4b": Module(160, 112, 224, 24, 64, 64),
        "4c": Module(128, 128, 256, 24, 64, 64), "4d": Module(112, 144, 288, 32, 64, 64),
        "4e": Module(256, 160, 320, 32, 128, 128),
    },
    {"5a": Module(256, 160, 320, 32, 128, 128), "5b": Module(384, 192, 384, 48, 128, 128)},
)  # fmt: skip
"""Modules on maps of 28, 14 and 7 pixels a side, between which a pool halves the map."""

Conv = Callable[[NetworkBuilder, str, str, int, Window], str]
"""Appends a convolution with its norm and activation: builder, name, input, channels, window."""


class Reading(NamedTuple):
    """What the two readings of the paper differ in."""

    conv: Conv
    large_kernel: int
    last_pool: int
    has_lrn: bool


def inception_v1(resolution: int = 224, classes: int = 1000) -> Network:
    """GoogLeNet as published."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("inception_v1", chosen, USUAL), SOURCE)
    return _googlenet(net, Reading(_biased, 5, 3, True), resolution, classes)


def inception_v1_torchvision(resolution: int = 224, classes: int = 1000) -> Network:
    """GoogLeNet as torchvision builds it."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    name = variant_name("inception_v1_torchvision", chosen, USUAL)
    net = NetworkBuilder(name, TORCHVISION_SOURCE)
    return _googlenet(net, Reading(_normed, 3, 2, False), resolution, classes)


def _googlenet(net: NetworkBuilder, reading: Reading, resolution: int, classes: int) -> Network:
    """Stem, modules with pools between their groups, classifier."""
    x = _stem(net, net.input("image", (3, resolution, resolution)), reading)
    for number, modules in enumerate(MODULES, start=2):
        for suffix, module in modules.items():
            x = _module(net, f"inception{suffix}", x, module, reading)
        if number < 4:
            size = 3 if number == 2 else reading.last_pool
            x = net.pool(f"maxpool{number + 1}", x, "max", window(size, stride=2), ceil=True)
    return classify(net, x, classes, name="fc")


def _stem(net: NetworkBuilder, x: str, reading: Reading) -> str:
    """7x7, 1x1 and 3x3 convolutions and two pools; LRN where the paper has it."""
    halve = window(3, stride=2)
    x = reading.conv(net, "conv1", x, 64, window(7, stride=2, padding="same"))
    x = net.pool("maxpool1", x, "max", halve, ceil=True)
    if reading.has_lrn:
        x = net.norm("lrn1", x, learnables=0)
    x = reading.conv(net, "conv2", x, 64, window(1))
    x = reading.conv(net, "conv3", x, 192, window(3, padding="same"))
    if reading.has_lrn:
        x = net.norm("lrn2", x, learnables=0)
    return net.pool("maxpool2", x, "max", halve, ceil=True)


def _module(net: NetworkBuilder, name: str, x: str, module: Module, reading: Reading) -> str:
    """1x1, 3x3 behind 1x1, 5x5 behind 1x1, 1x1 behind a pool, side by side (figure 2b)."""
    small, large = window(3, padding="same"), window(reading.large_kernel, padding="same")
    one = reading.conv(net, f"{name}.branch1", x, module.one, window(1))
    three = reading.conv(net, f"{name}.branch2.0", x, module.three_reduce, window(1))
    three = reading.conv(net, f"{name}.branch2.1", three, module.three, small)
    five = reading.conv(net, f"{name}.branch3.0", x, module.five_reduce, window(1))
    five = reading.conv(net, f"{name}.branch3.1", five, module.five, large)
    pooled = net.pool(f"{name}.branch4.0", x, "max", small)
    pooled = reading.conv(net, f"{name}.branch4.1", pooled, module.pool, window(1))
    return net.concat(f"{name}.concat", one, three, five, pooled)


def _biased(net: NetworkBuilder, name: str, x: str, channels: int, walk: Window) -> str:
    """Convolution with bias, ReLU."""
    x = net.conv(name, x, channels, walk, bias=True)
    return net.activation(f"{name}.relu", x, "relu")


def _normed(net: NetworkBuilder, name: str, x: str, channels: int, walk: Window) -> str:
    """Convolution, batch-norm, ReLU."""
    return norm_act(net, net.conv(f"{name}.conv", x, channels, walk), "relu")
