"""`accelsim list`: what there is to choose from."""

from __future__ import annotations

from inspect import signature

from accelsim.cli.options import Output
from accelsim.cli.output import note, print_rows, print_table
from accelsim.dataflows import AXES, DATAFLOWS
from accelsim.hardware.yaml_io import load_hardware, preset_names
from accelsim.networks.parameters import VARIANTS
from accelsim.networks.registry import NETWORKS
from accelsim.report.network_rows import SIZES, mac_shares
from accelsim.results.columns import FILES
from accelsim.results.network import Row
from accelsim.units import format_bandwidth, format_bytes, format_frequency

SHARE = "share_of_macs_"
NETWORK_TABLE = (
    "network", "params", "macs", "operators", *(f"{size} %" for size in (*SIZES, "other")),
    "source",
)  # fmt: skip


def show(what: str, output: Output) -> None:
    """Print one of the lists."""
    rows = LISTS[what]()
    if what == "networks" and output.format == "table":
        print_table([_narrow(row) for row in rows], NETWORK_TABLE, "MACs per kernel size in %")
        common = ", ".join(VARIANTS)
        note(f"settings: as --format csv has them; every network also takes {common}", output)
    else:
        print_rows(rows, output)


def network_rows() -> list[Row]:
    """Built-in networks with what their definitions take after a colon, besides VARIANTS."""
    rows: list[Row] = []
    for name, record in NETWORKS.items():
        network = record.function()
        rows.append(
            {
                "network": name,
                "aliases": ", ".join(record.aliases),
                "settings": ", ".join(signature(record.function).parameters),
                "params": network.params,
                "macs": network.macs,
                "operators": len(network.operators),
                **{f"{SHARE}{size}": share for size, share in mac_shares(network).items()},
                "source": record.source,
            }
        )
    return rows


def _narrow(row: Row) -> Row:
    """A row for the table: aliases below the name, shares in percent under short names."""
    shares = {
        f"{name.removeprefix(SHARE)} %": f"{100 * value:5.1f}" if value else None
        for name, value in row.items()
        if name.startswith(SHARE) and isinstance(value, float)
    }
    names = [str(row["network"]), *str(row["aliases"]).split(", ")]
    return {**row, **shares, "network": "\n= ".join(filter(None, names))}


def hardware_rows() -> list[Row]:
    """Presets with the sizes that matter first."""
    rows: list[Row] = []
    for name in preset_names():
        hardware = load_hardware(name)
        rows.append(
            {
                "hardware": name,
                "array": hardware.array.shape,
                "dataflows": ", ".join(hardware.array.dataflows),
                "levels": len(hardware.on_chip),
                "on_chip": format_bytes(hardware.on_chip_bytes),
                "dram": format_bandwidth(hardware.dram.bandwidth_bytes_per_s),
                "clock": format_frequency(hardware.clock_hz),
                "node_nm": hardware.technology.node_nm,
                "description": hardware.description.partition(". ")[0],
            }
        )
    return rows


def dataflow_rows() -> list[Row]:
    """Built-in dataflows: which dimensions may lie on which axis, and what else they ask for."""
    return [
        {
            "dataflow": name,
            "title": flow.title,
            "timing": flow.timing,
            **{axis: " ".join(flow.on(axis)) for axis in AXES},
            "adds_along": " ".join(flow.adds_along()),
            "stationary": flow.stationary,
            "input_feed": flow.input_feed,
            "source": flow.source,
        }
        for name, flow in DATAFLOWS.items()
    ]


def column_rows() -> list[Row]:
    """Columns of every output file in their order."""
    return [
        {"file": file, **column._asdict()} for file, columns in FILES.items() for column in columns
    ]


LISTS = {
    "networks": network_rows,
    "hardware": hardware_rows,
    "dataflows": dataflow_rows,
    "columns": column_rows,
}
