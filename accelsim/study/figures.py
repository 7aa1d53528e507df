"""What a network costs on an accelerator, in the four ways of the study, with reasons for blanks.

`area_time_mm2_ms` is the whole accelerator times the latency. `occupied_area_time_mm2_ms` counts,
for each operator, what it holds: the array with the registers of its PEs and the line buffers of
window engines, the vector unit if the operator uses it, and of every SRAM level the share that its
tiles claim; control is left out.
"""

from __future__ import annotations

from collections.abc import Mapping as ByName
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from accelsim.cost.area import AreaRow, area_breakdown
from accelsim.cost.engines import is_engine
from accelsim.errors import AccelsimError
from accelsim.evaluate import executed, simulate
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapping import Mapping
from accelsim.operator_map import map_operator
from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult
from accelsim.study.buffers import MOST_BYTES, Buffers
from accelsim.workload.network import Network
from accelsim.workload.operators import Operator


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one network on one accelerator; None is unknown, and `reasons` say why."""

    params: int
    macs: int
    engine_area_mm2: float | None = None
    area_time_mm2_ms: float | None = None
    occupied_area_time_mm2_ms: float | None = None
    buffer_bytes: int | None = None
    buffer_area_mm2: float | None = None
    cycles: int | None = None
    latency_ms: float | None = None
    sram_bytes: int | None = None
    dram_bytes: int | None = None
    energy_uj: float | None = None
    reasons: tuple[str, ...] = ()


class Bench:
    """One accelerator, its buffers, and how large a space its mapper searches."""

    def __init__(self, hardware: Accelerator, effort: str) -> None:
        self.hardware = hardware
        self.label = hardware.label
        self.effort = effort
        self.buffers = Buffers(hardware, effort)

    def run(self, network: Network) -> NetworkResult | AccelsimError:
        """The network on the accelerator, or why it cannot be."""
        try:
            return simulate(network, self.hardware, effort=self.effort)
        except AccelsimError as error:
            return error

    def figures(
        self,
        network: Network,
        outcome: NetworkResult | AccelsimError,
        engine_area_mm2: float | None,
        guess_bytes: int = 0,
    ) -> Figures:
        """All figures of a network that was run; the search for its buffer begins at a guess."""
        found: dict[str, Any] = self._buffer(network, guess_bytes)
        reasons = []
        if found["buffer_bytes"] is None:
            most = f"{MOST_BYTES // 2**20} MiB"
            reasons.append(f"buffer: none up to {most} reaches compulsory traffic")
        if isinstance(outcome, AccelsimError):
            reasons.append(" ".join(str(outcome).split()))
        else:
            found |= _of_result(outcome, network, self.hardware)
        return Figures(
            params=network.params,
            macs=network.macs,
            engine_area_mm2=engine_area_mm2,
            reasons=tuple(reasons),
            **found,
        )

    def area_needed_mm2(self, figures: Figures) -> float | None:
        """The accelerator with the smallest buffer in place of the SRAM that its PEs share."""
        if figures.buffer_area_mm2 is None:
            return None
        shared = (level for level in self.hardware.on_chip if not level.per)
        names = tuple(f"{level.name}," for level in shared if level.kind == "sram")
        rows = area_breakdown(self.hardware).rows
        kept = sum(row.area_mm2 for row in rows if not _is_memory_of(row, names))
        return kept + figures.buffer_area_mm2

    def _buffer(self, network: Network, guess_bytes: int) -> dict[str, Any]:
        """Of all operators with weights, the largest filters first: they need the most."""
        weighty = sorted(
            (operator for operator in network.operators if operator.weights),
            key=lambda operator: -max(operator.kernel or (1,)),
        )
        needed = self.buffers.needed_bytes(weighty, guess_bytes)
        area_mm2 = None if needed is None else self.buffers.area_mm2(needed)
        return {"buffer_bytes": needed, "buffer_area_mm2": area_mm2}


def _of_result(result: NetworkResult, network: Network, hardware: Accelerator) -> dict[str, Any]:
    operators = {operator.name: operator for operator in executed(network, hardware)}
    occupied = 0.0
    for layer in result.layers:
        claims = claimed_bytes(operators[layer.layer], result.mappings.get(layer.layer), hardware)
        occupied += occupied_mm2(layer, claims, hardware) * layer.latency_ms
    return {
        "area_time_mm2_ms": result.area_time_mm2_ms,
        "occupied_area_time_mm2_ms": occupied,
        "cycles": result.cycles,
        "latency_ms": result.latency_ms,
        "sram_bytes": result.sram_bytes,
        "dram_bytes": result.dram_bytes,
        "energy_uj": result.energy_uj,
    }


class Holdings(NamedTuple):
    """Parts of an accelerator that an operator may hold, in mm2."""

    array: float
    vector: float
    sram: dict[str, float]
    """All copies of a level, by its name."""


def claimed_bytes(
    operator: Operator, mapping: Mapping | None, hardware: Accelerator
) -> dict[str, int]:
    """What the tiles of a mapping claim of one copy of each level; nothing without a mapping."""
    if mapping is None:
        return {}
    found = map_operator(operator, hardware, mapping=mapping)
    claims: dict[str, int] = {}
    for fill in found.fills:
        name = found.flow.target.level_names[fill.level]
        claims[name] = claims.get(name, 0) + fill.claimed_bytes
    return claims


def occupied_mm2(layer: LayerResult, claims: ByName[str, int], hardware: Accelerator) -> float:
    """Area that one operator holds while it runs; all copies of a level are as full as one."""
    parts = holdings(hardware)
    in_line = hardware.vector_unit.placement == "in_line"
    vector = parts.vector if in_line or layer.dataflow == "vector" else 0.0
    held = (
        parts.sram[level.name] * claims.get(level.name, 0) / level.total_bytes
        for level in hardware.on_chip
        if level.name in parts.sram
    )
    return parts.array + vector + sum(held)


@lru_cache(maxsize=64)
def holdings(hardware: Accelerator) -> Holdings:
    """Array with registers and line buffers, vector unit and SRAM; what is left out is control."""
    breakdown = area_breakdown(hardware)
    sram = {
        level.name: sum(
            row.area_mm2 for row in breakdown.rows if _is_memory_of(row, (f"{level.name},",))
        )
        for level in hardware.on_chip
        if level.kind == "sram" and not (level.per and is_engine(hardware))
    }
    private_mm2 = breakdown.part_mm2("memory") - sum(sram.values())
    return Holdings(
        breakdown.part_mm2("array") + private_mm2,
        breakdown.part_mm2("vector"),
        sram,
    )


def _is_memory_of(row: AreaRow, names: tuple[str, ...]) -> bool:
    """Whether a row is the storage of one of the levels; `names` end in a comma."""
    return row.part == "memory" and row.name.startswith(names)


def reason_text(figures: Sequence[Figures]) -> str:
    """Why figures are blank, each reason once."""
    return "; ".join(dict.fromkeys(reason for each in figures for reason in each.reasons))
