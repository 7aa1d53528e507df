"""`study kernels`: what a kernel size costs, beside what it adds in parameters and MACs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from accelsim.errors import check_known
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapper.search import EFFORTS
from accelsim.results.files import rows_to_csv
from accelsim.results.network import Row
from accelsim.study import engine_table, kernel_costs, network_kernels
from accelsim.study.base import Progress, Study, check_accelerators, described, digests
from accelsim.study.figures import Bench
from accelsim.study.kernel_costs import case_rows, cases
from accelsim.study.kernel_findings import findings
from accelsim.study.page import Section

ACCELERATORS = ("edge_16x16", "gemmini_16x16", "tpu_v1", "edge_tpu_like")
"""Accelerators of the study unless others are named."""

COLUMNS_OF = {
    "kernel_costs.csv": kernel_costs.COLUMNS,
    "network_costs.csv": network_kernels.COLUMNS,
    "engine_areas.csv": engine_table.COLUMNS,
}
TITLE = "What a kernel size costs"


@dataclass(frozen=True, kw_only=True)
class KernelStudy(Study):
    """Tables of the study, and what they say."""

    name: ClassVar = "kernels"
    title: ClassVar = TITLE
    costs: tuple[Row, ...]
    """kernel_costs.csv"""
    networks: tuple[Row, ...]
    """network_costs.csv"""
    engines: tuple[Row, ...]
    """engine_areas.csv"""
    accelerators: tuple[Accelerator, ...]
    effort: str

    @property
    def sections(self) -> list[Section]:
        """Sentences computed from the tables."""
        return findings(self.costs, self.networks, self.engines)

    def medians(self) -> list[Row]:
        """Ratios and gaps of operators and blocks, each the median over maps and channels."""
        return kernel_costs.medians(self.costs)

    def tables(self) -> dict[str, str]:
        """Costs of kernels and networks, areas of engines."""
        rows = (self.costs, self.networks, self.engines)
        return {name: rows_to_csv(own) for name, own in zip(COLUMNS_OF, rows, strict=True)}

    def facts(self) -> dict[str, object]:
        """Accelerators, networks, and the columns of every table."""
        return {
            "accelerators": digests(self.accelerators),
            "networks": list(network_kernels.NETWORKS),
            "columns": {name: described(columns) for name, columns in COLUMNS_OF.items()},
        }


def study_kernels(
    hardware: Sequence[Accelerator], effort: str = "sweep", progress: Progress | None = None
) -> KernelStudy:
    """All cases and networks on every accelerator, one after the other.

    Raises UsageError without an accelerator, for two of one name or an unknown effort.
    """
    check_known("effort", effort, EFFORTS)
    check_accelerators(hardware)
    families, total = cases(), steps(hardware)
    costs, networks, done = list[Row](), list[Row](), 0
    tell = progress or (lambda done, total, following: None)
    for accelerator in hardware:
        bench = Bench(accelerator, effort)
        for family in families:
            tell(done, total, f"{accelerator.label}: {family[0].type} {family[0].size.in_h}")
            costs += case_rows(bench, family)
            done += 1
        for name in network_kernels.NETWORKS:
            tell(done, total, f"{accelerator.label}: {name}")
            tables = network_kernels.network_tables(bench, name)
            costs += tables.costs
            networks += tables.changes
            done += 1
    tell(total, total, "")
    return KernelStudy(
        costs=tuple(costs),
        networks=tuple(networks),
        engines=tuple(engine_table.engine_rows()),
        accelerators=tuple(hardware),
        effort=effort,
    )


def steps(hardware: Sequence[Accelerator]) -> int:
    """How often `progress` is called before the end."""
    return len(hardware) * (len(cases()) + len(network_kernels.NETWORKS))
