"""`accelsim check`: are these files what they should be?"""

from __future__ import annotations

import click

from accelsim.cli.inputs import Mistakes
from accelsim.cost.area import area_breakdown
from accelsim.cost.energy import unit_energies
from accelsim.documents import read_yaml, validate
from accelsim.errors import HardwareError, InputError, Problem
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.scalesim_cfg import hardware_from_cfg
from accelsim.importers.content import kind_of, network_from_file
from accelsim.results.mapping_file import read_entries
from accelsim.units import format_bandwidth, format_bytes, format_frequency

HARDWARE_KEYS = ("array", "memory")
WORKLOAD_KEYS = ("operators", "inputs")
MAPPING_KEY = "mappings"


def check_files(files: tuple[str, ...]) -> None:
    """One line for each good file; then every problem of the others in one error."""
    mistakes = Mistakes()
    for file in files:
        with mistakes.collected():
            click.echo(f"{file}: ok: {checked(file)}")
    mistakes.report()


def checked(file: str) -> str:
    """What the file holds, in one line; raises an error for a file that cannot be used."""
    kind = kind_of(file)
    if kind == "cfg":
        return _hardware(file, hardware_from_cfg(file))
    if kind != "yaml":
        return _workload(file)
    document = read_yaml(file)
    if any(key in document.data for key in WORKLOAD_KEYS):
        return _workload(file)
    if any(key in document.data for key in HARDWARE_KEYS):
        return _hardware(file, validate(document, Accelerator))
    if MAPPING_KEY in document.data:
        return _mappings(file)
    message = (
        f"neither hardware (it would have {' and '.join(HARDWARE_KEYS)}) nor a workload "
        f"(it would have {' and '.join(WORKLOAD_KEYS)}) nor mappings (it would have {MAPPING_KEY})"
    )
    raise InputError([Problem(file, 1, 1, "", message)])


def _workload(file: str) -> str:
    network = network_from_file(file)
    return (
        f"network {network.name}, {len(network.operators)} operators, "
        f"{network.macs / 1e6:,.1f} M MACs, {network.params / 1e6:,.2f} M parameters"
    )


def _mappings(file: str) -> str:
    """Whether a layer can run with its mapping depends on the accelerator: `map` and `run` say."""
    entries = read_entries(file).placed().values()
    networks = dict.fromkeys(entry.network for entry in entries)
    return f"{len(entries)} mappings of {', '.join(networks) or 'no network'}"


def _hardware(file: str, hardware: Accelerator) -> str:
    """Costs are asked for too, since constants of the file may be of no use to them."""
    try:
        area = area_breakdown(hardware)
        unit_energies(hardware)
    except HardwareError as error:
        lines = str(error).splitlines()
        raise InputError([Problem(file, 1, 1, "", line) for line in lines]) from error
    return (
        f"hardware {hardware.name}, {hardware.array.shape} PEs, "
        f"{format_bytes(hardware.on_chip_bytes)} on chip{_levels(hardware)}, "
        f"DRAM {format_bandwidth(hardware.dram.bandwidth_bytes_per_s)}, "
        f"{format_frequency(hardware.clock_hz)}, {area.total_mm2:.3g} mm2"
    )


def _levels(hardware: Accelerator) -> str:
    count = len(hardware.on_chip)
    return f" in {count} levels" if count > 1 else ""
