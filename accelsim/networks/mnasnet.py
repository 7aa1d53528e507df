"""MnasNet-B1, the member of the family without squeeze-and-excite, with width multiplier."""

from __future__ import annotations

from accelsim.networks.blocks import classify, divisible, norm_act, variant_name
from accelsim.networks.inverted_residual import InvertedResidual, Stage, residual_stages, widened
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import window

SOURCE = "Tan et al., MnasNet: Platform-Aware Neural Architecture Search for Mobile, CVPR 2019"

USUAL: dict[str, float] = {"alpha": 1.0, "resolution": 224, "classes": 1000}

ROWS = (
    (1, 16, 3, 1, 1, False), (3, 24, 3, 2, 3, True), (3, 40, 5, 2, 3, True),
    (3, 80, 5, 2, 6, True), (2, 96, 3, 1, 6, True), (4, 192, 5, 2, 6, True),
    (1, 320, 3, 1, 6, False),
)  # fmt: skip
"""Blocks, output channels, kernel, stride of the first block, expansion, shortcuts."""

STAGES: tuple[Stage, ...] = tuple(
    [(blocks, InvertedResidual(
        channels, (kernel,), stride, expansion, activation="relu", skip=skip))]
    for blocks, channels, kernel, stride, expansion, skip in ROWS
)  # fmt: skip


def mnasnet_100(alpha: float = 1.0, resolution: int = 224, classes: int = 1000) -> Network:
    """MnasNet-B1; the last convolution has 1280 channels at every width."""
    chosen = {"alpha": alpha, "resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name("mnasnet_100", chosen, USUAL), SOURCE)
    x = net.input("image", (3, resolution, resolution))
    stem = window(3, stride=2, padding="same")
    x = norm_act(net, net.conv("conv_stem", x, divisible(32 * alpha), stem), "relu")
    x = residual_stages(net, x, widened(STAGES, alpha))
    x = norm_act(net, net.conv("conv_head", x, 1280, window(1)), "relu")
    return classify(net, x, classes)
