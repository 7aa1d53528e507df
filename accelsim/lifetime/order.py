"""`--schedule memory`: the order of operators that holds the fewest bytes at its peak.

Operators that all others come before or after (necks) keep their place in every order, so the
stretches between them are independent. In a stretch, memory depends on the set of operators that
have run, not on their order: a walk over these sets, one operator more at a time, finds the order
of least peak. Two rules keep the sets few, without losing an optimum:

- An operator that leaves no more bytes than it finds, and holds no more meanwhile than some
  operator has to anyway, runs as soon as it can. Moving it forward in any order changes no other
  operator for the worse: what it frees early stays freed, and its output is not read before it.
- Sets that can only be reached with the peak of the given order, or more, are of no use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from accelsim.lifetime.bits import as_bits, members
from accelsim.lifetime.live import live_bytes
from accelsim.lifetime.pieces import Tensors
from accelsim.workload.base import Operator

MOST_SETS = 4000
"""Sets of as many operators that are followed at once; beyond, those of least peak."""


class Order(NamedTuple):
    """A topological order: positions in the given one, first to last."""

    positions: tuple[int, ...]
    peak_bytes: int
    given_peak_bytes: int
    proved: bool
    """No order has a lower peak in any stretch between necks."""


class _Stretch(NamedTuple):
    """Operators between two necks, numbered from 0, and the memory that depends on their order."""

    before: tuple[int, ...]
    """Per operator, the set of those in the stretch that it waits for, as bits."""
    made_bytes: tuple[int, ...]
    freed: tuple[tuple[tuple[int, int], ...], ...]
    """Per operator, the pieces that it may be the last to read: (set of readers, bytes)."""
    entering_bytes: int
    """Live when the stretch begins."""
    floor_bytes: int
    """Some operator holds at least that, whatever the order."""


class _State(NamedTuple):
    """The best way to a set of operators that have run."""

    peak_bytes: int
    live_bytes: int
    way: tuple[int, ...]


def memory_order(
    tensors: Tensors, operators: Sequence[Operator], most_sets: int = MOST_SETS
) -> Order:
    """The order of these operators with the least peak of live bytes; never above the given one.

    A stretch keeps the given order unless another one is better.
    """
    live = live_bytes(tensors)
    waits = _waits(operators)
    positions: list[int] = []
    peak, proved = 0, True
    for stretch in _stretches(waits):
        given_bytes = max(live[position] for position in stretch)
        found = _State(given_bytes, 0, tuple(range(len(stretch))))
        if len(stretch) > 2:
            better, complete = _best(_described(stretch, waits, tensors), given_bytes, most_sets)
            found, proved = better or found, proved and complete
        positions += [stretch[number] for number in found.way]
        peak = max(peak, found.peak_bytes)
    return Order(tuple(positions), peak, max(live), proved)


def _waits(operators: Sequence[Operator]) -> list[int]:
    """Per operator, the set of all that must run before it, as bits."""
    makers: dict[str, int] = {}
    waits: list[int] = []
    for position, operator in enumerate(operators):
        direct = {makers[name] for name in operator.inputs if name in makers}
        waits.append(reduce(lambda held, maker: held | waits[maker] | 1 << maker, direct, 0))
        makers |= dict.fromkeys(operator.outputs, position)
    return waits


def _stretches(waits: Sequence[int]) -> Iterator[range]:
    """Positions between necks, and each neck by itself."""
    followers = [0] * len(waits)
    for before in waits:
        for other in members(before):
            followers[other] += 1
    begin = 0
    for position, before in enumerate(waits):
        if before.bit_count() + followers[position] == len(waits) - 1:
            if begin < position:
                yield range(begin, position)
            yield range(position, position + 1)
            begin = position + 1
    if begin < len(waits):
        yield range(begin, len(waits))


def _described(stretch: range, waits: Sequence[int], tensors: Tensors) -> _Stretch:
    begin, end = stretch[0], stretch[-1] + 1
    inside = (1 << end) - (1 << begin)
    made, passing, held = [0] * len(stretch), 0, [0] * len(stretch)
    freed: list[list[tuple[int, int]]] = [[] for _ in stretch]
    entering = 0
    for piece in tensors.pieces:
        maker = -1 if piece.maker is None else piece.maker
        readers = [reader - begin for reader in piece.readers if begin <= reader < end]
        later = piece.returned or any(reader >= end for reader in piece.readers)
        if maker >= end or not (later or readers or maker >= begin):
            continue
        for number in {*readers, *([maker - begin] if maker >= begin else [])}:
            held[number] += piece.size_bytes
        if maker >= begin:
            made[maker - begin] += piece.size_bytes
        else:
            entering += piece.size_bytes
            if later:
                passing += piece.size_bytes
                for number in readers:
                    held[number] -= piece.size_bytes
        if not later:
            who = as_bits(readers)
            for number in readers:
                freed[number].append((who, piece.size_bytes))
    return _Stretch(
        before=tuple((waits[position] & inside) >> begin for position in stretch),
        made_bytes=tuple(made),
        freed=tuple(tuple(pieces) for pieces in freed),
        entering_bytes=entering,
        floor_bytes=passing + max(held),
    )


def _best(stretch: _Stretch, given_bytes: int, most_sets: int) -> tuple[_State | None, bool]:
    """The way through a stretch with the least peak below `given_bytes`, if any; is that proved."""
    states: Mapping[int, _State] = {0: _State(0, stretch.entering_bytes, ())}
    complete = True
    if stretch.floor_bytes >= given_bytes:
        return None, True
    everything = (1 << len(stretch.before)) - 1
    while everything not in states:
        reached: dict[int, _State] = {}
        for done, state in states.items():
            for after, next_state in _steps(stretch, done, state):
                known = reached.get(after)
                if next_state.peak_bytes < given_bytes and (known is None or next_state < known):
                    reached[after] = next_state
        if not reached:
            return None, complete
        if len(reached) > most_sets:
            complete = False
            reached = dict(sorted(reached.items(), key=lambda item: item[1])[:most_sets])
        states = reached
    return states[everything], complete or states[everything].peak_bytes == stretch.floor_bytes


def _steps(stretch: _Stretch, done: int, state: _State) -> Iterator[tuple[int, _State]]:
    """What can run next; only one operator where it costs nothing to run it now."""
    found = []
    for number, before in enumerate(stretch.before):
        if done >> number & 1 or before & ~done:
            continue
        after = done | 1 << number
        during = state.live_bytes + stretch.made_bytes[number]
        live = during - sum(size for who, size in stretch.freed[number] if not who & ~after)
        peak = max(state.peak_bytes, during)
        step = after, _State(peak, live, (*state.way, number))
        if live <= state.live_bytes and during <= max(state.peak_bytes, stretch.floor_bytes):
            yield step
            return
        found.append(step)
    yield from found
