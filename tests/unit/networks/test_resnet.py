"""ResNet and ResNeXt: strides, shortcuts, stages."""

from __future__ import annotations

import re

import pytest

from accelsim.networks.resnet import PLANS, resnet
from accelsim.workload.network import Network
from accelsim.workload.operators import Conv, Elementwise, Operator

BOTTLENECKS = ("resnet50", "resnet101", "resnet152")


def convs(network: Network) -> list[Conv]:
    """The convolutions of the residual path and the stem."""
    return [op for op in network if isinstance(op, Conv) and ".downsample" not in op.name]


@pytest.mark.parametrize("name", PLANS)
def test_resnet_has_the_weighted_layers_that_its_name_counts(name: str) -> None:
    linear = 1
    assert len(convs(resnet(name))) + linear == int(re.findall(r"\d+", name)[0])


@pytest.mark.parametrize(("name", "width"), [("resnet18", 64), ("resnet50", 256)])
def test_stages_end_in_the_maps_of_the_papers_table_1(name: str, width: int) -> None:
    blocks = PLANS[name].blocks
    shapes = {op.name: op.output_shape for op in resnet(name)}
    ends = [shapes[f"layer{stage}.{count - 1}.add"] for stage, count in enumerate(blocks, 1)]
    assert ends == [(width, 56, 56), (2 * width, 28, 28), (4 * width, 14, 14), (8 * width, 7, 7)]


@pytest.mark.parametrize("name", BOTTLENECKS)
def test_stride_lies_in_the_3x3_and_in_v1_in_the_first_1x1(name: str) -> None:
    strided = [op.kernel for op in convs(resnet(name))[1:] if op.stride == (2, 2)]
    assert strided == [(3, 3)] * 3
    strided = [op.kernel for op in convs(resnet(f"{name}_v1"))[1:] if op.stride == (2, 2)]
    assert strided == [(1, 1)] * 3


@pytest.mark.parametrize("name", BOTTLENECKS)
def test_v1_saves_three_quarters_of_three_1x1_convolutions(name: str) -> None:
    # 256 -> 128 at 56x56, 512 -> 256 at 28x28 and 1024 -> 512 at 14x14 have the same MACs.
    usual, first = resnet(name), resnet(f"{name}_v1")
    assert usual.macs - first.macs == 3 * (256 * 128 * 56 * 56) * 3 // 4 == 231_211_008
    assert usual.params == first.params


def shortcut(network: Network, add: Operator) -> str:
    """What an add reads beside the last convolution of its block."""
    block = add.name.removesuffix(".add")
    last, other = add.inputs
    assert last == max(op.name for op in network if op.name.startswith(f"{block}.conv"))
    return other.removeprefix(f"{block}.")


@pytest.mark.parametrize(("name", "projections"), [("resnet34", 3), ("resnet50_v1", 4)])
def test_every_block_adds_the_block_before_or_a_projection_of_it(
    name: str, projections: int
) -> None:
    network = resnet(name)
    adds = [op for op in network if isinstance(op, Elementwise)]
    made = {op.name: op for op in network}
    others = [shortcut(network, add) for add in adds]
    assert others.count("downsample.0") == projections
    for before, add, other in zip([None, *adds], adds, others, strict=False):
        assert add.activation == "relu"
        expected = before.name if before else "maxpool"
        projection = add.name.replace(".add", ".downsample.0")
        read = made[projection].inputs[0] if other == "downsample.0" else other
        assert read == expected


def test_resnext_has_32_groups_of_4_channels_doubled_by_stage() -> None:
    grouped = [op for op in convs(resnet("resnext50_32x4d")) if op.type == "group"]
    assert {op.groups for op in grouped} == {32}
    depths = [op.input_shape[0] // 32 for op in grouped]
    assert depths == [4] * 3 + [8] * 4 + [16] * 6 + [32] * 3


def test_double_resolution_has_four_times_the_macs_of_the_convolutions() -> None:
    usual, double = resnet("resnet18"), resnet("resnet18", resolution=448)
    assert sum(op.macs for op in double if op.kind == "conv") == 4 * sum(
        op.macs for op in usual if op.kind == "conv"
    )
    assert double.params == usual.params
    assert double.name == "resnet18:resolution=448"
