"""Depthwise convolutions as mixes of kernel sizes, against blocks that are built as mixes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import WorkloadError
from accelsim.networks.inverted_residual import InvertedResidual, SqueezeExcite, inverted_residual
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.mixes import equal_parts, mixed
from accelsim.workload.network import Network
from accelsim.workload.operators import Concat, Conv
from accelsim.workload.window import window


@given(st.integers(1, 6), st.integers(0, 100))
def test_equal_parts_add_up_and_the_first_takes_the_rest(parts, extra) -> None:
    channels = parts + extra
    sections = equal_parts(channels, parts)
    assert sum(sections) == channels
    assert set(sections[1:]) <= {channels // parts}
    assert sections[0] - channels // parts == channels % parts


BLOCKS = st.builds(
    InvertedResidual,
    channels=st.sampled_from([8, 16]),
    stride=st.sampled_from([1, 2]),
    expansion=st.sampled_from([1, 3, 6]),
    expand_parts=st.sampled_from([1, 2]),
    project_parts=st.sampled_from([1, 2]),
    squeeze=st.sampled_from([None, SqueezeExcite(0.5)]),
    activation=st.sampled_from(["relu", "silu"]),
    padding=st.sampled_from(["symmetric", "tf"]),
)
KERNELS = st.lists(st.sampled_from([3, 5, 7, 9]), min_size=1, max_size=4)


def built(block: InvertedResidual, kernels: list[int], size: int) -> Network:
    net = NetworkBuilder("net")
    x = net.conv("stem", net.input("image", (3, size, size)), 8, window(1))
    inverted_residual(net, "b", x, block._replace(kernels=tuple(kernels)))
    return net.build()


@settings(deadline=None)
@given(BLOCKS, KERNELS, KERNELS, st.integers(9, 16))
def test_any_mix_becomes_the_block_that_is_built_with_the_other_mix(
    block, before, after, size
) -> None:
    changed = mixed(built(block, before, size).operators, after)
    assert tuple(changed) == built(block, after, size).operators


def test_channels_that_do_not_divide_go_to_the_first_kernel() -> None:
    net = NetworkBuilder("net")
    x = net.conv("dw", net.input("image", (8, 5, 5)), 8, window(3, padding="same"), groups=8)
    net.batch_norm("bn", x)
    split, *parts, concat = mixed(net.build().operators, [3, 5, 7])
    assert [shape[0] for shape in split.output_shapes] == [4, 2, 2]
    assert [part.window[0] for part in parts] == [3, 5, 7]
    assert [part.norm_params for part in parts] == [8, 4, 4]
    assert concat.output_shape == (8, 5, 5)


def test_channel_multiplier_stays_with_every_part() -> None:
    net = NetworkBuilder("net")
    net.conv("dw", net.input("image", (4, 5, 5)), 12, window(3, padding="same"), groups=4)
    _, first, second, concat = mixed(net.build().operators, [3, 5])
    assert [part.output_shape[0] for part in (first, second)] == [6, 6]
    assert [part.groups for part in (first, second)] == [2, 2]
    assert concat.output_shape == (12, 5, 5)


def test_fewer_channels_than_kernels_are_refused() -> None:
    net = NetworkBuilder("net")
    net.conv("dw", net.input("image", (2, 5, 5)), 2, window(3, padding="same"), groups=2)
    with pytest.raises(
        WorkloadError, match=r"dw: 2 channels cannot be split among 3 kernels; take"
    ):
        mixed(net.build().operators, [3, 5, 7])


def test_convolutions_that_are_not_square_or_not_depthwise_stay() -> None:
    net = NetworkBuilder("net")
    x = net.conv("row", net.input("image", (4, 9, 9)), 4, window((1, 7), padding="same"), groups=4)
    net.conv("group", net.conv("full", x, 8, window(3)), 8, window(3), groups=2)
    network = net.build()
    assert tuple(mixed(network.operators, [3, 5])) == network.operators


def branches(*, taken: tuple[int, int], strides: tuple[int, int] = (1, 1)) -> Network:
    """Two depthwise convolutions on parts of one split, joined."""
    net = NetworkBuilder("net")
    parts = net.split("s", net.input("image", (8, 6, 6)), [4, 4])
    ends = [
        net.conv(f"c{i}", parts[taken[i]], 4, window(3, strides[i], padding="same"), groups=4)
        for i in range(2)
    ]
    if strides[0] == strides[1]:
        net.concat("c", *ends)
    return net.build()


def test_split_and_concat_of_the_same_parts_count_as_one_convolution() -> None:
    changed = mixed(branches(taken=(0, 1)).operators, [5])
    (conv,) = changed
    assert isinstance(conv, Conv)
    assert (conv.name, conv.window, conv.groups, conv.inputs) == ("c", (5, 5), 8, ("image",))


@pytest.mark.parametrize(
    "network",
    [branches(taken=(1, 0)), branches(taken=(0, 0)), branches(taken=(0, 1), strides=(1, 2))],
)  # fmt: skip
def test_parts_that_are_swapped_shared_or_walk_unlike_are_mixed_one_by_one(network) -> None:
    changed = mixed(network.operators, [3, 5])
    assert [op.name for op in changed if isinstance(op, Concat)][:2] == ["c0.concat", "c1.concat"]
