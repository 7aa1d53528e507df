"""Jobs on the cores of a chip as simpy events: who runs when, and what each cycle went into."""

from __future__ import annotations

import heapq
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from simpy import Environment, Event

from accelsim.eventsim.channel import STARTING, DramChannel, InstantSettled, Transfer
from accelsim.eventsim.port import Held, Port
from accelsim.eventsim.processes import PortCycles, Progress, Slice, load_queue, steps_of, work
from accelsim.results.timeline import Timeline
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import Machine

ARRAY, VECTOR = 0, 1
"""Units of a core. A vector unit in line with the array is part of it."""

ANY_CORE = -1


class Chip(NamedTuple):
    """What jobs share: equal cores, and DRAM channels, of which core n uses n modulo `channels`."""

    cores: int
    channels: int
    dram_latency_cycles: int
    ports: tuple[str, ...] = ()
    """Names of the ports of on-chip levels that all cores share."""


class Job(NamedTuple):
    """A step program that waits for others, then takes a unit of some core for itself."""

    program: NDArray[np.int64]
    machine: Machine
    launch_cycles: int
    after: tuple[int, ...] = ()
    """Numbers of the jobs that have to end first."""
    unit: int = ARRAY
    core: int = ANY_CORE
    urgency: int = 0
    """Of jobs that could start, the most urgent one goes first, then the first one."""
    port_cycles: PortCycles | None = None
    """In the order of `Chip.ports`; None: the job asks for no port."""


class Run(NamedTuple):
    """When and where a job ran; `line` is without the launch, which comes first."""

    core: int
    unit: int
    start: int
    end: int
    line: Timeline


@dataclass
class Record:
    """What units and channels did, slice by slice: filled in by `run_jobs`."""

    slices: list[Slice] = field(default_factory=list)
    served: list[list[tuple[int, Transfer]]] = field(default_factory=list)
    """Of each channel: start of the slot, and what it carried."""
    held: dict[str, list[Held]] = field(default_factory=dict)
    """Of each port, by its name: when accesses took turns."""


def run_jobs(jobs: Sequence[Job], chip: Chip, record: Record | None = None) -> tuple[Run, ...]:
    """Run jobs to the end; ties have a total order, so that the answer is always the same.

    A job starts as soon as those before it have ended and a unit of its kind is free on its core,
    or on any, the lowest first. A transfer waits for others of its channel: see `DramChannel`; what
    a step moves through a port takes turns with others beside the step's own work: see `Port`.
    """
    return _Chip(jobs, chip, record).run()


class _Chip:
    """Jobs that wait, units that are free, and what has run so far."""

    def __init__(self, jobs: Sequence[Job], chip: Chip, record: Record | None) -> None:
        self.env = env = Environment()
        self.jobs, self.record = jobs, record
        self.channels = [DramChannel(env, chip.dram_latency_cycles) for _ in range(chip.channels)]
        self.ports = [Port(env) for _ in chip.ports]
        if record is not None:
            for channel in self.channels:
                channel.served = []
                record.served.append(channel.served)
            for name, port in zip(chip.ports, self.ports, strict=True):
                port.held = record.held[name] = []
        self.free = {unit: list(range(chip.cores)) for unit in (ARRAY, VECTOR)}
        self.missing = [len(set(job.after)) for job in jobs]
        self.next: list[list[int]] = [[] for _ in jobs]
        for number, job in enumerate(jobs):
            for before in set(job.after):
                self.next[before].append(number)
        self.ready = [(-job.urgency, n) for n, job in enumerate(jobs) if not self.missing[n]]
        heapq.heapify(self.ready)
        self.runs: dict[int, Run] = {}
        self.changed = env.event()

    def run(self) -> tuple[Run, ...]:
        """All jobs, in the order of their numbers."""
        self.env.run(until=self.env.process(self._start_jobs()))
        return tuple(self.runs[number] for number in range(len(self.jobs)))

    def _start_jobs(self) -> Generator[Event, None, None]:
        while True:
            yield InstantSettled(self.env, STARTING)
            if len(self.runs) == len(self.jobs):
                return
            waiting = []
            while self.ready:
                item = heapq.heappop(self.ready)
                if not self._start(item[1]):
                    waiting.append(item)
            self.ready = waiting  # sorted, and so a heap
            self.changed = self.env.event()
            yield self.changed

    def _start(self, number: int) -> bool:
        """Give the job a unit, if there is one for it."""
        job = self.jobs[number]
        free = self.free[job.unit]
        core = job.core if job.core != ANY_CORE else min(free, default=ANY_CORE)
        if core not in free:
            return False
        free.remove(core)
        self.env.process(self._execute(number, core))
        return True

    def _execute(self, number: int, core: int) -> Generator[Event, None, None]:
        env, job = self.env, self.jobs[number]
        progress = Progress(
            env=env,
            steps=steps_of(job.program, job.machine, job.port_cycles),
            channel=self.channels[core % len(self.channels)],
            lookahead=2 if job.machine.double_buffered else 1,
            unit=(core, job.unit),
            job=number,
            ports=self.ports,
            slices=None if self.record is None else self.record.slices,
        )
        start = int(env.now)
        if job.launch_cycles:
            yield env.timeout(job.launch_cycles)
            progress.note(-1, "launch", start)
        since = int(env.now)
        env.process(load_queue(progress))
        yield from work(progress)
        line = _timeline(job, progress, int(env.now) - since)
        self.runs[number] = Run(core, job.unit, start, int(env.now), line)
        self._end(number)

    def _end(self, number: int) -> None:
        """Free the unit, and the jobs that waited for this one."""
        run = self.runs[number]
        self.free[run.unit].append(run.core)
        for after in self.next[number]:
            self.missing[after] -= 1
            if not self.missing[after]:
                heapq.heappush(self.ready, (-self.jobs[after].urgency, after))
        if not self.changed.triggered:
            self.changed.succeed()


def _timeline(job: Job, progress: Progress, cycles: int) -> Timeline:
    sums = job.program.sum(axis=0)
    return Timeline(
        cycles=cycles,
        compute_cycles=int(sums[Column.COMPUTE]),
        fill_drain_cycles=int(sums[Column.FILL_DRAIN]),
        stall_input_cycles=progress.stall_cycles["input"],
        stall_weight_cycles=progress.stall_cycles["weight"],
        stall_output_cycles=progress.stall_cycles["output"],
        stall_bank_cycles=int(sums[Column.BANK]) + progress.stall_cycles["bank"],
        channel_cycles=sum(sum(step.loads) + step.store for step in progress.steps),
    )
