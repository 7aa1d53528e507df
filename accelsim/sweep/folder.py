"""The folder of a sweep: its table, and what it was made from."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from accelsim.errors import UsageError
from accelsim.results.files import replacing, rows_to_csv
from accelsim.results.network import Cell, Row

SCHEMA = 1
"""Of sweep.json and sweep.csv; 1: first release."""

TABLE, MANIFEST = "sweep.csv", "sweep.json"


def save_rows(rows: Sequence[Row], manifest: dict[str, object], folder: str | Path) -> Path:
    """Write the rows of a sweep and what they were made from."""
    with replacing(folder) as fresh:
        (fresh / TABLE).write_text(rows_to_csv(rows), encoding="utf-8")
        text = json.dumps({"schema": SCHEMA, **manifest}, indent=2)
        (fresh / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    return Path(folder)


def load_rows(folder: str | Path) -> tuple[tuple[Row, ...], dict[str, object]]:
    """Rows and manifest that `save_rows` wrote; UsageError for anything else."""
    path = Path(folder)
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if manifest["schema"] != SCHEMA:
            raise ValueError(f"schema {manifest['schema']}, this release reads {SCHEMA}")
        with (path / TABLE).open(encoding="utf-8", newline="") as table:
            rows = [
                {name: _value(text) for name, text in row.items()} for row in csv.DictReader(table)
            ]
    except FileNotFoundError as error:
        raise UsageError(
            f"{path}: no sweep here: {Path(error.filename).name} is missing; "
            f"'accelsim sweep NETWORK --axis KEY=VALUES --out {path}' writes one"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: not a sweep of this release: {error}") from error
    return tuple(rows), {name: value for name, value in manifest.items() if name != "schema"}


def _value(text: str) -> Cell:
    """A csv cell as the number that it is; blank is None."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text or None
