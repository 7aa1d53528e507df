"""The blocks of the mobile families."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.networks.inverted_residual import (
    EdgeResidual,
    InvertedResidual,
    SqueezeExcite,
    deepened,
    edge_residual,
    inverted_residual,
    residual_stages,
    widened,
)
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network


def built(block: InvertedResidual | EdgeResidual, channels: int = 8) -> Network:
    net = NetworkBuilder("net")
    make = edge_residual if isinstance(block, EdgeResidual) else inverted_residual
    make(net, "b", net.input("image", (channels, 8, 8)), block)
    return net.build()


def names(block: InvertedResidual | EdgeResidual, channels: int = 8) -> list[str]:
    return [operator.name.removeprefix("b.") for operator in built(block, channels)]


SE = ["se.avgpool", "se.conv_reduce", "se.conv_expand", "se.mul"]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (InvertedResidual(8), ["conv_pw", "conv_dw", "conv_pwl", "add"]),
        (InvertedResidual(8, skip=False), ["conv_pw", "conv_dw", "conv_pwl"]),
        (InvertedResidual(16), ["conv_pw", "conv_dw", "conv_pwl"]),
        (InvertedResidual(8, stride=2), ["conv_pw", "conv_dw", "conv_pwl"]),
        (InvertedResidual(16, expansion=1), ["conv_dw", "conv_pw"]),
        (
            InvertedResidual(16, (3, 5), expand_parts=2, squeeze=SqueezeExcite(0.5)),
            ["conv_pw.split", "conv_pw.0", "conv_pw.1", "conv_pw.concat", "conv_dw.split",
             "conv_dw.0", "conv_dw.1", "conv_dw.concat", *SE, "conv_pwl"],
        ),
        (EdgeResidual(8), ["conv_exp", "conv_pwl", "add"]),
        (EdgeResidual(8, skip=False), ["conv_exp", "conv_pwl"]),
        (EdgeResidual(8, stride=2), ["conv_exp", "conv_pwl"]),
    ],
)  # fmt: skip
def test_block_has_the_operators_that_its_fields_say(block, expected) -> None:
    assert names(block) == expected


@pytest.mark.parametrize(
    ("squeeze", "width", "functions"),
    [
        (SqueezeExcite(0.5), 8, ("silu", "sigmoid")),
        # 96 expanded channels: 0.25 of them are 24; 0.3 are 28.8, the multiple of 8 is 32.
        (SqueezeExcite(0.25, True, "relu", "hardsigmoid"), 24, ("relu", "hardsigmoid")),
        (SqueezeExcite(0.3, True), 32, ("silu", "sigmoid")),
    ],
)
def test_squeeze_has_the_width_and_functions_that_its_fields_say(squeeze, width, functions) -> None:
    block = InvertedResidual(16, squeeze=squeeze, activation="silu")
    operators = {operator.name: operator for operator in built(block, channels=16)}
    reduce, expand = operators["b.se.conv_reduce"], operators["b.se.conv_expand"]
    assert (reduce.output_shape, expand.output_shape) == ((width, 1, 1), (96, 1, 1))
    assert (reduce.activation, expand.activation) == functions
    assert operators["b.se.mul"].inputs == ("b.conv_dw", "b.se.conv_expand")


def test_expanded_channels_are_a_multiple_of_eight() -> None:
    # 24 * 3.67 = 88.08
    (wide, *_) = built(InvertedResidual(24, expansion=3.67), channels=24)
    assert wide.output_shape[0] == 88


@pytest.mark.parametrize(
    ("stride_first", "sizes"), [(True, [(4, 4), (4, 4)]), (False, [(8, 8), (4, 4)])]
)
def test_edge_residual_has_its_stride_where_the_field_says(stride_first, sizes) -> None:
    block = EdgeResidual(16, stride=2, stride_first=stride_first)
    network = built(block)
    assert [operator.output_shape[1:] for operator in network] == sizes
    assert [operator.kernel for operator in network] == [(3, 3), (1, 1)]


@pytest.mark.parametrize(("of_output", "wide"), [(False, 64), (True, 128)])
def test_edge_residual_expands_input_or_output_channels(of_output, wide) -> None:
    first, _ = built(EdgeResidual(16, of_output=of_output), channels=8)
    assert first.output_shape[0] == wide


def test_stages_repeat_blocks_with_stride_one_after_the_first() -> None:
    net = NetworkBuilder("net")
    stages = [[(1, InvertedResidual(8, expansion=1))], [(2, EdgeResidual(16, stride=2))]]
    residual_stages(net, net.input("image", (8, 8, 8)), stages)
    network = net.build()
    assert [operator.name for operator in network] == [
        "blocks.0.0.conv_dw", "blocks.0.0.conv_pw", "blocks.0.0.add",
        "blocks.1.0.conv_exp", "blocks.1.0.conv_pwl",
        "blocks.1.1.conv_exp", "blocks.1.1.conv_pwl", "blocks.1.1.add",
    ]  # fmt: skip
    assert [op.stride for op in network if op.name.endswith("pwl")] == [(2, 2), (1, 1)]


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4), st.floats(1.0, 4.0),
    st.sampled_from([round, ceil]),
)  # fmt: skip
def test_deepened_stage_has_the_blocks_asked_for_in_the_same_runs(runs, depth, whole) -> None:
    stage = [(repeats, InvertedResidual(8 * index)) for index, repeats in enumerate(runs, 1)]
    scaled = deepened(stage, depth, whole)
    assert sum(repeats for repeats, _ in scaled) == whole(sum(runs) * depth)
    assert [block for _, block in scaled] == [block for _, block in stage]


@pytest.mark.parametrize(
    ("runs", "depth", "whole", "expected"),
    [([1, 3], 1.2, round, [1, 4]), ([1, 1], 1.2, round, [1, 1]), ([3], 3.1, ceil, [10]),
     ([1, 1, 2], 2.0, ceil, [2, 2, 4])],
)  # fmt: skip
def test_deepened_serves_the_last_run_first(runs, depth, whole, expected) -> None:
    stage = [(repeats, InvertedResidual(8)) for repeats in runs]
    assert [repeats for repeats, _ in deepened(stage, depth, whole)] == expected


def test_widened_scales_channels_to_multiples_of_eight() -> None:
    stages = [[(1, InvertedResidual(24)), (2, EdgeResidual(32))]]
    ((first, second),) = widened(stages, 1.3)
    # 24 * 1.3 = 31.2, 32 * 1.3 = 41.6
    assert (first[1].channels, second[1].channels) == (32, 40)
    assert (first[0], second[0]) == (1, 2)
