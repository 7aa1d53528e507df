"""`study gap`: what parameters and operations promise, and what is left in time and energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from accelsim.errors import AccelsimError, UsageError
from accelsim.hardware.accelerator import Accelerator
from accelsim.results.columns import Column
from accelsim.results.network import NetworkResult, Row
from accelsim.study.base import Progress, TableStudy
from accelsim.study.gap_causes import (
    CAUSES,
    IDEAL,
    extra_slots,
    milliseconds,
    promised_slots,
    slots,
)
from accelsim.study.gap_findings import findings
from accelsim.study.page import Section
from accelsim.study.runs import Runs, reasons
from accelsim.workload.base import elements
from accelsim.workload.network import Network

ACCELERATORS = ("edge_16x16", "tpu_v1", "nvdla_full", "dpu_b4096", "pixel_1", "gpu_like")
"""Accelerators of the study unless others are named."""

NETWORKS = (
    "mixnet_s", "mixnet_m", "mobilenet_v1", "mobilenet_v2", "mobilenet_v3_large", "inception_v3",
    "shufflenet_v2_x1_0", "squeezenet1_0", "efficientnet_b0", "resnet50",
)  # fmt: skip
"""Networks of the study unless others are named."""

REFERENCES = ("resnet152", "mobilenet_v3_large")
TITLE = "What parameters and operations promise, and what is left in time"

COLUMNS = (
    Column("reference", "", "network that ratios and promises are taken from"),
    Column("network", "", "network"),
    Column("accelerator", "", "accelerator, with what was changed in it"),
    Column("params", "", "all learnables"),
    Column("macs", "MAC", "of one image"),
    Column("activations", "", "elements that operators with MACs put out, one image"),
    Column("cycles", "cycles", "of one image"),
    Column("latency_ms", "ms", "cycles at the accelerator's clock"),
    Column("energy_uj", "uJ", "DRAM included"),
    Column("utilization", "1", "macs / (peak MACs per cycle x cycles)"),
    Column("params_ratio", "1", "the reference's over its own: times fewer"),
    Column("macs_ratio", "1", "the reference's over its own"),
    Column("activations_ratio", "1", "the reference's over its own"),
    Column("time_ratio", "1", "the reference's latency over its own: times faster"),
    Column("energy_ratio", "1", "the reference's energy over its own"),
    Column("promised_ms", "ms", "latency at the MAC rate that the reference reaches"),
    Column("gap", "1", "latency over promised_ms"),
    Column("extra_ms", "ms", "latency less promised_ms; the extra_* columns add up to it"),
    *(Column(f"{cause}_ms", "ms", meaning) for cause, meaning in CAUSES.items()),
    *(
        Column(f"extra_{cause}_ms", "ms", "beyond the reference's for as many MACs")
        for cause in CAUSES
        if cause != IDEAL
    ),
    Column("reason", "", "why cells are blank"),
)
"""Columns of gap.csv."""


@dataclass(frozen=True, kw_only=True)
class GapStudy(TableStudy):
    """gap.csv, and what it says."""

    name: ClassVar = "gap"
    title: ClassVar = TITLE
    columns: ClassVar = COLUMNS

    @property
    def sections(self) -> list[Section]:
        """Sentences computed from the table."""
        return findings(self.rows)


def study_gap(
    runs: Runs,
    networks: Sequence[Network],
    references: Sequence[Network],
    progress: Progress | None = None,
) -> GapStudy:
    """All networks on all accelerators, relative to every reference; a reference is one too.

    Raises UsageError without a network or a reference, or for a reference without MACs.
    """
    _check(networks, references)
    together = {network.name: network for network in (*networks, *references)}
    subjects = [(hw, network) for hw in runs.hardware for network in together.values()]
    tell = progress or (lambda done, total, following: None)
    for done, (accelerator, network) in enumerate(subjects):
        tell(done, len(subjects), f"{accelerator.label}: {network.name}")
        runs.outcome(network, accelerator)
    tell(len(subjects), len(subjects), "")
    rows = tuple(
        gap_row(runs, network, reference, accelerator)
        for reference in references
        for accelerator in runs.hardware
        for network in {each.name: each for each in (*networks, reference)}.values()
    )
    return GapStudy(rows=rows, accelerators=runs.hardware, effort=runs.effort)


def steps(runs: Runs, networks: Sequence[Network], references: Sequence[Network]) -> int:
    """How often `progress` is called before the end."""
    return len(runs.hardware) * len({network.name for network in (*networks, *references)})


def activations(network: Network) -> int:
    """Elements that convolutions, linear operators and matrix products put out, one image.

    Source: Radosavovic et al., Designing Network Design Spaces, arXiv 2003.13678, section 3.1.
    """
    return sum(elements(operator.output_shape) for operator in network if operator.macs)


def gap_row(runs: Runs, network: Network, reference: Network, accelerator: Accelerator) -> Row:
    """One network beside the reference on one accelerator."""
    counts = _counts(network)
    row: Row = {
        "reference": reference.name,
        "network": network.name,
        "accelerator": accelerator.label,
        **counts,
        **{f"{name}_ratio": value / counts[name] for name, value in _counts(reference).items()},
        "reason": "",
    }
    own, other = runs.outcome(network, accelerator), runs.outcome(reference, accelerator)
    if isinstance(own, AccelsimError) or isinstance(other, AccelsimError):
        row["reason"] = reasons([own, other])
    else:
        row |= _timed(own, other)
    return {column.name: row.get(column.name) for column in COLUMNS}


def _counts(network: Network) -> dict[str, int]:
    return {"params": network.params, "macs": network.macs, "activations": activations(network)}


def _timed(own: NetworkResult, reference: NetworkResult) -> Row:
    promised = milliseconds(promised_slots(own, reference), own)
    extra = extra_slots(own, reference)
    return {
        "cycles": own.cycles,
        "latency_ms": own.latency_ms,
        "energy_uj": own.energy_uj,
        "utilization": own.utilization,
        "time_ratio": reference.latency_ms / own.latency_ms,
        "energy_ratio": reference.energy_uj / own.energy_uj,
        "promised_ms": promised,
        "gap": own.latency_ms / promised,
        "extra_ms": milliseconds(sum(extra.values()), own),
        **{f"{cause}_ms": milliseconds(count, own) for cause, count in slots(own).items()},
        **{f"extra_{cause}_ms": milliseconds(count, own) for cause, count in extra.items()},
    }


def _check(networks: Sequence[Network], references: Sequence[Network]) -> None:
    if not networks or not references:
        raise UsageError("study gap: name at least one network and one reference")
    for network in (*networks, *references):
        if not network.macs:
            raise UsageError(f"study gap: {network.name} has no MACs, so it has no MAC rate")
