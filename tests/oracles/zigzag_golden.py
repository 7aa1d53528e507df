"""Rows of the golden files of ZigZag 3.9.1, each with its layer, mapping and machine."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapping import Mapping
from accelsim.validation.zigzag_rows import OPERAND_NAMES, layer_of, mapping_of
from accelsim.workload.operators import Conv

REFERENCE = Path(__file__).parents[1] / "reference"

load = lru_cache(load_hardware)


def read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


ROWS = read("zigzag_golden_mappings.csv")
GROUPS = Counter((row["hw"], row["layer"]) for row in ROWS)
"""(machine, layer) -> how many mappings."""


class Fixed(NamedTuple):
    """One fixed mapping, and what ZigZag said of it."""

    row: dict[str, str]
    layer: Conv
    mapping: Mapping
    hardware: Accelerator

    def theirs(self, operand: str, level: int, column: str) -> int:
        """ZigZag's count in zigzag_golden_mappings_accesses.csv."""
        return int(accesses()[self.row["id"], operand, level][column])


@lru_cache(maxsize=1)
def accesses() -> dict[tuple[str, str, int], dict[str, str]]:
    rows = read("zigzag_golden_mappings_accesses.csv")
    return {(row["id"], OPERAND_NAMES[row["operand"]], int(row["level"])): row for row in rows}


def fixed_of(group: tuple[str, str]) -> list[Fixed]:
    """The fixed mappings of one layer on one machine."""
    hardware = load(f"zigzag_{group[0]}")
    rows = [row for row in ROWS if (row["hw"], row["layer"]) == group]
    return [Fixed(row, layer_of(row), mapping_of(row, "any"), hardware) for row in rows]


def all_fixed() -> Iterator[Fixed]:
    """Every fixed mapping."""
    for group in GROUPS:
        yield from fixed_of(group)
