"""EfficientNet-EdgeTPU S, M and L: full 3x3 convolutions where maps are large, no gates."""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import NamedTuple

from accelsim.networks.blocks import classify, divisible, norm_act, variant_name
from accelsim.networks.inverted_residual import (
    EdgeResidual,
    InvertedResidual,
    Stage,
    deepened,
    residual_stages,
    widened,
)
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = "github.com/tensorflow/tpu, models/official/efficientnet/edgetpu"
TIMM_SOURCE = "timm, efficientnet.py: EfficientNet-EdgeTPU with the stride in the 3x3, not the 1x1"

STEM, HEAD = 32, 1280

EDGE = EdgeResidual(0)
MOBILE = InvertedResidual(0, (5,), expansion=8, activation="relu")
STAGES: tuple[Stage, ...] = (
    [(1, EDGE._replace(channels=24, expansion=4, of_output=True, skip=False))],
    [(2, EDGE._replace(channels=32, stride=2))],
    [(4, EDGE._replace(channels=48, stride=2))],
    [(5, MOBILE._replace(channels=96, stride=2))],
    [(4, MOBILE._replace(channels=144))],
    [(2, MOBILE._replace(channels=192, stride=2))],
)
"""The stages of S; depthwise kernels of 5x5 in the last three."""


class Member(NamedTuple):
    """Multipliers of width and depth, resolution, and whose reading of the strides it is."""

    alpha: float
    depth: float
    resolution: int
    stride_first: bool = False


MEMBERS = {
    "efficientnet_edgetpu_s": Member(1.0, 1.0, 224),
    "efficientnet_edgetpu_m": Member(1.0, 1.1, 240),
    "efficientnet_edgetpu_l": Member(1.2, 1.4, 300),
    "efficientnet_es": Member(1.0, 1.0, 224, stride_first=True),
    "efficientnet_em": Member(1.0, 1.1, 240, stride_first=True),
    "efficientnet_el": Member(1.2, 1.4, 300, stride_first=True),
}
"""The authors' code gives the stride of a block with a full convolution to its 1x1, so that the
3x3 walks over the larger map; timm gives it to the 3x3. Parameters are equal, MACs are not."""


def source(name: str) -> str:
    """Where the member of this name comes from."""
    return TIMM_SOURCE if MEMBERS[name].stride_first else SOURCE


def _edgetpu(
    name: str, *, alpha: float, depth: float, resolution: int, classes: int = 1000
) -> Network:
    """The member of this name."""
    usual = {**MEMBERS[name]._asdict(), "classes": 1000}
    chosen = {"alpha": alpha, "depth": depth, "resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name(name, chosen, usual), source(name))
    x = net.input("image", (3, resolution, resolution))
    stem = window(3, stride=2, padding="same")
    x = norm_act(net, net.conv("conv_stem", x, divisible(STEM * alpha), stem), "relu")
    stages = [_strided(stage, MEMBERS[name].stride_first) for stage in widened(STAGES, alpha)]
    x = residual_stages(net, x, [deepened(stage, depth, ceil) for stage in stages])
    x = norm_act(net, net.conv("conv_head", x, divisible(HEAD * alpha), window(1)), "relu")
    return classify(net, x, classes)


NETWORKS = {
    name: partial(
        _edgetpu, name, alpha=member.alpha, depth=member.depth, resolution=member.resolution
    )
    for name, member in MEMBERS.items()
}
"""Name -> function of alpha, depth, resolution and classes."""


def _strided(stage: Stage, stride_first: bool) -> Stage:
    """The stage with the stride of its full convolutions where this reading has it."""
    return [
        (blocks, block._replace(stride_first=stride_first))
        if isinstance(block, EdgeResidual)
        else (blocks, block)
        for blocks, block in stage
    ]
