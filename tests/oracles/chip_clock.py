"""Cores, DRAM channels and shared ports clocked cycle by cycle: the oracle of `run_jobs`.

At every cycle all that can happen does, until nothing changes; then units are given to jobs that
are ready; then every free channel takes the first transfer in its order, and every port gives this
cycle to the first in its ring. Nobody looks ahead.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CAUSES = ("output", "input", "weight")


@dataclass
class Clocked:
    """A job: steps of (sum load, input load, weight load, store, compute, store it waits for)."""

    steps: list[tuple[int, int, int, int, int, int]]
    lookahead: int
    launch: int
    after: tuple[int, ...] = ()
    unit: int = 0
    core: int = -1
    urgency: int = 0
    ports: list[tuple[int, ...]] = field(default_factory=list)
    """Of each step, cycles at each port; none where it is empty."""
    start: int = -1
    end: int = -1
    asked: int = 0
    computing: int = -1
    until: int = -1
    unserved: int = 0
    """Ports that the step at work still needs."""
    done: set[int] = field(default_factory=set)
    arrived: set[tuple[int, int]] = field(default_factory=set)
    stored: set[int] = field(default_factory=set)
    spent: dict[str, int] = field(default_factory=dict)

    @property
    def next(self) -> int:
        return len(self.done)

    def missing(self) -> str | None:
        """What the next step waits for, the first cause in order."""
        loads = self.steps[self.next][:3]
        for place, cause in enumerate(CAUSES):
            if loads[place] and (self.next, place) not in self.arrived:
                return cause
        before = self.next - self.lookahead
        return "output" if before >= 0 and not self.has_stored(before) else None

    def has_stored(self, step: int) -> bool:
        return step in self.done and (not self.steps[step][3] or step in self.stored)


class ClockedChip:
    def __init__(self, jobs, cores, channels, latency, ports=()):
        self.jobs, self.latency = jobs, latency
        self.free = {unit: set(range(cores)) for unit in (0, 1)}
        self.queues = [[] for _ in range(channels)]
        self.busy = [0] * channels
        self.rings = [[] for _ in ports]
        self.asking = [[] for _ in ports]
        self.coming = []
        self.now = 0

    def run(self):
        while any(job.end < 0 for job in self.jobs):
            while self.settle() or self.start_jobs():
                pass
            self.serve()
            for job in self.jobs:
                if job.start >= 0 and job.end < 0:
                    cause = self.doing(job)
                    job.spent[cause] = job.spent.get(cause, 0) + 1
            self.now += 1
        return self.jobs

    def doing(self, job):
        if self.now < job.start + job.launch:
            return "launch"
        if job.computing >= 0:
            return "compute" if self.now < job.until else "bank"
        return "output" if job.next == len(job.steps) else job.missing()

    def settle(self):
        return any([self.arrivals(), *(self.advance(n) for n in range(len(self.jobs)))])

    def arrivals(self):
        here = [item for item in self.coming if item[0] == self.now]
        self.coming = [item for item in self.coming if item[0] != self.now]
        for _, job, kind, step, place in here:
            if kind == 2:
                job.unserved -= 1
            elif kind:
                job.stored.add(step)
            else:
                job.arrived.add((step, place))
        return bool(here)

    def advance(self, number):
        job = self.jobs[number]
        if job.start < 0 or job.end >= 0 or self.now < job.start + job.launch:
            return False
        changed = False
        if job.computing >= 0 and job.until <= self.now and not job.unserved:
            self.ask(number, 1, job.computing, 0, job.steps[job.computing][3])
            job.done.add(job.computing)
            job.computing, changed = -1, True
        if job.asked < len(job.steps) and self.may_load(job):
            for place in range(3):
                self.ask(number, 0, job.asked, place, job.steps[job.asked][place])
            job.asked, changed = job.asked + 1, True
        if job.computing < 0 and job.next < job.asked and job.missing() is None:
            job.computing, job.until = job.next, self.now + job.steps[job.next][4]
            self.ask_ports(number)
            changed = True
        if job.next == len(job.steps) and all(map(job.has_stored, range(len(job.steps)))):
            job.end, changed = self.now, True
            self.free[job.unit].add(job.core)
        return changed

    def may_load(self, job):
        waits = job.steps[job.asked][5]
        freed = job.asked < job.lookahead or job.asked - job.lookahead in job.done
        return freed and (waits < 0 or job.has_stored(waits))

    def ask(self, number, kind, step, place, cycles):
        if cycles:
            job = self.jobs[number]
            order = (self.now, kind, job.core, job.unit, step, place)
            self.queues[job.core % len(self.queues)].append((order, number, cycles))

    def ask_ports(self, number):
        job = self.jobs[number]
        for port, cycles in enumerate(job.ports[job.computing] if job.ports else ()):
            if cycles:
                self.asking[port].append(((job.core, job.unit), number, cycles))
                job.unserved += 1

    def start_jobs(self):
        order = sorted(range(len(self.jobs)), key=lambda n: (-self.jobs[n].urgency, n))
        started = False
        for number in order:
            job = self.jobs[number]
            if job.start >= 0 or any(self.jobs[n].end < 0 for n in job.after):
                continue
            wanted = self.free[job.unit] & ({job.core} if job.core >= 0 else self.free[job.unit])
            if wanted:
                job.core, job.start, started = min(wanted), self.now, True
                self.free[job.unit].remove(job.core)
        return started

    def serve(self):
        for number, queue in enumerate(self.queues):
            if queue and self.busy[number] <= self.now:
                queue.sort()
                (_, kind, _, _, step, place), job, cycles = queue.pop(0)
                self.busy[number] = self.now + cycles
                arrival = self.now + cycles + self.latency
                self.coming.append((arrival, self.jobs[job], kind, step, place))
        for ring, asking in zip(self.rings, self.asking, strict=True):
            ring.extend(sorted(asking))
            asking.clear()
            if ring:
                order, job, cycles = ring.pop(0)
                if cycles > 1:
                    ring.append((order, job, cycles - 1))
                else:
                    self.coming.append((self.now + 1, self.jobs[job], 2, None, None))
