"""What the modules of the later Inception networks are made of: chains, pools, reductions."""

from __future__ import annotations

from collections.abc import Sequence

from accelsim.networks.blocks import norm_act
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import Pair, Window, window

Layer = tuple[str, int, int | Pair]
"""Suffix of the name, output channels, kernel."""

HALVE = window(3, stride=2)
"""The window of every reduction: 3x3, stride 2, no padding."""


def conv(net: NetworkBuilder, name: str, x: str, channels: int, walk: Window) -> str:
    """Convolution, batch-norm, ReLU."""
    return norm_act(net, net.conv(f"{name}.conv", x, channels, walk), "relu")


def chain(net: NetworkBuilder, name: str, x: str, layers: Sequence[Layer]) -> str:
    """Convolutions behind each other that keep the map's size."""
    for suffix, channels, kernel in layers:
        x = conv(net, f"{name}{suffix}", x, channels, window(kernel, padding="same"))
    return x


def average(net: NetworkBuilder, name: str, x: str, *, count_include_pad: bool) -> str:
    """3x3 average that keeps the map's size."""
    walk = window(3, padding="same")
    return net.pool(name, x, "avg", walk, count_include_pad=count_include_pad)
