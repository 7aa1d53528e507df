"""Whole networks on a Pixel 1: measured latency beside that of the preset.

Source of the figures stated here and of the table's rows: github tensorflow/models,
research/slim/nets/mobilenet/README.md, TFLite float on one large core. Every tensor goes through
the memory between operators.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from accelsim.evaluate import simulate
from accelsim.validation.compared import Compared
from accelsim.validation.phones import EFFORT

TABLE = "mobile_networks.csv"
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
    """Network -> ms, of the rows of a table that are float networks on a Pixel 1 and built in."""
    found: dict[str, float] = {}
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            name = _built_in(row)
            if name and row["device"].startswith("Pixel 1 CPU"):
                found[name] = float(row["latency_ms"])
    return found


def _built_in(row: Mapping[str, str]) -> str | None:
    for pattern, name in VARIANTS:
        if match := re.fullmatch(pattern, f"{row['network']} {row['variant']}"):
            return name.format(match[1], row["input"])
    return None
