"""ShuffleNets: groups, halves and what the shuffle stands between; widths of v1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.errors import WorkloadError
from accelsim.networks.shufflenet import (
    V1_CHANNELS,
    V2_CHANNELS,
    rounded_up,
    shufflenet_v1,
    shufflenet_v2,
)
from accelsim.workload.network import Network
from accelsim.workload.operators import Concat, Elementwise, Move, Operator, Pool

# Source: README of osmr/imgclsmob, whose table counts the same structure (groups, alpha).
V1_PARAMS = {
    (1, 0.25): 209_746, (1, 0.5): 534_484, (1, 0.75): 975_214,
    (3, 0.25): 305_902, (3, 0.5): 718_324, (3, 0.75): 1_238_266,
}  # fmt: skip

# (groups, alpha): MMACs and million parameters, without the bias of the linear layer. Source:
# README of ShuffleNetV1 in megvii-model/ShuffleNet-Series, the authors' code. Its 1.5x is left
# out: its stem keeps 24 channels there, where the paper scales every layer.
AUTHORS = {
    (3, 0.5): (38, 0.7), (8, 0.5): (40, 1.0), (3, 1.0): (138, 1.9), (8, 1.0): (138, 2.4),
    (3, 2.0): (524, 5.4), (8, 2.0): (522, 6.5),
}  # fmt: skip


def named(network: Network) -> dict[str, Operator]:
    return {op.name: op for op in network}


@pytest.mark.parametrize(("groups", "alpha"), V1_PARAMS)
def test_v1_widths_have_the_parameters_of_another_implementation(groups, alpha) -> None:
    assert shufflenet_v1(groups, alpha).params == V1_PARAMS[groups, alpha]


@pytest.mark.parametrize(("groups", "alpha"), AUTHORS)
def test_v1_widths_have_the_counts_of_the_authors(groups, alpha) -> None:
    network = shufflenet_v1(groups, alpha)
    mega_macs, mega_params = AUTHORS[groups, alpha]
    assert network.macs / 1e6 == pytest.approx(mega_macs, abs=0.6)
    assert (network.params - 1000) / 1e6 == pytest.approx(mega_params, abs=0.05)


@pytest.mark.parametrize("groups", V1_CHANNELS)
def test_v1_shuffles_stand_between_grouped_and_depthwise_convolutions(groups: int) -> None:
    network = named(shufflenet_v1(groups))
    shuffles = [op for op in network.values() if isinstance(op, Move)]
    assert len(shuffles) == (0 if groups == 1 else 16)
    for shuffle in shuffles:
        unit = shuffle.name.removesuffix(".shuffle")
        assert shuffle.groups == groups
        assert shuffle.inputs == (f"{unit}.conv1",)
        assert network[f"{unit}.conv2"].inputs == (shuffle.name,)
        assert network[f"{unit}.conv2"].type == "dw"


def test_v1_first_1x1_is_not_grouped_and_all_others_are() -> None:
    pointwise = [op for op in shufflenet_v1(3) if op.kind == "conv" and op.kernel == (1, 1)]
    assert [op.groups for op in pointwise] == [1] + [3] * 31


def test_v1_strided_units_join_the_pooled_input_and_the_others_add_it() -> None:
    network = named(shufflenet_v1(4))
    joins = [op for op in network.values() if isinstance(op, Concat)]
    assert [op.output_shape for op in joins] == [(272, 28, 28), (544, 14, 14), (1088, 7, 7)]
    for join in joins:
        pool, branch = (network[tensor] for tensor in join.inputs)
        assert isinstance(pool, Pool)
        assert (pool.mode, pool.kernel, pool.stride) == ("avg", (3, 3), (2, 2))
        assert branch.activation == "relu"
    adds = [op for op in network.values() if isinstance(op, Elementwise)]
    assert [(op.function, op.activation) for op in adds] == [("add", "relu")] * (3 + 7 + 3)


@pytest.mark.parametrize("name", V2_CHANNELS)
def test_v2_keeps_half_of_the_channels_and_shuffles_the_halves(name: str) -> None:
    network = named(shufflenet_v2(name))
    splits = [op for op in network.values() if isinstance(op, Move) and op.function == "split"]
    assert len(splits) == 3 + 7 + 3
    for split in splits:
        unit = split.name.removesuffix(".split")
        first, second = split.output_shapes
        assert first == second
        assert network[f"{unit}.concat"].inputs == (f"{unit}.split.0", f"{unit}.branch2.conv3")
        assert network[f"{unit}.branch2.conv1"].inputs == (f"{unit}.split.1",)
    shuffles = [op for op in network.values() if isinstance(op, Move) and op.function == "shuffle"]
    assert [op.groups for op in shuffles] == [2] * 16


def test_v2_strided_units_filter_the_whole_input_twice() -> None:
    network = named(shufflenet_v2("shufflenet_v2_x1_0"))
    for stage, before in ((2, "maxpool"), (3, "stage2.3.shuffle"), (4, "stage3.7.shuffle")):
        unit = f"stage{stage}.0"
        assert network[f"{unit}.branch1.conv2"].inputs == (before,)
        assert network[f"{unit}.branch2.conv1"].inputs == (before,)
        assert network[f"{unit}.branch1.conv2"].stride == (2, 2)
        assert network[f"{unit}.branch2.conv2"].stride == (2, 2)


@pytest.mark.parametrize("name", V2_CHANNELS)
def test_v2_depthwise_is_followed_by_no_activation(name: str) -> None:
    # Figure 3 of the paper, and MobileNetV2 and Xception likewise.
    assert {op.activation for op in shufflenet_v2(name) if op.type == "dw"} == {None}


@given(st.floats(0.01, 5000), st.integers(1, 64))
def test_rounded_up_is_the_next_multiple(channels: float, divisor: int) -> None:
    rounded = rounded_up(channels, divisor)
    assert rounded % divisor == 0
    assert channels <= rounded < channels + divisor * (1 + 1e-9)


def test_v1_channels_are_rounded_up_where_the_groups_do_not_divide_them() -> None:
    # 24 * 0.5 = 12 is no multiple of 8 groups; the authors' code has 16 there as well.
    assert shufflenet_v1(8, alpha=0.5).operators[0].output_shape[0] == 16


def test_v1_alpha_that_is_no_width_is_refused() -> None:
    with pytest.raises(WorkloadError, match=r"shufflenet_v1_g3: alpha = -1; allowed"):
        shufflenet_v1(3, alpha=-1)
