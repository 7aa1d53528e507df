"""Tables of measurements that a user hands over: rows whose cells say where they are wrong."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeVar

from accelsim.errors import UsageError

Kind = TypeVar("Kind", int, float)
Value = TypeVar("Value")


class TableRow(NamedTuple):
    """One line of a table; cells are read as what is expected of them, or UsageError."""

    file: Path
    line: int
    """Of the file, from 1."""
    cells: Mapping[str, str | None]

    def text(self, column: str) -> str:
        """The cell; empty where the row is too short."""
        return self.cells[column] or ""

    def one_of(self, column: str, allowed: Mapping[str, Value]) -> Value:
        """What the word in the cell stands for."""
        if self.text(column) not in allowed:
            self._refuse(column, f"one of {', '.join(allowed)}")
        return allowed[self.text(column)]

    def whole(self, column: str) -> int:
        """A whole number of at least 1."""
        return self._number(column, int, "a whole number of at least 1")

    def positive(self, column: str) -> float:
        """A number above 0."""
        return self._number(column, float, "a number above 0")

    def _number(self, column: str, kind: Callable[[str], Kind], expected: str) -> Kind:
        try:
            value = kind(self.text(column))
        except ValueError:
            self._refuse(column, expected)
        if not (isfinite(value) and value > 0):
            self._refuse(column, expected)
        return value

    def _refuse(self, column: str, expected: str) -> NoReturn:
        place = f"{self.file}, row {self.line}, column {column}"
        raise UsageError(f"{place}: '{self.text(column)}'; needs {expected}")


def read_table(file: Path, columns: Sequence[str]) -> list[TableRow]:
    """Rows of a CSV file; UsageError where it is none or lacks one of the columns."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = [TableRow(file, reader.line_num, cells) for cells in reader]
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 text; save the table as UTF-8 CSV") from error
    except (OSError, csv.Error) as error:
        raise UsageError(f"{file}: cannot be read as CSV: {error}") from error
    if missing:
        raise UsageError(f"{file}: no column {', '.join(missing)}; needs {', '.join(columns)}")
    return rows
