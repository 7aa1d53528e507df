"""The search over chains of tiles, for dataflows with loops on the axes."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.errors import MappingError
from accelsim.mapper.chain_bounds import best_chain, bounds_of_rest, quick_root, root_value
from accelsim.mapper.chain_cases import Case, Chains, bypasses, problem_of
from accelsim.mapper.chain_choices import Choices, choices_of
from accelsim.mapper.chain_costs import Problem, accumulation_cost
from accelsim.mapper.chain_kernels import search
from accelsim.mapper.chain_mapping import mapping_of
from accelsim.mapper.chain_state import MOST_POINTS, ROW, Bounds
from accelsim.mapper.chain_values import Aim
from accelsim.mapper.costing import cost_of, score_of
from accelsim.mapper.finding import Finding, Flow, Question
from accelsim.mapper.layouts import Layout, layouts_of
from accelsim.mapper.objectives import OBJECTIVES
from accelsim.mapper.polishing import polished
from accelsim.mapping import OPERANDS, Mapping
from accelsim.schedule.fill import room_text
from accelsim.schedule.relevance import INPUT, OUTPUT, WEIGHT
from accelsim.workload.dims import DIM_ORDER, RELEVANT

STEP_LIMIT = 20_000
"""Steps of a mapping at most."""

NODES = {"sweep": 20_000, "normal": 400_000, "full": 2**62}
"""Effort -> points costed per layout at most."""

SHARED_NODES = {"sweep": 0, "normal": 5_000_000, "full": 0}
"""Effort -> points that layouts may share where that gives each of them more."""

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

BEYOND, NODES_BEYOND = 0.1, 100_000
"""Where levels lie between the innermost and the outermost one, a tile may stay beyond the growth
that its point counts; so chains that seem worse by this share are looked at, up to so many points.
"""

KEPT = 4096
"""Chains of one layout that wait for their re-scoring."""


def search_chains(question: Question, flow: Flow, best: NDArray[np.float64]) -> Finding:
    """Best mapping with loops on the axes that beats `best` (objective and tie).

    Raises MappingError when not even the smallest tiles fit the levels.
    """
    search = _Search(question, flow, best)
    layouts = layouts_of(question.nest, flow.axes, flow.sizes, question.effort)
    pairs = list(product(layouts, bypasses(flow)))
    search.nodes = max(search.nodes, SHARED_NODES[question.effort] // len(pairs))
    cases = [search.rooted(layout, chains) for layout, chains in pairs]
    cases.sort(key=lambda rooted: (rooted.case.layout.shares_axes, rooted.root))
    most = LAYOUTS[question.effort]
    search.look_at_all(cases[:most], cases[most:])
    while (
        search.mapping is None
        and not search.complete
        and search.nodes < MOST_NODES
        and search.evaluated < question.most
    ):
        search.nodes *= 20  # nothing found so far: look further rather than refuse
        wider = [rooted._replace(aim=search.aim(rooted.case.problem)) for rooted in cases[:most]]
        search.complete = bounds_hold(flow)
        search.look_at_all(wider, cases[most:])
    if search.mapping is None and np.isinf(best[0]):
        if search.evaluated >= question.most:
            raise MappingError(
                f"stopped after {search.evaluated:,} candidates, before any mapping was whole; "
                "allow more (max_mappings)"
            )
        raise MappingError(_does_not_fit(flow))
    return search.finding()


class _Rooted(NamedTuple):
    """One layout with one choice of levels, and a bound on what it can reach."""

    case: Case
    aim: Aim
    root: float


def bounds_hold(flow: Flow) -> bool:
    """Whether no mapping is below its bound: kept halos and line registers spare more reads."""
    return not (flow.target.machine.halo_keep or flow.target.hierarchy.slides)


class _Search:
    """What layouts share: the best mapping so far, counts, and whether all was searched."""

    def __init__(self, question: Question, flow: Flow, best: NDArray[np.float64]) -> None:
        self.question, self.flow, self.best = question, flow, best.copy()
        self.mapping: Mapping | None = None
        self.evaluated = self.pruned = 0
        self.complete = bounds_hold(flow)
        self.nodes = NODES[question.effort]

    def finding(self) -> Finding:
        """What was found, polished."""
        if self.mapping is not None:
            score = float(self.best[0]), float(self.best[1])
            self.mapping, self.best[:] = polished(self.question, self.flow, self.mapping, score)
        return Finding(
            self.flow, self.mapping, float(self.best[0]), float(self.best[1]), self.evaluated,
            self.pruned, self.complete,
        )  # fmt: skip

    def rooted(self, layout: Layout, chains: Chains) -> _Rooted:
        """A case with its bound."""
        problem = problem_of(self.question, self.flow, layout, chains)
        aim = self.aim(problem)
        root = float(quick_root(problem, aim)[0])
        return _Rooted(Case(layout, chains, problem), aim, root)

    def look_at_all(self, cases: list[_Rooted], left: list[_Rooted]) -> None:
        """Search cases in the order of their bounds; those left out may hold a better mapping."""
        prune, alone = self.question.prune, len(cases) == 1
        bounded: list[tuple[bool, float, int, _Rooted, Bounds]] = []
        for case, aim, root in cases:
            if prune and root >= self.best[0] * (1 - ROUNDING):
                self.pruned += 1
                continue
            bounds = bounds_of_rest(case.problem, aim, int(alone))
            close = float(root_value(case.problem, aim, bounds)[0])
            rooted = _Rooted(case, aim, close)
            bounded.append((case.layout.shares_axes, close, len(bounded), rooted, bounds))
        shared = 0
        for shares, root, _, (case, aim, _), bounds in sorted(bounded, key=lambda one: one[:3]):
            if prune and root >= self.best[0] * (1 - ROUNDING):
                self.pruned += 1
            elif self.evaluated >= self.question.most or shared >= LOOKED_AT[self.question.effort]:
                self.complete = False
            else:
                shared += shares
                if not alone:
                    bounds = bounds_of_rest(case.problem, aim, 1)  # noqa: PLW2901
                self.look_at(case, aim, bounds)
        self.complete &= all(rooted.root >= self.best[0] * (1 - ROUNDING) for rooted in left)

    def look_at(self, case: Case, aim: Aim, bounds: Bounds) -> None:
        """Search one case; the best falls if it holds a better one."""
        problem = case.problem
        choices = (
            choices_of(problem, OUTPUT, 1),
            choices_of(problem, INPUT, 1),
            choices_of(problem, WEIGHT, 1),
        )
        rows = np.zeros((1, MOST_POINTS, ROW), dtype=np.int64)
        found, least, counts = best_chain(problem, aim, bounds, choices, self.best, rows)
        self._count(counts)
        if not found:
            return
        first = self._rescore(case, rows[0])
        proved = first[0] <= least[0] * (1 + ROUNDING)
        if self.question.effort == "sweep":
            self.complete &= proved
        elif not proved:
            self._rescore_all(case, aim, bounds, choices)
        elif self.question.prune and problem.points.max() > 2:
            complete = self.complete
            aim = aim._replace(most_nodes=min(aim.most_nodes, NODES_BEYOND))
            self._rescore_all(case, aim, bounds, choices, BEYOND)
            self.complete = complete

    def aim(self, problem: Problem) -> Aim:
        """What chains are compared by, and how far to look."""
        machine, prices = self.flow.target.machine, self.flow.prices
        return Aim(
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

    def _rescore(self, case: Case, points: NDArray[np.int64]) -> tuple[float, float]:
        nest, flow = self.question.nest, self.flow
        mapping = mapping_of(nest, flow, case, points)
        score = score_of(cost_of(nest, flow, mapping), self.question.objective)
        if score < (self.best[0], self.best[1]):
            self.best[:] = score
            self.mapping = mapping
        return score

    def _known(self, slack: float = 0.0) -> NDArray[np.float64]:
        """(objective, tie) that chains must beat; a share of more, or less by what sums differ.

        Whole numbers do not differ, so that energy or cycles decide among equals.
        """
        known = self.best * (1 - ROUNDING)
        if self.question.objective in ("cycles", "dram_bytes"):
            known[0] = self.best[0]
        known[0] *= 1 + slack
        return known

    def _rescore_all(
        self,
        case: Case,
        aim: Aim,
        bounds: Bounds,
        choices: tuple[Choices, Choices, Choices],
        slack: float = 0.0,
    ) -> None:
        """Chains whose bound beats the best, in the order of their bounds.

        slack: share by which points may add up to more, where their tiles together cost less.
        """
        rows = np.zeros((KEPT, MOST_POINTS, ROW), dtype=np.int64)
        values = np.zeros((KEPT, 3))
        everything = np.stack([np.zeros(3, dtype=np.int64), case.problem.points])
        known = self._known(slack)
        found, counts = search(case.problem, aim, bounds, everything, choices, known, rows, values)
        self._count(counts)
        order = np.lexsort((np.arange(found), values[:found, 1], values[:found, 0]))
        for done, number in enumerate(order):
            if tuple(values[number, :2]) >= tuple(self._known()):
                return
            if done == RESCORED[self.question.effort]:
                self.complete = False
                return
            self._rescore(case, rows[number])
        self.complete &= not counts[3]


def _does_not_fit(flow: Flow) -> str:
    there = room_text(flow.target)
    return f"no tiles of dataflow {flow.name} fit the levels ({there}); make them larger"
