"""Network files of any kind, told apart by what is in them and not by their names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from accelsim.errors import UsageError
from accelsim.importers.graph import refuse
from accelsim.importers.onnx_import import Options, network_from_onnx
from accelsim.importers.scalesim import network_from_scalesim
from accelsim.workload.network import Network
from accelsim.workload.yaml_io import network_from_yaml

Kind = Literal["yaml", "onnx", "scalesim", "cfg"]

ONNX_START = b"\x08"
"""First byte of an ONNX file: field 1 (the format's version), a number."""

BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Control characters that no text file has."""


def kind_of(path: str | Path) -> Kind:
    """ONNX files are binary; the first line of a topology has commas and no colon.

    The first line of a SCALE-Sim configuration, which is no network, is a name in brackets.
    Raises InputError for any other binary file.
    """
    try:
        with Path(path).open("rb") as file:
            start = file.read(4096)
    except OSError:
        return "yaml"  # whose reader says what is wrong
    if start[:1] == ONNX_START:
        return "onnx"
    if BINARY.search(start):
        refuse(path, "", "is not a text file, and no ONNX graph either; copy it or export it again")
    lines = [line for line in start.splitlines() if line.strip() and not line.startswith(b"#")]
    first = lines[0] if lines else b""
    if re.fullmatch(rb"\s*\[\w+\]\s*", first):
        return "cfg"
    return "scalesim" if b"," in first and b":" not in first else "yaml"


def network_from_file(path: str | Path, options: Options | None = None) -> Network:
    """The network of a workload file, an ONNX graph or a SCALE-Sim topology."""
    kind = kind_of(path)
    if kind == "cfg":
        raise UsageError(
            f"{path}: is a SCALE-Sim configuration, which is hardware; accelsim import makes a "
            f"hardware file of it"
        )
    if kind == "onnx":
        return network_from_onnx(path, options or Options())
    if options is not None and options != Options():
        raise UsageError(
            f"{path}: batch, input shapes and nodes to skip are for ONNX files; this one is "
            f"{'a SCALE-Sim topology' if kind == 'scalesim' else 'a workload file'}"
        )
    return network_from_scalesim(path) if kind == "scalesim" else network_from_yaml(path)
