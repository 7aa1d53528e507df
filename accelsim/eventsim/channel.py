"""A DRAM channel: half duplex, whole transfers, first come first served by ready time."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from typing import NamedTuple

from simpy import Environment, Event

LOAD, STORE = 0, 1
"""A load goes before a store that is ready at the same time."""

STARTING, SERVING = 2, 3
"""simpy runs events of one instant by priority: urgent 0, normal 1, then ours."""


class InstantSettled(Event):
    """Fires in this instant, after every event of it that has a lower priority number."""

    def __init__(self, env: Environment, priority: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, priority=priority)  # type: ignore[arg-type]


class Transfer(NamedTuple):
    """One operand's tile on its way; the fields up to `job` are the order of service."""

    ready: int
    kind: int
    unit: tuple[int, int]
    """Who asks: core, and 0 for the array, 1 for a separate vector unit."""
    step: int
    place: int
    """Within the loads of a step."""
    job: int
    cycles: int
    arrived: Event


class DramChannel:
    """Grants the channel to one transfer at a time; data arrives `latency` after its slot."""

    def __init__(self, env: Environment, latency_cycles: int) -> None:
        self.env = env
        self.latency_cycles = latency_cycles
        self.served: list[tuple[int, Transfer]] | None = None
        """Start of each slot and what it carried, where somebody wants to know."""
        self._waiting: list[Transfer] = []
        self._wake = env.event()
        env.process(self._serve())

    def ask(self, transfer: Transfer) -> None:
        """Queue a transfer that is ready now; its `arrived` fires when the data is there."""
        heapq.heappush(self._waiting, transfer)
        if not self._wake.triggered:
            self._wake.succeed()

    def _serve(self) -> Generator[Event, None, None]:
        """Serve the first in order; first let everything else of this instant happen."""
        env = self.env
        while True:
            if not self._waiting:
                self._wake = env.event()
                yield self._wake
            yield InstantSettled(env, SERVING)
            transfer = heapq.heappop(self._waiting)
            if self.served is not None:
                self.served.append((int(env.now), transfer))
            yield env.timeout(transfer.cycles)
            _fire(env, transfer.arrived, self.latency_cycles)


def _fire(env: Environment, event: Event, delay: int) -> None:
    """Let an event happen after a delay."""
    event._ok, event._value = True, None
    env.schedule(event, delay=delay)
