"""Serial arrays against 180 runs of SCALE-Sim 3.0.0 (tests/reference/scalesim_golden.csv).

Its total is one short, since it counts from 0, and contains memory stalls; both are taken out.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from accelsim.dataflows import array_accesses, array_cycles

GOLDEN = Path(__file__).parents[1] / "reference" / "scalesim_golden.csv"
NOT_NUMBERS = ("dataflow", "mode", "overall_util_pct", "mapping_eff_pct")


class Run(NamedTuple):
    """One SCALE-Sim run: the array and product that it simulated, and its row of results."""

    array: dict[str, int]
    product: dict[str, int]
    row: dict[str, int]


def output_size(size: int, window: int, stride: int) -> int:
    """SCALE-Sim's rule, rounded up where the division is not even."""
    return -(-(size - window + stride) // stride)


def golden(dataflow: str) -> list[Run]:
    with GOLDEN.open(newline="") as file:
        texts = [row for row in csv.DictReader(file) if row["dataflow"] == dataflow]
    rows = [{k: int(v) for k, v in text.items() if k not in NOT_NUMBERS} for text in texts]
    return [
        Run(
            {"rows": row["array_rows"], "cols": row["array_cols"]},
            {
                "M": output_size(row["ifmap_h"], row["filter_h"], row["stride"])
                * output_size(row["ifmap_w"], row["filter_w"], row["stride"]),
                "K": row["num_filter"],
                "D": row["filter_h"] * row["filter_w"] * row["channels"],
            },
            row,
        )
        for row in rows
    ]


@pytest.mark.parametrize("dataflow", ["ws", "os", "is"])
def test_array_cycles_when_serial_equal_scalesim_without_stalls_on_every_row(dataflow: str):
    runs = golden(dataflow)
    assert len(runs) == 60
    for array, product, row in runs:
        ours = array_cycles(dataflow=dataflow, **array, **product)
        assert ours == row["total_cycles"] - row["stall_cycles"] + 1, row


@pytest.mark.parametrize("dataflow", ["ws", "os", "is"])
def test_array_accesses_when_reading_equal_scalesim_on_every_row(dataflow: str):
    for array, product, row in golden(dataflow):
        ours = array_accesses(dataflow=dataflow, **array, **product)
        assert ours.input_reads == row["sram_ifmap_reads"], row
        assert ours.weight_reads == row["sram_filter_reads"], row


@pytest.mark.parametrize("dataflow", ["ws", "is"])
def test_array_accesses_when_sums_leave_the_array_write_like_scalesim_on_every_row(dataflow: str):
    for array, product, row in golden(dataflow):
        ours = array_accesses(dataflow=dataflow, **array, **product)
        assert ours.output_writes == row["sram_ofmap_writes"], row


def test_array_accesses_when_output_stationary_write_each_output_once_unlike_scalesim():
    """SCALE-Sim counts rows + cols writes too many per fold, full or not: on no row do we agree."""
    for array, product, row in golden("os"):
        ours = array_accesses(dataflow="os", **array, **product)
        folds = -(-product["M"] // array["rows"]) * -(-product["K"] // array["cols"])
        assert ours.output_writes == product["M"] * product["K"]
        assert row["sram_ofmap_writes"] - ours.output_writes == folds * sum(array.values()), row
