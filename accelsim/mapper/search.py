"""Find the best mapping of an operator: score a space in closed form, re-score the best in cycles.

Candidates are taken in the order of their bound and re-scored with the engine's recurrence until
the next bound is no better than the best score found. The winner is then the optimum of the space
that `space.py` lists, in engine cycles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.dataflows.base import ArraySpec
from accelsim.errors import MappingError
from accelsim.mapper import closed_forms, kernels
from accelsim.mapper.space import BLOCK_ORDERS, TileSpace, mapping_of, tile_space
from accelsim.mapping import Mapping
from accelsim.schedule.kernels import columns_of, cut_axis, rows_of
from accelsim.schedule.nest import Machine, Nest
from accelsim.schedule.program import TiledNest, dataflow_code, tile

OBJECTIVES = {
    "cycles": kernels.BY_CYCLES,
    "energy": kernels.BY_ENERGY,
    "edp": kernels.BY_EDP,
    "dram_bytes": kernels.BY_DRAM_BYTES,
}
"""What a mapping may be chosen by; edp is energy times cycles."""

STEP_LIMITS = (20_000, 200_000)
"""Tilings with more steps are left out while any with fewer fits (design, section 6)."""

RESCORED_STEPS = 200_000_000
"""Steps that re-scoring may walk; beyond it the result is not claimed to be optimal."""


class Prices(NamedTuple):
    """Energies in pJ that do and do not depend on the mapping; `work`: all MACs, per dataflow."""

    work: tuple[float, ...]
    sram_read_per_byte: float
    sram_write_per_byte: float
    dram_per_byte: float
    leakage_per_cycle: float


@dataclass(frozen=True, slots=True)
class Found:
    """The best mapping, flattened for the engines, and how it was found."""

    mapping: Mapping
    tiled: TiledNest
    evaluated: int
    rescored: int
    optimal: bool


class Question(NamedTuple):
    """Everything that the answer depends on; searches are remembered by it."""

    nest: Nest
    machine: Machine
    spec: ArraySpec
    dataflows: tuple[str, ...]
    prices: Prices
    objective: str


@lru_cache(maxsize=65536)
def find_mapping(question: Question) -> Found:
    """Best mapping of an operator for the objective, over all dataflows of the question.

    Raises MappingError when not even the smallest tiles fit the on-chip level.
    """
    flows = ("vector",) if question.nest.vector_ops else question.dataflows
    space = tile_space(question.nest, question.spec)
    for max_steps in STEP_LIMITS:
        tables = [_scored(question, flow, space, max_steps) for flow in flows]
        if any(len(candidates) for candidates, _ in tables):
            return _best(question, flows, tables, RESCORED_STEPS // max_steps)
    raise MappingError(_does_not_fit(question, space))


def _scored(
    question: Question, flow: str, space: TileSpace, max_steps: int
) -> tuple[NDArray[np.int64], int]:
    result: tuple[NDArray[np.int64], int] = kernels.score(
        dataflow_code(flow), question.nest, question.machine, question.spec, space,
        BLOCK_ORDERS, max_steps,
    )  # fmt: skip
    return result


def _best(
    question: Question,
    flows: tuple[str, ...],
    tables: list[tuple[NDArray[np.int64], int]],
    most_rescores: int,
) -> Found:
    candidates = np.concatenate([table for table, _ in tables])
    flow_of = np.repeat(np.arange(len(flows)), [len(table) for table, _ in tables])
    prices, objective = question.prices, OBJECTIVES[question.objective]
    base_pj = (
        np.array(prices.work)[flow_of]
        + candidates[:, 10] * prices.sram_read_per_byte
        + candidates[:, 11] * prices.sram_write_per_byte
    )
    variable = np.array([prices.dram_per_byte, prices.leakage_per_cycle])
    bounds = kernels.bounds_of_candidates(objective, variable, base_pj, candidates)
    by_traffic = question.objective == "dram_bytes"
    second = candidates[:, 7] if by_traffic else candidates[:, 8] + candidates[:, 9]
    order = np.lexsort((np.arange(len(bounds)), second, bounds))
    codes = np.array([dataflow_code(flow) for flow in flows])[flow_of]
    best, rescored, proved = kernels.pop_best(
        codes[order], question.nest, question.machine, question.spec, BLOCK_ORDERS,
        candidates[order], base_pj[order], objective, variable, most_rescores,
    )  # fmt: skip
    winner = [int(size) for size in candidates[order[best]]]
    flow = flows[flow_of[order[best]]]
    mapping = mapping_of(question.nest, flow, tuple(winner[:6]), winner[6])
    return Found(
        mapping=mapping,
        tiled=tile(question.nest, mapping),
        evaluated=sum(seen for _, seen in tables),
        rescored=rescored,
        optimal=proved,
    )


def _does_not_fit(question: Question, space: TileSpace) -> str:
    nest, machine = question.nest, question.machine
    smallest = np.array([sizes[-1] for sizes in space], dtype=np.int64)
    rows = cut_axis(rows_of(nest), smallest[4])
    cols = cut_axis(columns_of(nest), smallest[5])
    fill = closed_forms.fill_bytes(
        dataflow_code("vector" if nest.vector_ops else question.dataflows[0]),
        nest, machine, question.spec, smallest, (rows.largest, cols.largest),
    )  # fmt: skip
    needs = f"output {fill[0]} B, input {fill[1]} B, weight {fill[2]} B"
    room = (
        f"{machine.capacity} B"
        if machine.unified
        else f"output {machine.output_capacity} B, input {machine.input_capacity} B, "
        f"weight {machine.weight_capacity} B"
    )
    if closed_forms.fits(machine, fill):
        return (
            f"the on-chip level holds so little ({room}) that every tiling has more than "
            f"{STEP_LIMITS[-1]:,} steps; make it larger"
        )
    return (
        f"even the smallest tile does not fit the on-chip level: it needs {needs}, and there is "
        f"{room}; make the level larger"
    )
