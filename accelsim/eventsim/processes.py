"""What happens at the same time while one operator runs: load queue, array, store queue."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from simpy import Environment, Event

from accelsim.eventsim.channel import LOAD, STORE, DramChannel


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a program: channel cycles of its transfers, then its time on the array.

    `loads` in the order partial sums, input, weight; 0 where nothing is loaded or stored.
    `waits_for_store`: the step whose store the partial sums come back from, or -1.
    """

    number: int
    loads: tuple[int, int, int]
    compute_cycles: int
    store: int
    waits_for_store: int


@dataclass(slots=True)
class Progress:
    """Events that the processes wait for each other on, one of each kind per step."""

    loaded: list[tuple[Event, Event, Event]]
    computed: list[Event]
    stored: list[Event]
    stall_cycles: dict[str, int] = field(
        default_factory=lambda: {"output": 0, "input": 0, "weight": 0}
    )


def load_queue(
    env: Environment, steps: list[Step], lookahead: int, channel: DramChannel, progress: Progress
) -> Generator[Event, None, None]:
    """Ask for the tiles of step i once step i - lookahead has left its buffers."""
    for step in steps:
        if step.number >= lookahead:
            yield progress.computed[step.number - lookahead]
        if step.waits_for_store >= 0:
            yield progress.stored[step.waits_for_store]
        for place, (cycles, loaded) in enumerate(
            zip(step.loads, progress.loaded[step.number], strict=True)
        ):
            if cycles:
                env.process(_forward(channel.transfer(LOAD, step.number, place, cycles), loaded))
            else:
                loaded.succeed()


def array(
    env: Environment, steps: list[Step], lookahead: int, progress: Progress
) -> Generator[Event, None, None]:
    """Compute the steps in order; a wait is charged to the operand that it waits for."""
    for step in steps:
        for operand, loaded in zip(
            ("output", "input", "weight"), progress.loaded[step.number], strict=True
        ):
            yield from _wait(env, loaded, operand, progress)
        if step.number >= lookahead:
            yield from _wait(env, progress.stored[step.number - lookahead], "output", progress)
        yield env.timeout(step.compute_cycles)
        progress.computed[step.number].succeed()
    yield from _wait(env, progress.stored[-1], "output", progress)


def store_queue(
    env: Environment, steps: list[Step], channel: DramChannel, progress: Progress
) -> Generator[Event, None, None]:
    """Send every finished or spilled output tile off when its step has ended."""
    for step in steps:
        yield progress.computed[step.number]
        stored = progress.stored[step.number]
        if step.store:
            env.process(_forward(channel.transfer(STORE, step.number, 0, step.store), stored))
        else:
            stored.succeed()


def _wait(
    env: Environment, event: Event, operand: str, progress: Progress
) -> Generator[Event, None, None]:
    since = env.now
    if not event.processed:
        yield event
    progress.stall_cycles[operand] += int(env.now - since)


def _forward(source: Event, target: Event) -> Generator[Event, None, None]:
    yield source
    target.succeed()
