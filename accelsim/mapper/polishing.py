"""Small changes to the best chain's mapping that its bounds do not see.

Larger tiles move no more data, but round fewer of them up to whole accesses and bursts and take
fewer steps. A chain's tile only grows while another one stays; here it also grows for its own sake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from accelsim.mapper.costing import cost_if_it_fits, score_of
from accelsim.mapper.finding import Flow, Question
from accelsim.mapping import OPERANDS, Loop, Mapping
from accelsim.schedule.fill import fills_of
from accelsim.schedule.nest import Nest
from accelsim.schedule.program import planned
from accelsim.workload.dims import RELEVANT

UNLIMITED = 2**62
"""Times that a tile may grow where it takes no more room."""

Score = tuple[float, float]
"""(objective, what decides between equals), both to be small."""


def polished(
    question: Question, flow: Flow, mapping: Mapping, score: Score
) -> tuple[Mapping, Score]:
    """The mapping and its score after all changes of tiles that make it better, one at a time."""
    nest, seen = question.nest, {mapping}
    improved = True
    while improved:
        improved = False
        for larger in _changed(nest, flow, mapping):
            if larger in seen:
                continue
            seen.add(larger)
            cost = cost_if_it_fits(nest, flow, larger)
            if cost is not None and score_of(cost, question.objective) < score:
                mapping, score, improved = larger, score_of(cost, question.objective), True
                break
    return mapping, score


def _changed(nest: Nest, flow: Flow, mapping: Mapping) -> Iterator[Mapping]:
    """The outermost tiles over further loops or parts of them, then the inner ones."""
    room = _Room(nest, flow, mapping)
    lowest = min(mapping.outermost_cut(operand) for operand in OPERANDS)
    if lowest < len(mapping.temporal):
        yield from _drawn_in(mapping, room, lowest)
        yield from _raised(mapping, lowest)
    yield from _inner_raised(mapping, room)


def _raised(mapping: Mapping, lowest: int) -> Iterator[Mapping]:
    """Outermost cuts above all loops or all but the last, or the lowest or one of them raised."""
    top = len(mapping.temporal)
    wishes = [dict.fromkeys(OPERANDS, top), dict.fromkeys(OPERANDS, top - 1)]
    wishes += [dict.fromkeys(OPERANDS, lowest + 1)]
    wishes += [{operand: mapping.outermost_cut(operand) + 1} for operand in OPERANDS]
    for wish in wishes:
        larger = mapping
        for operand, cut in wish.items():
            if mapping.outermost_cut(operand) < cut <= top:
                larger = larger.with_outermost(operand, cut)
        if larger != mapping:
            yield larger


def _drawn_in(mapping: Mapping, room: _Room, lowest: int) -> Iterator[Mapping]:
    """As many trips of an outer loop as there is room for, inside the lowest outermost tiles."""
    growing = {
        operand: _outermost(own)
        for operand, own in mapping.cuts.items()
        if mapping.outermost_cut(operand) == lowest
    }
    parts = []
    for dim in dict.fromkeys(loop.dim for loop in mapping.temporal[lowest:] if loop.factor > 1):
        position, loop = next(
            (position, loop)
            for position, loop in enumerate(mapping.temporal)
            if position >= lowest and loop.dim == dim and loop.factor > 1
        )
        part = _part_of(loop.factor, room.times(growing, dim))
        if part > 1:
            parts.append((-(-loop.factor // part) / loop.factor, position, part))
    for _, position, part in sorted(parts):
        yield _with_part(mapping, growing, position, part)


def _part_of(trips: int, most: int) -> int:
    """The largest even part of a loop within `most`: one that divides it, or nearly does.

    A ragged last tile gains little where a part of at least half the size leaves none.
    """
    most = min(trips, most)
    if most < 1:
        return 1
    dividing = max(part for part in range(1, most + 1) if trips % part == 0)
    return dividing if 2 * dividing > most else -(-trips // -(-trips // most))


def _with_part(mapping: Mapping, growing: dict[str, int], position: int, part: int) -> Mapping:
    """The mapping with `part` trips of a loop inside tiles cut at one height.

    growing: operand -> place of the cut among its cuts.
    """
    lowest = min(mapping.cuts[operand][place] or 0 for operand, place in growing.items())
    loops, loop = mapping.temporal, mapping.temporal[position]
    left = Loop(loop.dim, -(-loop.factor // part))
    rest = () if left.factor == 1 else (left,)
    gone = 1 - len(rest)

    def moved(cut: int | None, *, grows: bool) -> int | None:
        if cut is None:
            return None
        return cut + (cut > lowest or grows) - gone * (cut > position)

    cuts = {
        operand: tuple(
            moved(cut, grows=growing.get(operand) == place) for place, cut in enumerate(own)
        )
        for operand, own in mapping.cuts.items()
    }
    inside = (*loops[:lowest], Loop(loop.dim, part), *loops[lowest:position])
    return replace(mapping, temporal=(*inside, *rest, *loops[position + 1 :]), cuts=cuts)


def _outermost(cuts: tuple[int | None, ...]) -> int:
    """Place of the last cut that there is."""
    return max(place for place, cut in enumerate(cuts) if cut is not None)


def _inner_raised(mapping: Mapping, room: _Room) -> Iterator[Mapping]:
    """One cut of an inner level raised by one loop."""
    for operand in OPERANDS:
        own = mapping.cuts[operand]
        for place, cut in enumerate(own[:-1]):
            ceiling = min((above for above in own[place + 1 :] if above is not None), default=0)
            if cut is None or cut >= ceiling:
                continue
            loop = mapping.temporal[cut]
            if room.times({operand: place}, loop.dim) >= loop.factor:
                cuts = (*own[:place], cut + 1, *own[place + 1 :])
                yield replace(mapping, cuts={**mapping.cuts, operand: cuts})


class _Room:
    """How much larger the tiles of a mapping may become where they are kept."""

    def __init__(self, nest: Nest, flow: Flow, mapping: Mapping) -> None:
        self.hierarchy = flow.target.hierarchy
        self.claims: dict[int, dict[str, int]] = defaultdict(dict)
        for fill in fills_of(nest, mapping, flow.target, planned(nest, mapping, flow.target)):
            self.claims[fill.level][fill.operand] = fill.claimed_bytes

    def times(self, growing: dict[str, int], dim: str) -> int:
        """Times that tiles may grow along a dimension; growing: operand -> place in its chain.

        Tiles grow as much as that at most: windows overlap, and a last tile is not doubled.
        """
        at = {
            operand: self.hierarchy.chains[OPERANDS.index(operand)][place]
            for operand, place in growing.items()
            if dim in RELEVANT[operand]
        }
        return min((self._times(at, level) for level in at.values()), default=UNLIMITED)

    def _times(self, at: dict[str, int], level: int) -> int:
        claims = self.claims[level]
        larger = sum(claims.get(operand, 0) for operand, own in at.items() if own == level)
        there = self.hierarchy.levels[level].capacity_bits // 8
        return (there - sum(claims.values()) + larger) // larger if larger else UNLIMITED
