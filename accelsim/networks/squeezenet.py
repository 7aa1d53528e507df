"""SqueezeNet: fire modules, whose 1x1 squeeze feeds 1x1 and 3x3 filters side by side."""

from __future__ import annotations

from typing import NamedTuple

from accelsim.networks.blocks import variant_name
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import Window, window

SOURCE = (
    "Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, arXiv "
    "1602.07360; 1.1 as released by its authors; maps as in torchvision"
)

USUAL: dict[str, float] = {"resolution": 224, "classes": 1000}

SQUEEZE = (16, 16, 32, 32, 48, 48, 64, 64)
"""Channels of the squeeze of modules fire2 to fire9; each half of the expansion has four times."""


class Plan(NamedTuple):
    """One version: channels and window of the stem, modules that a pool follows."""

    stem: int
    walk: Window
    pooled: tuple[str, ...]


PLANS = {
    "squeezenet1_0": Plan(96, window(7, stride=2), ("fire4", "fire8")),
    "squeezenet1_1": Plan(64, window(3, stride=2), ("fire3", "fire5")),
}


def squeezenet(name: str, resolution: int = 224, classes: int = 1000) -> Network:
    """SqueezeNet 1.0 or 1.1; a 1x1 convolution to the classes and a global pool end it."""
    plan = PLANS[name]
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name(name, chosen, USUAL), SOURCE)
    x = _conv(net, "conv1", net.input("image", (3, resolution, resolution)), plan.stem, plan.walk)
    x = _pool(net, "pool1", x)
    for number, squeeze in enumerate(SQUEEZE, start=2):
        x = _fire(net, f"fire{number}", x, squeeze)
        if f"fire{number}" in plan.pooled:
            x = _pool(net, f"pool{number}", x)
    net.pool("global_pool", _conv(net, "conv10", x, classes, window(1)), "global")
    return net.build()


def _fire(net: NetworkBuilder, name: str, x: str, squeeze: int) -> str:
    """Squeeze, then 1x1 and 3x3 on the same input, laid behind each other (figure 1)."""
    x = _conv(net, f"{name}.squeeze", x, squeeze, window(1))
    narrow = _conv(net, f"{name}.expand1x1", x, 4 * squeeze, window(1))
    wide = _conv(net, f"{name}.expand3x3", x, 4 * squeeze, window(3, padding="same"))
    return net.concat(f"{name}.concat", narrow, wide)


def _conv(net: NetworkBuilder, name: str, x: str, channels: int, walk: Window) -> str:
    """Convolution with bias, then ReLU."""
    return net.activation(f"{name}.act", net.conv(name, x, channels, walk, bias=True), "relu")


def _pool(net: NetworkBuilder, name: str, x: str) -> str:
    """Half the height and width, rounded up."""
    return net.pool(name, x, "max", window(3, stride=2), ceil=True)
