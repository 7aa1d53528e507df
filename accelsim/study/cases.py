"""What `study kernels` compares: one convolution, or what takes its place, per kernel and size.

conv  dense convolution of as many filters as channels
dw    depthwise convolution
dws   depthwise separable: the depthwise convolution and a 1x1 to as many channels
mix   MixConv: equal parts of the channels with 3x3, 5x5, ... up to the kernel

Sizes come from the definitions: for every map size of MobileNetV1 and MixNet-S, the channels of
its widest depthwise convolution of stride 1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from accelsim.networks.registry import load_network
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.mac_operators import Conv
from accelsim.workload.mixes import is_square_depthwise
from accelsim.workload.network import Network
from accelsim.workload.window import window

KERNELS = (1, 3, 5, 7, 9, 11)
BASE_KERNEL = 3
"""What ratios are to."""

TYPES = ("conv", "dw", "dws", "mix")
SOURCES = ("mobilenet_v1", "mixnet_s")
"""Networks that sizes are taken from."""


class Size(NamedTuple):
    """A square feature map of some channels."""

    in_h: int
    channels: int


class Case(NamedTuple):
    """One kernel of one type on one size; of a mix, its largest kernel."""

    kernel: int
    type: str
    size: Size

    @property
    def scope(self) -> str:
        """What the figures are of: a MixConv stands in the place of one operator."""
        return "block" if self.type == "dws" else "operator"


@lru_cache(maxsize=1)
def sizes() -> tuple[Size, ...]:
    """Largest maps first; a mix counts as the one convolution that it stands for."""
    found = set[Size]()
    for source in SOURCES:
        widest: dict[int, int] = {}
        for operator in load_network(source).with_kernels((BASE_KERNEL,)).operators:
            if is_square_depthwise(operator) and operator.stride == (1, 1):
                channels, height, _ = operator.input_shape
                widest[height] = max(widest.get(height, 0), channels)
        found |= {Size(*item) for item in widest.items()}
    return tuple(sorted(found, key=lambda size: (-size.in_h, size.channels)))


def mix_kernels(kernel: int) -> tuple[int, ...]:
    """Kernels of a mix up to `kernel`: 3, 5, 7, ... as MixNet has them; 1x1 is alone."""
    return tuple(range(BASE_KERNEL, kernel + 1, 2)) or (kernel,)


def network_of(case: Case) -> Network:
    """The case as a network of its own: weights only, stride 1, the map keeps its size."""
    kernel, kind, (in_h, channels) = case
    net = NetworkBuilder(f"{kind}_{kernel}x{kernel}_{in_h}x{channels}")
    x = net.input("map", (channels, in_h, in_h))
    if kind == "conv":
        net.conv("conv", x, channels, window(kernel, padding="same"))
        return net.build()
    walk = window(BASE_KERNEL, padding="same")
    x = net.conv("depthwise", x, channels, walk, groups=channels)
    if kind == "dws":
        net.conv("pointwise", x, channels, window(1))
    return net.build().with_kernels(mix_kernels(kernel) if kind == "mix" else (kernel,))


def convolutions(network: Network) -> tuple[Conv, ...]:
    """Its operators with a window."""
    return tuple(operator for operator in network.operators if isinstance(operator, Conv))


def depthwise(network: Network) -> tuple[Conv, ...]:
    """Its square depthwise convolutions."""
    return tuple(conv for conv in convolutions(network) if is_square_depthwise(conv))
