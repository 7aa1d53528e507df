"""Workload files say the whole network, and nothing twice."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from accelsim.errors import InputError, WorkloadError
from accelsim.networks.registry import NETWORKS
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.operators import Elementwise, Softmax
from accelsim.workload.window import window
from accelsim.workload.yaml_io import network_from_yaml, network_to_yaml
from tests.oracles.random_networks import builders


def read_back(network: Network) -> Network:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "net.yaml"
        path.write_text(network_to_yaml(network), encoding="utf-8")
        return network_from_yaml(path)


@pytest.mark.parametrize("name", NETWORKS)
def test_network_to_yaml_and_back_is_equal(name: str) -> None:
    network = NETWORKS[name].function()
    again = read_back(network)
    assert again == network
    assert again.source == network.source


@settings(max_examples=60, deadline=None)
@given(builders())
def test_random_network_to_yaml_and_back_is_equal(net: NetworkBuilder) -> None:
    network = net.build()
    assert read_back(network) == network


@pytest.mark.parametrize(
    "name", ["true", "1", "a: b", "#", "", 'q"uo\\te', "größe", "a,b", "~", "-"]
)
def test_names_that_yaml_reads_otherwise_are_quoted(name: str) -> None:
    net = NetworkBuilder("yes", f"source of {name}")
    net.softmax(f"op {name}", net.input(name or "empty", (1, 1, 1)))
    assert read_back(net.build()) == net.build()


def test_written_file_has_one_readable_line_per_operator() -> None:
    net = NetworkBuilder("small", "own")
    x = net.conv("stem", net.input("image", (3, 8, 9)), 8, window(3, stride=2, padding="same"))
    x = net.activation("act", net.batch_norm("bn", x), "relu6")
    parts = [
        net.conv(part, piece, 8, window((1, 3), padding=(0, 0, 0, 2)), groups=4)
        for part, piece in zip("ab", net.split("split", x, [4, 4]), strict=True)
    ]
    joined = net.concat("concat", *parts)
    x = net.pool("pool", joined, "avg", window(2, padding=1), count_include_pad=False)
    net.linear("fc", net.pool("mean", x, "global"), 10, bias=False)
    assert (
        network_to_yaml(net.build())
        == """\
# One operator per line in the order of execution; sizes are [channels, height, width].
schema: 1
name: small
source: own
inputs:
  image: [3, 8, 9]
outputs: [fc]
operators:
  - {name: stem, op: conv, in: [image], out: 8, kernel: 3, stride: 2, pad: 1, act: relu6, norm: 16}
  - {name: split, op: split, in: [stem], sections: [4, 4]}
  - {name: a, op: conv, in: [split.0], out: 8, kernel: [1, 3], pad: [0, 0, 0, 2], groups: 4}
  - {name: b, op: conv, in: [split.1], out: 8, kernel: [1, 3], pad: [0, 0, 0, 2], groups: 4}
  - {name: concat, op: concat, in: [a, b]}
  - {name: pool, op: avg_pool, in: [concat], kernel: 2, pad: 1, count_include_pad: false}
  - {name: mean, op: global_pool, in: [pool]}
  - {name: fc, op: linear, in: [mean], out: 10, bias: false}
"""
    )


def test_hand_written_short_forms_and_unfused_operators_are_read(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "schema: 1\n"
        "name: hand\n"
        "inputs: {image: [3, 8, 8]}\n"
        "operators:\n"
        "  - {name: conv, op: conv, in: image, out: 4, kernel: 5, pad: same}\n"
        "  - {name: bn, op: batch_norm, in: conv}\n"
        "  - {name: act, op: activation, in: bn, function: relu}\n"
    )
    net = NetworkBuilder("hand")
    conv = net.conv("conv", net.input("image", (3, 8, 8)), 4, window(5, padding=2))
    net.activation("act", net.batch_norm("bn", conv), "relu")
    assert network_from_yaml(path) == net.build()


def test_moves_norms_and_learned_operators_are_written_with_what_cannot_be_inferred() -> None:
    net = NetworkBuilder("small", "own")
    x = net.pool("pool", net.input("image", (4, 6, 6)), "max", window(3, stride=2), ceil=True)
    x = net.scale("scale", net.norm("ln", x))
    x = net.transpose("last", net.reshape("tokens", net.pad("pad", x, (0, 1, 1, 0)), (4, 16, 1)))
    x = net.shift("position", net.pad("class", x, (0, 0, 1, 0), learnables=4), 68)
    x = net.upsample("up", net.slice("crop", x, (4, 16, 1)), (32, 2))
    net.conv_transpose("deconv", x, 3, window(2, stride=2))
    net.pad("more", "deconv", 0, channels=5)
    net.concat("tall", "more", "more", along="rows")
    net.lookup("words", net.repeat("twice", "tall", (8, 128, 8)), 7, learnables=70)
    assert (
        network_to_yaml(net.build()).partition("operators:\n")[2]
        == """\
  - {name: pool, op: max_pool, in: [image], kernel: 3, stride: 2, ceil: true}
  - {name: ln, op: norm, in: [pool]}
  - {name: scale, op: scale, in: [ln]}
  - {name: pad, op: pad, in: [scale], pad: [0, 0, 1, 1]}
  - {name: tokens, op: reshape, in: [pad], size: [4, 16, 1]}
  - {name: last, op: transpose, in: [tokens], size: [4, 16, 1]}
  - {name: class, op: pad, in: [last], pad: [0, 0, 1, 0], learnables: 4}
  - {name: position, op: shift, in: [class], learnables: 68}
  - {name: crop, op: slice, in: [position], size: [4, 16, 1]}
  - {name: up, op: upsample, in: [crop], size: [32, 2]}
  - {name: deconv.zeros, op: upsample, in: [up], size: [63, 3]}
  - {name: deconv, op: conv, in: [deconv.zeros], out: 3, kernel: 2, pad: 1}
  - {name: more, op: pad, in: [deconv], channels: 5}
  - {name: tall, op: concat, in: [more, more], along: rows}
  - {name: twice, op: repeat, in: [tall], size: [8, 128, 8]}
  - {name: words, op: lookup, in: [twice], out: 7, learnables: 70}
"""
    )
    assert read_back(net.build()) == net.build()


START = "schema: 1\nname: net\ninputs: {image: [4, 8, 8]}\noperators:\n"
LAST = "  - {name: end, op: global_pool, in: [a]}\n"
FAULTS = {
    "unknown op": (
        "  - {name: a, op: convv, in: [image], out: 4, kernel: 3}\n",
        [r"net.yaml:5:15: operators.0.op: unknown value 'convv'; allowed: .*; did you mean 'conv'"],
    ),
    "unknown key": (
        "  - {name: a, op: conv, in: [image], out: 4, kernel: 3, strid: 2}\n",
        [r"net.yaml:5:57: operators.0.strid: unknown key 'strid'; .*; did you mean 'stride'\?"],
    ),
    "missing key": (
        "  - {name: a, op: conv, in: [image], kernel: 3}\n",
        [r"net.yaml:5:5: operators.0.out: missing, but required"],
    ),
    "zero kernel": (
        "  - {name: a, op: conv, in: [image], out: 4, kernel: 0}\n",
        [r"net.yaml:5:46: operators.0.kernel: 0: every number must be >= 1"],
    ),
    "zero channels": (
        "  - {name: a, op: conv, in: [image], out: 0, kernel: 1}\n",
        [r"net.yaml:5:38: operators.0.out: must be >= 1, is 0"],
    ),
    "kernel in words": (
        "  - {name: a, op: conv, in: [image], out: 4, kernel: three}\n",
        [r"net.yaml:5:46: operators.0.kernel: 'three': allowed: a whole number, or \[rows, col"],
    ),
    "padding of three": (
        "  - {name: a, op: conv, in: [image], out: 4, kernel: 3, pad: [1, 1, 1]}\n",
        [r"operators.0.pad: \[1, 1, 1\]: allowed: .*\[top, left, bottom, right\], or same"],
    ),
    "activation": (
        "  - {name: a, op: conv, in: [image], out: 4, kernel: 3, act: relu7}\n",
        [r"operators.0.act: unknown value 'relu7'; allowed: relu, relu6, .*; did you mean 'relu"],
    ),
    "groups": (
        "  - {name: a, op: conv, in: [image], out: 6, kernel: 3, groups: 4}\n" + LAST,
        [r"net.yaml:5:5: operators.0: a: groups = 4 must divide the 4 input and the 6 output"],
    ),
    "misspelt tensor": (
        "  - {name: a, op: conv, in: [imag], out: 4, kernel: 3}\n",
        [r"net.yaml:5:5: operators.0: a: reads 'imag', .*; did you mean 'image'\?"],
    ),
    "several at once": (
        "  - {name: a, op: conv, in: [image], out: 4, kernel: 9}\n"
        "  - {name: b, op: conv, in: [a], out: 4, kernel: 3}\n"
        "  - {name: c, op: linear, in: [imagge], out: 4}\n",
        [
            r"net.yaml:5:5: operators.0: a: kernel 9x9 .* is larger than 'image' 4x8x8",
            r"net.yaml:7:5: operators.2: c: reads 'imagge'",
        ],
    ),
    "several of the schema": (
        "  - {name: a, op: conv, in: [image], out: -1, kernel: 9, bias: 1}\n",
        [r"operators.0.out: must be >= 1, is -1", r"operators.0.bias: must be true or false, is 1"],
    ),
    "image of two sizes": (
        "  - {name: a, op: flatten, in: [image]}\ninputs: {b: [1, 2]}\n",
        [r"net.yaml:6:1: inputs: duplicate key; first given in line 3"],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faulty_file_is_refused_at_every_place_in_one_pass(tmp_path: Path, case: str) -> None:
    text, messages = FAULTS[case]
    (tmp_path / "net.yaml").write_text(START + text)
    with pytest.raises(InputError) as raised:
        network_from_yaml(tmp_path / "net.yaml")
    assert len(raised.value.problems) == len(messages)
    for problem, message in zip(raised.value.problems, messages, strict=True):
        assert re.search(message, str(problem)), str(problem)


def test_other_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(START.replace("schema: 1", "schema: 2") + LAST)
    with pytest.raises(InputError, match=r"net.yaml:1:1: schema: unknown value 2; allowed: 1"):
        network_from_yaml(tmp_path / "net.yaml")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\xff", b"a: [", b"- 1"])
def test_file_that_is_no_mapping_is_refused_with_its_place(tmp_path: Path, content) -> None:
    (tmp_path / "net.yaml").write_bytes(content)
    with pytest.raises(InputError, match=r"net.yaml:\d+:\d+: "):
        network_from_yaml(tmp_path / "net.yaml")


def test_operator_that_files_do_not_know_is_refused_when_written() -> None:
    shape = (4, 1, 1)
    root = Elementwise(
        name="root", inputs=("x",), outputs=("root",), input_shapes=(shape,),
        output_shapes=(shape,), function="sqrt",
    )  # fmt: skip
    network = Network(name="net", inputs={"x": shape}, operators=(root,))
    with pytest.raises(WorkloadError, match=r"net: cannot be written to a file: root: .*'sqrt'"):
        network_to_yaml(network)


def test_tensor_that_is_not_named_like_its_operator_is_refused_when_written() -> None:
    shape = (4, 1, 1)
    softmax = Softmax(
        name="s", inputs=("x",), outputs=("y",), input_shapes=(shape,), output_shapes=(shape,)
    )
    network = Network(name="net", inputs={"x": shape}, operators=(softmax,))
    with pytest.raises(WorkloadError, match=r"net: cannot be written to a file: "):
        network_to_yaml(network)
    named = Network(name="n", inputs={"x": shape}, operators=(replace(softmax, outputs=("s",)),))
    assert read_back(named) == named
