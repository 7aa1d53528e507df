"""Blocks that families share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.networks.blocks import InvertedResidual, equal_parts, inverted_residual
from accelsim.workload.builder import NetworkBuilder


@given(st.integers(1, 6), st.integers(0, 100))
def test_equal_parts_add_up_and_the_first_takes_the_rest(parts, extra) -> None:
    channels = parts + extra
    sections = equal_parts(channels, parts)
    assert sum(sections) == channels
    assert set(sections[1:]) <= {channels // parts}
    assert sections[0] - channels // parts == channels % parts


def names(block: InvertedResidual, channels: int = 8) -> list[str]:
    net = NetworkBuilder("net")
    inverted_residual(net, "b", net.input("image", (channels, 8, 8)), block)
    return [operator.name.removeprefix("b.") for operator in net.build()]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (InvertedResidual(8), ["conv_pw", "conv_dw", "conv_pwl", "add"]),
        (InvertedResidual(16), ["conv_pw", "conv_dw", "conv_pwl"]),
        (InvertedResidual(8, stride=2), ["conv_pw", "conv_dw", "conv_pwl"]),
        (InvertedResidual(16, expansion=1), ["conv_dw", "conv_pw"]),
        (
            InvertedResidual(16, (3, 5), expand_parts=2, se_ratio=0.5),
            ["conv_pw.split", "conv_pw.0", "conv_pw.1", "conv_pw.concat", "conv_dw.split",
             "conv_dw.0", "conv_dw.1", "conv_dw.concat", "se.avgpool", "se.conv_reduce",
             "se.conv_expand", "se.mul", "conv_pwl"],
        ),
    ],
)  # fmt: skip
def test_inverted_residual_has_the_operators_that_its_fields_say(block, expected) -> None:
    assert names(block) == expected
