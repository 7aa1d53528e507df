"""MixNet: inverted residuals whose depthwise convolution mixes kernel sizes (MixConv).

The tables follow the architectures that the paper draws, as timm builds them: some 1x1
convolutions are split in two (`expand_parts`, `project_parts`), and a batch-norm stands after
every concat.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from accelsim.networks.blocks import classify, divisible, norm_act, variant_name
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

SOURCE = "Tan and Le, MixConv: Mixed Depthwise Convolutional Kernels, BMVC 2019"
XL_SOURCE = "timm, efficientnet.py: MixNet-M with 1.6 times the channels and 1.2 times the blocks"

HEAD = 1536
"""Channels of the last convolution of every member, whatever its width."""


class Plan(NamedTuple):
    """One architecture of the paper: channels of the stem, the stages."""

    stem: int
    stages: Sequence[Stage]


Block = InvertedResidual
HALF, QUARTER = SqueezeExcite(0.5), SqueezeExcite(0.25)

SMALL = Plan(
    stem=16,
    stages=(
        [(1, Block(16, expansion=1, activation="relu"))],
        [
            (1, Block(24, (3,), 2, 6, 2, 2, activation="relu")),
            (1, Block(24, (3,), 1, 3, 2, 2, activation="relu")),
        ],
        [
            (1, Block(40, (3, 5, 7), 2, 6, 1, 1, HALF, "silu")),
            (3, Block(40, (3, 5), 1, 6, 2, 2, HALF, "silu")),
        ],
        [
            (1, Block(80, (3, 5, 7), 2, 6, 1, 2, QUARTER, "silu")),
            (2, Block(80, (3, 5), 1, 6, 1, 2, QUARTER, "silu")),
        ],
        [
            (1, Block(120, (3, 5, 7), 1, 6, 2, 2, HALF, "silu")),
            (2, Block(120, (3, 5, 7, 9), 1, 3, 2, 2, HALF, "silu")),
        ],
        [
            (1, Block(200, (3, 5, 7, 9, 11), 2, 6, 1, 1, HALF, "silu")),
            (2, Block(200, (3, 5, 7, 9), 1, 6, 1, 2, HALF, "silu")),
        ],
    ),
)
MEDIUM = Plan(
    stem=24,
    stages=(
        [(1, Block(24, expansion=1, activation="relu"))],
        [
            (1, Block(32, (3, 5, 7), 2, 6, 2, 2, activation="relu")),
            (1, Block(32, (3,), 1, 3, 2, 2, activation="relu")),
        ],
        [
            (1, Block(40, (3, 5, 7, 9), 2, 6, 1, 1, HALF, "silu")),
            (3, Block(40, (3, 5), 1, 6, 2, 2, HALF, "silu")),
        ],
        [
            (1, Block(80, (3, 5, 7), 2, 6, 1, 1, QUARTER, "silu")),
            (3, Block(80, (3, 5, 7, 9), 1, 6, 2, 2, QUARTER, "silu")),
        ],
        [
            (1, Block(120, (3,), 1, 6, 1, 1, HALF, "silu")),
            (3, Block(120, (3, 5, 7, 9), 1, 3, 2, 2, HALF, "silu")),
        ],
        [
            (1, Block(200, (3, 5, 7, 9), 2, 6, 1, 1, HALF, "silu")),
            (3, Block(200, (3, 5, 7, 9), 1, 6, 1, 2, HALF, "silu")),
        ],
    ),
)
"""Runs of blocks: channels, kernels, stride, expansion, parts of the 1x1, SE, activation."""


class Member(NamedTuple):
    """One member of the family: its plan with `alpha` times the channels, `depth` the blocks."""

    plan: Plan
    alpha: float = 1.0
    depth: float = 1.0
    source: str = SOURCE


MEMBERS = {
    "mixnet_s": Member(SMALL),
    "mixnet_m": Member(MEDIUM),
    "mixnet_l": Member(MEDIUM, alpha=1.3),
    "mixnet_xl": Member(MEDIUM, alpha=1.6, depth=1.2, source=XL_SOURCE),
}
"""MixNet-S is the only one with an 11x11 kernel; the paper ends with L."""


def _mixnet(
    name: str, *, alpha: float, depth: float, resolution: int = 224, classes: int = 1000
) -> Network:
    """The member of this name; channels become multiples of 8, blocks of a stage are rounded."""
    plan, usual_alpha, usual_depth, source = MEMBERS[name]
    usual = {"alpha": usual_alpha, "depth": usual_depth, "resolution": 224, "classes": 1000}
    chosen = {"alpha": alpha, "depth": depth, "resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name(name, chosen, usual), source)
    x = net.input("image", (3, resolution, resolution))
    stem = window(3, stride=2, padding="same")
    x = norm_act(net, net.conv("conv_stem", x, divisible(plan.stem * alpha), stem), "relu")
    stages = [deepened(stage, depth, round) for stage in widened(plan.stages, alpha)]
    x = residual_stages(net, x, stages)
    x = norm_act(net, net.conv("conv_head", x, HEAD, window(1)), "relu")
    return classify(net, x, classes)


NETWORKS = {
    name: partial(_mixnet, name, alpha=member.alpha, depth=member.depth)
    for name, member in MEMBERS.items()
}
"""Name -> function of alpha, depth, resolution and classes."""

mixnet_s = NETWORKS["mixnet_s"]
