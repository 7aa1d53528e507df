"""Rows of area and power: what accelerators consist of, how well that is known, what runs take."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from accelsim.cost.area import AreaBreakdown
from accelsim.cost.calibration import Comparison, Summary, fast_ps
from accelsim.cost.catalogue import Entry
from accelsim.results.network import NetworkResult, Row
from accelsim.validation.chips import ChipArea

POWER_PARTS = ("mac", "register", "sram", "dram", "vector", "leakage")
"""What the energy of a layer is the sum of."""


def area_rows(name: str, breakdown: AreaBreakdown) -> list[Row]:
    """One row per component."""
    return [
        {
            "hardware": name,
            "part": row.part,
            "component": row.name,
            "count": row.count,
            "unit_area_um2": row.unit_area_um2,
            "area_mm2": row.area_mm2,
            "share_of_area": row.area_mm2 / breakdown.total_mm2,
            "source": row.source,
        }
        for row in breakdown.rows
    ]


def power_rows(result: NetworkResult) -> list[Row]:
    """Average power of each part of the energy over the network's latency, in mW.

    Idle units leak, and do nothing else.
    """
    energies_uj = {
        part: sum(getattr(layer, f"energy_{part}_pj") for layer in result.layers) * 1e-6
        for part in POWER_PARTS
    }
    energies_uj["leakage"] += result.idle.energy_leakage_pj * 1e-6
    return [
        {
            "network": result.network,
            "part": part,
            "energy_uj": energy_uj,
            "power_mw": energy_uj / result.latency_ms if result.cycles else None,
            "share_of_energy": energy_uj / result.energy_uj if result.energy_uj else None,
        }
        for part, energy_uj in energies_uj.items()
    ]


def component_rows(entries: Iterable[Entry]) -> list[Row]:
    """The library at 45 nm; blank where nothing is known."""
    return [
        {
            "component": name,
            "kind": kind,
            "area_um2": _known(component.area_um2),
            "energy_pj": _known(component.energy_pj),
            "relaxed_ps": _known(component.delay_ps),
            "fast_ps": _known(fast_ps(component)),
            "made_of": component.source,
        }
        for name, kind, component in entries
    ]


def comparison_rows(compared: Iterable[Comparison]) -> list[Row]:
    """One row per figure of the model and its reference; the unit is in the quantity's name."""
    return [{**item._asdict(), "error_percent": item.error_percent} for item in compared]


def summary_rows(summaries: Iterable[Summary]) -> list[Row]:
    """Median and worst error of every group."""
    return [dict(item._asdict()) for item in summaries]


def chip_rows(areas: Sequence[ChipArea]) -> list[Row]:
    """Published areas beside ours."""
    return [
        {
            "chip": area.chip,
            "block": area.block,
            "node_nm": area.node_nm,
            "published_mm2": area.published_mm2,
            "area_mm2": area.area_mm2,
            "published_over_ours": area.ratio,
            "weak": "weak" if area.weak else "",
            "source": area.source,
        }
        for area in areas
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
