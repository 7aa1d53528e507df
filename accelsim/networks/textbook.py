"""The numbers that textbooks and papers give for convolutions, counted from operators here.

Nothing is written down but the formulas: every value is a property of an operator or network, so
that it is the same count that a simulation uses.
"""

from __future__ import annotations

from typing import NamedTuple

from accelsim.networks.mobilenet import CONV_SOURCE, V1_SOURCE, conv_mobilenet, mobilenet_v1
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.operators import Operator
from accelsim.workload.window import window

COST_SOURCE = "Howard et al., MobileNets, arXiv 1704.04861, section 3.1, equations 2 to 5"
SHARE_SOURCE = "Howard et al., MobileNets, arXiv 1704.04861, table 2"
COUNTS_SOURCE = "definition of a convolution: K*C*R*S weights and K biases; depthwise has C = 1"

SIDE, IN_CHANNELS, OUT_CHANNELS = 32, 3, 128
"""The example layer: a colour image of 32 x 32 pixels, 128 filters of 3x3."""


class TextbookNumber(NamedTuple):
    """A statement, how its number follows, the number counted from operators, who states it."""

    statement: str
    formula: str
    value: int | float
    unit: str
    source: str


def textbook_numbers() -> tuple[TextbookNumber, ...]:
    """All of them, for tables; shares and ratios are fractions of 1."""
    return (*_layer_numbers(), *_network_numbers())


def _layer_numbers() -> list[TextbookNumber]:
    """One 3x3 layer from 3 to 128 channels, standard and depthwise separable."""
    standard, depthwise, pointwise = _example()
    separable = depthwise.params + pointwise.params
    ratio = (depthwise.macs + pointwise.macs) / standard.macs
    layer = "3x3 convolution from 3 to 128 channels"
    return [
        TextbookNumber(
            f"standard {layer}, with bias", "(3*3*3 + 1)*128", standard.params, "parameters",
            COUNTS_SOURCE,
        ),
        TextbookNumber(
            "its depthwise part: one 3x3 filter and bias for each of 3 channels", "(3*3 + 1)*3",
            depthwise.params, "parameters", COUNTS_SOURCE,
        ),
        TextbookNumber(
            "its pointwise part: 1x1 from 3 to 128 channels, with bias", "(3 + 1)*128",
            pointwise.params, "parameters", COUNTS_SOURCE,
        ),
        TextbookNumber(
            f"depthwise separable {layer}, with biases", "30 + 512", separable, "parameters",
            COUNTS_SOURCE,
        ),
        TextbookNumber(
            "MACs of the separable over the standard layer, N = 128 outputs, K = 3",
            "1/N + 1/K^2 = 1/128 + 1/9", ratio, "ratio", COST_SOURCE,
        ),
    ]  # fmt: skip


def _network_numbers() -> list[TextbookNumber]:
    """MobileNet v1 at 224 x 224: what its 1x1 convolutions take, and its full-convolution twin."""
    network, twin = mobilenet_v1(), conv_mobilenet()
    pointwise = [operator for operator in network if operator.type == "pw"]
    macs = sum(operator.macs for operator in pointwise)
    weights = sum(operator.weights for operator in pointwise)
    convolutions = sum(operator.macs for operator in network if operator.kind == "conv")
    return [
        TextbookNumber(
            "share of MobileNet's MACs in 1x1 convolutions, classifier counted in the whole",
            "MACs of 1x1 / all MACs", macs / network.macs, "share", SHARE_SOURCE,
        ),
        TextbookNumber(
            "the same share without the classifier",
            "MACs of 1x1 / MACs of all convolutions", macs / convolutions, "share", V1_SOURCE,
        ),
        TextbookNumber(
            "share of MobileNet's weights in 1x1 convolutions, classifier counted in the whole",
            "weights of 1x1 / all weights", weights / _weights(network), "share", SHARE_SOURCE,
        ),
        TextbookNumber(
            "MobileNet", "all learnables", network.params, "parameters", CONV_SOURCE
        ),
        TextbookNumber(
            "MobileNet with full convolutions", "all learnables", twin.params, "parameters",
            CONV_SOURCE,
        ),
        TextbookNumber(
            "MACs of MobileNet with full convolutions over MobileNet's",
            "MACs with / MACs without", twin.macs / network.macs, "ratio", CONV_SOURCE,
        ),
    ]  # fmt: skip


def _example() -> tuple[Operator, Operator, Operator]:
    """A standard convolution, and the depthwise and pointwise one that stand for it."""
    net = NetworkBuilder("textbook")
    image = net.input("image", (IN_CHANNELS, SIDE, SIDE))
    walk = window(3, padding="same")
    net.conv("standard", image, OUT_CHANNELS, walk, bias=True)
    filtered = net.conv("depthwise", image, IN_CHANNELS, walk, groups=IN_CHANNELS, bias=True)
    net.conv("pointwise", filtered, OUT_CHANNELS, window(1), bias=True)
    standard, depthwise, pointwise = net.build()
    return standard, depthwise, pointwise


def _weights(network: Network) -> int:
    return sum(operator.weights for operator in network)
