"""Inception-ResNet v2: modules whose joined branches are projected and added to their input.

The sum weighs the branches with a constant (0.17, 0.1 or 0.2). The projection before it is linear
and has no norm, so the constant is part of its weights here, and no operator.
"""

from __future__ import annotations

from collections.abc import Sequence

from accelsim.networks.blocks import classify, variant_name
from accelsim.networks.inception_branches import HALVE, Layer, average, chain, conv
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = (
    "Szegedy et al., Inception-v4, Inception-ResNet and the Impact of Residual Connections on "
    "Learning, AAAI 2017, figures 15 to 19"
)

USUAL: dict[str, float] = {"resolution": 299, "classes": 1000}

BLOCK_35: tuple[list[Layer], ...] = (
    [("", 32, 1)],
    [(".0", 32, 1), (".1", 32, 3)],
    [(".0", 32, 1), (".1", 48, 3), (".2", 64, 3)],
)
BLOCK_17: tuple[list[Layer], ...] = (
    [("", 192, 1)],
    [(".0", 128, 1), (".1", 160, (1, 7)), (".2", 192, (7, 1))],
)
BLOCK_8: tuple[list[Layer], ...] = (
    [("", 192, 1)],
    [(".0", 192, 1), (".1", 224, (1, 3)), (".2", 256, (3, 1))],
)
"""Branches of the residual modules on maps of 35, 17 and 8 pixels a side."""


def inception_resnet_v2(resolution: int = 299, classes: int = 1000) -> Network:
    """Inception-ResNet v2 as the authors' code and timm build it."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("inception_resnet_v2", chosen, USUAL), SOURCE)
    x = _stem(net, net.input("image", (3, resolution, resolution)))
    for index in range(10):
        x = _block(net, f"repeat.{index}", x, BLOCK_35)
    x = _reduction_a(net, "mixed_6a", x)
    for index in range(20):
        x = _block(net, f"repeat_1.{index}", x, BLOCK_17)
    x = _reduction_b(net, "mixed_7a", x)
    for index in range(9):
        x = _block(net, f"repeat_2.{index}", x, BLOCK_8)
    x = _block(net, "block8", x, BLOCK_8, activation=None)
    return classify(net, conv(net, "conv2d_7b", x, 1536, window(1)), classes, name="classif")


def _stem(net: NetworkBuilder, x: str) -> str:
    """The stem of Inception v3 and a module without a sum."""
    x = conv(net, "conv2d_1a", x, 32, HALVE)
    x = conv(net, "conv2d_2a", x, 32, window(3))
    x = conv(net, "conv2d_2b", x, 64, window(3, padding="same"))
    x = net.pool("maxpool_3a", x, "max", HALVE)
    x = conv(net, "conv2d_3b", x, 80, window(1))
    x = net.pool("maxpool_5a", conv(net, "conv2d_4a", x, 192, window(3)), "max", HALVE)
    one = chain(net, "mixed_5b.branch0", x, [("", 96, 1)])
    five = chain(net, "mixed_5b.branch1", x, [(".0", 48, 1), (".1", 64, 5)])
    double = chain(net, "mixed_5b.branch2", x, [(".0", 64, 1), (".1", 96, 3), (".2", 96, 3)])
    pooled = average(net, "mixed_5b.branch3.0", x, count_include_pad=False)
    pooled = chain(net, "mixed_5b.branch3", pooled, [(".1", 64, 1)])
    return net.concat("mixed_5b.concat", one, five, double, pooled)


def _block(
    net: NetworkBuilder,
    name: str,
    x: str,
    branches: Sequence[Sequence[Layer]],
    *,
    activation: str | None = "relu",
) -> str:
    """Branches, concat, 1x1 with bias to the width of the input, sum, ReLU."""
    ends = [chain(net, f"{name}.branch{index}", x, layers) for index, layers in enumerate(branches)]
    joined = net.concat(f"{name}.concat", *ends)
    projected = net.conv(f"{name}.conv2d", joined, net.shape(x)[0], window(1), bias=True)
    total = net.add(f"{name}.add", projected, x)
    return net.activation(f"{name}.relu", total, activation) if activation else total


def _reduction_a(net: NetworkBuilder, name: str, x: str) -> str:
    """Half the height and width (k = 256, l = 256, m = 384, n = 384)."""
    strided = conv(net, f"{name}.branch0", x, 384, HALVE)
    double = chain(net, f"{name}.branch1", x, [(".0", 256, 1), (".1", 256, 3)])
    double = conv(net, f"{name}.branch1.2", double, 384, HALVE)
    pooled = net.pool(f"{name}.branch2", x, "max", HALVE)
    return net.concat(f"{name}.concat", strided, double, pooled)


def _reduction_b(net: NetworkBuilder, name: str, x: str) -> str:
    """Half the height and width once more (figure 18)."""
    first = chain(net, f"{name}.branch0", x, [(".0", 256, 1)])
    first = conv(net, f"{name}.branch0.1", first, 384, HALVE)
    second = chain(net, f"{name}.branch1", x, [(".0", 256, 1)])
    second = conv(net, f"{name}.branch1.1", second, 288, HALVE)
    third = chain(net, f"{name}.branch2", x, [(".0", 256, 1), (".1", 288, 3)])
    third = conv(net, f"{name}.branch2.2", third, 320, HALVE)
    pooled = net.pool(f"{name}.branch3", x, "max", HALVE)
    return net.concat(f"{name}.concat", first, second, third, pooled)
