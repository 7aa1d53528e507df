"""Xception: depthwise and pointwise convolutions in place of Inception's branches."""

from __future__ import annotations

from typing import NamedTuple

from accelsim.networks.blocks import classify, depthwise, norm_act, variant_name
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = (
    "Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017, figure 5"
)

USUAL: dict[str, float] = {"resolution": 299, "classes": 1000}


class Block(NamedTuple):
    """Output channels of the separable convolutions, with or without a ReLU before the first.

    A block of stride 2 ends in a max pool.
    """

    channels: tuple[int, ...]
    stride: int = 1
    relu_first: bool = True


BLOCKS = (
    Block((128, 128), 2, relu_first=False),
    Block((256, 256), 2),
    Block((728, 728), 2),
    *[Block((728, 728, 728))] * 8,
    Block((728, 1024), 2),
)
"""Entry flow, the eight equal blocks of the middle flow, the first block of the exit flow."""


def xception(resolution: int = 299, classes: int = 1000) -> Network:
    """Xception with symmetric padding and convolutions without padding in the stem, as in timm."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("xception", chosen, USUAL), SOURCE)
    x = net.input("image", (3, resolution, resolution))
    x = norm_act(net, net.conv("conv1", x, 32, window(3, stride=2)), "relu")
    x = norm_act(net, net.conv("conv2", x, 64, window(3)), "relu")
    for number, block in enumerate(BLOCKS, start=1):
        x = _block(net, f"block{number}", x, block)
    for name, channels in (("conv3", 1536), ("conv4", 2048)):
        x = norm_act(net, _separable(net, name, x, channels), "relu")
    return classify(net, x, classes, name="fc")


def _block(net: NetworkBuilder, name: str, x: str, block: Block) -> str:
    """Separable convolutions with a ReLU before each, and their sum with the raw input.

    Operators are numbered as in timm, which counts ReLU, convolution and norm one by one.
    """
    y = x
    for index, channels in enumerate(block.channels):
        place = 3 * index + block.relu_first
        if place:
            y = net.activation(f"{name}.rep.{place - 1}", y, "relu")
        y = norm_act(net, _separable(net, f"{name}.rep.{place}", y, channels))
    if block.stride > 1:
        place = 3 * len(block.channels) - 1 + block.relu_first
        y = net.pool(f"{name}.rep.{place}", y, "max", window(3, block.stride, "same"))
        skip = net.conv(f"{name}.skip", x, block.channels[-1], window(1, block.stride))
        x = norm_act(net, skip)
    return net.add(f"{name}.add", y, x)


def _separable(net: NetworkBuilder, name: str, x: str, channels: int) -> str:
    """3x3 depthwise, then pointwise, nothing between them."""
    x = depthwise(net, f"{name}.conv1", x, window(3, padding="same"))
    return net.conv(f"{name}.pointwise", x, channels, window(1))
