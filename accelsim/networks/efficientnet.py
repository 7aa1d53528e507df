"""EfficientNet B0 to B7 and Lite0: one table of blocks, scaled in width, depth and resolution."""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import NamedTuple

from accelsim.networks.blocks import classify, divisible, norm_act, same, variant_name
from accelsim.networks.inverted_residual import (
    InvertedResidual,
    SqueezeExcite,
    Stage,
    deepened,
    residual_stages,
    widened,
)
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = "Tan and Le, EfficientNet: Rethinking Model Scaling for CNNs, ICML 2019, table 1"
LITE_SOURCE = "github.com/tensorflow/tpu, models/official/efficientnet/lite"

STEM, HEAD = 32, 1280

ROWS = (
    (1, 16, 3, 1, 1), (2, 24, 3, 2, 6), (2, 40, 5, 2, 6), (3, 80, 3, 2, 6), (3, 112, 5, 1, 6),
    (4, 192, 5, 2, 6), (1, 320, 3, 1, 6),
)  # fmt: skip
"""Blocks, output channels, kernel, stride of the first block, expansion (of B0)."""


class Member(NamedTuple):
    """Multipliers of width and depth, resolution, and how maps are padded (see `same`)."""

    alpha: float
    depth: float
    resolution: int
    padding: str = "symmetric"
    classes: int = 1000


MEMBERS = {
    "efficientnet_b0": Member(1.0, 1.0, 224),
    "efficientnet_b1": Member(1.0, 1.1, 240),
    "efficientnet_b2": Member(1.1, 1.2, 260),
    "efficientnet_b3": Member(1.2, 1.4, 300),
    "efficientnet_b4": Member(1.4, 1.8, 380),
    "efficientnet_b5": Member(1.6, 2.2, 456),
    "efficientnet_b6": Member(1.8, 2.6, 528),
    "efficientnet_b7": Member(2.0, 3.1, 600),
    "tf_efficientnet_b0": Member(1.0, 1.0, 224, "tf"),
}
"""The authors' scaling. They pad as TensorFlow does (timm's `tf_` names); torchvision and timm
pad symmetrically."""

LITE = Member(1.0, 1.0, 224)


class Frame(NamedTuple):
    """What stands around the stages: channels of stem and head, their activation."""

    stem: int
    head: int
    activation: str


def _efficientnet(
    name: str, *, alpha: float, depth: float, resolution: int, padding: str, classes: int
) -> Network:
    """The member of this name: squeeze-and-excite and SiLU, every stage, stem and head scaled."""
    member = Member(alpha, depth, resolution, padding, classes)
    net = NetworkBuilder(_name(name, member, MEMBERS[name]), SOURCE)
    block = InvertedResidual(0, squeeze=SqueezeExcite(0.25), activation="silu", padding=padding)
    stages = [deepened(stage, depth, ceil) for stage in widened(_stages(block), alpha)]
    frame = Frame(divisible(STEM * alpha), divisible(HEAD * alpha), "silu")
    return _assembled(net, member, stages, frame)


def efficientnet_lite0(
    alpha: float = LITE.alpha,
    depth: float = LITE.depth,
    resolution: int = LITE.resolution,
    padding: str = LITE.padding,
    classes: int = LITE.classes,
) -> Network:
    """Lite0: no squeeze-and-excite, ReLU6; stem and head, first and last stage keep their size.

    The channels of all stages are scaled. alpha = 1.1, depth = 1.2, resolution = 260 is Lite2.
    """
    member = Member(alpha, depth, resolution, padding, classes)
    net = NetworkBuilder(_name("efficientnet_lite0", member, LITE), LITE_SOURCE)
    stages = widened(_stages(InvertedResidual(0, padding=padding)), alpha)
    stages[1:-1] = [deepened(stage, depth, ceil) for stage in stages[1:-1]]
    return _assembled(net, member, stages, Frame(STEM, HEAD, "relu6"))


NETWORKS = {
    name: partial(_efficientnet, name, **member._asdict()) for name, member in MEMBERS.items()
}
"""Name -> function of alpha, depth, resolution, padding and classes."""


def _stages(usual: InvertedResidual) -> list[Stage]:
    """The stages of B0, each row of the table a run of blocks that are otherwise like `usual`."""
    stages: list[Stage] = []
    for blocks, channels, kernel, stride, expansion in ROWS:
        block = usual._replace(channels=channels, kernels=(kernel,), stride=stride)
        stages.append([(blocks, block._replace(expansion=expansion))])
    return stages


def _assembled(net: NetworkBuilder, member: Member, stages: list[Stage], frame: Frame) -> Network:
    """Image, stem, stages, head, classifier."""
    size = (member.resolution, member.resolution)
    x = net.input("image", (3, *size))
    x = net.conv("conv_stem", x, frame.stem, same(size, 3, 2, member.padding))
    x = residual_stages(net, norm_act(net, x, frame.activation), stages)
    x = norm_act(net, net.conv("conv_head", x, frame.head, window(1)), frame.activation)
    return classify(net, x, member.classes)


def _name(name: str, member: Member, usual: Member) -> str:
    """The name with what differs from the usual member."""
    return variant_name(name, member._asdict(), usual._asdict())
