"""The glossary names every column that is written, in order."""

from __future__ import annotations

import pytest

from accelsim.evaluate import simulate
from accelsim.results.columns import COLUMNS, KERNEL_COLUMNS, SUMMARY_COLUMNS


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        (COLUMNS, lambda result: result.table("layer")),
        (KERNEL_COLUMNS, lambda result: result.table("kernel")),
        (SUMMARY_COLUMNS, lambda result: [result.summary()]),
    ],
    ids=["layers", "kernels", "summary"],
)
def test_columns_are_those_of_the_rows_in_order(columns, rows):
    written = rows(simulate("mobilenet_v1:alpha=0.25,resolution=32"))
    assert list(written[0]) == [column.name for column in columns]
    assert all(column.meaning for column in columns)
