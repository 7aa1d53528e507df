"""`accelsim validate`: published figures beside ours."""

from __future__ import annotations

from pathlib import Path

from accelsim.cli.options import Output
from accelsim.cli.output import note, note_compiling, print_csv, print_json, print_table
from accelsim.results.network import Row
from accelsim.validation.summary import chosen

SHOWN = ("subject", "quantity", "published", "ours", "ours_over_published", "source")


def show(data: Path | None, output: Output) -> None:
    """Run every validation, or those that a folder has data for, and print their tables."""
    validations = chosen(data)
    note_compiling(output)
    rows: list[Row] = []
    for validation, table in validations:
        note(f"{validation.name}: {table or 'figures stated in accelsim'}", output)
        found = [compared.row() for compared in validation.compare(table)]
        rows += [{"validation": validation.name, **row} for row in found]
        if output.format == "table":
            print_table(found, SHOWN, validation.title)
    if output.format == "csv":
        print_csv(rows)
    elif output.format == "json":
        print_json(rows)
