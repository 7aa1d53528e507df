"""What actions cost while mappings are compared, per target."""

from __future__ import annotations

from typing import NamedTuple

from accelsim.mapper.estimate_kernels import Terms
from accelsim.schedule.hierarchy import Hierarchy
from accelsim.schedule.relevance import INPUT, OUTPUT, WEIGHT


class Prices(NamedTuple):
    """Energies in pJ. `read` and `write`: per bit, of every level of a hierarchy, DRAM last."""

    work: float
    """Of all MACs and vector operations of the operator."""
    read: tuple[float, ...]
    write: tuple[float, ...]
    leakage_per_cycle: float


def terms_of(prices: Prices, hierarchy: Hierarchy, objective: int) -> Terms:
    """Prices as the tile search takes them: per byte at the array's edge and at the DRAM's."""
    inner = [chain[0] for chain in hierarchy.chains]
    outer = [chain[-1] for chain in hierarchy.chains]
    read, write = prices.read, prices.write
    per_bit = [
        read[inner[OUTPUT]], write[inner[OUTPUT]], read[inner[INPUT]], read[inner[WEIGHT]],
        write[outer[OUTPUT]], write[outer[INPUT]], write[outer[WEIGHT]], read[outer[OUTPUT]],
    ]  # fmt: skip
    return Terms(
        objective=objective,
        work_pj=prices.work,
        edge_pj=tuple(8 * price for price in per_bit),
        dram_read_pj=8 * read[-1],
        dram_write_pj=8 * write[-1],
        leakage_pj=prices.leakage_per_cycle,
    )
