"""The rows of a sweep as lines over one axis, or as a grid over two. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accelsim.results.network import Cell, Row

ARRAY = ("array.rows", "array.cols")
SIGN = "latency_ms"
"""A column that every point with a result has."""


@dataclass(frozen=True, slots=True)
class SweepPoints:
    """Points that have a result, along `x` (axes that move together) and `rest` (all others)."""

    x: tuple[str, ...]
    rest: tuple[str, ...]
    rows: tuple[Row, ...]
    failed: int

    @property
    def x_name(self) -> str:
        """`array size (rows × columns)` or the keys that lie along x."""
        return "array size (rows × columns)" if self.x == ARRAY else ", ".join(self.x)

    @property
    def networks(self) -> tuple[str, ...]:
        """In the order of the rows."""
        return tuple(dict.fromkeys(str(row["network"]) for row in self.rows))

    @property
    def combinations(self) -> tuple[str, ...]:
        """Values of the axes in `rest`, one text for each combination; one blank without any."""
        return tuple(dict.fromkeys(self.combination(row) for row in self.rows))

    def combination(self, row: Row) -> str:
        """`memory.levels.sram.size = 128 KiB, clock = 500 MHz`."""
        return ", ".join(f"{axis} = {row[axis]}" for axis in self.rest)

    def tick(self, row: Row) -> str:
        """What stands under a point: `8x8`, `128 KiB`."""
        return ("x" if self.x == ARRAY else ", ").join(str(row[axis]) for axis in self.x)

    def place(self, row: Row) -> float:
        """Where a point stands along x: its number, or its turn where values are words."""
        value = row[self.x[0]]
        return float(value) if isinstance(value, (int, float)) else float(self._turns[value])

    @property
    def _turns(self) -> dict[Cell, int]:
        values = dict.fromkeys(row[self.x[0]] for row in self.rows)
        return {value: turn for turn, value in enumerate(values)}

    def ticks(self) -> dict[float, str]:
        """Place along x -> text, from left to right."""
        return dict(sorted({self.place(row): self.tick(row) for row in self.rows}.items()))

    def line(self, network: str, combination: str) -> list[Row]:
        """The points of one line, from left to right."""
        mine = (
            row
            for row in self.rows
            if row["network"] == network and self.combination(row) == combination
        )
        return sorted(mine, key=self.place)


def sweep_points(rows: Sequence[Row], axes: Sequence[str]) -> SweepPoints | None:
    """Points with a result, arranged; None where there is nothing to show.

    x is the first axis and every other that it determines: 8x8, 16x16, ... moves rows and columns
    together, and so do paired axes.
    """
    done = tuple(row for row in rows if row.get(SIGN) is not None)
    if not done or not axes:
        return None
    together = tuple(axis for axis in axes if _determines(done, axes[0], axis))
    rest = tuple(axis for axis in axes if axis not in together)
    if set(together) == set(ARRAY):
        together = ARRAY
    return SweepPoints(together, rest, done, len(rows) - len(done))


def _determines(rows: Sequence[Row], first: str, other: str) -> bool:
    pairs = {(row[first], row[other]) for row in rows}
    return len(pairs) == len({row[first] for row in rows})


def is_grid(points: SweepPoints) -> bool:
    """Whether rows and columns of the array were varied independently, and nothing else."""
    return set(points.x + points.rest) == set(ARRAY) and bool(points.rest)


def is_same_for_all(points: SweepPoints, column: str) -> bool:
    """Whether a column depends on the accelerator alone, as its area does; not for one network."""
    found: dict[tuple[str, str], set[Cell]] = {}
    for row in points.rows:
        found.setdefault((points.tick(row), points.combination(row)), set()).add(row[column])
    return len(points.networks) > 1 and all(len(values) == 1 for values in found.values())
