"""SCALE-Sim topologies: csv files of convolutions, or of matrix products.

A row is a layer by itself: the file does not say what it reads, so every operator reads an input of
its own. Sizes of maps include their padding. A convolution has ceil((H - R + s) / s) outputs along
an axis, so where the stride does not divide, rows and columns are padded at the bottom and right.
A layer with DP in its name is depthwise: one layer of one channel for every channel.
Source: scalesim-project/scale-sim-v2, scalesim/topology_utils.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from accelsim.errors import InputError, Problem, WorkloadError
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.window import Window

CONV = (
    "Layer name", "IFMAP Height", "IFMAP Width", "Filter Height", "Filter Width", "Channels",
    "Num Filter", "Strides",
)  # fmt: skip
GEMM = ("Layer", "M", "N", "K")
STRIDE_WIDTH = "Stride width"
DEPTHWISE = "DP"


class Cell(NamedTuple):
    """The text between two commas, without spaces around it, and the column where it starts."""

    text: str
    column: int


class Row(NamedTuple):
    """A layer: its line from 1, its name and its numbers in the order of the columns."""

    line: int
    name: str
    numbers: tuple[int, ...]


def network_from_scalesim(path: str | Path) -> Network:
    """The layers of a topology; InputError names the place of everything that is wrong."""
    return _Topology(str(path)).network()


class _Topology:
    """A file on its way into a builder."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.net = NetworkBuilder(Path(path).stem, f"SCALE-Sim topology {Path(path).name}")
        self._names: set[str] = set()

    def network(self) -> Network:
        lines = [(number, cells(line)) for number, line in enumerate(_lines(self.path), start=1)]
        filled = [(number, row) for number, row in lines if any(cell.text for cell in row)]
        if len(filled) < 2:
            self._report(1, 1, "", "has no layers; a header and one line per layer are needed")
            raise InputError(self.problems)
        columns = self._columns(*filled[0])
        if columns is not None:
            for number, row in filled[1:]:
                self._read(number, row, columns)
        if self.problems:
            raise InputError(self.problems)
        return self.net.build()

    def _report(self, line: int, column: int, field: str, message: str) -> None:
        self.problems.append(Problem(self.path, line, column, field, message))

    def _columns(self, line: int, header: Sequence[Cell]) -> tuple[str, ...] | None:
        """The columns that the header announces, or None where it is not one of the two."""
        words = [cell.text.lower() for cell in header if cell.text]
        if len(words) > 1 and words[1].lstrip("-").isdigit():
            self._report(
                line, header[1].column, "",
                f"the first line must name the columns ({', '.join(CONV)}, or {', '.join(GEMM)}); "
                f"SCALE-Sim skips it",
            )  # fmt: skip
            return None
        columns = GEMM if words[1:2] in (["m"], ["n"], ["k"]) else CONV
        for cell, column in zip(header, columns, strict=False):
            others = {other.lower() for other in columns[1:]} - {column.lower()}
            if cell.text.lower() in others:
                self._report(
                    line, cell.column, cell.text,
                    f"stands where {column} is read; the columns are {', '.join(columns)}",
                )  # fmt: skip
                return None
        if len(words) < len(columns):
            missing = ", ".join(columns[len(words) :])
            self._report(line, 1, "", f"the header has {len(words)} columns; missing: {missing}")
            return None
        return columns

    def _read(self, line: int, row: Sequence[Cell], columns: tuple[str, ...]) -> None:
        """Append the layer of one line, or report what is wrong with it."""
        before = len(self.problems)
        row = [*row]
        while row and not row[-1].text:
            row.pop()
        names = columns if columns is GEMM else (*columns, STRIDE_WIDTH)
        if len(row) < len(columns):
            missing = ", ".join(columns[len(row) :])
            self._report(line, 1, "", f"has {len(row)} values; missing: {missing}")
        elif len(row) > len(names):
            extra = row[len(names)]
            self._report(line, extra.column, "", f"'{extra.text}' is one value too many; remove it")
        if row and not row[0].text:
            self._report(line, row[0].column, columns[0], "missing, but required")
        numbers = [
            self._number(line, cell, name) for cell, name in zip(row[1:], names[1:], strict=False)
        ]
        if len(self.problems) == before:
            self._append(Row(line, row[0].text, tuple(numbers)))

    def _number(self, line: int, cell: Cell, name: str) -> int:
        try:
            number = int(cell.text)
        except ValueError:
            sparse = name == STRIDE_WIDTH and ":" in cell.text
            advice = "; sparsity is not modelled, remove it" if sparse else ""
            self._report(
                line, cell.column, name, f"must be a whole number, is '{cell.text}'{advice}"
            )
            return 0
        if number < 1:
            self._report(line, cell.column, name, f"must be >= 1, is {number}")
        return number

    def _append(self, row: Row) -> None:
        name, repeat = row.name, 1
        while name in self._names:
            repeat += 1
            name = f"{row.name}_{repeat}"
        self._names.add(name)
        try:
            _add_layer(self.net, row._replace(name=name))
        except WorkloadError as error:
            self._report(row.line, 1, "", str(error))


def _add_layer(net: NetworkBuilder, row: Row) -> None:
    """The operator of a row and the input that it reads."""
    source = f"{row.name}.in"
    if len(row.numbers) == len(GEMM) - 1:
        rows, filters, depth = row.numbers
        net.linear(row.name, net.input(source, (depth, rows, 1)), filters, bias=False)
        return
    height, width, taps_down, taps_right, channels, filters, down, *rest = row.numbers
    right = rest[0] if rest else down
    if taps_down > height or taps_right > width:
        raise WorkloadError(
            f"{row.name}: filter {taps_down}x{taps_right} is larger than the map {height}x{width}; "
            f"sizes of maps include their padding"
        )
    x = net.input(source, (channels, height, width))
    groups = channels if DEPTHWISE in row.name else 1
    walk = Window(
        (taps_down, taps_right),
        (down, right),
        (0, 0, -(height - taps_down) % down, -(width - taps_right) % right),
    )
    net.conv(row.name, x, filters * groups, walk, groups=groups)


def cells(line: str) -> list[Cell]:
    """The values of a line; a comment starts with #."""
    found, column = [], 1
    for text in line.partition("#")[0].split(","):
        lead = len(text) - len(text.lstrip())
        found.append(Cell(text.strip(), column + lead))
        column += len(text) + 1
    return found


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError([Problem(path, 1, 1, "", f"is not a text file: {error}")]) from None
    except OSError as error:
        raise InputError([Problem(path, 1, 1, "", f"cannot be read: {error.strerror}")]) from None
