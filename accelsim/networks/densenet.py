"""DenseNet: every layer reads the outputs of all layers before it in its block."""

from __future__ import annotations

from accelsim.networks.blocks import classify, norm_act, variant_name
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = "Huang et al., Densely Connected Convolutional Networks, CVPR 2017, table 1"

USUAL: dict[str, float] = {"resolution": 224, "classes": 1000}

LAYERS = (6, 12, 24, 16)
"""Dense layers of each block of DenseNet-121."""

GROWTH = 32
"""Channels that a layer adds; its 1x1 convolution has four times as many."""


def densenet121(resolution: int = 224, classes: int = 1000) -> Network:
    """DenseNet-121. Norm and ReLU stand before the convolutions, so most cannot be folded."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("densenet121", chosen, USUAL), SOURCE)
    x = net.input("image", (3, resolution, resolution))
    stem = window(7, stride=2, padding="same")
    x = norm_act(net, net.conv("features.conv0", x, 2 * GROWTH, stem), "relu")
    x = net.pool("features.pool0", x, "max", window(3, stride=2, padding="same"))
    for number, layers in enumerate(LAYERS, start=1):
        x = norm_act(net, _dense_block(net, f"features.denseblock{number}", x, layers), "relu")
        if number < len(LAYERS):
            transition = f"features.transition{number}"
            x = net.conv(f"{transition}.conv", x, net.shape(x)[0] // 2, window(1))
            x = net.pool(f"{transition}.pool", x, "avg", window(2, stride=2))
    return classify(net, x, classes)


def _dense_block(net: NetworkBuilder, name: str, x: str, layers: int) -> str:
    """The input and what every layer adds to it, laid behind each other."""
    features = [x]
    for number in range(1, layers + 1):
        layer = f"{name}.denselayer{number}"
        seen = x if number == 1 else net.concat(f"{layer}.concat", *features)
        y = net.conv(f"{layer}.conv1", norm_act(net, seen, "relu"), 4 * GROWTH, window(1))
        y = norm_act(net, y, "relu")
        features.append(net.conv(f"{layer}.conv2", y, GROWTH, window(3, padding="same")))
    return net.concat(f"{name}.concat", *features)
