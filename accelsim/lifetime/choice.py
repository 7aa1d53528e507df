"""Which pieces stay on chip: taken one after the other, or the best set of all.

`greedy` walks the pieces in the order in which they are made and keeps one where all operators of
its life still fit beside it and cost less together. `optimal` walks the operators: a state is the
set of pieces that fill space behind an operator, with the least cost on the way to it. States whose
cost so far and bound for the rest (`bounds`) are no better than the best choice known are dropped,
so that what remains is proved. Pieces of one size that the same operators will read in the same way
are one as good as the other from there on, so only their number counts (the layers of a DenseNet).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from accelsim.lifetime.bits import as_bits, members
from accelsim.lifetime.bounds import Bounds
from accelsim.lifetime.task import NOTHING, Cost, Task

STATES = (64, 4096)
"""States behind an operator that are followed: for a first good choice, and at most."""


class Choice(NamedTuple):
    """Pieces that stay, as bits, and what everything costs then."""

    kept: int
    cost: Cost
    proved: bool
    """No other set costs less."""


class _State(NamedTuple):
    """The best way to a set of pieces that fill space behind an operator."""

    bound: Cost
    """Least cost of everything."""
    cost: Cost
    kept: int
    """All pieces that were kept on the way."""


def greedy(task: Task) -> Choice:
    """Keep what fits and saves, one piece after the other."""
    kept, held = 0, task.held_bytes(0)
    everyone = range(len(task.tables))
    costs = [_cost(task, at, 0, task.room_bytes(at, held)) or NOTHING for at in everyone]
    for number in sorted(task.candidates, key=lambda piece: task.stays[piece]):
        more, fuller = kept | 1 << number, list(held)
        for at in task.presence.positions[number]:
            fuller[at] += task.presence.filled_bytes[number]
        reach = task.reach(number)
        changed = [_cost(task, at, more, task.room_bytes(at, fuller)) for at in reach]
        fitting = [cost for cost in changed if cost is not None]
        before = [costs[at] for at in reach]
        if len(fitting) == len(before) and _total(fitting) < _total(before):
            kept, held = more, fuller
            for position, cost in zip(reach, fitting, strict=True):
                costs[position] = cost
    return Choice(kept, _total(costs), proved=False)


def optimal(task: Task, states: Sequence[int] = STATES) -> Choice:
    """The set of pieces with the least cost; with more states than the last limit, a good one.

    For operators that run one at a time.
    """
    best, bounds = greedy(task), Bounds(task)
    for limit in states:
        best = _searched(task, bounds, best, limit)
        if best.proved:
            break
    return best


def _searched(task: Task, bounds: Bounds, known: Choice, limit: int) -> Choice:
    """The best choice, or the known one where none is better."""
    states = {0: _State(bounds.rest(0, 0), NOTHING, 0)}
    complete = True
    for position in range(len(task.tables)):
        reached: dict[int, _State] = {}
        begun = _begun(task, position)
        alike = _alike(task, position, begun)
        for live, state in states.items():
            for left, cost, kept in _steps(task, position, live, state):
                after = _renamed(left, alike)
                known_state = reached.get(after)
                if known_state is not None and known_state.cost <= cost:
                    continue
                bound = cost.plus(bounds.rest(position + 1, begun & ~after))
                if bound < known.cost:
                    reached[after] = _State(bound, cost, kept)
        if len(reached) > limit:
            complete = False
            ranked = sorted(reached.items(), key=lambda item: item[1])
            reached = dict(ranked[:limit])
        states = reached
    if 0 not in states:
        return known._replace(proved=complete)
    return Choice(states[0].kept, states[0].cost, complete)


def _begun(task: Task, position: int) -> int:
    """The pieces that fill space behind an operator if they stay."""
    stays = task.stays
    return as_bits(n for n in task.candidates if stays[n].first <= position < stays[n].last)


def _alike(task: Task, position: int, begun: int) -> list[tuple[int, ...]]:
    """Groups of these pieces whose future is the same."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number in members(begun):
        piece = task.tensors.pieces[number]
        future = [
            (reader, place, part)
            for reader in piece.readers
            if reader > position
            for place, operand in enumerate(task.operands[reader])
            for other, part in operand.parts
            if other == number
        ]
        groups.setdefault((piece.size_bytes, *future), []).append(number)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _renamed(live: int, alike: Sequence[tuple[int, ...]]) -> int:
    """The set with as many pieces of every group, the first ones."""
    for group in alike:
        everyone = as_bits(group)
        count = (live & everyone).bit_count()
        live = live & ~everyone | as_bits(group[:count])
    return live


def _steps(task: Task, position: int, live: int, state: _State) -> Iterator[tuple[int, Cost, int]]:
    """Every choice among the pieces that begin here: what is live behind, its cost, all kept."""
    stays = task.stays
    new = [number for number in task.candidates if stays[number].first == position]
    for chosen in _subsets(new):
        there = live | chosen
        cost = _cost(task, position, there, task.size_bytes - task.bytes_of(there))
        if cost is not None:
            ended = as_bits(n for n in members(there) if stays[n].last == position)
            yield there & ~ended, state.cost.plus(cost), state.kept | chosen


def _subsets(numbers: Sequence[int]) -> Iterator[int]:
    for code in range(1 << len(numbers)):
        yield as_bits(number for place, number in enumerate(numbers) if code >> place & 1)


def _cost(task: Task, position: int, kept: int, room_bytes: int) -> Cost | None:
    """The least cost of one operator; None where nothing of it fits the room."""
    if not task.tables[position]:
        return NOTHING
    best = task.best(position, kept, room_bytes)
    return None if best is None else best.cost


def _total(costs: Sequence[Cost]) -> Cost:
    return Cost(sum(cost.dram_bytes for cost in costs), sum(cost.cycles for cost in costs))
