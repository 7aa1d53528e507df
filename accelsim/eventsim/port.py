"""A port of an on-chip level that units share: it serves all that ask, a cycle each in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import NamedTuple

from simpy import Environment, Event

from accelsim.eventsim.channel import SERVING, InstantSettled


@dataclass(slots=True, order=True)
class Access:
    """What one step has to move through the port; those of one instant come by their unit."""

    unit: tuple[int, int]
    job: int
    step: int
    left_cycles: int
    done: Event = field(compare=False)


class Held(NamedTuple):
    """A time in which the same accesses took turns: (job, step) of each, the first one first."""

    turns: tuple[tuple[int, int], ...]
    start: int
    end: int


class Port:
    """Gives each access one cycle in turn; one that comes waits for all that are there already.

    Banks grant word by word, so that a short access never waits for the whole of a long one.
    """

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.held: list[Held] | None = None
        """Where somebody wants to know."""
        self._turns: deque[Access] = deque()
        self._new: list[Access] = []
        self._wake = env.event()
        env.process(self._serve())

    def ask(self, unit: tuple[int, int], job: int, step: int, cycles: int) -> Event:
        """Ask for so many cycles from now on; the event fires when they were given."""
        access = Access(unit, job, step, cycles, self.env.event())
        self._new.append(access)
        if not self._wake.triggered:
            self._wake.succeed()
        return access.done

    def _serve(self) -> Generator[Event, None, None]:
        """Pass turns until an access is done or another comes; first let the instant happen."""
        env = self.env
        while True:
            if not self._turns and not self._new:
                self._wake = env.event()
                yield self._wake
            yield InstantSettled(env, SERVING)
            self._turns.extend(sorted(self._new))
            self._new.clear()
            self._wake, since = env.event(), int(env.now)
            yield env.timeout(self._until_one_is_done()) | self._wake
            self._pass_turns(since, int(env.now))

    def _until_one_is_done(self) -> int:
        count = len(self._turns)
        return min(
            (access.left_cycles - 1) * count + place
            for place, access in enumerate(self._turns, start=1)
        )

    def _pass_turns(self, start: int, end: int) -> None:
        """What happened since `start`: only the last that was served can be done."""
        turns = self._turns
        if self.held is not None:
            asking = tuple((access.job, access.step) for access in turns)
            self.held.append(Held(asking, start, end))
        rounds, more = divmod(end - start, len(turns))
        for place, access in enumerate(turns):
            access.left_cycles -= rounds + (place < more)
        turns.rotate(-more)
        if not turns[-1].left_cycles:
            turns.pop().done.succeed()
