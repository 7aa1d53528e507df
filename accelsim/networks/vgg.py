"""VGG-16 and VGG-19: 3x3 convolutions, three linear layers."""

from __future__ import annotations

from accelsim.networks.blocks import variant_name
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = (
    "Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, "
    "ICLR 2015, table 1"
)

USUAL: dict[str, float] = {"resolution": 224, "classes": 1000}

CHANNELS = (64, 128, 256, 512, 512)
"""Output channels of the convolutions of each stage; a stage ends in a 2x2 max pool."""

CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions of each stage: columns D and E of the paper."""


def vgg(name: str, resolution: int = 224, classes: int = 1000) -> Network:
    """VGG-16 or VGG-19; the first linear layer reads the whole map, 7x7 at the usual resolution."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name(name, chosen, USUAL), SOURCE)
    x = net.input("image", (3, resolution, resolution))
    stages = zip(CHANNELS, CONVOLUTIONS[name], strict=True)
    for stage, (channels, convolutions) in enumerate(stages, start=1):
        for index in range(1, convolutions + 1):
            conv = f"conv{stage}_{index}"
            x = net.conv(conv, x, channels, window(3, padding="same"), bias=True)
            x = net.activation(f"{conv}.act", x, "relu")
        x = net.pool(f"pool{stage}", x, "max", window(2, stride=2))
    x = net.flatten("flatten", x)
    for linear in ("fc6", "fc7"):
        x = net.activation(f"{linear}.act", net.linear(linear, x, 4096), "relu")
    net.linear("fc8", x, classes)
    return net.build()
