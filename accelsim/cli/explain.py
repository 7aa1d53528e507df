"""`accelsim explain`: what a figure means and where it comes from; what a network consists of."""

from __future__ import annotations

from inspect import getdoc
from os.path import isfile
from textwrap import fill

import click

from accelsim.cli.inputs import hardware_of
from accelsim.cli.options import Output
from accelsim.cli.output import note, print_csv, print_json, print_rows, print_table
from accelsim.cost.energy import explain as explained_costs
from accelsim.errors import UsageError, suggestion
from accelsim.networks.registry import ALIASES, NETWORKS, load_network
from accelsim.networks.textbook import textbook_numbers
from accelsim.report.names import shortened
from accelsim.report.network_rows import LAYER_COLUMNS, layer_rows, total_row
from accelsim.results.columns import FILES
from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult, Row
from accelsim.workload.network import Network

COLUMN_NAMES = {column.name: column for columns in reversed(FILES.values()) for column in columns}
"""Name -> column; the first file of `list columns` that has the name is meant."""
HIDDEN = ("type", "function", "norm_params", "reads_names")
TABLE = tuple(name.replace("padding", "pad") for name in LAYER_COLUMNS if name not in HIDDEN)
"""Columns that fit beside each other; the others are in csv and json."""
LONGEST_NAME, LONGEST_LIST = 29, 12
COST, PARAMS = "cost", "params"
FILE_ENDS = (".yaml", ".yml", ".onnx", ".csv")


def show(topic: str, hw: str, changes: tuple[str, ...], output: Output) -> None:
    """Print what the topic is: cost and params first, then a column, then a network or file.

    A file with the name of a topic is meant when it is written as a path: ./cycles.
    """
    if topic == COST:
        print_rows(cost_rows(hw, changes), output, f"{hw}: energies and constants")
    elif topic == PARAMS:
        print_rows(textbook_rows(), output, "what textbooks and papers count, counted here")
        note(f"column {PARAMS}: {column_row(PARAMS)['meaning']}", output)
    elif topic in COLUMN_NAMES:
        show_column(topic, output)
    elif is_network(topic):
        show_network(load_network(topic), output)
    else:
        raise _unknown(topic)


def show_column(name: str, output: Output) -> None:
    """Print what a column is: lines of text, or a row of csv or json."""
    row = column_row(name)
    if output.format == "table":
        click.echo("\n".join(f"{key}: {value}" for key, value in row.items() if value))
    else:
        print_rows([row], output)


def show_network(network: Network, output: Output) -> None:
    """Print the layers: a table with totals, csv of the layers alone, or json with both."""
    rows, total = layer_rows(network), total_row(network)
    if output.format == "csv":
        print_csv(rows)
    elif output.format == "json":
        counts = {key: total[key] for key in ("macs", "params", "norm_params")}
        print_json({"network": network.name, "source": network.source, **counts, "layers": rows})
    else:
        title = (
            f"{network.name}: {len(rows)} operators, {network.macs:,} MACs, "
            f"{network.params:,} parameters"
        )
        print_table([_narrow(row) for row in (*rows, total)], TABLE, title)


def _narrow(row: Row) -> Row:
    """A row for the table: a long name without its middle, what the operator does in one word."""
    words = [row.get("operator"), row.get("function") or row.get("type")]
    if row.get("operator") in ("elementwise", "move"):
        words = words[1:]
    return {
        **row,
        "layer": shortened(str(row["layer"]), LONGEST_NAME),
        "operator": " ".join(dict.fromkeys(map(str, filter(None, words)))),
        "input": str(row.get("input") or "").replace(" + ", "\n"),
        "output": str(row.get("output") or "").replace(" + ", "\n"),
        "pad": row.get("padding"),
        "reads": fill(str(row.get("reads") or ""), LONGEST_LIST),
    }


def is_network(topic: str) -> bool:
    """Whether the topic is the name of a network, settings aside, or looks like a file."""
    name = topic.partition(":")[0]
    known = name in NETWORKS or name in ALIASES
    return known or "/" in topic or topic.endswith(FILE_ENDS) or isfile(topic)


def textbook_rows() -> list[Row]:
    """Parameters and costs of convolutions as textbooks state them, with their sources."""
    return [dict(number._asdict()) for number in textbook_numbers()]


def cost_rows(hw: str, changes: tuple[str, ...]) -> list[Row]:
    """Figures that the cost models use for this hardware."""
    return [
        {
            "name": item.name,
            "value": item.value,
            "unit": item.unit,
            "weak": "weak" if item.weak else "",
            "source": item.source,
        }
        for item in explained_costs(hardware_of(hw, changes))
    ]


def column_row(name: str) -> Row:
    """What a column is, and how it follows from others if it does."""
    found = COLUMN_NAMES[name]
    derived = getattr(LayerResult, name, None) or getattr(NetworkResult, name, None)
    definition = getdoc(derived) if isinstance(derived, property) else None
    return {
        "column": name,
        "unit": found.unit,
        "meaning": found.meaning,
        "definition": definition,
    }


def _unknown(topic: str) -> UsageError:
    topics = (COST, PARAMS, *COLUMN_NAMES, *NETWORKS)
    return UsageError(
        f"nothing is named '{topic}'; allowed: {COST}, {PARAMS}, a column "
        f"({', '.join(COLUMN_NAMES)}), a network ({', '.join(NETWORKS)}), or the path of a "
        f"workload file{suggestion(topic, (*topics, *ALIASES))}"
    )
