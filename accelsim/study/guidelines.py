"""`study guidelines`: ShuffleNet V2's experiments G1 to G4 on a GPU and on a phone, predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import truediv
from statistics import mean, median
from typing import ClassVar, NamedTuple

from accelsim.errors import UsageError
from accelsim.evaluate import simulate
from accelsim.hardware.accelerator import Accelerator
from accelsim.results.columns import Column
from accelsim.results.files import rows_to_csv
from accelsim.results.network import NetworkResult, Row
from accelsim.study.base import Progress, Study, described, digests
from accelsim.study.guideline_blocks import network_of
from accelsim.study.guideline_findings import findings, machines, of_machine
from accelsim.study.guideline_rows import GUIDELINES, SOURCE, Measured, measured
from accelsim.study.page import Section
from accelsim.study.ranks import spearman
from accelsim.study.rows import chosen, distinct, number

PRESETS = {"gpu": ("gpu_like",), "arm": ("snapdragon_810", "pixel_1")}
"""Device of the paper -> the hardware files that stand for it: its own, then another's."""

EFFORT = "normal"
OWN_EFFORT = {"snapdragon_810": "sweep", "pixel_1": "sweep"}
"""Of an accelerator, where none is asked for; a wider search hardly changes the phones here."""

OWN_RESIDENCY = {"snapdragon_810": "greedy"}
"""Of a hardware file whose outermost level is a cache that tensors stay in between operators, where
its description says so; of others `none`."""

KINDS = ("measured", "predicted")

TITLE = "ShuffleNet V2's guidelines, measured and predicted"


class Predicted(NamedTuple):
    """A figure of the paper and what accelsim says instead of it."""

    figure: Measured
    accelerator: str
    effort: str
    residency: str
    macs: int
    per_s: float
    launch_share: float
    """Of the time."""
    dram_share: float


COLUMNS = (
    Column("guideline", "", "G1 channel ratio, G2 groups, G3 fragments, G4 element-wise work"),
    Column("device", "", "of the paper: gpu is a GTX 1080 Ti, arm a Snapdragon 810"),
    Column("accelerator", "", "hardware file that stands for it"),
    Column("effort", "", "how large a space was searched for mappings"),
    Column("residency", "", "how tensors were chosen that stay on chip between operators"),
    Column("case", "", "variant of the block"),
    Column("scale", "", "of the channels; the paper's x1, x2, x4"),
    Column("channels", "", "of the network that is simulated"),
    Column("macs", "", "of the network"),
    Column("measured_per_s", "1/s", f"networks per second; {SOURCE}"),
    Column("predicted_per_s", "1/s", "networks per second, simulated"),
    Column("measured_relative", "", "speed over that of the first case of guideline and scale"),
    Column("predicted_relative", "", "the same, simulated"),
    Column("error", "", "predicted_relative - measured_relative"),
    Column("source", "", "of the measured figure: table of the paper"),
    Column("read_off", "", "figure of the hardware file that was read off this row, which is "
           "therefore left out of agreement.csv; blank: none"),
    Column("launch_share", "", "of the predicted time: launch overhead"),
    Column("dram_share", "", "of the predicted time: waiting for DRAM"),
)  # fmt: skip
AGREEMENT = (
    Column("guideline", "", "as in guidelines.csv"),
    Column("device", "", "as in guidelines.csv"),
    Column("accelerator", "", "as in guidelines.csv"),
    Column("rows", "", "figures compared"),
    Column("rows_left_out", "", "figures that the hardware file was made with (`read_off`)"),
    Column("spearman", "", "rank correlation of the speeds relative to the first case of the same "
           "scale: scales do not count"),
    Column("mean_absolute_error", "", "of these relative speeds"),
    Column("spearman_all_rows", "", "rank correlation of the speeds relative to the first case at "
           "the first scale: scales count"),
    Column("mean_absolute_error_all_rows", "", "of these relative speeds"),
    Column("median_predicted_over_measured", "", "of the speed itself"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class GuidelineStudy(Study):
    """Every row of the paper's tables beside its prediction, and how well they agree."""

    name: ClassVar = "guidelines"
    title: ClassVar = TITLE
    rows: tuple[Row, ...]
    """guidelines.csv"""
    agreement: tuple[Row, ...]
    """agreement.csv"""
    accelerators: Mapping[str, Sequence[Accelerator]]
    """Device -> what it was simulated on."""
    effort: str
    """As asked for; `own`: as each row says."""

    @property
    def sections(self) -> list[Section]:
        """Sentences computed from the tables."""
        return findings(self.rows, self.agreement)

    def tables(self) -> dict[str, str]:
        """Every row of the paper, and how well they agree."""
        return {
            "guidelines.csv": rows_to_csv(self.rows),
            "agreement.csv": rows_to_csv(self.agreement),
        }

    def facts(self) -> dict[str, object]:
        """Source, accelerators of each device, and columns."""
        return {
            "source": SOURCE,
            "accelerators": {name: digests(each) for name, each in self.accelerators.items()},
            "columns": described((*COLUMNS, *AGREEMENT)),
        }


def study_guidelines(
    accelerators: Mapping[str, Sequence[Accelerator]],
    effort: str | None = None,
    guidelines: Sequence[str] = GUIDELINES,
    advance: Progress | None = None,
) -> GuidelineStudy:
    """Simulate every row of the tables; `accelerators` stand for the devices gpu and arm.

    Raises UsageError for two accelerators of one name on a device.
    """
    _check(accelerators)
    pairs = [
        (figure, hardware)
        for device in accelerators
        for hardware in accelerators[device]
        for figure in measured(device)
        if figure.guideline in guidelines
    ]
    found = []
    for done, (figure, hardware) in enumerate(pairs):
        if advance:
            advance(done, len(pairs), f"{figure.guideline} {figure.block} on {hardware.label}")
        found.append(_predicted(figure, hardware, effort or own_effort(hardware.label)))
    rows = _rows(found)
    return GuidelineStudy(
        rows=tuple(rows),
        agreement=tuple(_agreements(rows)),
        accelerators=dict(accelerators),
        effort=effort or "own",
    )


def own_effort(accelerator: str) -> str:
    """How large a space is searched for mappings on it unless another is asked for."""
    return OWN_EFFORT.get(accelerator, EFFORT)


def own_residency(hardware: Accelerator) -> str:
    """How tensors are chosen there that stay on chip between operators."""
    return OWN_RESIDENCY.get(hardware.name, "none")


def simulated(figure: Measured, hardware: Accelerator, effort: str) -> NetworkResult:
    """The network of a figure, run as the study runs it on that accelerator."""
    network = network_of(figure.block, figure.channels)
    return simulate(network, hardware, effort=effort, residency=own_residency(hardware))


def _check(accelerators: Mapping[str, Sequence[Accelerator]]) -> None:
    for device, hardware in accelerators.items():
        labels = [accelerator.label for accelerator in hardware]
        if len(set(labels)) < len(labels):
            raise UsageError(f"{device}: an accelerator is given more than once; keep one")


def _predicted(figure: Measured, hardware: Accelerator, effort: str) -> Predicted:
    result = simulated(figure, hardware, effort)
    launch = sum(layer.stall_launch_cycles for layer in result.layers)
    dram = sum(
        layer.stall_input_cycles + layer.stall_weight_cycles + layer.stall_output_cycles
        for layer in result.layers
    )
    return Predicted(
        figure,
        hardware.label,
        effort,
        result.residency,
        result.macs,
        1e3 / result.latency_ms,
        launch / result.cycles,
        dram / result.cycles,
    )


def _rows(found: Sequence[Predicted]) -> list[Row]:
    """guidelines.csv: speeds, and those over the first of their machine, guideline and scale."""
    first: dict[tuple[str, str, str, int], Predicted] = {}
    rows: list[Row] = []
    for one in found:
        figure = one.figure
        place = figure.device, one.accelerator, figure.guideline, figure.scale
        base = first.setdefault(place, one)
        relative = figure.per_s / base.figure.per_s, one.per_s / base.per_s
        rows.append(
            {
                "guideline": figure.guideline,
                "device": figure.device,
                "accelerator": one.accelerator,
                "effort": one.effort,
                "residency": one.residency,
                "case": str(figure.block),
                "scale": figure.scale,
                "channels": "-".join(map(str, figure.block.widths(figure.channels))),
                "macs": one.macs,
                "measured_per_s": figure.per_s,
                "predicted_per_s": one.per_s,
                "measured_relative": relative[0],
                "predicted_relative": relative[1],
                "error": relative[1] - relative[0],
                "source": figure.source,
                "read_off": figure.read_off(one.accelerator),
                "launch_share": one.launch_share,
                "dram_share": one.dram_share,
            }
        )
    return rows


def _agreements(rows: Sequence[Row]) -> list[Row]:
    """agreement.csv: a row for each guideline and machine."""
    return [
        _agreement(of_machine(chosen(rows, guideline=guideline), machine))
        for guideline in distinct(rows, "guideline")
        for machine in machines(rows)
    ]


def _agreement(rows: Sequence[Row]) -> Row:
    """Of one guideline on one machine; the first row is what the others are relative to."""
    scored = [row for row in rows if not row["read_off"]]
    measured_per_s, predicted_per_s = (_figures(scored, f"{kind}_per_s") for kind in KINDS)
    within = [_figures(scored, f"{kind}_relative") for kind in KINDS]
    overall = [
        [speed / speeds[0] for speed in speeds] for speeds in (measured_per_s, predicted_per_s)
    ]
    return {
        **{name: rows[0][name] for name in ("guideline", "device", "accelerator")},
        "rows": len(scored),
        "rows_left_out": len(rows) - len(scored),
        "spearman": spearman(*within),
        "mean_absolute_error": _mean_distance(*within),
        "spearman_all_rows": spearman(*overall),
        "mean_absolute_error_all_rows": _mean_distance(*overall),
        "median_predicted_over_measured": median(map(truediv, predicted_per_s, measured_per_s)),
    }


def _figures(rows: Sequence[Row], column: str) -> list[float]:
    return [number(row, column) or 0.0 for row in rows]


def _mean_distance(one: Sequence[float], other: Sequence[float]) -> float:
    return mean(abs(mine - theirs) for mine, theirs in zip(one, other, strict=True))
