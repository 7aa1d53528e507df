"""Inception v3: branches of several kernel sizes, 7x7 and 3x3 factored into two passes."""

from __future__ import annotations

from accelsim.networks.blocks import classify, variant_name
from accelsim.networks.inception_branches import HALVE, average, chain, conv
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = "Szegedy et al., Rethinking the Inception Architecture for Computer Vision, CVPR 2016"

USUAL: dict[str, float] = {"resolution": 299, "classes": 1000}


def inception_v3(resolution: int = 299, classes: int = 1000) -> Network:
    """Inception v3 as torchvision and timm build it, without the auxiliary classifier."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("inception_v3", chosen, USUAL), SOURCE)
    x = _stem(net, net.input("image", (3, resolution, resolution)))
    for name, pool_channels in (("5b", 32), ("5c", 64), ("5d", 64)):
        x = _mixed_35(net, f"Mixed_{name}", x, pool_channels)
    x = _reduce_to_17(net, "Mixed_6a", x)
    for name, channels in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        x = _mixed_17(net, f"Mixed_{name}", x, channels)
    x = _reduce_to_8(net, "Mixed_7a", x)
    for name in ("7b", "7c"):
        x = _mixed_8(net, f"Mixed_{name}", x)
    return classify(net, x, classes, name="fc")


def _stem(net: NetworkBuilder, x: str) -> str:
    x = conv(net, "Conv2d_1a_3x3", x, 32, HALVE)
    x = conv(net, "Conv2d_2a_3x3", x, 32, window(3))
    x = conv(net, "Conv2d_2b_3x3", x, 64, window(3, padding="same"))
    x = net.pool("Pool1", x, "max", HALVE)
    x = conv(net, "Conv2d_3b_1x1", x, 80, window(1))
    x = conv(net, "Conv2d_4a_3x3", x, 192, window(3))
    return net.pool("Pool2", x, "max", HALVE)


def _mixed_35(net: NetworkBuilder, name: str, x: str, pool_channels: int) -> str:
    """Four branches: 1x1, 5x5, two 3x3, pool (figure 5 of the paper, with a 5x5 kept)."""
    one = chain(net, f"{name}.branch1x1", x, [("", 64, 1)])
    five = chain(net, f"{name}.branch5x5", x, [("_1", 48, 1), ("_2", 64, 5)])
    double = chain(net, f"{name}.branch3x3dbl", x, [("_1", 64, 1), ("_2", 96, 3), ("_3", 96, 3)])
    pooled = _pool_branch(net, name, x, pool_channels)
    return net.concat(f"{name}.concat", one, five, double, pooled)


def _mixed_17(net: NetworkBuilder, name: str, x: str, channels: int) -> str:
    """Four branches: 1x1, 7x7 once and twice in factors 1x7 and 7x1, pool (figure 6)."""
    one = chain(net, f"{name}.branch1x1", x, [("", 192, 1)])
    single = chain(
        net, f"{name}.branch7x7", x,
        [("_1", channels, 1), ("_2", channels, (1, 7)), ("_3", 192, (7, 1))],
    )  # fmt: skip
    double = chain(
        net, f"{name}.branch7x7dbl", x,
        [
            ("_1", channels, 1), ("_2", channels, (7, 1)), ("_3", channels, (1, 7)),
            ("_4", channels, (7, 1)), ("_5", 192, (1, 7)),
        ],
    )  # fmt: skip
    pooled = _pool_branch(net, name, x, 192)
    return net.concat(f"{name}.concat", one, single, double, pooled)


def _mixed_8(net: NetworkBuilder, name: str, x: str) -> str:
    """Four branches whose 3x3 ends in 1x3 beside 3x1 (figure 7)."""
    one = chain(net, f"{name}.branch1x1", x, [("", 320, 1)])
    single = chain(net, f"{name}.branch3x3", x, [("_1", 384, 1)])
    single = _cross(net, f"{name}.branch3x3_2", single, f"{name}.concat")
    double = chain(net, f"{name}.branch3x3dbl", x, [("_1", 448, 1), ("_2", 384, 3)])
    double = _cross(net, f"{name}.branch3x3dbl_3", double, f"{name}.concat_2")
    pooled = _pool_branch(net, name, x, 192)
    return net.concat(f"{name}.concat_3", one, single, double, pooled)


def _reduce_to_17(net: NetworkBuilder, name: str, x: str) -> str:
    """Half the height and width: strided 3x3, double 3x3 and max pool side by side (figure 10)."""
    single = conv(net, f"{name}.branch3x3", x, 384, HALVE)
    double = chain(net, f"{name}.branch3x3dbl", x, [("_1", 64, 1), ("_2", 96, 3)])
    double = conv(net, f"{name}.branch3x3dbl_3", double, 96, HALVE)
    pooled = net.pool(f"{name}.maxpool", x, "max", HALVE)
    return net.concat(f"{name}.concat", single, double, pooled)


def _reduce_to_8(net: NetworkBuilder, name: str, x: str) -> str:
    """Half the height and width once more, one branch through a factored 7x7."""
    single = chain(net, f"{name}.branch3x3", x, [("_1", 192, 1)])
    single = conv(net, f"{name}.branch3x3_2", single, 320, HALVE)
    seven = chain(
        net, f"{name}.branch7x7x3", x, [("_1", 192, 1), ("_2", 192, (1, 7)), ("_3", 192, (7, 1))]
    )
    seven = conv(net, f"{name}.branch7x7x3_4", seven, 192, HALVE)
    pooled = net.pool(f"{name}.maxpool", x, "max", HALVE)
    return net.concat(f"{name}.concat", single, seven, pooled)


def _cross(net: NetworkBuilder, name: str, x: str, joined: str) -> str:
    """1x3 and 3x1 on the same input, laid behind each other."""
    wide = chain(net, name, x, [("a", 384, (1, 3))])
    tall = chain(net, name, x, [("b", 384, (3, 1))])
    return net.concat(joined, wide, tall)


def _pool_branch(net: NetworkBuilder, name: str, x: str, channels: int) -> str:
    """3x3 average that keeps the map's size and counts the padding, then 1x1."""
    pooled = average(net, f"{name}.avgpool", x, count_include_pad=True)
    return chain(net, f"{name}.branch_pool", pooled, [("", channels, 1)])
