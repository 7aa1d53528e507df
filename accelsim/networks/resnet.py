"""ResNet and ResNeXt: convolutions whose sum with a shortcut is the block's output."""

from __future__ import annotations

from typing import NamedTuple

from accelsim.networks.blocks import classify, norm_act, variant_name
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import Window, window

SOURCE = "He et al., Deep Residual Learning for Image Recognition, CVPR 2016, table 1"
V1_5_SOURCE = f"{SOURCE}, with the stride in the 3x3 convolution (v1.5, as torchvision builds it)"
RESNEXT_SOURCE = (
    "Xie et al., Aggregated Residual Transformations for Deep Neural Networks, CVPR 2017, table 1"
)

USUAL: dict[str, float] = {"resolution": 224, "classes": 1000}


class Plan(NamedTuple):
    """One member of the family.

    `blocks` of each stage; `width` channels and `groups` groups of the 3x3 convolutions in the
    first stage, doubled from stage to stage. A bottleneck block has three convolutions, the
    others two. `stride_first` lays the stride of a stage into the first 1x1, as the paper does.
    """

    source: str
    blocks: tuple[int, int, int, int]
    bottleneck: bool = True
    width: int = 64
    groups: int = 1
    stride_first: bool = False


PLANS = {
    "resnet18": Plan(SOURCE, (2, 2, 2, 2), bottleneck=False),
    "resnet34": Plan(SOURCE, (3, 4, 6, 3), bottleneck=False),
    "resnet50": Plan(V1_5_SOURCE, (3, 4, 6, 3)),
    "resnet101": Plan(V1_5_SOURCE, (3, 4, 23, 3)),
    "resnet152": Plan(V1_5_SOURCE, (3, 8, 36, 3)),
    "resnet50_v1": Plan(SOURCE, (3, 4, 6, 3), stride_first=True),
    "resnet101_v1": Plan(SOURCE, (3, 4, 23, 3), stride_first=True),
    "resnet152_v1": Plan(SOURCE, (3, 8, 36, 3), stride_first=True),
    "resnext50_32x4d": Plan(RESNEXT_SOURCE, (3, 4, 6, 3), width=128, groups=32),
}
"""Members of the family by name. Blocks of two convolutions are the same in v1 and v1.5."""


class Layer(NamedTuple):
    """A convolution of a block."""

    channels: int
    walk: Window
    groups: int = 1


def resnet(name: str, resolution: int = 224, classes: int = 1000) -> Network:
    """The member of the family that `PLANS` describes under this name."""
    plan = PLANS[name]
    chosen: dict[str, float] = {"resolution": resolution, "classes": classes}
    net = NetworkBuilder(variant_name(name, chosen, USUAL), plan.source)
    x = net.input("image", (3, resolution, resolution))
    x = norm_act(net, net.conv("conv1", x, 64, window(7, stride=2, padding="same")), "relu")
    x = net.pool("maxpool", x, "max", window(3, stride=2, padding="same"))
    for stage, blocks in enumerate(plan.blocks):
        for index in range(blocks):
            stride = 2 if stage > 0 and index == 0 else 1
            x = _block(net, f"layer{stage + 1}.{index}", x, _layers(plan, stage, stride), stride)
    return classify(net, x, classes, name="fc")


def _layers(plan: Plan, stage: int, stride: int) -> list[Layer]:
    """The convolutions of a block."""
    width = plan.width << stage
    if not plan.bottleneck:
        return [
            Layer(width, window(3, stride=stride, padding="same")),
            Layer(width, window(3, padding="same")),
        ]
    first, second = (stride, 1) if plan.stride_first else (1, stride)
    return [
        Layer(width, window(1, stride=first)),
        Layer(width, window(3, stride=second, padding="same"), plan.groups),
        Layer(256 << stage, window(1)),
    ]


def _block(net: NetworkBuilder, name: str, x: str, layers: list[Layer], stride: int) -> str:
    """Convolutions, their sum with the input, ReLU; the input passes a 1x1 where shapes differ."""
    y = x
    for number, layer in enumerate(layers, start=1):
        y = net.conv(f"{name}.conv{number}", y, layer.channels, layer.walk, groups=layer.groups)
        y = norm_act(net, y, "relu" if number < len(layers) else None)
    channels = layers[-1].channels
    if net.shape(x)[0] != channels:
        walk = window(1, stride=stride)
        x = norm_act(net, net.conv(f"{name}.downsample.0", x, channels, walk))
    return net.activation(f"{name}.act", net.add(f"{name}.add", y, x), "relu")
