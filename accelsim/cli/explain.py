"""`accelsim explain`: what a figure means and where it comes from."""

from __future__ import annotations

from inspect import getdoc

import click

from accelsim.cli.inputs import hardware_of
from accelsim.cli.options import Output
from accelsim.cli.output import print_rows
from accelsim.cost.energy import explain as explained_costs
from accelsim.errors import UsageError, suggestion
from accelsim.results.columns import COLUMNS
from accelsim.results.layer import LayerResult
from accelsim.results.network import Row


def show_cost(hw: str, changes: tuple[str, ...], output: Output) -> None:
    """Print every figure that the cost models use for this hardware."""
    print_rows(cost_rows(hw, changes), output, f"{hw}: energies and constants")


def show_column(name: str, output: Output) -> None:
    """Print what a column is: lines of text, or a row of csv or json."""
    row = column_row(name)
    if output.format == "table":
        click.echo("\n".join(f"{key}: {value}" for key, value in row.items() if value))
    else:
        print_rows([row], output)


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
    found = next((column for column in COLUMNS if column.name == name), None)
    if found is None:
        topics = ["cost", *(column.name for column in COLUMNS)]
        raise UsageError(
            f"nothing is named '{name}'; 'accelsim list columns' shows what is"
            f"{suggestion(name, topics)}"
        )
    derived = getattr(LayerResult, name)
    definition = getdoc(derived) if isinstance(derived, property) else None
    return {
        "column": name,
        "unit": found.unit,
        "meaning": found.meaning,
        "definition": definition,
    }
