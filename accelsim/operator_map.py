"""One operator on one accelerator: its best mapping and everything that it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from accelsim.errors import UsageError, check_known
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapper.costing import Cost
from accelsim.mapper.finding import Flow, Question
from accelsim.mapper.flows import flows_of
from accelsim.mapper.legality import checked
from accelsim.mapper.search import EFFORTS, OBJECTIVES, Found, find_mapping, search_anew
from accelsim.mapping import Mapping
from accelsim.neighbours import Neighbour, best_neighbour
from accelsim.operator_cost import operator_cost
from accelsim.schedule.fill import Fill, fills_of
from accelsim.schedule.nest import Nest, nest_of
from accelsim.workload.operators import Operator


@dataclass(frozen=True, slots=True)
class OperatorMap:
    """A mapping, its cost in engine terms with the launch, and how it was found.

    `evaluated`, `pruned` and `seconds` are of this call: 0 where the answer was remembered.
    """

    operator: Operator
    hardware: Accelerator
    nest: Nest
    flow: Flow
    mapping: Mapping
    cost: Cost
    launch_cycles: int
    """Of the operator; in `cost`, but not in what a search compares."""
    fills: tuple[Fill, ...]
    objective: str
    effort: str
    evaluated: int
    pruned: int
    seconds: float
    optimal: bool
    """Proved optimum of the space that the effort names; False for a mapping that was given."""
    given: bool = False
    neighbour: Neighbour | None = None
    """Best change of one loop or cut, where it was asked for and one costs something else."""


def map_operator(  # noqa: PLR0913 - the public contract names every one
    operator: Operator,
    hardware: Accelerator | str = "edge_16x16",
    *,
    objective: str = "cycles",
    effort: str = "normal",
    cache: bool = True,
    prune: bool = True,
    max_mappings: int | None = None,
    batch: int = 1,
    dataflow: str = "auto",
    mapping: Mapping | None = None,
    neighbour: bool = False,
) -> OperatorMap:
    """Best mapping of an operator for the objective, or what a given `mapping` costs.

    objective: cycles, energy (pJ), edp (pJ * cycles) or dram_bytes. effort: sweep, normal or full,
    spaces that contain each other. cache: take the answer from memory where it is known. prune:
    False costs every candidate of the space. max_mappings: stop after so many. dataflow: one of
    the hardware's, or auto for the best of them. neighbour: cost all single changes of the mapping
    too (`neighbours.py`).
    Raises UsageError for an operator that only moves addresses and for unknown words, MappingError
    where nothing fits or the given mapping is illegal.
    """
    hardware = load_hardware(hardware) if isinstance(hardware, str) else hardware
    check_known("objective", objective, tuple(OBJECTIVES))
    check_known("effort", effort, EFFORTS)
    check_known("dataflow", dataflow, ("auto", *hardware.array.dataflows))
    nest = nest_of(operator, hardware, batch)
    if nest is None:
        raise UsageError(f"{operator.name} is only addressing on {hardware.name}: nothing to map")
    words = (objective, effort)
    if mapping is not None:
        flow, _ = checked(operator, nest, hardware, mapping)
        found = _mapped(operator, hardware, nest, (flow, mapping), words, None)
    else:
        flows = hardware.array.dataflows if dataflow == "auto" else (dataflow,)
        most = 2**62 if max_mappings is None else max_mappings
        question = Question(
            nest, flows_of(operator, nest, hardware, flows), objective, effort, prune, most
        )
        answer = _answer(question, cache)
        choice = (answer[0].flow, answer[0].mapping)
        found = _mapped(operator, hardware, nest, choice, words, answer)
    if not neighbour:
        return found
    best = best_neighbour(
        nest, found.flow, found.mapping, found.cost, objective, found.launch_cycles
    )
    return replace(found, neighbour=best)


def _answer(question: Question, cache: bool) -> tuple[Found, bool]:
    """What a search finds, and whether it was remembered."""
    before = find_mapping.cache_info().misses
    found = find_mapping(question) if cache else search_anew(question)
    return found, cache and find_mapping.cache_info().misses == before


def _mapped(
    operator: Operator,
    hardware: Accelerator,
    nest: Nest,
    choice: tuple[Flow, Mapping],
    words: tuple[str, str],
    search: tuple[Found, bool] | None,
) -> OperatorMap:
    flow, mapping = choice
    launch = hardware.operator_overhead.cycles_of(operator, nest.G)
    cost = operator_cost(nest, flow, mapping, launch)
    counted = search[0] if search and not search[1] else None
    return OperatorMap(
        operator=operator,
        hardware=hardware,
        nest=nest,
        flow=flow,
        mapping=mapping,
        cost=cost,
        launch_cycles=launch,
        fills=fills_of(nest, mapping, flow.target, cost.plan),
        objective=words[0],
        effort=words[1],
        evaluated=counted.evaluated if counted else 0,
        pruned=counted.pruned if counted else 0,
        seconds=counted.seconds if counted else 0.0,
        optimal=bool(search and search[0].optimal),
        given=search is None,
    )
