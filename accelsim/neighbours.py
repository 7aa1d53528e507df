"""What a mapping becomes when one thing in it changes: a swap, a cut, a factor.

The neighbours of a mapping under its own dataflow:

- two adjacent temporal loops of different dimensions change places;
- one cut moves by one loop; where the level lets its operand bypass it, the cut goes or comes;
- one prime factor of a loop moves to another place: to another loop of its dimension, on the array
  or above it, or between any two temporal loops. The dimension's outermost loop shrinks to what is
  left to walk.

Loops of one iteration are left out first, and adjacent loops of one dimension between the same
cuts are one loop, so that a change changes something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import NamedTuple

from accelsim.mapper.chain_search import STEP_LIMIT
from accelsim.mapper.costing import Cost, score_of
from accelsim.mapper.finding import Flow
from accelsim.mapper.legality import misplaced
from accelsim.mapping import AXES, OPERANDS, Loop, Mapping
from accelsim.operator_cost import operator_cost
from accelsim.schedule.fill import fits
from accelsim.schedule.nest import Nest
from accelsim.schedule.plan import Plan
from accelsim.schedule.program import planned
from accelsim.workload.dims import DIM_ORDER


class Change(NamedTuple):
    """One change, and the mapping that it leads to."""

    words: str
    mapping: Mapping


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The best legal mapping that one change leads to and that does not cost the same."""

    change: str
    mapping: Mapping
    cost: Cost
    costed: int
    """Legal neighbours that were costed."""
    alike: int
    """Those of them with the same cycles, energy and DRAM bytes as the mapping itself."""


def best_neighbour(
    nest: Nest, flow: Flow, mapping: Mapping, cost: Cost, objective: str, launch_cycles: int
) -> Neighbour | None:
    """The neighbour that is best for the objective among those of another cost; None without.

    `cost` is of the mapping, with the launch. A mapping of more than STEP_LIMIT steps takes too
    long to change: None too.
    """
    if len(cost.program) > STEP_LIMIT:
        return None
    best: tuple[Change, Cost] | None = None
    costed = alike = 0
    for change, changed in costed_changes(nest, flow, mapping, launch_cycles):
        costed += 1
        if figures(changed) == figures(cost):
            alike += 1
        elif best is None or score_of(changed, objective) < score_of(best[1], objective):
            best = change, changed
    if best is None:
        return None
    return Neighbour(best[0].words, best[0].mapping, best[1], costed, alike)


def figures(cost: Cost) -> tuple[int, float, int]:
    """Cycles, energy (pJ) and DRAM bytes: what objectives are made from."""
    return cost.cycles, cost.energy_pj, cost.dram_bytes


def costed_changes(
    nest: Nest, flow: Flow, mapping: Mapping, launch_cycles: int
) -> Iterator[tuple[Change, Cost]]:
    """All legal neighbours, each once, with their costs, launch included."""
    tidy = tidied(mapping)
    seen = {tidy}
    for change in changes(nest, flow, tidy):
        changed = tidied(change.mapping)
        if changed not in seen and is_legal(nest, flow, changed):
            yield Change(change.words, changed), operator_cost(nest, flow, changed, launch_cycles)
        seen.add(changed)


def is_legal(nest: Nest, flow: Flow, mapping: Mapping) -> bool:
    """Whether a mapping fits axes and levels, and takes no more steps than a search allows."""
    if misplaced(flow, mapping, "the array"):
        return False
    plan = planned(nest, mapping, flow.target)
    if steps_of(plan) > STEP_LIMIT:
        return False
    return fits(nest, mapping, flow.target, plan)


def steps_of(plan: Plan) -> int:
    """Steps of tiles from DRAM."""
    return prod(int(trips) for trips in plan.loops[:, 1])


def tidied(mapping: Mapping) -> Mapping:
    """The same work without loops of one iteration and without loops in two pieces."""
    cut_at = {cut for cuts in mapping.cuts.values() for cut in cuts if cut is not None}
    kept: list[Loop] = []
    after = [0]
    joined = True
    for position, loop in enumerate(mapping.temporal):
        joined = joined and position not in cut_at
        if loop.factor > 1:
            if joined and kept and kept[-1].dim == loop.dim:
                kept[-1] = Loop(loop.dim, kept[-1].factor * loop.factor)
            else:
                kept.append(loop)
            joined = True
        after.append(len(kept))
    return replace(
        mapping,
        rows=_walked(mapping.rows),
        cols=_walked(mapping.cols),
        planes=_walked(mapping.planes),
        temporal=tuple(kept),
        cuts={
            operand: tuple(None if cut is None else after[cut] for cut in cuts)
            for operand, cuts in mapping.cuts.items()
        },
    )


def _walked(loops: tuple[Loop, ...]) -> tuple[Loop, ...]:
    return tuple(loop for loop in loops if loop.factor > 1)


def changes(nest: Nest, flow: Flow, mapping: Mapping) -> Iterator[Change]:
    """Every single change of a tidied mapping, legal or not."""
    yield from _swaps(mapping)
    yield from _moved_cuts(flow, mapping)
    yield from _moved_factors(nest, mapping)


def _swaps(mapping: Mapping) -> Iterator[Change]:
    loops = mapping.temporal
    for inner in range(len(loops) - 1):
        if loops[inner].dim != loops[inner + 1].dim:
            order = [*loops]
            order[inner : inner + 2] = order[inner + 1], order[inner]
            words = f"loops {_name(loops[inner])} and {_name(loops[inner + 1])} change places"
            yield Change(words, replace(mapping, temporal=tuple(order)))


def _moved_cuts(flow: Flow, mapping: Mapping) -> Iterator[Change]:
    for number, operand in enumerate(OPERANDS):
        for place, level in enumerate(flow.target.hierarchy.chains[number]):
            name = flow.target.level_names[level]
            for cut, what in _other_cuts(mapping, operand, place):
                if cut is not None or level in flow.bypass[number]:
                    cuts = [*mapping.cuts[operand]]
                    cuts[place] = cut
                    yield from _with_cuts(mapping, operand, cuts, f"{operand} {what} {name}")


def _other_cuts(mapping: Mapping, operand: str, place: int) -> list[tuple[int | None, str]]:
    cut = mapping.cuts[operand][place]
    if cut is not None:
        inward, outward = "tile takes in one loop less at", "tile takes in one loop more at"
        return [(cut - 1, inward), (cut + 1, outward), (None, "bypasses")]
    held = [other for other in mapping.cuts[operand] if other is not None]
    return [(other, "rests at") for other in sorted(set(held))]


def _with_cuts(
    mapping: Mapping, operand: str, cuts: list[int | None], words: str
) -> Iterator[Change]:
    held = [cut for cut in cuts if cut is not None]
    if held and held == sorted(held) and held[0] >= 0 and held[-1] <= len(mapping.temporal):
        yield Change(words, replace(mapping, cuts={**mapping.cuts, operand: tuple(cuts)}))


class _Place(NamedTuple):
    """Where a factor may stand: on an axis of the array, or right inside a temporal loop."""

    axis: str
    position: int
    in_tile: bool = False
    """Of a temporal place where cuts stand: below them, not above."""


def _moved_factors(nest: Nest, mapping: Mapping) -> Iterator[Change]:
    targets = _places(mapping)
    for axis in (*AXES, "temporal"):
        for position, loop in enumerate(getattr(mapping, axis)):
            source = _Place(axis, position)
            for prime in _primes(loop.factor):
                for target in targets:
                    if target.axis != axis or axis == "temporal":
                        yield _moved(nest, mapping, (source, target), prime)


def _places(mapping: Mapping) -> list[_Place]:
    """Where a factor may go."""
    places = [_Place("temporal", at) for at in range(len(mapping.temporal) + 1)]
    cuts = {cut for own in mapping.cuts.values() for cut in own if cut is not None}
    places += [_Place("temporal", cut, in_tile=True) for cut in sorted(cuts)]
    return [*places, *(_Place(axis, 0) for axis in AXES)]


def _primes(number: int) -> list[int]:
    """Prime factors, each once."""
    found, divisor = [], 2
    while number > 1:
        if number % divisor == 0:
            found.append(divisor)
            while number % divisor == 0:
                number //= divisor
        divisor += 1
    return found


def _moved(nest: Nest, mapping: Mapping, way: tuple[_Place, _Place], prime: int) -> Change:
    """The mapping with one prime factor of a loop somewhere else."""
    source, target = way
    loops = {axis: [*getattr(mapping, axis)] for axis in (*AXES, "temporal")}
    loop = loops[source.axis][source.position]
    loops[source.axis][source.position] = Loop(loop.dim, loop.factor // prime)
    loops[target.axis].insert(target.position, Loop(loop.dim, prime))
    cuts = mapping.cuts
    if target.axis == "temporal":
        cuts = {
            operand: tuple(_shifted(cut, target) for cut in own)
            for operand, own in mapping.cuts.items()
        }
    _refit(nest, loops, loop.dim)
    words = f"factor {prime} of loop {_named(source, loop)} moves {_where(mapping, target)}"
    changed = replace(
        mapping,
        rows=_joined(loops["rows"]),
        cols=_joined(loops["cols"]),
        planes=_joined(loops["planes"]),
        temporal=tuple(loops["temporal"]),
        cuts=cuts,
    )
    return Change(words, changed)


def _shifted(cut: int | None, place: _Place) -> int | None:
    """A cut after a loop came in at a place."""
    if cut is None or cut < place.position or (cut == place.position and not place.in_tile):
        return cut
    return cut + 1


def _joined(loops: list[Loop]) -> tuple[Loop, ...]:
    """Factors of one dimension on one axis are one loop."""
    dims = dict.fromkeys(loop.dim for loop in loops)
    return tuple(Loop(dim, prod(loop.factor for loop in loops if loop.dim == dim)) for dim in dims)


def _refit(nest: Nest, loops: dict[str, list[Loop]], dim: str) -> None:
    """Shrink the outermost temporal loop of a dimension to what the other loops leave to walk."""
    temporal = loops["temporal"]
    own = [at for at, loop in enumerate(temporal) if loop.dim == dim and loop.factor > 1]
    if not own:
        return
    spatial = prod(loop.factor for axis in AXES for loop in loops[axis] if loop.dim == dim)
    inner = spatial * prod(temporal[position].factor for position in own[:-1])
    bound = nest[DIM_ORDER.index(dim)]
    temporal[own[-1]] = Loop(dim, min(temporal[own[-1]].factor, max(1, -(-bound // inner))))


def _name(loop: Loop) -> str:
    return f"{loop.dim} {loop.factor}"


def _named(place: _Place, loop: Loop) -> str:
    return _name(loop) + ("" if place.axis == "temporal" else f" on the {place.axis}")


def _where(mapping: Mapping, place: _Place) -> str:
    if place.axis != "temporal":
        return f"to the {place.axis}"
    into = "into the tiles " if place.in_tile else ""
    if place.position == len(mapping.temporal):
        return f"{into}outside all loops"
    return f"{into}inside loop {_name(mapping.temporal[place.position])}"
