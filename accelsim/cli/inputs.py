"""From words on the command line to networks and accelerators, with every mistake at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os.path import isfile
from pathlib import Path

from accelsim.errors import AccelsimError, HardwareError, UsageError
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.scalesim_cfg import hardware_from_cfg
from accelsim.hardware.yaml_io import load_hardware
from accelsim.importers.content import kind_of
from accelsim.networks.registry import load_network
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

    def report(self) -> None:
        """Raise all of them in one error, if there are any."""
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


def check_folder(folder: Path | None) -> None:
    """Refuse a folder that cannot be written, before any work is done for it."""
    if folder is None:
        return
    existing = next(
        path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()
    )
    if not existing.is_dir():
        raise UsageError(f"--out {folder}: '{existing}' is a file; name a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise UsageError(f"--out {folder}: no permission to write in '{existing}'; name another")
