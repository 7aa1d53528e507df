"""What a file is follows from its content, whatever it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from accelsim.errors import AccelsimError, InputError, UsageError
from accelsim.importers.content import kind_of, network_from_file
from accelsim.importers.onnx_import import Options
from accelsim.networks.registry import load_network
from tests.oracles.onnx_graphs import model

YAML = """\
# One operator per line, in order; sizes are [channels, height, width].
schema: 1
name: tiny
inputs: {image: [3, 8, 8]}
operators:
  - {name: a, op: conv, in: image, out: 4, kernel: 3}
"""
CSV = "Layer, M, N, K,\na, 4, 5, 6,\n"
CFG = "[general]\nrun_name = a\n"
ONNX = model(
    [("Conv", "x w", "y")], {"w": [4, 3, 3, 3]}, {"x": [1, 3, 8, 8]}, "y"
).SerializeToString()


@pytest.mark.parametrize("name", ["net.yaml", "net.onnx", "net.csv", "net.txt", "net"])
@pytest.mark.parametrize(
    ("content", "kind", "macs"),
    [(YAML.encode(), "yaml", 3888), (CSV.encode(), "scalesim", 120), (ONNX, "onnx", 3888)],
)
def test_any_file_is_read_by_its_content(tmp_path: Path, name, content, kind, macs) -> None:
    (tmp_path / name).write_bytes(content)
    assert kind_of(tmp_path / name) == kind
    assert network_from_file(tmp_path / name).macs == macs
    assert load_network(tmp_path / name).macs == macs


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"\x08",
        b"\xff\xfe",
        b"a,b\n1,2",
        b"a: [",
        b"[x]\n",
        bytes(range(256)),
        ONNX[:30],
    ],
)
def test_file_of_no_kind_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd").write_bytes(content)
    with pytest.raises(AccelsimError, match="odd"):
        network_from_file(tmp_path / "odd")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    for ending in ("yaml", "onnx", "csv"):
        with pytest.raises(InputError, match="no such file"):
            load_network(tmp_path / f"none.{ending}")


def test_configuration_is_no_network(tmp_path: Path) -> None:
    (tmp_path / "a.cfg").write_text(CFG)
    with pytest.raises(UsageError, match="is a SCALE-Sim configuration, which is hardware"):
        network_from_file(tmp_path / "a.cfg")


@pytest.mark.parametrize("content", [YAML, CSV])
def test_what_only_onnx_leaves_open_is_refused_elsewhere(tmp_path: Path, content: str) -> None:
    (tmp_path / "net").write_text(content)
    with pytest.raises(UsageError, match="are for ONNX files; this one is a"):
        network_from_file(tmp_path / "net", Options(batch=2))
    with pytest.raises(UsageError, match="batch, input_shape and skip are for ONNX files"):
        load_network("mobilenet_v2", batch=2)
