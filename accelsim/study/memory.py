"""`study memory`: what skips, branches and concats cost in live bytes, spills and time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from accelsim.errors import check_known
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapper.search import EFFORTS
from accelsim.resident import required_level
from accelsim.results.columns import Column
from accelsim.results.network import Row
from accelsim.study.base import Progress, TableStudy, check_accelerators
from accelsim.study.memory_cases import Pair, pairs
from accelsim.study.memory_figures import RESIDENCY, figures
from accelsim.study.memory_findings import findings
from accelsim.study.page import Section

ACCELERATORS = ("edge_16x16",)
"""Accelerators of the study unless others are named."""

SIZES = (0.5, 1.0, 2.0, 4.0)
"""Of the level where tensors may stay, times its own."""

TITLE = "What skips, branches and concats cost in memory"

COLUMNS = (
    Column("accelerator", "", "accelerator, with what was changed in it"),
    Column("group", "", "what is compared: skip, branch or concat"),
    Column("subject", "", "network, or module of one"),
    Column("variant", "", "side of the pair; the second is the twin that ratios are to"),
    Column("macs", "MAC", "of one image"),
    Column("params", "", "all learnables"),
    Column("on_chip_bytes", "B", "size of the level where tensors may stay"),
    Column("level_times", "1", "on_chip_bytes over the accelerator's own"),
    Column("live_peak_bytes", "B", "most bytes of tensors live at once"),
    Column("live_peak_at", "", "operator that runs then"),
    Column("memory_order_peak_bytes", "B", "live_peak_bytes in the order of least memory"),
    Column("live_mean_bytes", "B", "live bytes, mean over time without residency"),
    Column(
        "waiting_mean_bytes", "B", "of these, of tensors that the running operator does not use"
    ),
    Column("spill_free_bytes", "B", "size of the level from which no tensor spills; else blank"),
    Column("spilled_bytes", "B", "tensors made and read again that do not stay, each once"),
    Column("dram_bytes", "B", "on the DRAM channel, tensors staying as is best"),
    Column("dram_bytes_without", "B", "on the DRAM channel, no tensor staying"),
    Column("cycles", "cycles", "tensors staying as is best"),
    Column("cycles_without", "cycles", "no tensor staying"),
    Column("mac_cycles_without", "cycles", "of operators with MACs, no tensor staying"),
    Column("energy_uj", "uJ", "tensors staying as is best"),
    Column("live_peak_ratio", "1", "live_peak_bytes over the twin's"),
    Column("live_mean_ratio", "1", "live_mean_bytes over the twin's"),
    Column("dram_ratio", "1", "dram_bytes over the twin's"),
    Column("dram_ratio_without", "1", "dram_bytes_without over the twin's"),
    Column("cycles_ratio", "1", "cycles over the twin's"),
    Column("cycles_ratio_without", "1", "cycles_without over the twin's"),
    Column("mac_cycles_ratio_without", "1", "mac_cycles_without over the twin's"),
)

RATIOS = {
    "live_peak_ratio": "live_peak_bytes", "live_mean_ratio": "live_mean_bytes",
    "dram_ratio": "dram_bytes", "dram_ratio_without": "dram_bytes_without",
    "cycles_ratio": "cycles", "cycles_ratio_without": "cycles_without",
    "mac_cycles_ratio_without": "mac_cycles_without",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MemoryStudy(TableStudy):
    """memory.csv, and what it says."""

    name: ClassVar = "memory"
    title: ClassVar = TITLE
    columns: ClassVar = COLUMNS

    @property
    def sections(self) -> list[Section]:
        """Sentences computed from the table."""
        return findings(self.rows)

    def facts(self) -> dict[str, object]:
        """How tensors were chosen that stay, accelerators, and columns."""
        return {"residency": RESIDENCY, **super().facts()}


def study_memory(
    hardware: Sequence[Accelerator], effort: str = "sweep", progress: Progress | None = None
) -> MemoryStudy:
    """All pairs on every accelerator, with half to four times the memory that it has.

    Raises UsageError without an accelerator, for two of one name, for one that cannot hold tensors
    on chip (`resident.required_level`) and for an unknown effort.
    """
    check_known("effort", effort, EFFORTS)
    check_accelerators(hardware)
    for accelerator in hardware:
        required_level(accelerator)
    subjects = [(accelerator, pair) for accelerator in hardware for pair in pairs()]
    rows = list[Row]()
    tell = progress or (lambda done, total, following: None)
    for done, (accelerator, pair) in enumerate(subjects):
        tell(done, len(subjects), f"{accelerator.label}: {pair.subject}")
        rows += pair_rows(accelerator, pair, effort, SIZES)
    tell(len(subjects), len(subjects), "")
    return MemoryStudy(rows=tuple(rows), accelerators=tuple(hardware), effort=effort)


def steps(hardware: Sequence[Accelerator]) -> int:
    """How often `study_memory` tells its progress, but for the last time."""
    return len(hardware) * len(pairs())


def pair_rows(
    hardware: Accelerator, pair: Pair, effort: str, sizes: Sequence[float]
) -> Iterator[Row]:
    """Both variants on sizes of the level, times its own; the twin after its subject."""
    level = required_level(hardware)
    for times in sizes:
        size_bytes = int(level.total_bytes * times)
        sized = hardware.replace({f"memory.levels.{level.name}.size": size_bytes})
        found = [figures(variant, sized, effort)._asdict() for variant in pair.variants]
        for variant, cells in zip(pair.variants, found, strict=True):
            cells |= {name: _ratio(cells[of], found[1][of]) for name, of in RATIOS.items()}
            cells |= {
                "accelerator": hardware.label,
                "group": pair.group,
                "subject": pair.subject,
                "variant": variant.name,
                "on_chip_bytes": size_bytes,
                "level_times": times,
            }
            yield {column.name: cells[column.name] for column in COLUMNS}


def _ratio(value: float, base: float) -> float | None:
    return value / base if base else None
