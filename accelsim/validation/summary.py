"""Every validation against published figures as one list of tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from accelsim.errors import UsageError
from accelsim.validation import chips, eyeriss, phone_networks, phones
from accelsim.validation.compared import Compared


class Validation(NamedTuple):
    """A table of comparisons, and the file of DIR that it can be made from."""

    name: str
    title: str
    compare: Callable[[Path | None], list[Compared]]
    data: str | None = None


def _eyeriss(_: Path | None) -> list[Compared]:
    source = "Chen et al., JSSC 2017, tables V and VI"
    found: list[Compared] = []
    for network in (eyeriss.ALEXNET, eyeriss.VGG16):
        for number, layer in enumerate(network):
            chip, ours = layer.measured, eyeriss.replay(layer)
            coded_mb = eyeriss.coded_dram_mb(network, number)
            figures = (
                ("processing latency, ms", chip.processing_ms, ours.processing_ms),
                ("buffer traffic, MiB", chip.buffer_mb, ours.buffer_mb),
                ("DRAM traffic, run-length coded, MB", chip.dram_mb, coded_mb),
            )
            found += [Compared(layer.name, *figure, source) for figure in figures]
    return found


def _chips(_: Path | None) -> list[Compared]:
    return [
        Compared(
            f"{area.chip}: {area.block}", "area, mm2", area.published_mm2, area.area_mm2,
            f"{area.source}{' (from memory)' if area.weak else ''}",
        )
        for area in chips.chip_areas()
    ]  # fmt: skip


VALIDATIONS = (
    Validation("eyeriss", "Eyeriss, its own mappings", _eyeriss),
    Validation("chips", "areas of chips", _chips),
    Validation("phones", "larger kernels on phones", phones.compare_all, phones.TABLE),
    Validation("networks", "networks on a Pixel 1", phone_networks.compare, phone_networks.TABLE),
)


def chosen(folder: Path | None) -> list[tuple[Validation, Path | None]]:
    """Every validation without data, or those whose data file is in the folder, with it.

    Raises UsageError where the folder has none.
    """
    if folder is None:
        return [(validation, None) for validation in VALIDATIONS]
    files = [
        (validation, folder / validation.data) for validation in VALIDATIONS if validation.data
    ]
    there = [(validation, file) for validation, file in files if file.is_file()]
    if not there:
        names = ", ".join(file.name for _, file in files)
        raise UsageError(f"{folder} has no data to validate with; looked for {names}")
    return list(there)
