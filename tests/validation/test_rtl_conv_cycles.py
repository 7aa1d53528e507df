"""Cycles of window engines against RTL simulation (own run), every row exactly."""

import csv
from pathlib import Path

import pytest

from accelsim.dataflows import streaming
from accelsim.kernel_engines import EngineRow, layer_work
from accelsim.workload.dims import ConvDims

with (Path(__file__).parents[1] / "reference" / "rtl_conv_cycles.csv").open() as file:
    ROWS = list(csv.DictReader(file))
STREAMED = [row for row in ROWS if row["engine"] in ("streaming", "row")]
BY_PASSES = [row for row in ROWS if row["engine"] == "3x3 engine, decomposed kernel"]


def named(row):
    return "-".join(row[key] for key in ("engine", "KR", "KC", "pipe", "H", "W", "images", "gap"))


def test_every_row_is_compared():
    assert (len(STREAMED), len(BY_PASSES)) == (72, 6)
    assert len(ROWS) == len(STREAMED) + len(BY_PASSES)


@pytest.mark.parametrize("row", STREAMED, ids=named)
def test_images_through_an_engine_take_the_cycles_of_rtl(row):
    rows, cols, height, width = (int(row[key]) for key in ("KR", "KC", "H", "W"))
    result = streaming.latency(rows * cols, registered_tree=row["pipe"] == "1")
    fill = streaming.fill(width, rows, cols, result)
    timing = streaming.cycles(int(row["images"]), height * width, fill, int(row["gap"]))
    assert timing.cycles == int(row["cycles"])
    assert timing.compute_cycles == int(row["images"]) * height * width
    assert fill == int(row["first_output_cycle"])


@pytest.mark.parametrize("row", BY_PASSES, ids=named)
def test_larger_kernel_on_a_3x3_engine_takes_the_passes_and_cycles_of_rtl(row):
    kernel, size = int(row["KR"]), int(row["H"])
    layer = ConvDims(
        P=size, Q=size, R=kernel, S=kernel, H=size, W=size,
        pad_top=kernel // 2, pad_left=kernel // 2,
    )  # fmt: skip
    work = layer_work(layer, EngineRow(3, engines=1))
    assert (work.passes, work.cycles) == (int(row["images"]), int(row["cycles"]))
