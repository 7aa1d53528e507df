"""Topologies are written where they read back as the same network, and refused where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from accelsim.errors import WorkloadError
from accelsim.importers.scalesim import network_from_scalesim
from accelsim.importers.scalesim_export import network_to_scalesim
from accelsim.networks.registry import load_network
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

CONVS = """\
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
stem, 224, 224, 3, 3, 3, 32, 2,
mid_DP, 112, 112, 5, 5, 32, 1, 2,
last, 56, 56, 1, 1, 32, 64, 1,
"""
STRIDES = """\
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Stride height, Stride width,
a, 224, 224, 3, 3, 3, 32, 2, 1,
b, 224, 224, 3, 3, 3, 32, 4, 4,
"""  # noqa: E501
GEMMS = """\
Layer, M, N, K,
QKT, 1024, 512, 64,
FF, 16, 8, 4,
"""


@pytest.mark.parametrize("text", [CONVS, STRIDES, GEMMS])
def test_topology_that_was_read_is_written_as_it_was(tmp_path: Path, text: str) -> None:
    (tmp_path / "net.csv").write_text(text)
    assert network_to_scalesim(network_from_scalesim(tmp_path / "net.csv")) == text


def alone(name: str = "a", shape=(8, 9, 9)) -> tuple[NetworkBuilder, str]:
    net = NetworkBuilder("net")
    return net, net.input(f"{name}.in", shape)


REFUSALS = {
    "padding": (
        lambda n, x: n.conv("a", x, 4, window(3, padding=1)),
        r"a: padding \[1, 1, 1, 1\] .*part of",
    ),
    "dilation": (
        lambda n, x: n.conv("a", x, 4, window(3, dilation=2)),
        "a: dilation 2x2; a row is dense",
    ),
    "bias": (lambda n, x: n.conv("a", x, 4, window(3), bias=True), "a: it has a bias"),
    "groups": (lambda n, x: n.conv("a", x, 4, window(3), groups=2), "a: 2 groups; a row has one"),
    "depthwise without DP": (
        lambda n, x: n.conv("a", x, 8, window(3), groups=8),
        "a: depthwise layers are told by 'DP' .* must have",
    ),
    "activation": (
        lambda n, x: n.activation("r", n.conv("a", x, 4, window(3)), "relu"),
        "a: an activation",
    ),
    "pool": (lambda n, x: n.pool("a", x, "global"), "a: a pool has no row"),
    "linear bias": (lambda n, x: n.linear("a", x, 4), "a: it has a bias"),
    "linear on a map": (
        lambda n, x: n.linear("a", x, 4, bias=False),
        "a: its pixels must be one column",
    ),
    "links": (
        lambda n, x: n.conv("b", n.conv("a", x, 4, window(3)), 4, window(3)),
        "b: reads 'a'; a topology has no links between layers",
    ),
    "both forms": (
        lambda n, x: (
            n.conv("a", x, 4, window(3)),
            n.linear("b", n.input("b.in", (4, 3, 1)), 2, bias=False),
        ),
        "b: is a matrix product; a file holds these or convolutions, not both",
    ),
    "name of the input": (
        lambda n, x: n.conv("b", x, 4, window(3)),
        "b: reads 'a.in'; its input must be named 'b.in'",
    ),
    "name with a comma": (
        lambda n, x: n.conv("a,b", x, 4, window(3)),
        "a name must be free of ','",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_could_not_be_read_back_is_refused(case: str) -> None:
    act, message = REFUSALS[case]
    net, x = alone()
    act(net, x)
    with pytest.raises(WorkloadError, match=f"net: cannot be written .*: .*{message}"):
        network_to_scalesim(net.build())


def test_normal_layer_with_dp_in_its_name_is_refused() -> None:
    net, x = alone("DP")
    net.conv("DP", x, 4, window(3))
    with pytest.raises(WorkloadError, match="this one must not have it"):
        network_to_scalesim(net.build())


def test_whole_networks_name_each_reason_once() -> None:
    with pytest.raises(WorkloadError) as raised:
        network_to_scalesim(load_network("mobilenet_v1"))
    lines = str(raised.value).splitlines()
    assert len(lines) == 3
    assert "blocks.0.0.conv_pw, blocks.1.0.conv_dw and 23 more" in lines[0]
