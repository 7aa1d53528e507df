"""Rows of engine_areas.csv: dedicated engines per kernel size, alone and with line buffers.

Cells at 45 nm; cycles are of one channel on the study's middle map, streamed by the engine itself
and in passes on a 3 x 3 engine (`dataflows/streaming.py`, equal to RTL on every simulated case).
"""

from __future__ import annotations

from collections.abc import Iterator

from accelsim.cost.engines import CRITICAL_PATH_PS, STORAGES, line_buffers, streaming_engine
from accelsim.kernel_engines import EngineRow, layer_work
from accelsim.results.columns import Column
from accelsim.results.network import Row
from accelsim.study.cases import BASE_KERNEL, KERNELS, Case, Size, convolutions, network_of, sizes

NO_LINES = "none"
"""Storage of line buffers that are shared or stand elsewhere."""

COLUMNS = (
    Column("kernel", "", "filter size"),
    Column("tree", "", "one-stage or registered"),
    Column("storage", "", "of the line buffers; none: they are not counted"),
    Column("width", "", "pixels of a row that the line buffers hold"),
    Column("engine_um2", "um2", "cells at 45 nm, line buffers apart"),
    Column("line_buffer_um2", "um2", "cells at 45 nm"),
    Column("area_ratio", "1", "engine and line buffers over those of 3x3"),
    Column("param_ratio", "1", "taps over those of 3x3"),
    Column("critical_path_ps", "ps", "synthesised at 45 nm, gates alone; blank where not"),
    Column("cycles", "cycles", "one channel of the middle map on the engine"),
    Column("cycles_on_3x3", "cycles", "the same in passes on a 3x3 engine"),
    Column("area_cycles_path_ratio", "1", "area x cycles x critical path over that of 3x3"),
)
"""Columns of engine_areas.csv."""


def engine_rows() -> list[Row]:
    """All kernels, trees and storages at the map widths of the study."""
    widths = sorted({size.in_h for size in sizes()})
    places = [(NO_LINES, middle_map()), *((s, width) for s in STORAGES for width in widths)]
    return [
        row
        for registered in (False, True)
        for storage, width in places
        for row in _kernel_rows(registered, storage, width)
    ]


def middle_map() -> int:
    """Rows and columns of the middle one of the study's maps."""
    heights = sorted({size.in_h for size in sizes()})
    return heights[len(heights) // 2]


def _kernel_rows(registered: bool, storage: str, width: int) -> Iterator[Row]:
    rows = [_row(kernel, registered, storage, width) for kernel in KERNELS]
    base = rows[KERNELS.index(BASE_KERNEL)]
    for kernel, row in zip(KERNELS, rows, strict=True):
        ratios: Row = {
            "param_ratio": kernel**2 / BASE_KERNEL**2,
            "area_ratio": _area(row) / _area(base),
            "area_cycles_path_ratio": _over(_area_time(row), _area_time(base)),
        }
        yield {column.name: {**row, **ratios}[column.name] for column in COLUMNS}


def _row(kernel: int, registered: bool, storage: str, width: int) -> Row:
    """Figures of one engine, ratios aside."""
    lines = 0.0 if storage == NO_LINES else line_buffers(kernel, width, 8, storage).area_um2
    paths = CRITICAL_PATH_PS.get(kernel)
    return {
        "kernel": f"{kernel}x{kernel}",
        "tree": "registered" if registered else "one-stage",
        "storage": storage,
        "width": width,
        "engine_um2": streaming_engine(kernel, registered_tree=registered).area_um2,
        "line_buffer_um2": lines,
        "critical_path_ps": paths[registered] if paths else None,
        "cycles": channel_cycles(kernel, EngineRow(kernel, 1, registered)),
        "cycles_on_3x3": channel_cycles(kernel, EngineRow(BASE_KERNEL, 1, registered)),
    }


def channel_cycles(kernel: int, row: EngineRow) -> int:
    """Cycles of one channel of the middle map."""
    (conv,) = convolutions(network_of(Case(kernel, "conv", Size(middle_map(), 1))))
    return layer_work(conv.dims(), row).cycles


def _area(row: Row) -> float:
    return _number(row, "engine_um2") + _number(row, "line_buffer_um2")


def _area_time(row: Row) -> float | None:
    if row["critical_path_ps"] is None:
        return None
    return _area(row) * _number(row, "cycles") * _number(row, "critical_path_ps")


def _over(value: float | None, base: float | None) -> float | None:
    return None if value is None or not base else value / base


def _number(row: Row, name: str) -> float:
    value = row[name]
    assert isinstance(value, (int, float)), name
    return value
