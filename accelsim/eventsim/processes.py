"""What happens at the same time while one operator runs: its loads, and its work and stores."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from simpy import Environment, Event

from accelsim.eventsim.channel import LOAD, STORE, DramChannel, Transfer
from accelsim.eventsim.port import Port
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import Machine
from accelsim.traffic.dram import transfer_cycles

OPERANDS = ("output", "input", "weight")
"""In the order of the loads of a step: partial sums first."""

CAUSES = (*OPERANDS, "bank")
"""What a unit may wait for: an operand, or other units at the banks of a level that they share."""

PortCycles = NDArray[np.int64]
"""int64[steps, ports]: cycles that each step of a job holds each port that units share."""


class Step(NamedTuple):
    """One step of a program: channel cycles of its transfers, then its time on the unit.

    `loads` in the order partial sums, input, weight; 0 where nothing is loaded or stored.
    `waits_for_store`: the step whose store the partial sums come back from, or -1. `ports`: cycles
    that the step holds each port that units share.
    """

    loads: tuple[int, int, int]
    compute_cycles: int
    store: int
    waits_for_store: int
    ports: tuple[int, ...] = ()


def steps_of(
    program: NDArray[np.int64], machine: Machine, port_cycles: PortCycles | None = None
) -> list[Step]:
    """Steps of a program int64[steps, Column], its bytes as cycles on the channel."""
    held = [()] * len(program) if port_cycles is None else map(tuple, port_cycles.tolist())

    def slot(payload_bytes: int) -> int:
        return transfer_cycles(
            payload_bytes,
            machine.burst_bytes,
            machine.clock,
            machine.bandwidth,
            machine.row_bytes,
            machine.row_miss_cycles,
        )

    return [
        Step(
            (
                slot(row[Column.PSUM_LOAD]),
                slot(row[Column.INPUT_LOAD]),
                slot(row[Column.WEIGHT_LOAD]),
            ),
            row[Column.COMPUTE] + row[Column.FILL_DRAIN] + row[Column.BANK],
            slot(row[Column.STORE]),
            row[Column.WAITS_FOR_STORE],
            ports,
        )
        for row, ports in zip(program.tolist(), held, strict=True)
    ]


class Slice(NamedTuple):
    """What a unit did in one step of a job: `compute`, `launch` or a `stall_*` cause."""

    job: int
    step: int
    what: str
    start: int
    end: int


@dataclass(slots=True)
class Progress:
    """One job that runs: events its processes wait for each other on, and what it waited for.

    An operand that is not loaded in a step, and a step that stores nothing, have no event.
    """

    env: Environment
    steps: list[Step]
    channel: DramChannel
    lookahead: int
    """Steps between a load and the end of the work that frees its buffer."""
    unit: tuple[int, int]
    job: int
    ports: Sequence[Port] = ()
    """That units share, in the order of `Step.ports`."""
    slices: list[Slice] | None = None
    loaded: list[tuple[Event | None, ...]] = field(init=False)
    computed: list[Event] = field(init=False)
    stored: list[Event | None] = field(init=False)
    stall_cycles: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        env = self.env
        self.loaded = [
            tuple(env.event() if cycles else None for cycles in step.loads) for step in self.steps
        ]
        self.computed = [env.event() for _ in self.steps]
        self.stored = [env.event() if step.store else None for step in self.steps]
        self.stall_cycles = dict.fromkeys(CAUSES, 0)

    def ask(self, kind: int, step: int, place: int, cycles: int, arrived: Event) -> None:
        """Ask the channel for a transfer from now on."""
        ready = int(self.env.now)
        self.channel.ask(Transfer(ready, kind, self.unit, step, place, self.job, cycles, arrived))

    def access(self, step: int) -> list[Event]:
        """Ask the ports for what a step moves through them; each event fires when that is done."""
        asked = zip(self.ports, self.steps[step].ports, strict=False)  # a job may ask none
        return [port.ask(self.unit, self.job, step, cycles) for port, cycles in asked if cycles]

    def note(self, step: int, what: str, since: int) -> None:
        """Remember what the unit did from `since` until now, where somebody wants to know."""
        if self.slices is not None and self.env.now > since:
            self.slices.append(Slice(self.job, step, what, since, int(self.env.now)))


def load_queue(progress: Progress) -> Generator[Event, None, None]:
    """Ask for the tiles of step i once step i - lookahead has left its buffers."""
    for number, step in enumerate(progress.steps):
        if number >= progress.lookahead:
            yield progress.computed[number - progress.lookahead]
        back = progress.stored[step.waits_for_store] if step.waits_for_store >= 0 else None
        if back is not None:
            yield back
        for place, arrived in enumerate(progress.loaded[number]):
            if arrived is not None:
                progress.ask(LOAD, number, place, step.loads[place], arrived)


def work(progress: Progress) -> Generator[Event, None, None]:
    """Compute the steps in order and send off what they finish; a wait goes to its cause.

    A step asks the ports when it starts, and ends when its own work and its accesses are done.
    """
    env, lookahead = progress.env, progress.lookahead
    for number, step in enumerate(progress.steps):
        for operand, arrived in zip(OPERANDS, progress.loaded[number], strict=True):
            yield from _wait(progress, number, arrived, operand)
        if number >= lookahead:
            yield from _wait(progress, number, progress.stored[number - lookahead], "output")
        since, accesses = int(env.now), progress.access(number)
        yield env.timeout(step.compute_cycles)
        progress.note(number, "compute", since)
        for served in accesses:
            yield from _wait(progress, number, served, "bank")
        progress.computed[number].succeed()
        stored = progress.stored[number]
        if stored is not None:
            progress.ask(STORE, number, 0, step.store, stored)
    last = next((stored for stored in reversed(progress.stored) if stored is not None), None)
    yield from _wait(progress, len(progress.steps) - 1, last, "output")


def _wait(
    progress: Progress, step: int, event: Event | None, cause: str
) -> Generator[Event, None, None]:
    if event is None or event.processed:
        return
    since = int(progress.env.now)
    yield event
    progress.stall_cycles[cause] += int(progress.env.now) - since
    progress.note(step, f"stall_{cause}", since)
