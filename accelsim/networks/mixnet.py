"""MixNet: inverted residuals whose depthwise convolution mixes kernel sizes (MixConv).

The tables follow the architectures that the paper draws, as timm builds them: some 1x1
convolutions are split in two (`expand_parts`, `project_parts`), and a batch-norm stands after
every concat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from accelsim.networks.blocks import (
    InvertedResidual,
    Stage,
    classify,
    norm_act,
    residual_stages,
    variant_name,
)
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = "Tan and Le, MixConv: Mixed Depthwise Convolutional Kernels, BMVC 2019"

USUAL: dict[str, float] = {"resolution": 224, "classes": 1000}


class Plan(NamedTuple):
    """One member of the family: channels of the stem and of the last convolution, the stages."""

    stem: int
    stages: Sequence[Stage]
    head: int = 1536


Block = InvertedResidual

PLANS = {
    "mixnet_s": Plan(
        stem=16,
        stages=(
            [(1, Block(16, expansion=1, activation="relu"))],
            [
                (1, Block(24, (3,), 2, 6, expand_parts=2, project_parts=2, activation="relu")),
                (1, Block(24, (3,), 1, 3, expand_parts=2, project_parts=2, activation="relu")),
            ],
            [
                (1, Block(40, (3, 5, 7), 2, 6, 1, 1, 0.5, "silu")),
                (3, Block(40, (3, 5), 1, 6, 2, 2, 0.5, "silu")),
            ],
            [
                (1, Block(80, (3, 5, 7), 2, 6, 1, 2, 0.25, "silu")),
                (2, Block(80, (3, 5), 1, 6, 1, 2, 0.25, "silu")),
            ],
            [
                (1, Block(120, (3, 5, 7), 1, 6, 2, 2, 0.5, "silu")),
                (2, Block(120, (3, 5, 7, 9), 1, 3, 2, 2, 0.5, "silu")),
            ],
            [
                (1, Block(200, (3, 5, 7, 9, 11), 2, 6, 1, 1, 0.5, "silu")),
                (2, Block(200, (3, 5, 7, 9), 1, 6, 1, 2, 0.5, "silu")),
            ],
        ),
    ),
}
"""Members of the family; in a block: channels, kernels, stride, expansion, parts, SE ratio."""


def mixnet_s(resolution: int = 224, classes: int = 1000) -> Network:
    """MixNet-S; the only member with an 11x11 kernel."""
    return _mixnet("mixnet_s", resolution, classes)


def _mixnet(name: str, resolution: int, classes: int) -> Network:
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    plan = PLANS[name]
    net = NetworkBuilder(variant_name(name, chosen, USUAL), SOURCE)
    x = net.input("image", (3, resolution, resolution))
    stem = window(3, stride=2, padding="same")
    x = norm_act(net, net.conv("conv_stem", x, plan.stem, stem), "relu")
    x = residual_stages(net, x, plan.stages)
    x = norm_act(net, net.conv("conv_head", x, plan.head, window(1)), "relu")
    return classify(net, x, classes)
