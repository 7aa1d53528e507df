"""ConvNeXt-Tiny: depthwise 7x7 and two linear operators on every pixel, layer norm, layer scale."""

from __future__ import annotations

from accelsim.networks.blocks import variant_name
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = "Liu et al., A ConvNet for the 2020s, CVPR 2022"

USUAL: dict[str, float] = {"resolution": 224, "classes": 1000}

STAGES = ((3, 96), (3, 192), (9, 384), (3, 768))
"""Blocks and channels."""

EXPANSION = 4


def convnext_tiny(resolution: int = 224, classes: int = 1000) -> Network:
    """ConvNeXt-Tiny; operators are named as in timm."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("convnext_tiny", chosen, USUAL), SOURCE)
    x = net.input("image", (3, resolution, resolution))
    x = net.norm("stem.1", net.conv("stem.0", x, STAGES[0][1], window(4, stride=4), bias=True))
    for stage, (blocks, channels) in enumerate(STAGES):
        if stage > 0:
            x = net.norm(f"stages.{stage}.downsample.0", x)
            halve = window(2, stride=2)
            x = net.conv(f"stages.{stage}.downsample.1", x, channels, halve, bias=True)
        for block in range(blocks):
            x = _block(net, f"stages.{stage}.blocks.{block}", x)
    x = net.norm("head.norm", net.pool("head.global_pool", x, "global"))
    net.linear("head.fc", x, classes)
    return net.build()


def _block(net: NetworkBuilder, name: str, x: str) -> str:
    """Depthwise 7x7, layer norm, expand, GELU, project, layer scale, add (figure 4)."""
    shortcut, channels = x, net.shape(x)[0]
    walk = window(7, padding="same")
    x = net.conv(f"{name}.conv_dw", x, channels, walk, groups=channels, bias=True)
    x = net.linear(f"{name}.mlp.fc1", net.norm(f"{name}.norm", x), EXPANSION * channels)
    x = net.linear(f"{name}.mlp.fc2", net.activation(f"{name}.mlp.act", x, "gelu"), channels)
    return net.add(f"{name}.add", net.scale(f"{name}.gamma", x), shortcut)
