"""Inception v4: a branched stem and many equal modules of three kinds."""

from __future__ import annotations

from accelsim.networks.blocks import classify, variant_name
from accelsim.networks.inception_branches import HALVE, Layer, average, chain, conv
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = (
    "Szegedy et al., Inception-v4, Inception-ResNet and the Impact of Residual Connections on "
    "Learning, AAAI 2017, figures 3 to 9"
)

USUAL: dict[str, float] = {"resolution": 299, "classes": 1000}


def inception_v4(resolution: int = 299, classes: int = 1000) -> Network:
    """Inception v4; operators are named as in timm."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("inception_v4", chosen, USUAL), SOURCE)
    x = _stem(net, net.input("image", (3, resolution, resolution)))
    for index in range(6, 10):
        x = _module_a(net, f"features.{index}", x)
    x = _reduction_a(net, "features.10", x)
    for index in range(11, 18):
        x = _module_b(net, f"features.{index}", x)
    x = _reduction_b(net, "features.18", x)
    for index in range(19, 22):
        x = _module_c(net, f"features.{index}", x)
    return classify(net, x, classes, name="last_linear")


def _stem(net: NetworkBuilder, x: str) -> str:
    """Three convolutions, then pairs of branches (figure 3)."""
    x = conv(net, "features.0", x, 32, HALVE)
    x = conv(net, "features.1", x, 32, window(3))
    x = conv(net, "features.2", x, 64, window(3, padding="same"))
    pooled = net.pool("features.3.maxpool", x, "max", HALVE)
    x = net.concat("features.3.concat", pooled, conv(net, "features.3.conv", x, 96, HALVE))
    short = chain(net, "features.4.branch0", x, [(".0", 64, 1)])
    short = conv(net, "features.4.branch0.1", short, 96, window(3))
    layers: list[Layer] = [(".0", 64, 1), (".1", 64, (1, 7)), (".2", 64, (7, 1))]
    long = chain(net, "features.4.branch1", x, layers)
    long = conv(net, "features.4.branch1.3", long, 96, window(3))
    x = net.concat("features.4.concat", short, long)
    strided = conv(net, "features.5.conv", x, 192, HALVE)
    return net.concat("features.5.concat", strided, net.pool("features.5.maxpool", x, "max", HALVE))


def _module_a(net: NetworkBuilder, name: str, x: str) -> str:
    """1x1, 3x3, two 3x3, pool (figure 4)."""
    one = chain(net, f"{name}.branch0", x, [("", 96, 1)])
    single = chain(net, f"{name}.branch1", x, [(".0", 64, 1), (".1", 96, 3)])
    double = chain(net, f"{name}.branch2", x, [(".0", 64, 1), (".1", 96, 3), (".2", 96, 3)])
    return net.concat(f"{name}.concat", one, single, double, _pooled(net, name, x, 96))


def _module_b(net: NetworkBuilder, name: str, x: str) -> str:
    """1x1, a factored 7x7, two factored 7x7, pool (figure 5)."""
    one = chain(net, f"{name}.branch0", x, [("", 384, 1)])
    single = chain(
        net, f"{name}.branch1", x, [(".0", 192, 1), (".1", 224, (1, 7)), (".2", 256, (7, 1))]
    )
    double = chain(
        net, f"{name}.branch2", x,
        [
            (".0", 192, 1), (".1", 192, (7, 1)), (".2", 224, (1, 7)), (".3", 224, (7, 1)),
            (".4", 256, (1, 7)),
        ],
    )  # fmt: skip
    return net.concat(f"{name}.concat", one, single, double, _pooled(net, name, x, 128))


def _module_c(net: NetworkBuilder, name: str, x: str) -> str:
    """1x1, 1x3 beside 3x1, the same behind a factored 3x3, pool (figure 6)."""
    one = chain(net, f"{name}.branch0", x, [("", 256, 1)])
    single = chain(net, f"{name}.branch1", x, [("_0", 384, 1)])
    single = _cross(net, f"{name}.branch1_1", single, f"{name}.concat")
    double = chain(
        net, f"{name}.branch2", x, [("_0", 384, 1), ("_1", 448, (3, 1)), ("_2", 512, (1, 3))]
    )
    double = _cross(net, f"{name}.branch2_3", double, f"{name}.concat_2")
    return net.concat(f"{name}.concat_3", one, single, double, _pooled(net, name, x, 256))


def _reduction_a(net: NetworkBuilder, name: str, x: str) -> str:
    """Half the height and width (figure 7, k = 192, l = 224, m = 256, n = 384)."""
    strided = conv(net, f"{name}.branch0", x, 384, HALVE)
    double = chain(net, f"{name}.branch1", x, [(".0", 192, 1), (".1", 224, 3)])
    double = conv(net, f"{name}.branch1.2", double, 256, HALVE)
    pooled = net.pool(f"{name}.branch2", x, "max", HALVE)
    return net.concat(f"{name}.concat", strided, double, pooled)


def _reduction_b(net: NetworkBuilder, name: str, x: str) -> str:
    """Half the height and width once more, one branch through a factored 7x7 (figure 8)."""
    single = chain(net, f"{name}.branch0", x, [(".0", 192, 1)])
    single = conv(net, f"{name}.branch0.1", single, 192, HALVE)
    seven = chain(
        net, f"{name}.branch1", x, [(".0", 256, 1), (".1", 256, (1, 7)), (".2", 320, (7, 1))]
    )
    seven = conv(net, f"{name}.branch1.3", seven, 320, HALVE)
    pooled = net.pool(f"{name}.branch2", x, "max", HALVE)
    return net.concat(f"{name}.concat", single, seven, pooled)


def _cross(net: NetworkBuilder, name: str, x: str, joined: str) -> str:
    """1x3 and 3x1 on the same input, laid behind each other."""
    wide = chain(net, name, x, [("a", 256, (1, 3))])
    tall = chain(net, name, x, [("b", 256, (3, 1))])
    return net.concat(joined, wide, tall)


def _pooled(net: NetworkBuilder, name: str, x: str, channels: int) -> str:
    """3x3 average of what lies inside the map, then 1x1."""
    pooled = average(net, f"{name}.branch3.0", x, count_include_pad=False)
    return chain(net, f"{name}.branch3", pooled, [(".1", channels, 1)])
