"""The search over chains of tiles, for dataflows with loops on the axes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.errors import MappingError
from accelsim.mapper import chain_kernels as kernels
from accelsim.mapper.chain_choices import Choices, choices_of
from accelsim.mapper.chain_costs import Problem, accumulation_cost
from accelsim.mapper.chain_state import MOST_POINTS, ROW, Bounds
from accelsim.mapper.chain_tables import tables_of
from accelsim.mapper.costing import cost_of, score_of
from accelsim.mapper.finding import Finding, Flow, Question
from accelsim.mapper.layouts import Layout, layouts_of
from accelsim.mapper.objectives import OBJECTIVES
from accelsim.mapping import OPERANDS, Loop, Mapping
from accelsim.schedule.fill import fits, room_text
from accelsim.schedule.hierarchy import EVERY_PE, level_table, port_table
from accelsim.schedule.nest import Nest
from accelsim.schedule.program import planned
from accelsim.schedule.relevance import INPUT, OUTPUT, WEIGHT
from accelsim.workload.dims import DIM_ORDER, RELEVANT

STEP_LIMIT = 20_000
"""Steps of a mapping at most."""

NODES = {"sweep": 20_000, "normal": 400_000, "full": 2**62}
"""Effort -> points costed per layout at most."""

LAYOUTS = {"sweep": 32, "normal": 1024, "full": 2**62}
"""Effort -> layouts, of the best quick bounds, that are bounded more closely."""

LOOKED_AT = {"sweep": 4, "normal": 24, "full": 2**62}
"""Effort -> layouts with several dimensions on an axis, of the best close bounds, searched."""

MOST_NODES = 10**9
"""Points costed per layout at most before a layer is refused."""

RESCORED = {"sweep": 1, "normal": 64, "full": 2**62}
"""Effort -> chains re-scored in engine terms per layout at most."""

ROUNDING = 1e-12
"""Share by which sums of the same energies may differ."""

STEPS_WANTED = 1024
"""More steps than this are made fewer where nothing is lost."""

KEPT = 4096
"""Chains of one layout that wait for their re-scoring."""

Chains = tuple[tuple[int | None, ...], tuple[int | None, ...], tuple[int | None, ...]]


def search_chains(question: Question, flow: Flow, best: NDArray[np.float64]) -> Finding:
    """Best mapping with loops on the axes that beats `best` (objective and tie).

    Raises MappingError when not even the smallest tiles fit the levels.
    """
    search = _Search(question, flow, best)
    layouts = layouts_of(question.nest, flow.axes, flow.sizes, question.effort)
    cases = [search.case(layout, chains) for layout in layouts for chains in _bypasses(flow)]
    cases.sort(key=lambda case: (case.layout.shares_axes, case.root))
    most = LAYOUTS[question.effort]
    search.look_at_all(cases[:most], cases[most:])
    while (
        search.mapping is None
        and not search.complete
        and search.nodes < MOST_NODES
        and search.evaluated < question.most
    ):
        search.nodes *= 20  # nothing found so far: look further rather than refuse
        wider = [case._replace(aim=search.aim(case.problem)) for case in cases[:most]]
        search.complete = not flow.target.machine.halo_keep
        search.look_at_all(wider, cases[most:])
    if search.mapping is None and np.isinf(best[0]):
        if search.evaluated >= question.most:
            raise MappingError(
                f"stopped after {search.evaluated:,} candidates, before any mapping was whole; "
                "allow more (max_mappings)"
            )
        raise MappingError(_does_not_fit(flow))
    return search.finding()


class _Case(NamedTuple):
    """One layout with one choice of levels, and a bound on what it can reach."""

    layout: Layout
    chains: Chains
    problem: Problem
    aim: kernels.Aim
    root: float


def _bypasses(flow: Flow) -> Iterator[Chains]:
    """Levels of each operand with None where it is let past one, nothing bypassed first."""
    hierarchy = flow.target.hierarchy
    options = []
    for number, chain in enumerate(hierarchy.chains):
        free = flow.bypass[number]
        ways = [
            tuple(None if level in skipped else level for level in chain)
            for skipped in _subsets([level for level in chain if level in free])
        ]
        options.append([way for way in ways if any(level is not None for level in way)])
    yield from product(*options)


def _subsets(items: list[int]) -> list[set[int]]:
    return [
        {item for place, item in enumerate(items) if number >> place & 1}
        for number in range(2 ** len(items))
    ]


class _Search:
    """What layouts share: the best mapping so far, counts, and whether all was searched."""

    def __init__(self, question: Question, flow: Flow, best: NDArray[np.float64]) -> None:
        self.question, self.flow, self.best = question, flow, best.copy()
        self.mapping: Mapping | None = None
        self.evaluated = self.pruned = 0
        self.complete = not flow.target.machine.halo_keep  # kept halos are below the bounds
        self.nodes = NODES[question.effort]

    def finding(self) -> Finding:
        """What was found, its outermost tiles polished."""
        if self.mapping is not None:
            nest, objective = self.question.nest, self.question.objective
            self.mapping = polished(self.question, self.flow, self.mapping)
            self.best[:] = score_of(cost_of(nest, self.flow, self.mapping), objective)
        return Finding(
            self.flow, self.mapping, float(self.best[0]), float(self.best[1]), self.evaluated,
            self.pruned, self.complete,
        )  # fmt: skip

    def case(self, layout: Layout, chains: Chains) -> _Case:
        """A case with its bound."""
        problem = _problem(self.question, self.flow, layout, chains)
        aim = self.aim(problem)
        return _Case(layout, chains, problem, aim, float(kernels.quick_root(problem, aim)[0]))

    def look_at_all(self, cases: list[_Case], left: list[_Case]) -> None:
        """Search cases in the order of their bounds; those left out may hold a better mapping."""
        prune = self.question.prune
        bounded: list[tuple[bool, float, int, _Case]] = []
        for case in cases:
            if prune and case.root >= self.best[0] * (1 - ROUNDING):
                self.pruned += 1
                continue
            bounds = kernels.bounds_of_rest(case.problem, case.aim, 0)
            root = float(kernels.root_value(case.problem, case.aim, bounds)[0])
            bounded.append((case.layout.shares_axes, root, len(bounded), case))
        shared = 0
        for shares, root, _, case in sorted(bounded):
            if prune and root >= self.best[0] * (1 - ROUNDING):
                self.pruned += 1
            elif self.evaluated >= self.question.most or shared >= LOOKED_AT[self.question.effort]:
                self.complete = False
            else:
                shared += shares
                self.look_at(case)
        self.complete &= all(case.root >= self.best[0] * (1 - ROUNDING) for case in left)

    def look_at(self, case: _Case) -> None:
        """Search one case; the best falls if it holds a better one."""
        problem, aim = case.problem, case.aim
        bounds = kernels.bounds_of_rest(problem, aim, 1)
        choices = (
            choices_of(problem, OUTPUT, 1),
            choices_of(problem, INPUT, 1),
            choices_of(problem, WEIGHT, 1),
        )
        rows = np.zeros((1, MOST_POINTS, ROW), dtype=np.int64)
        found, least, counts = kernels.best_chain(problem, aim, bounds, choices, self.best, rows)
        self._count(counts)
        if not found:
            return
        first = self._rescore(case, rows[0])
        if first[0] <= least[0] * (1 + ROUNDING):
            return
        if self.question.effort == "sweep":
            self.complete = False
            return
        self._rescore_all(case, bounds, choices)

    def aim(self, problem: Problem) -> kernels.Aim:
        """What chains are compared by, and how far to look."""
        machine, prices = self.flow.target.machine, self.flow.prices
        return kernels.Aim(
            objective=OBJECTIVES[self.question.objective],
            fixed_pj=prices.work + float(accumulation_cost(problem)),
            leakage_pj=prices.leakage_per_cycle,
            clock=machine.clock,
            bandwidth=machine.bandwidth,
            latency=2 * machine.dram_latency,
            serial=1 - machine.double_buffered,
            max_steps=STEP_LIMIT,
            prune=int(self.question.prune),
            most_nodes=min(self.nodes, self.question.most),
            lenient=0,
            leader=self._leader(problem),
            windows=np.zeros(1),
        )

    def _leader(self, problem: Problem) -> int:
        """Number of the operand that the dataflow keeps in place, if any loop could move it."""
        if self.flow.stationary == "any":
            return -1
        operand = OPERANDS.index(self.flow.stationary)
        dims = [dim for dim in DIM_ORDER if dim not in RELEVANT[self.flow.stationary]]
        count = problem.tables.count
        movable = any(count[DIM_ORDER.index(dim)] > 1 for dim in dims)
        return operand if movable else -1

    def _count(self, counts: NDArray[np.int64]) -> None:
        self.evaluated += int(counts[0])
        self.pruned += int(counts[1])
        self.complete &= bool(counts[2])

    def _rescore(self, case: _Case, points: NDArray[np.int64]) -> tuple[float, float]:
        nest, flow = self.question.nest, self.flow
        mapping = mapping_of(nest, flow, case, points)
        score = score_of(cost_of(nest, flow, mapping), self.question.objective)
        if score < (self.best[0], self.best[1]):
            self.best[:] = score
            self.mapping = mapping
        return score

    def _rescore_all(
        self,
        case: _Case,
        bounds: Bounds,
        choices: tuple[Choices, Choices, Choices],
    ) -> None:
        """Chains whose bound beats the best, in the order of their bounds."""
        rows = np.zeros((KEPT, MOST_POINTS, ROW), dtype=np.int64)
        values = np.zeros((KEPT, 3))
        everything = np.stack([np.zeros(3, dtype=np.int64), case.problem.points])
        known = self.best * (1 - ROUNDING)
        found, counts = kernels.search(
            case.problem, case.aim, bounds, everything, choices, known, rows, values
        )
        self._count(counts)
        order = np.lexsort((np.arange(found), values[:found, 1], values[:found, 0]))
        for done, number in enumerate(order):
            if values[number, 0] >= self.best[0] * (1 - ROUNDING):
                return
            if done == RESCORED[self.question.effort]:
                self.complete = False
                return
            self._rescore(case, rows[number])
        self.complete &= not counts[3]


def _problem(question: Question, flow: Flow, layout: Layout, chains: Chains) -> Problem:
    hierarchy = flow.target.hierarchy
    levels = level_table(hierarchy)
    kept = [[level for level in chain if level is not None] for chain in chains]
    table = np.full((3, max(map(len, kept)) + 1), -1, dtype=np.int64)
    for operand, chain in enumerate(kept):
        table[operand, : len(chain) + 1] = [*chain, len(levels) - 1]
    masks = np.zeros(8, dtype=np.bool_)
    masks[[0, EVERY_PE, *(level.copies for level in hierarchy.levels)]] = True
    layout_table = layout.table()
    return Problem(
        nest=question.nest,
        layout=layout_table,
        levels=levels,
        chains=table,
        points=np.array([len(kept[0]), len(kept[1]) + 1, len(kept[2]) + 1]),
        read_pj=np.array(flow.prices.read),
        write_pj=np.array(flow.prices.write),
        first_sum=hierarchy.first_sum,
        passes=layout.passes + flow.target.systolic * layout.skew,
        ports=port_table(hierarchy),
        tables=tables_of(question.nest, layout_table, masks, int(question.effort == "sweep")),
    )


def mapping_of(nest: Nest, flow: Flow, case: _Case, points: NDArray[np.int64]) -> Mapping:
    """The loops that grow from point to point, and the cuts of the points.

    A cut stands above the loops during which its tile stays, so that steps are few.
    """
    layout, chains, problem = case.layout, case.chains, case.problem
    sizes, bounds = problem.tables.sizes, nest[:8]
    extents = [int(sizes[dim, 0]) for dim in range(8)]
    temporal: list[Loop] = []
    cuts: dict[str, list[int]] = {operand: [] for operand in OPERANDS}
    for row in points[: int(problem.points.sum())]:
        operand = int(row[0])
        _grow_to(extents, temporal, sizes, row[1:9])
        _grow_to(extents, temporal, sizes, row[9:17])
        cuts[OPERANDS[operand]].append(len(temporal))
    for dim in INNER_TO_OUTER:
        _loop(extents, temporal, dim, bounds[dim])
    own = {}
    for number, name in enumerate(OPERANDS):
        placed = iter(cuts[name] if name == "output" else cuts[name][1:])
        own[name] = tuple(None if level is None else next(placed) for level in chains[number])
    rows, cols, planes = (tuple(Loop(dim, factor) for dim, factor in axis) for axis in layout.axes)
    mapping = Mapping(
        dataflow=flow.name, rows=rows, cols=cols, planes=planes, temporal=tuple(temporal), cuts=own
    )
    return coarsened(nest, flow, mapping)


def coarsened(nest: Nest, flow: Flow, mapping: Mapping) -> Mapping:
    """The same mapping with larger outermost tiles, while they fit and steps are many.

    Tiles are not loaded more often when their cut rises, unless they hold unfinished sums.
    """
    while _steps(nest, mapping) > STEPS_WANTED:
        lowest = min(OPERANDS, key=mapping.outermost_cut)
        cut = mapping.outermost_cut(lowest)
        if lowest == "output" and any(loop.dim in "CRS" for loop in mapping.temporal[cut:]):
            return mapping
        larger = mapping.with_outermost(lowest, cut + 1)
        if not fits(nest, larger, flow.target, planned(nest, larger, flow.target)):
            return mapping
        mapping = larger
    return mapping


def polished(question: Question, flow: Flow, mapping: Mapping) -> Mapping:
    """The mapping with outermost tiles raised, one loop at a time, while that makes it better.

    Larger tiles move no more data, but round fewer of them up to whole accesses and bursts, and
    take fewer steps; the chain's bounds leave that out.
    """
    nest, score = question.nest, score_of(cost_of(question.nest, flow, mapping), question.objective)
    improved = True
    while improved:
        improved = False
        for larger in _raised(mapping):
            if not fits(nest, larger, flow.target, planned(nest, larger, flow.target)):
                continue
            other = score_of(cost_of(nest, flow, larger), question.objective)
            if other < score:
                mapping, score, improved = larger, other, True
                break
    return mapping


def _raised(mapping: Mapping) -> Iterator[Mapping]:
    """The mapping with all outermost cuts above all loops or all but the last, or one raised."""
    top = len(mapping.temporal)
    wishes = [dict.fromkeys(OPERANDS, top), dict.fromkeys(OPERANDS, top - 1)]
    wishes += [{operand: mapping.outermost_cut(operand) + 1} for operand in OPERANDS]
    for wish in wishes:
        larger = mapping
        for operand, cut in wish.items():
            if mapping.outermost_cut(operand) < cut <= top:
                larger = larger.with_outermost(operand, cut)
        if larger != mapping:
            yield larger


def _steps(nest: Nest, mapping: Mapping) -> int:
    lowest = min(mapping.outermost_cut(operand) for operand in OPERANDS)
    return prod(
        -(-bound // min(bound, mapping.extent(dim, lowest)))
        for dim, bound in zip(DIM_ORDER, nest[:8], strict=True)
    )


INNER_TO_OUTER = tuple(DIM_ORDER.index(dim) for dim in "SRQPNCKG")
"""Order of loops that grow between the same points."""


def _grow_to(
    extents: list[int], temporal: list[Loop], sizes: NDArray[np.int64], wanted: NDArray[np.int64]
) -> None:
    for dim in INNER_TO_OUTER:
        _loop(extents, temporal, dim, int(sizes[dim, wanted[dim]]))


def _loop(extents: list[int], temporal: list[Loop], dim: int, wanted: int) -> None:
    factor = -(-wanted // extents[dim])
    if factor > 1:
        temporal.append(Loop(DIM_ORDER[dim], factor))
        extents[dim] *= factor


def _does_not_fit(flow: Flow) -> str:
    there = room_text(flow.target)
    return f"no tiles of dataflow {flow.name} fit the levels ({there}); make them larger"
