"""Find the best mapping of an operator over all dataflows that its accelerator has.

Every candidate is costed in closed form with a lower bound on its objective; candidates are taken
in the order of their bound and re-scored with the engine's recurrence until the next bound is no
better than the best score found. The winner is then the optimum, in engine terms, of the space that
the effort names (docs/model.md, "The search").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter

import numpy as np

from accelsim.errors import MappingError
from accelsim.mapper.chain_search import search_chains
from accelsim.mapper.finding import Finding, Flow, Question
from accelsim.mapper.objectives import OBJECTIVES
from accelsim.mapper.tile_front import search_tiles
from accelsim.mapping import Mapping
from accelsim.schedule.plan import Plan
from accelsim.schedule.program import planned

__all__ = ["EFFORTS", "OBJECTIVES", "Found", "find_mapping", "search_anew"]

EFFORTS = ("sweep", "normal", "full")
"""Spaces that are searched, each contained in the next."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best mapping, flattened for the engines, and how it was found."""

    mapping: Mapping
    flow: Flow
    plan: Plan
    evaluated: int
    """Candidates costed; partial ones, where a search builds mappings point by point."""
    pruned: int
    """Candidates and branches left out without being costed."""
    optimal: bool
    """The proved optimum of the space that the effort names, in engine terms."""
    seconds: float


@lru_cache(maxsize=65536)
def find_mapping(question: Question) -> Found:
    """`search_anew`, remembered: the same question costs nothing again."""
    return search_anew(question)


def search_anew(question: Question) -> Found:
    """Best mapping of an operator for the objective, over all dataflows of the question.

    Raises MappingError when not even the smallest tiles fit the on-chip levels under any dataflow.
    """
    since = perf_counter()
    best = np.array([np.inf, np.inf])
    winner: Finding | None = None
    evaluated, pruned, optimal = 0, 0, True
    refusals: list[MappingError] = []
    for flow in question.flows:
        search = search_tiles if flow.folds else search_chains
        try:
            finding = search(question, flow, best)
        except MappingError as error:
            refusals.append(error)
            continue
        evaluated, pruned = evaluated + finding.evaluated, pruned + finding.pruned
        optimal &= finding.optimal
        if finding.mapping is not None and (finding.value, finding.second) < tuple(best):
            winner = finding
            best[:] = finding.value, finding.second
    if winner is None or winner.mapping is None:
        raise refusals[0]
    return Found(
        mapping=winner.mapping,
        flow=winner.flow,
        plan=planned(question.nest, winner.mapping, winner.flow.target),
        evaluated=evaluated,
        pruned=pruned,
        optimal=optimal,
        seconds=perf_counter() - since,
    )
