"""Building blocks that all families share."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from accelsim.errors import WorkloadError, suggestion
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import Pair, Window, window

PADDINGS = ("symmetric", "tf")


def variant_name(
    name: str, chosen: Mapping[str, float | str], usual: Mapping[str, float | str]
) -> str:
    """`mobilenet_v1:alpha=0.5,resolution=160`: the parameters that differ from the usual ones."""
    for parameter, value in chosen.items():
        if not isinstance(value, str) and not 0 < value < inf:
            raise WorkloadError(f"{name}: {parameter} = {value}; allowed: a number > 0")
    given = [
        f"{parameter}={type(usual[parameter])(value)}"
        for parameter, value in chosen.items()
        if value != usual[parameter]
    ]
    return f"{name}:{','.join(given)}" if given else name


def divisible(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of `divisor` that keeps 90 % of the channels, at least one.

    Source: `_make_divisible` of the authors' MobileNetV2 code (TensorFlow slim).
    """
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded


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


def same(size: Pair, kernel: int, stride: int, padding: str = "symmetric") -> Window:
    """A k x k window with ceil(size / stride) outputs over a map of `size` (height, width).

    `padding` symmetric lays k//2 on every side, tf as much as is needed for that many outputs,
    an odd rest at the bottom and right. Source: TensorFlow, padding "SAME".
    """
    if padding not in PADDINGS:
        raise WorkloadError(
            f"padding '{padding}' is unknown; allowed: {', '.join(PADDINGS)}"
            f"{suggestion(padding, PADDINGS)}"
        )
    if padding == "symmetric":
        return window(kernel, stride, "same")
    # The last window starts at (ceil(size/stride) - 1)*stride, so `size % stride or stride` before
    # the end of the map.
    vertical, horizontal = (max(kernel - (side % stride or stride), 0) for side in size)
    top, left = vertical // 2, horizontal // 2
    return window(kernel, stride, (top, left, vertical - top, horizontal - left))
