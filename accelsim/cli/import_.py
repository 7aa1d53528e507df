"""`accelsim import`: files of other tools as files of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from accelsim.cli.export import network_files
from accelsim.cli.inputs import check_folder
from accelsim.errors import UsageError
from accelsim.hardware.scalesim_cfg import hardware_from_cfg
from accelsim.hardware.yaml_io import hardware_to_yaml
from accelsim.importers.content import kind_of
from accelsim.networks.registry import load_network

MOST = 1 << 20
"""Largest side of an input."""


@dataclass(frozen=True)
class Open:
    """What an ONNX file may leave open, in the words of the options."""

    batch: int | None
    shapes: tuple[str, ...]
    skip: tuple[str, ...]


def import_file(file: str, left_open: Open, out: Path | None) -> Path | None:
    """Write DIR/NAME.yaml and return its path; without a folder, print it."""
    check_folder(out)
    name, text = _text(file, left_open)
    if out is None:
        click.echo(text, nl=False)
        return None
    out.mkdir(parents=True, exist_ok=True)
    (out / name).write_text(text, encoding="utf-8")
    return out / name


def _text(file: str, left_open: Open) -> tuple[str, str]:
    """Name and text of the file to write."""
    if kind_of(file) == "cfg":
        if left_open != Open(None, (), ()):
            raise UsageError(f"{file}: --batch, --input-shape and --skip are for ONNX files")
        hardware = hardware_from_cfg(file)
        return f"{Path(file).stem}.yaml", hardware_to_yaml(hardware)
    network = load_network(Path(file), left_open.batch, _shapes(left_open.shapes), left_open.skip)
    return next(iter(network_files((network,)).items()))


def _shapes(texts: Sequence[str]) -> tuple[int, ...] | Mapping[str, tuple[int, ...]] | None:
    """`3x224x224` for all inputs, or `NAME=3x224x224` for each of them."""
    if not texts:
        return None
    named: dict[str, tuple[int, ...]] = {}
    for text in texts:
        name, equals, sizes = text.rpartition("=")
        if not equals and len(texts) > 1:
            raise UsageError(f"--input-shape {text}: several shapes need names, NAME={text}")
        named[name] = _sizes(text, sizes)
    return named.get("", named)


def _sizes(text: str, sizes: str) -> tuple[int, ...]:
    words = sizes.replace(",", "x").split("x")
    if not all(word.isdecimal() and 1 <= int(word) <= MOST for word in words):
        raise UsageError(
            f"--input-shape {text}: must be sizes >= 1 with x between them, as in 3x224x224"
        )
    return tuple(int(word) for word in words)
