"""ShuffleNet v1 and v2: channel groups or halves that a shuffle mixes."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from accelsim.networks.blocks import classify, depthwise, norm_act, variant_name
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import Window, window

V1_SOURCE = (
    "Zhang et al., ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile "
    "Devices, CVPR 2018, table 1"
)
V2_SOURCE = (
    "Ma et al., ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, "
    "ECCV 2018, table 5; channels of 2.0x as torchvision has them"
)

V1_USUAL: dict[str, float] = {"alpha": 1.0, "resolution": 224, "classes": 1000}
V2_USUAL: dict[str, float] = {"resolution": 224, "classes": 1000}

KEEP, HALVE = window(3, padding="same"), window(3, stride=2, padding="same")

UNITS = (4, 8, 4)
"""Units of stages 2, 3 and 4; the first of each has stride 2."""

V1_CHANNELS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
"""Groups -> output channels of stage 2; stages 3 and 4 have twice and four times as many."""

V2_CHANNELS = {
    "shufflenet_v2_x0_5": (48, 96, 192, 1024),
    "shufflenet_v2_x1_0": (116, 232, 464, 1024),
    "shufflenet_v2_x1_5": (176, 352, 704, 1024),
    "shufflenet_v2_x2_0": (244, 488, 976, 2048),
}
"""Output channels of stages 2, 3, 4 and of the last convolution."""


def shufflenet_v1(
    groups: int, alpha: float = 1.0, resolution: int = 224, classes: int = 1000
) -> Network:
    """ShuffleNet v1 with 1, 2, 3, 4 or 8 groups; alpha scales the channels of every layer.

    Channels that the groups do not divide are rounded up; at the widths of the paper none are.
    """
    chosen: dict[str, float] = {"alpha": alpha, "resolution": resolution, "classes": classes}
    name = variant_name(f"shufflenet_v1_g{groups}", chosen, V1_USUAL)
    net = NetworkBuilder(name, V1_SOURCE)
    x = _stem(net, resolution, rounded_up(24 * alpha, groups))
    for stage, units in enumerate(UNITS):
        channels = rounded_up(V1_CHANNELS[groups] * alpha, 4 * groups) << stage
        for index in range(units):
            first_groups = 1 if stage == index == 0 else groups
            unit = Unit(channels, groups, first_groups, 2 if index == 0 else 1)
            x = _v1_unit(net, f"stage{stage + 2}.{index}", x, unit)
    return classify(net, x, classes, name="fc")


def shufflenet_v2(name: str, resolution: int = 224, classes: int = 1000) -> Network:
    """The width of ShuffleNet v2 that `V2_CHANNELS` states under this name."""
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name(name, chosen, V2_USUAL), V2_SOURCE)
    x = _stem(net, resolution, 24)
    *stages, last = V2_CHANNELS[name]
    for stage, (units, channels) in enumerate(zip(UNITS, stages, strict=True), start=2):
        for index in range(units):
            x = _v2_unit(net, f"stage{stage}.{index}", x, channels)
    x = norm_act(net, net.conv("conv5", x, last, window(1)), "relu")
    return classify(net, x, classes, name="fc")


def rounded_up(channels: float, divisor: int) -> int:
    """The smallest multiple of `divisor` that is not less than the channels."""
    return ceil(channels / divisor) * divisor


def _stem(net: NetworkBuilder, resolution: int, channels: int) -> str:
    """3x3 convolution and max pool, both of stride 2."""
    x = net.input("image", (3, resolution, resolution))
    x = norm_act(net, net.conv("conv1", x, channels, HALVE), "relu")
    return net.pool("maxpool", x, "max", HALVE)


class Unit(NamedTuple):
    """A unit of v1: its output channels, groups of the 1x1 convolutions and of the first of them.

    The convolutions between input and output have a quarter of the output channels.
    """

    channels: int
    groups: int
    first_groups: int
    stride: int


def _v1_unit(net: NetworkBuilder, name: str, x: str, unit: Unit) -> str:
    """Figure 2b, which adds the input, or 2c, which lays the branch behind the pooled input.

    In 2c ReLU stands on the branch alone: the average of what a ReLU has passed is not negative.
    """
    if unit.stride == 1:
        y = _v1_branch(net, name, x, unit, unit.channels)
        return net.activation(f"{name}.act", net.add(f"{name}.add", x, y), "relu")
    pooled = net.pool(f"{name}.avgpool", x, "avg", HALVE)
    y = _v1_branch(net, name, x, unit, unit.channels - net.shape(x)[0])
    return net.concat(f"{name}.concat", pooled, net.activation(f"{name}.act", y, "relu"))


def _v1_branch(net: NetworkBuilder, name: str, x: str, unit: Unit, channels: int) -> str:
    """Grouped 1x1, shuffle, depthwise, grouped 1x1; nothing to shuffle with one group."""
    middle = unit.channels // 4
    x = net.conv(f"{name}.conv1", x, middle, window(1), groups=unit.first_groups)
    x = norm_act(net, x, "relu")
    if unit.groups > 1:
        x = net.shuffle(f"{name}.shuffle", x, unit.groups)
    walk = window(3, stride=unit.stride, padding="same")
    x = norm_act(net, depthwise(net, f"{name}.conv2", x, walk))
    return norm_act(net, net.conv(f"{name}.conv3", x, channels, window(1), groups=unit.groups))


def _v2_unit(net: NetworkBuilder, name: str, x: str, channels: int) -> str:
    """Figure 3c, which leaves half of the channels as they are, or 3d where their number grows."""
    half = channels // 2
    if net.shape(x)[0] == channels:
        kept, x = net.split(f"{name}.split", x, (half, half))
        y = _v2_branch(net, f"{name}.branch2", x, half, KEEP)
    else:
        kept = norm_act(net, depthwise(net, f"{name}.branch1.conv2", x, HALVE))
        kept = net.conv(f"{name}.branch1.conv3", kept, half, window(1))
        kept = norm_act(net, kept, "relu")
        y = _v2_branch(net, f"{name}.branch2", x, half, HALVE)
    return net.shuffle(f"{name}.shuffle", net.concat(f"{name}.concat", kept, y), 2)


def _v2_branch(net: NetworkBuilder, name: str, x: str, channels: int, walk: Window) -> str:
    """1x1, depthwise, 1x1."""
    x = norm_act(net, net.conv(f"{name}.conv1", x, channels, window(1)), "relu")
    x = norm_act(net, depthwise(net, f"{name}.conv2", x, walk))
    return norm_act(net, net.conv(f"{name}.conv3", x, channels, window(1)), "relu")
