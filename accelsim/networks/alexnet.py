"""AlexNet with its two halves of the channels, as its authors and Eyeriss ran it."""

from __future__ import annotations

from typing import NamedTuple

from accelsim.networks.blocks import variant_name
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import Window, window

SOURCE = (
    "Krizhevsky et al., ImageNet Classification with Deep Convolutional Neural Networks, NIPS "
    "2012, section 3.5"
)

USUAL: dict[str, float] = {"resolution": 227, "classes": 1000}

POOL = window(3, stride=2)
"""Windows that overlap (section 3.4)."""


class Layer(NamedTuple):
    """A convolution; local response normalisation and a max pool may follow its ReLU."""

    channels: int
    walk: Window
    groups: int = 1
    is_normed: bool = False
    is_pooled: bool = False


LAYERS = (
    Layer(96, window(11, stride=4), is_normed=True, is_pooled=True),
    Layer(256, window(5, padding="same"), groups=2, is_normed=True, is_pooled=True),
    Layer(384, window(3, padding="same")),
    Layer(384, window(3, padding="same"), groups=2),
    Layer(256, window(3, padding="same"), groups=2, is_pooled=True),
)
"""Two groups where each of the authors' GPUs read its own half of the channels (figure 2)."""


def alexnet(resolution: int = 227, classes: int = 1000) -> Network:
    """AlexNet; the paper says 224, but 227 is what gives its maps of 55x55 without padding.

    A local response normalisation has no learnables; it is a norm of each pixel's channels here.
    The first linear layer reads the whole map, 6x6 at the usual resolution.
    """
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("alexnet", chosen, USUAL), SOURCE)
    x = net.input("image", (3, resolution, resolution))
    for number, layer in enumerate(LAYERS, start=1):
        x = _layer(net, number, x, layer)
    x = net.flatten("flatten", x)
    for name in ("fc6", "fc7"):
        x = net.activation(f"{name}.act", net.linear(name, x, 4096), "relu")
    net.linear("fc8", x, classes)
    return net.build()


def _layer(net: NetworkBuilder, number: int, x: str, layer: Layer) -> str:
    conv = f"conv{number}"
    x = net.conv(conv, x, layer.channels, layer.walk, groups=layer.groups, bias=True)
    x = net.activation(f"{conv}.act", x, "relu")
    if layer.is_normed:
        x = net.norm(f"norm{number}", x, learnables=0)
    return net.pool(f"pool{number}", x, "max", POOL) if layer.is_pooled else x
