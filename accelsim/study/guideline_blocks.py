"""The blocks that ShuffleNet V2's guidelines were measured with, as networks.

A network repeats a block ten times on a map of 56x56. Nothing follows its convolutions but what the
guideline is about. Source: Ma, Zhang, Zheng and Sun, ECCV 2018 (arXiv 1807.11164), section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

BLOCKS = 10
MAP_SIDE = 56


@dataclass(frozen=True, slots=True)
class Pair:
    """G1: two 1x1 convolutions, c1 -> c2 -> c1."""

    ratio: str

    def widths(self, channels: tuple[int, ...]) -> tuple[int, ...]:
        """(c1, c2), as the paper gives them."""
        return channels

    def append(self, net: NetworkBuilder, name: str, x: str, widths: tuple[int, ...]) -> str:
        """The block behind tensor `x`."""
        outer, inner = widths
        x = net.conv(f"{name}.1", x, inner, window(1))
        return net.conv(f"{name}.2", x, outer, window(1))

    def __str__(self) -> str:
        return f"c1:c2 = {self.ratio}"


@dataclass(frozen=True, slots=True)
class Grouped:
    """G2: one 1x1 convolution in groups."""

    groups: int

    def widths(self, channels: tuple[int, ...]) -> tuple[int, ...]:
        """The nearest width that the groups divide: 180 channels in 8 groups become 184."""
        return (int(channels[0] / self.groups + 0.5) * self.groups,)

    def append(self, net: NetworkBuilder, name: str, x: str, widths: tuple[int, ...]) -> str:
        """The block behind tensor `x`."""
        return net.conv(name, x, widths[0], window(1), groups=self.groups)

    def __str__(self) -> str:
        return f"{self.groups} groups" if self.groups > 1 else "1 group"


@dataclass(frozen=True, slots=True)
class Fragments:
    """G3: 1x1 convolutions in series, or beside each other and added up in pairs."""

    count: int
    parallel: bool = False

    def widths(self, channels: tuple[int, ...]) -> tuple[int, ...]:
        """Channels with which all fragments together have the MACs of one."""
        return (round(channels[0] / sqrt(self.count)),)

    def append(self, net: NetworkBuilder, name: str, x: str, widths: tuple[int, ...]) -> str:
        """The block behind tensor `x`."""
        if not self.parallel:
            for number in range(self.count):
                x = net.conv(f"{name}.{number}", x, widths[0], window(1))
            return x
        total, *others = [
            net.conv(f"{name}.{number}", x, widths[0], window(1)) for number in range(self.count)
        ]
        for number, branch in enumerate(others, start=1):
            total = net.add(f"{name}.add{number}", total, branch)
        return total

    def __str__(self) -> str:
        if self.count == 1:
            return "1 fragment"
        return f"{self.count} fragments, {'parallel' if self.parallel else 'series'}"


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """G4: ResNet's bottleneck, 1x1 to a quarter of the channels, 3x3, 1x1 back."""

    relu: bool
    shortcut: bool

    def widths(self, channels: tuple[int, ...]) -> tuple[int, ...]:
        """(outer, inner) channels."""
        return (channels[0], channels[0] // 4)

    def append(self, net: NetworkBuilder, name: str, x: str, widths: tuple[int, ...]) -> str:
        """The block behind tensor `x`."""
        outer, inner = widths
        y = self._relu(net, f"{name}.1", net.conv(f"{name}.1", x, inner, window(1)))
        y = self._relu(net, f"{name}.2", net.conv(f"{name}.2", y, inner, window(3, padding="same")))
        y = net.conv(f"{name}.3", y, outer, window(1))
        if self.shortcut:
            y = net.add(f"{name}.add", y, x)
        return self._relu(net, f"{name}.3", y)

    def _relu(self, net: NetworkBuilder, name: str, x: str) -> str:
        return net.activation(f"{name}.relu", x, "relu") if self.relu else x

    def __str__(self) -> str:
        words = {True: "with", False: "without"}
        return f"{words[self.relu]} ReLU, {words[self.shortcut]} shortcut"


Block = Pair | Grouped | Fragments | Bottleneck


def network_of(block: Block, channels: tuple[int, ...]) -> Network:
    """Ten blocks; `channels` are the paper's, before they are shared out."""
    widths = block.widths(channels)
    text = "-".join(map(str, widths))
    net = NetworkBuilder(f"{str(block).replace(', ', '_').replace(' ', '_')}_{text}")
    x = net.input("image", (widths[0], MAP_SIDE, MAP_SIDE))
    for number in range(BLOCKS):
        x = block.append(net, f"b{number}", x, widths)
    return net.build()
