"""From words on the command line to networks and accelerators, with every mistake at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os.path import isfile
from pathlib import Path

from accelsim.errors import AccelsimError, HardwareError, UsageError
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.scalesim_cfg import hardware_from_cfg
from accelsim.hardware.yaml_io import load_hardware
from accelsim.importers.content import kind_of
from accelsim.networks.registry import ALIASES, FILES, NETWORKS, load_network
from accelsim.workload.network import Network


class Mistakes:
    """Collects mistakes, so that one call shows all of them."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Keep the mistake of this block for later."""
        try:
            yield
        except AccelsimError as error:
            self.lines += [line for line in str(error).splitlines() if line not in self.lines]

    def report(self, folder: Path | None = None) -> None:
        """Raise all of them in one error, if there are any; one is a folder that takes no files."""
        with self.collected():
            check_folder(folder)
        if self.lines:
            raise AccelsimError("\n".join(self.lines))


def networks_of(names: Sequence[str]) -> tuple[Network, ...]:
    """Networks by name or file; their names must differ, since results go by them."""
    mistakes, networks = Mistakes(), list[Network]()
    for name in names:
        with mistakes.collected():
            networks.append(load_network(name))
    mistakes.report()
    seen = [network.name for network in networks]
    repeated = sorted({name for name in seen if seen.count(name) > 1})
    if repeated:
        raise UsageError(f"network '{repeated[0]}' is given more than once; keep one")
    return tuple(networks)


def hardware_of(name: str, changes: Sequence[str]) -> Accelerator:
    """A preset, a hardware file or a SCALE-Sim configuration, with `KEY=VALUE` changes."""
    values = _changes(changes)
    is_cfg = isfile(name) and kind_of(name) == "cfg"
    hardware = hardware_from_cfg(name) if is_cfg else load_hardware(name)
    if not values:
        return hardware
    try:
        return hardware.replace(values)
    except HardwareError as error:
        lines = [f"--set: {line}" for line in str(error).splitlines()]
        raise HardwareError("\n".join(lines)) from error


def accelerators_of(
    names: Sequence[str], changes: Sequence[str], mistakes: Mistakes
) -> list[Accelerator]:
    """As `hardware_of`, several; what is wrong with them goes to the mistakes."""
    found = list[Accelerator]()
    for name in names:
        with mistakes.collected():
            found.append(hardware_of(name, changes))
    return found


def _changes(texts: Sequence[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for text in texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not key or not equals:
            raise UsageError(f"--set '{text}': must be KEY=VALUE, as in array.rows=32")
        if key in values:
            raise UsageError(f"--set {key}: is given twice; keep one")
        values[key] = value
    return values


def layer_of(text: str) -> tuple[Network, str]:
    """Network and layer of `NETWORK/LAYER`, or of `NETWORK:INDEX` with an index of layers.csv.

    The network is a name, with or without settings, or a file; names of layers may contain `/`.
    Whether it has the layer is for the caller to say.
    """
    if found := re.fullmatch(r"(.+):(\d+)", text):
        return load_network(found[1]), found[2]
    for split in (place for place, sign in enumerate(text) if sign == "/"):
        network, layer = text[:split], text[split + 1 :]
        name = network.partition(":")[0]
        if layer and (name in NETWORKS or name in ALIASES or isfile(network) or isfile(name)):
            return load_network(network), layer
    network, slash, layer = text.rpartition("/")
    if slash and layer and not text.endswith(FILES):
        return load_network(network), layer
    names = [operator.name for operator in load_network(text)]
    raise UsageError(
        f"{text}: which layer? write {text}/LAYER, or {text}:INDEX from 1 to {len(names)}; "
        f"allowed: {', '.join(names)}"
    )


def check_file(path: Path | None) -> None:
    """Refuse a file that cannot be written, before any work is done for it."""
    if path is None:
        return
    if path.is_dir():
        raise UsageError(f"--out {path}: is a folder; name a file, as in {path / 'mapping.yaml'}")
    check_folder(path.absolute().parent, path)


def check_folder(folder: Path | None, named: Path | None = None) -> None:
    """Refuse a folder that cannot be written (`named` by the user), before any work is done."""
    if folder is None:
        return
    named = named or folder
    existing = next(
        path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()
    )
    if not existing.is_dir():
        raise UsageError(f"--out {named}: '{existing}' is a file; name a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise UsageError(f"--out {named}: no permission to write in '{existing}'; name another")
