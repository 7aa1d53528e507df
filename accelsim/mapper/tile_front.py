"""The search over tilings, for work that folds over the array and for the vector unit."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from accelsim.errors import MappingError
from accelsim.mapper import fit_kernels, tile_search
from accelsim.mapper.costing import cost_of, score_of
from accelsim.mapper.estimate_kernels import Case
from accelsim.mapper.finding import Finding, Flow, Question
from accelsim.mapper.objectives import OBJECTIVES
from accelsim.mapper.prices import terms_of
from accelsim.mapper.space import BLOCK_ORDERS, TileSpace, in_order, mapping_of, tile_space
from accelsim.mapper.tile_kernels import SECOND, VALUE, Limits
from accelsim.schedule.border_kernels import columns_of, rows_of
from accelsim.schedule.fill import room_text
from accelsim.schedule.hierarchy import Hierarchy, level_table, port_table
from accelsim.schedule.machine import Target
from accelsim.schedule.plan import Plan, dataflow_code
from accelsim.traffic.accesses import cut_axis

STEP_LIMITS = (20_000, 200_000)
"""Tilings with more steps are left out while any with fewer fits (docs/model.md, section 4)."""

RESCORED_STEPS = 200_000_000
"""Steps that re-scoring may walk; beyond it the result is not claimed to be optimal."""

INNER_SIZES = {"sweep": 0, "normal": 2, "full": 8}
"""Effort -> sizes of loops inside all others that are tried for each tiling and order."""


def search_tiles(question: Question, flow: Flow, best: NDArray[np.float64]) -> Finding:
    """Best tiling under one dataflow that beats `best` (objective and tie).

    Raises MappingError when not even the smallest tiles fit the on-chip levels.
    """
    nest, target = question.nest, flow.target
    code = dataflow_code(flow.name)
    space = tile_space(nest, code, target.spec, few=question.effort == "sweep")
    terms = terms_of(flow.prices, target.hierarchy, OBJECTIVES[question.objective])
    case = Case(code, nest, target.machine, target.spec, terms)
    blank = blank_plan(target.hierarchy)
    for max_steps in STEP_LIMITS:
        limits = Limits(max_steps, INNER_SIZES[question.effort], int(question.prune), question.most)
        known = best.copy()
        chosen, notes, (costed, left_out) = tile_search.search_tiles(
            case, blank, pools_of(target), in_order(space), BLOCK_ORDERS, limits, known
        )
        if costed:
            break
    else:
        raise MappingError(_does_not_fit(question, flow, space))
    order = np.lexsort((np.arange(len(notes)), notes[:, SECOND], notes[:, VALUE]))
    known = best.copy()
    winner, _, proved = tile_search.pop_best(
        case, blank, BLOCK_ORDERS, chosen[order], notes[order], known, RESCORED_STEPS // max_steps
    )
    mapping, score = None, (float(known[0]), float(known[1]))
    levels = tuple(len(chain) for chain in target.hierarchy.chains)
    if winner >= 0:
        candidate = tuple(int(number) for number in chosen[order[winner]])
        mapping = mapping_of(nest, flow.name, candidate, levels)
    if mapping is not None and max(levels) > 1:
        # what passes between shared levels is not in the candidates' figures
        score = score_of(cost_of(nest, flow, mapping), question.objective)
    return Finding(
        flow=flow,
        mapping=mapping,
        value=score[0],
        second=score[1],
        evaluated=costed,
        pruned=left_out,
        optimal=bool(proved) and max(levels) == 1,
    )


@lru_cache(maxsize=256)
def blank_plan(hierarchy: Hierarchy) -> Plan:
    """A plan of no loops on a machine without inner levels, for the kernels to fill."""
    none, ones = np.zeros((0, 8), dtype=np.int64), np.ones((3, 8), dtype=np.int64)
    return Plan(
        code=0, loops=np.zeros((0, 3), dtype=np.int64), above=np.zeros((0, 3), dtype=np.bool_),
        extents=np.ones((4, 8), dtype=np.int64), resets=np.zeros(3, dtype=np.int64),
        inner=np.ones(8, dtype=np.int64), feed=np.ones(8, dtype=np.int64), layout=ones, systolic=0,
        borders=np.zeros((0, 4), dtype=np.int64), at=none, free=none,
        levels=level_table(hierarchy), ports=port_table(hierarchy),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def pools_of(target: Target) -> NDArray[np.int64]:
    """Levels that a tile must fit, for `fit_kernels.fits`; all hold the same tile."""
    hierarchy = target.hierarchy
    rows = [
        (level.capacity_bits // 8, level.double_buffered, *(number in c for c in hierarchy.chains))
        for number, level in enumerate(hierarchy.levels[:-1])
    ]
    return np.array(rows, dtype=np.int64)


def _does_not_fit(question: Question, flow: Flow, space: TileSpace) -> str:
    nest, target = question.nest, flow.target
    smallest = (*(int(sizes[-1]) for sizes in space[:6]), nest.R, nest.S)
    rows = cut_axis(rows_of(nest), smallest[4])
    cols = cut_axis(columns_of(nest), smallest[5])
    code, spans = dataflow_code(flow.name), (rows.largest, cols.largest)
    sizes = fit_kernels.sizes_of(code, nest, target.spec, smallest, spans)
    several = fit_kernels.several_of(nest, smallest)
    there = room_text(target)
    claims = [size * (1 + more) for size, more in zip(sizes, several, strict=True)]
    needs = f"output {claims[0]} B, input {claims[1]} B, weight {claims[2]} B"
    if fit_kernels.fits(pools_of(target), sizes, several):
        return (
            f"the on-chip level holds so little ({there}) that every tiling has more than "
            f"{STEP_LIMITS[-1]:,} steps; make it larger"
        )
    return (
        f"even the smallest tile does not fit the on-chip level: it needs {needs}, and there is "
        f"{there}; make the level larger"
    )
