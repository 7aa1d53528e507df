"""The blocks of the mobile families: expand, filter, squeeze and excite, project, add."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from accelsim.networks.blocks import depthwise, divisible, norm_act, same
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.mixes import equal_parts
from accelsim.workload.window import window


class SqueezeExcite(NamedTuple):
    """Width and functions of a squeeze-and-excite gate.

    The squeeze has `ratio` of the block's input channels, or, `of_expanded`, of its expanded
    channels, then as a multiple of 8. `activation` None is that of the block.
    """

    ratio: float
    of_expanded: bool = False
    activation: str | None = None
    gate: str = "sigmoid"


class InvertedResidual(NamedTuple):
    """Expand with 1x1, filter depthwise, squeeze and excite, project with 1x1, add the input.

    `expansion` 1 leaves the expansion out. `expand_parts` and `project_parts` split the 1x1
    convolutions, several `kernels` the depthwise one. Without `skip` nothing is added.
    Source: Sandler et al., MobileNetV2, CVPR 2018, fig. 4; MixConv, BMVC 2019, for the parts.
    """

    channels: int
    kernels: tuple[int, ...] = (3,)
    stride: int = 1
    expansion: float = 6
    expand_parts: int = 1
    project_parts: int = 1
    squeeze: SqueezeExcite | None = None
    activation: str = "relu6"
    skip: bool = True
    padding: str = "symmetric"


class EdgeResidual(NamedTuple):
    """Expand with a full k x k convolution, project with 1x1, add the input.

    The k x k convolution has `expansion` times the input channels, or, `of_output`, the output
    channels. The stride is that of the 1x1 convolution in the authors' code, and that of the k x k
    convolution, `stride_first`, in timm's.
    Source: `MBConvBlockWithoutDepthwise` of github.com/tensorflow/tpu, efficientnet_model.py.
    """

    channels: int
    kernel: int = 3
    stride: int = 1
    expansion: int = 8
    of_output: bool = False
    stride_first: bool = False
    activation: str = "relu"
    skip: bool = True


Block = InvertedResidual | EdgeResidual

Stage = Sequence[tuple[int, Block]]
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
            name = f"blocks.{number}.{index}"
            if isinstance(block, EdgeResidual):
                x = edge_residual(net, name, x, block)
            else:
                x = inverted_residual(net, name, x, block)
    return x


def inverted_residual(net: NetworkBuilder, name: str, x: str, block: InvertedResidual) -> str:
    """One block; operators are named as in timm."""
    shortcut, width = x, net.shape(x)[0]
    if block.expansion > 1:
        wide = divisible(width * block.expansion)
        x = mixed_pointwise(net, f"{name}.conv_pw", x, wide, block.expand_parts)
        x = norm_act(net, x, block.activation)
    x = norm_act(net, mixed_depthwise(net, f"{name}.conv_dw", x, block), block.activation)
    if block.squeeze:
        x = _squeezed(net, f"{name}.se", x, width, block)
    projection = f"{name}.conv_pwl" if block.expansion > 1 else f"{name}.conv_pw"
    x = norm_act(net, mixed_pointwise(net, projection, x, block.channels, block.project_parts))
    return _with_shortcut(net, name, x, shortcut, block)


def edge_residual(net: NetworkBuilder, name: str, x: str, block: EdgeResidual) -> str:
    """One block; operators are named as in timm."""
    shortcut = x
    wide = block.expansion * (block.channels if block.of_output else net.shape(x)[0])
    first, second = (block.stride, 1) if block.stride_first else (1, block.stride)
    walk = window(block.kernel, stride=first, padding="same")
    x = norm_act(net, net.conv(f"{name}.conv_exp", x, wide, walk), block.activation)
    x = norm_act(net, net.conv(f"{name}.conv_pwl", x, block.channels, window(1, stride=second)))
    return _with_shortcut(net, name, x, shortcut, block)


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


def mixed_depthwise(net: NetworkBuilder, name: str, x: str, block: InvertedResidual) -> str:
    """Depthwise convolution (MixConv): each kernel size on its own part of the channels."""
    channels, *size = net.shape(x)
    walks = [
        same((size[0], size[1]), kernel, block.stride, block.padding) for kernel in block.kernels
    ]
    if len(walks) == 1:
        return depthwise(net, name, x, walks[0])
    pieces = net.split(f"{name}.split", x, equal_parts(channels, len(walks)))
    outputs = [
        depthwise(net, f"{name}.{index}", piece, walk)
        for index, (piece, walk) in enumerate(zip(pieces, walks, strict=True))
    ]
    return net.concat(f"{name}.concat", *outputs)


def squeeze_excite(
    net: NetworkBuilder, name: str, x: str, width: int, activation: str, gate: str = "sigmoid"
) -> str:
    """Every channel times a gate that two 1x1 convolutions compute from the channel means.

    Source: Hu et al., Squeeze-and-Excitation Networks, CVPR 2018.
    """
    mean = net.pool(f"{name}.avgpool", x, "global")
    reduced = net.conv(f"{name}.conv_reduce", mean, width, window(1), bias=True)
    reduced = net.activation(f"{name}.act", reduced, activation)
    opened = net.conv(f"{name}.conv_expand", reduced, net.shape(x)[0], window(1), bias=True)
    return net.mul(f"{name}.mul", x, net.activation(f"{name}.gate", opened, gate))


def widened(stages: Sequence[Stage], alpha: float) -> list[Stage]:
    """The stages with `alpha` times the channels, as multiples of 8."""
    return [
        [(repeats, block._replace(channels=divisible(block.channels * alpha)))
         for repeats, block in stage]
        for stage in stages
    ]  # fmt: skip


def deepened(stage: Stage, depth: float, whole: Callable[[float], int]) -> Stage:
    """The stage with `whole(depth * blocks)` blocks, shared among its runs as before.

    The last run is served first. Source: `_scale_stage_depth` of timm, efficientnet_builder.py.
    """
    blocks = sum(repeats for repeats, _ in stage)
    wanted = max(1, whole(blocks * depth))
    scaled: list[tuple[int, Block]] = []
    for repeats, block in reversed(stage):
        taken = max(1, round(repeats / blocks * wanted))
        blocks, wanted = blocks - repeats, wanted - taken
        scaled.insert(0, (taken, block))
    return scaled


def _squeezed(net: NetworkBuilder, name: str, x: str, width: int, block: InvertedResidual) -> str:
    """The expanded map under its gate; `width` is the block's input channels."""
    assert block.squeeze is not None
    ratio, of_expanded, activation, gate = block.squeeze
    reduced = divisible(net.shape(x)[0] * ratio) if of_expanded else round(width * ratio)
    return squeeze_excite(net, name, x, reduced, activation or block.activation, gate)


def _with_shortcut(net: NetworkBuilder, name: str, x: str, shortcut: str, block: Block) -> str:
    """The sum of the block's output and input where the block has one."""
    if block.skip and block.stride == 1 and net.shape(x)[0] == net.shape(shortcut)[0]:
        return net.add(f"{name}.add", x, shortcut)
    return x
