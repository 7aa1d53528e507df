"""Rows as tables for the terminal. Knows no matplotlib, so that printing stays fast."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from accelsim.report.digits import rounded
from accelsim.results.columns import COLUMNS
from accelsim.results.network import Cell, Row

UNIT_SUFFIXES = {
    "_macs_per_cycle": "MAC/cycle", "_mm2_ms": "mm² ms", "_mm2": "mm²", "_um2": "µm²",
    "_ps": "ps", "_mw": "mW", "_percent": "%", "_ms": "ms", "_ns": "ns",
    "_bytes": "B", "_pj": "pJ", "_uj": "µJ", "_hz": "Hz", "_per_s": "1/s", "_cycles": "cycles",
}  # fmt: skip
"""End of a column name -> unit; longer ends first."""

UNITS = {column.name: column.unit for column in COLUMNS if column.unit}
SHARES = ("utilization", "array_utilization")
"""Ratios shown in percent, with every column named `share_of_...`."""


def table(rows: Sequence[Row], columns: Sequence[str], title: str | None = None) -> Table:
    """A table of `columns`: name above unit, numbers to the right, blank where unknown."""
    made = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        name, unit = heading(column)
        numeric = _is_numeric(rows, column)
        made.add_column(
            Text(f"{name}\n{unit}"), justify="right" if numeric else "left", no_wrap=numeric
        )
    for row in rows:
        made.add_row(*(Text(shown(row.get(column), column)) for column in columns))
    return made


def heading(column: str) -> tuple[str, str]:
    """Words and unit of a column: `area_time_mm2_ms` -> (`area time`, `mm² ms`)."""
    if _is_share(column):
        return column.replace("_", " "), "%"
    for suffix, unit in UNIT_SUFFIXES.items():
        if column.endswith(suffix):
            return column.removesuffix(suffix).replace("_", " "), unit
    unit = UNITS.get(column, "")
    return column.replace("_", " "), "" if unit == column else unit


def shown(value: Cell, column: str) -> str:
    """A cell as text: whole numbers exact, others to three digits, shares in percent."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if _is_share(column):
        return rounded(value * 100)
    return f"{value:,}" if isinstance(value, int) else rounded(value)


def _is_share(column: str) -> bool:
    return column in SHARES or column.startswith("share_of_")


def _is_numeric(rows: Sequence[Row], column: str) -> bool:
    values = [row[column] for row in rows if row.get(column) is not None]
    return bool(values) and all(isinstance(value, (int, float)) for value in values)
