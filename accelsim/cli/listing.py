"""`accelsim list`: what there is to choose from."""

from __future__ import annotations

from inspect import signature

from accelsim.cli.options import Output
from accelsim.cli.output import print_rows
from accelsim.dataflows import DATAFLOWS
from accelsim.hardware.yaml_io import load_hardware, preset_names
from accelsim.networks.registry import KERNEL, NETWORKS
from accelsim.results.columns import COLUMNS
from accelsim.results.network import Row
from accelsim.units import format_bandwidth, format_bytes, format_frequency


def show(what: str, output: Output) -> None:
    """Print one of the lists."""
    print_rows(LISTS[what](), output)


def network_rows() -> list[Row]:
    """Built-in networks with what may follow their names after a colon."""
    rows: list[Row] = []
    for name, record in NETWORKS.items():
        network = record.function()
        rows.append(
            {
                "network": name,
                "aliases": ", ".join(record.aliases),
                "settings": ", ".join((*signature(record.function).parameters, KERNEL)),
                "macs": network.macs,
                "params": network.params,
                "source": record.source,
            }
        )
    return rows


def hardware_rows() -> list[Row]:
    """Presets with the sizes that matter first."""
    rows: list[Row] = []
    for name in preset_names():
        hardware = load_hardware(name)
        rows.append(
            {
                "hardware": name,
                "array": f"{hardware.array.rows}x{hardware.array.cols}",
                "dataflows": ", ".join(hardware.array.dataflows),
                "sram": format_bytes(hardware.scratchpad.total_bytes),
                "dram": format_bandwidth(hardware.dram.bandwidth_bytes_per_s),
                "clock": format_frequency(hardware.clock_hz),
                "node_nm": hardware.technology.node_nm,
                "description": hardware.description.partition(". ")[0],
            }
        )
    return rows


def dataflow_rows() -> list[Row]:
    """Dataflows of the array, in the dimensions of a GEMM: M pixels, K filters, D reduction."""
    return [
        {
            "dataflow": name,
            "title": dataflow.title,
            "stationary": dataflow.stationary,
            "rows": dataflow.rows,
            "columns": dataflow.columns,
            "streams": dataflow.streams,
            "source": dataflow.source,
        }
        for name, dataflow in DATAFLOWS.items()
    ]


def column_rows() -> list[Row]:
    """Columns of layers.csv in their order."""
    return [dict(column._asdict()) for column in COLUMNS]


LISTS = {
    "networks": network_rows,
    "hardware": hardware_rows,
    "dataflows": dataflow_rows,
    "columns": column_rows,
}
