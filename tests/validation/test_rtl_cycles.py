"""All controllers against RTL simulation, to the cycle (tests/reference/rtl_cycles.csv, own run).

In that file N is the number of filters and K the reduction length; here they are K and D.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from accelsim.dataflows import (
    DATAFLOWS,
    OVERLAPS,
    ArraySpec,
    Gemm,
    Timing,
    array_cycles,
    timing,
)

MEASURED = Path(__file__).parents[1] / "reference" / "rtl_cycles.csv"
CONTROLLERS = {
    "ws_serial": ("ws", "serial"),
    "ws_doublebuf": ("ws", "pipelined"),
    "ws_doublebuf_broadcast": ("ws", "broadcast"),
    "os_serial": ("os", "serial"),
    "os_overlap": ("os", "pipelined"),
}


def measured(controller: str, trim: bool) -> list[dict[str, int]]:
    with MEASURED.open(newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if (row["controller"], row["trim"]) == (controller, str(int(trim)))
        ]
    texts = ("controller", "conv", "simulator")
    return [{name: int(row[name]) for name in row if name not in texts} for row in rows]


@pytest.mark.parametrize("trim", [False, True])
@pytest.mark.parametrize("controller", CONTROLLERS)
def test_array_cycles_when_rtl_was_simulated_equal_it_on_every_row(controller: str, trim: bool):
    dataflow, overlap = CONTROLLERS[controller]
    rows = measured(controller, trim)
    assert len(rows) == 114
    for row in rows:
        product = Gemm(M=row["M"], K=row["N"], D=row["K"], G=1)
        array = ArraySpec(row["R"], row["C"], OVERLAPS[overlap], rtl=1, trim=int(trim), packing=0)
        expected = Timing(row["cycles"], row["stream_cycles"], row["folds"])
        assert timing(DATAFLOWS[dataflow].code, product, array) == expected, row
        assert row["cycles"] == array_cycles(
            dataflow=dataflow, rows=row["R"], cols=row["C"], M=row["M"], K=row["N"], D=row["K"],
            overlap=overlap, convention="rtl", trim=trim,
        ), row  # fmt: skip
