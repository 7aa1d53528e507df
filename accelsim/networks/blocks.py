"""Building blocks that several families share."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from accelsim.errors import WorkloadError
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import Window, window


def variant_name(name: str, chosen: dict[str, float], usual: dict[str, float]) -> str:
    """`mobilenet_v1:alpha=0.5,resolution=160`: the parameters that differ from the usual ones."""
    for parameter, value in chosen.items():
        if not 0 < value < inf:
            raise WorkloadError(f"{name}: {parameter} = {value}; allowed: a number > 0")
    given = [
        f"{parameter}={type(usual[parameter])(value)}"
        for parameter, value in chosen.items()
        if value != usual[parameter]
    ]
    return f"{name}:{','.join(given)}" if given else name


def norm_act(net: NetworkBuilder, x: str, activation: str | None = None) -> str:
    """Batch-norm and, where named, an activation."""
    x = net.batch_norm(f"{x}.bn", x)
    return net.activation(f"{x}.act", x, activation) if activation else x


def depthwise(net: NetworkBuilder, name: str, x: str, walk: Window) -> str:
    """One filter per channel."""
    channels = net.shape(x)[0]
    return net.conv(name, x, channels, walk, groups=channels)


def classify(net: NetworkBuilder, x: str, classes: int, name: str = "classifier") -> Network:
    """Global average pool and one linear layer end the network."""
    net.linear(name, net.pool("global_pool", x, "global"), classes)
    return net.build()


def equal_parts(channels: int, parts: int) -> list[int]:
    """Channels of each part; what does not divide goes to the first. Source: MixNet, timm."""
    part = channels // parts
    return [channels - part * (parts - 1), *[part] * (parts - 1)]


def mixed_pointwise(net: NetworkBuilder, name: str, x: str, channels: int, parts: int) -> str:
    """1x1 convolution in `parts` channel groups, each its own operator, joined by a concat."""
    if parts == 1:
        return net.conv(name, x, channels, window(1))
    pieces = net.split(f"{name}.split", x, equal_parts(net.shape(x)[0], parts))
    widths = equal_parts(channels, parts)
    outputs = [
        net.conv(f"{name}.{index}", piece, width, window(1))
        for index, (piece, width) in enumerate(zip(pieces, widths, strict=True))
    ]
    return net.concat(f"{name}.concat", *outputs)


def mixed_depthwise(
    net: NetworkBuilder, name: str, x: str, kernels: Sequence[int], stride: int
) -> str:
    """Depthwise convolution (MixConv): each kernel size on its own part of the channels."""
    walks = [window(kernel, stride=stride, padding="same") for kernel in kernels]
    if len(walks) == 1:
        return depthwise(net, name, x, walks[0])
    pieces = net.split(f"{name}.split", x, equal_parts(net.shape(x)[0], len(walks)))
    outputs = [
        depthwise(net, f"{name}.{index}", piece, walk)
        for index, (piece, walk) in enumerate(zip(pieces, walks, strict=True))
    ]
    return net.concat(f"{name}.concat", *outputs)


def squeeze_excite(net: NetworkBuilder, name: str, x: str, width: int, activation: str) -> str:
    """Every channel times a gate that two 1x1 convolutions compute from the channel means.

    Source: Hu et al., Squeeze-and-Excitation Networks, CVPR 2018.
    """
    mean = net.pool(f"{name}.avgpool", x, "global")
    reduced = net.conv(f"{name}.conv_reduce", mean, width, window(1), bias=True)
    reduced = net.activation(f"{name}.act", reduced, activation)
    gate = net.conv(f"{name}.conv_expand", reduced, net.shape(x)[0], window(1), bias=True)
    return net.mul(f"{name}.mul", x, net.activation(f"{name}.gate", gate, "sigmoid"))


class InvertedResidual(NamedTuple):
    """Expand with 1x1, filter depthwise, squeeze and excite, project with 1x1, add the input.

    `expansion` 1 leaves the expansion out. `se_ratio` is the width of the squeeze in block input
    channels, 0 for none. `expand_parts` and `project_parts` split the 1x1 convolutions.
    Source: Sandler et al., MobileNetV2, CVPR 2018, fig. 4; MixConv, BMVC 2019, for the parts.
    """

    channels: int
    kernels: tuple[int, ...] = (3,)
    stride: int = 1
    expansion: int = 6
    expand_parts: int = 1
    project_parts: int = 1
    se_ratio: float = 0.0
    activation: str = "relu6"


def inverted_residual(net: NetworkBuilder, name: str, x: str, block: InvertedResidual) -> str:
    """One block; operators are named as in timm."""
    shortcut, width = x, net.shape(x)[0]
    if block.expansion > 1:
        wide = width * block.expansion
        x = mixed_pointwise(net, f"{name}.conv_pw", x, wide, block.expand_parts)
        x = norm_act(net, x, block.activation)
    x = mixed_depthwise(net, f"{name}.conv_dw", x, block.kernels, block.stride)
    x = norm_act(net, x, block.activation)
    if block.se_ratio:
        squeezed = round(width * block.se_ratio)
        x = squeeze_excite(net, f"{name}.se", x, squeezed, block.activation)
    projection = f"{name}.conv_pwl" if block.expansion > 1 else f"{name}.conv_pw"
    x = norm_act(net, mixed_pointwise(net, projection, x, block.channels, block.project_parts))
    if block.stride == 1 and block.channels == width:
        x = net.add(f"{name}.add", x, shortcut)
    return x


Stage = Sequence[tuple[int, InvertedResidual]]
"""Runs of equal blocks: how many, and the first of them; the others have stride 1."""


def residual_stages(net: NetworkBuilder, x: str, stages: Sequence[Stage]) -> str:
    """All blocks of all stages, named `blocks.<stage>.<index>`."""
    for number, stage in enumerate(stages):
        run = [
            block if repeat == 0 else block._replace(stride=1)
            for repeats, block in stage
            for repeat in range(repeats)
        ]
        for index, block in enumerate(run):
            x = inverted_residual(net, f"blocks.{number}.{index}", x, block)
    return x
