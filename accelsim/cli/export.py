"""`accelsim export`: networks as workload files or SCALE-Sim topologies."""

from __future__ import annotations

import re
from pathlib import Path

import click

from accelsim.cli.inputs import check_folder, networks_of
from accelsim.errors import UsageError
from accelsim.importers.scalesim_export import network_to_scalesim
from accelsim.results.files import replacing
from accelsim.workload.network import Network
from accelsim.workload.yaml_io import network_to_yaml

WRITERS = {"yaml": (network_to_yaml, "yaml"), "scalesim": (network_to_scalesim, "csv")}
"""--format of export -> what writes it, ending of the file."""


def export_networks(networks: tuple[str, ...], out: Path | None, form: str) -> list[Path]:
    """Write the files and return their paths; without a folder, print the one network."""
    if out is None and len(networks) > 1:
        raise UsageError(
            f"{len(networks)} networks do not go into one file; name a folder: --out DIR"
        )
    check_folder(out)
    texts = network_files(networks_of(networks), form)
    if out is None:
        click.echo(next(iter(texts.values())), nl=False)
        return []
    with replacing(out) as fresh:
        for name, text in texts.items():
            (fresh / name).write_text(text, encoding="utf-8")
    return [out / name for name in texts]


def network_files(networks: tuple[Network, ...], form: str = "yaml") -> dict[str, str]:
    """File name -> text. Signs that file names should not have become underscores."""
    write, ending = WRITERS[form]
    texts: dict[str, str] = {}
    for network in networks:
        name = f"{re.sub(r'[^A-Za-z0-9_.-]+', '_', network.name)}.{ending}"
        if name in texts:
            raise UsageError(f"two networks would be written to {name}; export one of them")
        texts[name] = write(network)
    return texts
