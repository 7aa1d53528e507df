"""Whole networks on a Pixel 1: measured latency beside that of the preset.

Source of the figures stated here and of the table's rows: github tensorflow/models,
research/slim/nets/mobilenet/README.md, TFLite float on one large core. Every tensor goes through
the memory between operators.
"""

from __future__ import annotations

import re
from pathlib import Path

from accelsim.errors import UsageError
from accelsim.evaluate import simulate
from accelsim.validation.compared import Compared
from accelsim.validation.phones import EFFORT
from accelsim.validation.table import TableRow, read_table

TABLE = "mobile_networks.csv"
COLUMNS = ("network", "variant", "input", "device", "latency_ms")
DEVICE = "Pixel 1 CPU"
"""How the column `device` of the table begins."""

PRESET = "pixel_1"
SLIM = "github tensorflow/models, slim/nets/mobilenet/README.md"
PIXEL_1_MS = {"mobilenet_v2": 73.8, "mobilenet_v3_large": 51.2, "mobilenet_v3_small": 15.8}
"""Network -> ms."""

VARIANTS = (
    (r"MobileNetV2 width ([\d.]+)", "mobilenet_v2:alpha={},resolution={}"),
    (r"MobileNetV3 Large dm=([\d.]+) float", "mobilenet_v3_large:alpha={},resolution={}"),
    (r"MobileNetV3 Small dm=([\d.]+) float", "mobilenet_v3_small:alpha={},resolution={}"),
)
"""Network and variant in the table -> ours, with width and resolution."""


def compare(table: Path | None = None) -> list[Compared]:
    """Latency of each network; with a table, of those of its rows that are built in."""
    times, source = (measured(table), TABLE) if table else (PIXEL_1_MS, SLIM)
    return [
        Compared(name, "latency, ms", ms, simulate(name, PRESET, effort=EFFORT).latency_ms, source)
        for name, ms in times.items()
    ]


def measured(table: Path) -> dict[str, float]:
    """Network -> ms, of the rows of a table that are float networks on a Pixel 1 and built in.

    Raises UsageError where there is none, or a cell of one cannot be read.
    """
    found: dict[str, float] = {}
    for row in read_table(table, COLUMNS):
        name = _built_in(row) if row.text("device").startswith(DEVICE) else None
        if name:
            found[name] = row.positive("latency_ms")
    if not found:
        raise UsageError(f"{table}: no float MobileNetV2 or V3 of device {DEVICE}")
    return found


def _built_in(row: TableRow) -> str | None:
    for pattern, name in VARIANTS:
        if match := re.fullmatch(pattern, f"{row.text('network')} {row.text('variant')}"):
            return name.format(match[1], row.whole("input"))
    return None
