"""`study guidelines`: ShuffleNet V2's experiments G1 to G4 on a GPU and on a phone, predicted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

from accelsim.evaluate import simulate
from accelsim.hardware.accelerator import Accelerator
from accelsim.results.columns import Column
from accelsim.results.files import replacing, rows_to_csv
from accelsim.results.network import Row
from accelsim.study.guideline_blocks import network_of
from accelsim.study.guideline_findings import findings
from accelsim.study.guideline_rows import GUIDELINES, SOURCE, Measured, measured
from accelsim.study.page import Section, page
from accelsim.study.ranks import spearman
from accelsim.study.rows import chosen, distinct, number

PRESETS = {"gpu": "gpu_like", "arm": "snapdragon_810"}
"""Device of the paper -> the hardware file that describes it."""

TITLE = "ShuffleNet V2's guidelines, measured and predicted"

Progress = Callable[[int, int, str], None]
"""Called with what is done, what there is to do, and what comes next."""


class Predicted(NamedTuple):
    """A figure of the paper and what accelsim says instead of it."""

    figure: Measured
    accelerator: str
    macs: int
    per_s: float
    launch_share: float
    """Of the time."""
    dram_share: float


COLUMNS = (
    Column("guideline", "", "G1 channel ratio, G2 groups, G3 fragments, G4 element-wise work"),
    Column("device", "", "of the paper: gpu is a GTX 1080 Ti, arm a Snapdragon 810"),
    Column("accelerator", "", "hardware file that stands for it"),
    Column("case", "", "variant of the block"),
    Column("scale", "", "of the channels; the paper's x1, x2, x4"),
    Column("channels", "", "of the network that is simulated"),
    Column("macs", "", "of the network"),
    Column("measured_per_s", "1/s", f"networks per second; {SOURCE}"),
    Column("predicted_per_s", "1/s", "networks per second, simulated"),
    Column("measured_relative", "", "speed over that of the first case of guideline and scale"),
    Column("predicted_relative", "", "the same, simulated"),
    Column("error", "", "predicted_relative - measured_relative"),
    Column("launch_share", "", "of the predicted time: launch overhead"),
    Column("dram_share", "", "of the predicted time: waiting for DRAM"),
)
AGREEMENT = (
    Column("guideline", "", "as in guidelines.csv"),
    Column("device", "", "as in guidelines.csv"),
    Column("accelerator", "", "as in guidelines.csv"),
    Column("rows", "", "figures compared"),
    Column("spearman", "", "rank correlation of the relative speeds"),
    Column("mean_absolute_error", "", "of the relative speed"),
    Column("median_predicted_over_measured", "", "of the speed itself"),
)


@dataclass(frozen=True, kw_only=True)
class GuidelineStudy:
    """Every row of the paper's tables beside its prediction, and how well they agree."""

    rows: tuple[Row, ...]
    """guidelines.csv"""
    agreement: tuple[Row, ...]
    """agreement.csv"""
    accelerators: Mapping[str, Accelerator]
    """Device -> what it was simulated on."""
    effort: str

    @property
    def sections(self) -> list[Section]:
        """Sentences computed from the tables."""
        return findings(self.rows, self.agreement)

    def save(self, folder: str | Path) -> Path:
        """Write the tables, findings.md and manifest.json."""
        texts = {
            "guidelines.csv": rows_to_csv(self.rows),
            "agreement.csv": rows_to_csv(self.agreement),
            "findings.md": page(TITLE, self.sections),
            "manifest.json": json.dumps(self._manifest(), indent=2) + "\n",
        }
        with replacing(folder) as fresh:
            for name, text in texts.items():
                (fresh / name).write_text(text, encoding="utf-8")
        return Path(folder)

    def _manifest(self) -> dict[str, object]:
        return {
            "schema": 1,
            "study": "guidelines",
            "effort": self.effort,
            "source": SOURCE,
            "accelerators": {name: [hw.label, hw.digest] for name, hw in self.accelerators.items()},
            "columns": {
                column.name: [column.unit, column.meaning] for column in (*COLUMNS, *AGREEMENT)
            },
            "versions": {name: version(name) for name in ("accelsim", "numpy", "numba")},
        }


def study_guidelines(
    accelerators: Mapping[str, Accelerator],
    effort: str = "normal",
    guidelines: Sequence[str] = GUIDELINES,
    advance: Progress | None = None,
) -> GuidelineStudy:
    """Simulate every row of the tables; `accelerators` stand for the devices gpu and arm."""
    figures = [
        figure
        for device in accelerators
        for figure in measured(device)
        if figure.guideline in guidelines
    ]
    found = []
    for done, figure in enumerate(figures):
        if advance:
            advance(done, len(figures), f"{figure.guideline} {figure.block} on {figure.device}")
        found.append(_predicted(figure, accelerators[figure.device], effort))
    rows = _rows(found)
    return GuidelineStudy(
        rows=tuple(rows),
        agreement=tuple(_agreements(rows)),
        accelerators=dict(accelerators),
        effort=effort,
    )


def _predicted(figure: Measured, hardware: Accelerator, effort: str) -> Predicted:
    network = network_of(figure.block, figure.channels)
    result = simulate(network, hardware, effort=effort)
    launch = sum(layer.stall_launch_cycles for layer in result.layers)
    dram = sum(
        layer.stall_input_cycles + layer.stall_weight_cycles + layer.stall_output_cycles
        for layer in result.layers
    )
    return Predicted(
        figure,
        hardware.label,
        network.macs,
        1e3 / result.latency_ms,
        launch / result.cycles,
        dram / result.cycles,
    )


def _rows(found: Sequence[Predicted]) -> list[Row]:
    """guidelines.csv: speeds, and those over the first of their device, guideline and scale."""
    first: dict[tuple[str, str, int], Predicted] = {}
    rows: list[Row] = []
    for one in found:
        figure = one.figure
        base = first.setdefault((figure.device, figure.guideline, figure.scale), one)
        relative = figure.per_s / base.figure.per_s, one.per_s / base.per_s
        rows.append(
            {
                "guideline": figure.guideline,
                "device": figure.device,
                "accelerator": one.accelerator,
                "case": str(figure.block),
                "scale": figure.scale,
                "channels": "-".join(map(str, figure.block.widths(figure.channels))),
                "macs": one.macs,
                "measured_per_s": figure.per_s,
                "predicted_per_s": one.per_s,
                "measured_relative": relative[0],
                "predicted_relative": relative[1],
                "error": relative[1] - relative[0],
                "launch_share": one.launch_share,
                "dram_share": one.dram_share,
            }
        )
    return rows


def _agreements(rows: Sequence[Row]) -> list[Row]:
    """agreement.csv: a row for each guideline and device."""
    return [
        _agreement(own)
        for guideline in distinct(rows, "guideline")
        for device in distinct(rows, "device")
        if (own := chosen(rows, guideline=guideline, device=device))
    ]


def _agreement(rows: Sequence[Row]) -> Row:
    measured_relative, predicted_relative, errors = (
        [number(row, column) or 0.0 for row in rows]
        for column in ("measured_relative", "predicted_relative", "error")
    )
    speeds = [
        (number(row, "predicted_per_s") or 0.0) / (number(row, "measured_per_s") or 1.0)
        for row in rows
    ]
    return {
        **{name: rows[0][name] for name in ("guideline", "device", "accelerator")},
        "rows": len(rows),
        "spearman": spearman(measured_relative, predicted_relative),
        "mean_absolute_error": mean(map(abs, errors)),
        "median_predicted_over_measured": median(speeds),
    }
