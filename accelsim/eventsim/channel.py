"""The DRAM channel: half duplex, whole transfers, first come first served by ready time."""

from __future__ import annotations

import heapq
from collections.abc import Generator

from simpy import Environment, Event

LOAD, STORE = 0, 1
"""A load goes before a store that is ready at the same time."""

AFTER_ALL_ELSE = 2
"""simpy runs events of one instant by priority: urgent 0, normal 1, then ours."""

Order = tuple[int, int, int, int]
"""(ready time, LOAD or STORE, step, place within the step)"""


class InstantSettled(Event):
    """Fires in this instant, after every other event of it."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, priority=AFTER_ALL_ELSE)  # type: ignore[arg-type]


class DramChannel:
    """Grants the channel to one transfer at a time; data arrives `latency` after its slot."""

    def __init__(self, env: Environment, latency_cycles: int) -> None:
        self.env = env
        self.latency_cycles = latency_cycles
        self.busy_cycles = 0
        self._waiting: list[tuple[Order, int, Event]] = []
        self._wake = env.event()
        env.process(self._serve())

    def transfer(self, kind: int, step: int, place: int, cycles: int) -> Event:
        """Ask for `cycles` of the channel from now on; the event fires when the data arrived."""
        arrived = self.env.event()
        order = (int(self.env.now), kind, step, place)
        heapq.heappush(self._waiting, (order, cycles, arrived))
        if not self._wake.triggered:
            self._wake.succeed()
        return arrived

    def _serve(self) -> Generator[Event, None, None]:
        """Serve the first in order; first let everything of this instant happen."""
        while True:
            if not self._waiting:
                self._wake = self.env.event()
                yield self._wake
            yield InstantSettled(self.env)
            _, cycles, arrived = heapq.heappop(self._waiting)
            yield self.env.timeout(cycles)
            self.busy_cycles += cycles
            self.env.process(self._deliver(arrived))

    def _deliver(self, arrived: Event) -> Generator[Event, None, None]:
        yield self.env.timeout(self.latency_cycles)
        arrived.succeed()
