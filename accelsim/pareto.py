"""Mappings of one operator between two objectives: less of one costs more of the other.

The ends are searched for: the best mappings of all four objectives, each the proved optimum of its
space where its search says so. What lies between them is a local search: every mapping that no
other beats in both objectives is changed in one loop, cut or factor at a time (`neighbours.py`), as
long as that finds better ones. So the ends are proved, and the middle is a front that a single
change does not improve, which a mapping several changes away may. Points cost what `map` and `run`
say of them, launch included; a search for edp leaves the launch out, so with one its end is not
proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from accelsim.errors import UsageError, suggestion
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapper.costing import Cost, score_of
from accelsim.mapper.finding import Flow
from accelsim.mapper.search import OBJECTIVES
from accelsim.mapping import Mapping
from accelsim.neighbours import costed_changes, tidied
from accelsim.operator_map import OperatorMap, map_operator
from accelsim.schedule.nest import Nest
from accelsim.workload.operators import Operator

MOST_COSTED = 20_000
"""Neighbours costed at most."""


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A mapping that no other one found beats in both objectives."""

    mapping: Mapping
    flow: Flow
    cycles: int
    energy_pj: float
    edp: float
    dram_bytes: int
    optimum_of: tuple[str, ...] = ()
    """Objectives that it was searched for."""
    proved: tuple[str, ...] = ()
    """Those of them for which it is the proved optimum of the searched space."""


@dataclass(frozen=True, slots=True)
class Front:
    """Mappings between two objectives, the best of the first one first."""

    objectives: tuple[str, str]
    points: tuple[FrontPoint, ...]
    searched: tuple[OperatorMap, ...]
    """The optima that the local search began with."""
    costed: int
    """Neighbours costed by the local search."""
    complete: bool
    """No single change of any point is better; False where the search ended before."""
    seconds: float
    """All searches together."""


def pareto_maps(  # noqa: PLR0913 - the words of map_operator
    operator: Operator,
    hardware: Accelerator | str,
    objectives: tuple[str, str] = ("cycles", "energy"),
    *,
    effort: str = "normal",
    batch: int = 1,
    dataflow: str = "auto",
    most: int = MOST_COSTED,
) -> Front:
    """Mappings that no other one found beats in both objectives; `most` neighbours are costed.

    Raises UsageError for unknown or equal objectives, and what `map_operator` raises.
    """
    check_objectives(objectives)
    since = perf_counter()
    searched = tuple(
        map_operator(
            operator, hardware, objective=objective, effort=effort, batch=batch, dataflow=dataflow
        )
        for objective in OBJECTIVES
    )
    local = _LocalFront(objectives, most, searched[0].launch_cycles)
    for found in searched:
        local.offer(found.nest, found.flow, found.mapping, found.cost)
    complete = local.expand()
    points = tuple(_marked(point, searched) for point in local.points())
    return Front(objectives, points, searched, local.costed, complete, perf_counter() - since)


def check_objectives(objectives: Sequence[str]) -> None:
    """Raise UsageError unless these are two different objectives."""
    for word in objectives:
        if word not in OBJECTIVES:
            raise UsageError(
                f"objective '{word}'; allowed: {', '.join(OBJECTIVES)}"
                f"{suggestion(word, OBJECTIVES)}"
            )
    if len(objectives) != 2 or objectives[0] == objectives[1]:
        raise UsageError("a front needs two different objectives, as in cycles,energy")


class _LocalFront:
    """The front so far, and what of it has not been changed yet."""

    def __init__(self, objectives: tuple[str, str], most: int, launch_cycles: int) -> None:
        self.objectives, self.most, self.costed = objectives, most, 0
        self.launch_cycles = launch_cycles
        self.held: dict[tuple[float, float], tuple[Nest, FrontPoint]] = {}
        self.done: set[object] = set()

    def offer(self, nest: Nest, flow: Flow, mapping: Mapping, cost: Cost) -> None:
        """Take a mapping in, unless one that is held is as good in both; drop what it beats."""
        here = (score_of(cost, self.objectives[0])[0], score_of(cost, self.objectives[1])[0])
        if any(other[0] <= here[0] and other[1] <= here[1] for other in self.held):
            return
        for other in list(self.held):
            if here[0] <= other[0] and here[1] <= other[1]:
                del self.held[other]
        point = FrontPoint(mapping, flow, cost.cycles, cost.energy_pj, cost.edp, cost.dram_bytes)
        self.held[here] = (nest, point)

    def expand(self) -> bool:
        """Change every point that is held, and those that this brings, until nothing is new."""
        while waiting := [
            entry for entry in self.held.values() if self._key(entry[1]) not in self.done
        ]:
            for nest, point in waiting:
                self.done.add(self._key(point))
                changes = costed_changes(nest, point.flow, point.mapping, self.launch_cycles)
                for change, cost in changes:
                    if self.costed >= self.most:
                        return False
                    self.costed += 1
                    self.offer(nest, point.flow, change.mapping, cost)
        return True

    def points(self) -> list[FrontPoint]:
        """In the order of the first objective."""
        return [self.held[place][1] for place in sorted(self.held)]

    @staticmethod
    def _key(point: FrontPoint) -> object:
        return point.flow.name, tidied(point.mapping)


def _marked(point: FrontPoint, searched: tuple[OperatorMap, ...]) -> FrontPoint:
    """The point with the objectives whose searched optimum has the same figures."""
    same = [
        found
        for found in searched
        if (found.cost.cycles, found.cost.energy_pj, found.cost.dram_bytes)
        == (point.cycles, point.energy_pj, point.dram_bytes)
    ]
    return FrontPoint(
        point.mapping, point.flow, point.cycles, point.energy_pj, point.edp, point.dram_bytes,
        optimum_of=tuple(found.objective for found in same),
        proved=tuple(found.objective for found in same if _is_proved(found)),
    )  # fmt: skip


def _is_proved(found: OperatorMap) -> bool:
    """Whether nothing in its space costs less, launch included."""
    return found.optimal and not (found.objective == "edp" and found.launch_cycles)
