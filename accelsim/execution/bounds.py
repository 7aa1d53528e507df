"""How short a schedule of jobs can be at best, from what each takes alone (docs/execution.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from accelsim.eventsim.network import Chip, Job
from accelsim.eventsim.processes import steps_of
from accelsim.fastsim import recurrence
from accelsim.results.timeline import Timeline


class Least(NamedTuple):
    """What a job takes at least, in any company."""

    cycles: int
    """Of its unit, launch included."""
    channel_cycles: int


def alone(job: Job) -> Timeline:
    """The job by the fast engine, with a channel for itself; launch not counted."""
    line: Timeline = recurrence.timeline(job.program, job.machine)
    return line


def least(job: Job) -> Least:
    """Launch, then work or transfers, whichever take longer.

    The first loads come before all of the work, the last store after it. Transfers of other cores
    may reorder those of the job, and so end it sooner than alone, but not before this.
    """
    steps, latency = steps_of(job.program, job.machine), job.machine.dram_latency
    work = sum(step.compute_cycles for step in steps)
    around = sum(cycles + latency for cycles in (sum(steps[0].loads), steps[-1].store) if cycles)
    channel = sum(sum(step.loads) + step.store for step in steps)
    busy = channel + latency if channel else 0
    return Least(job.launch_cycles + max(work + around, busy), channel)


def remaining_cycles(jobs: Sequence[Job], cycles: Sequence[int]) -> list[int]:
    """Cycles from the start of each job to the end of the longest chain that waits for it.

    `cycles`: of each job, launch included.
    """
    remaining = [0] * len(jobs)
    for number in reversed(range(len(jobs))):  # jobs stand behind those that they wait for
        remaining[number] += cycles[number]
        for before in jobs[number].after:
            remaining[before] = max(remaining[before], remaining[number])
    return remaining


def lower_bound(jobs: Sequence[Job], chip: Chip) -> int:
    """max(critical path, unit cycles / cores, DRAM cycles / channels, cycles of any port).

    Each job counts with what it takes in any company; no engine is run.
    """
    shortest = [least(job) for job in jobs]
    units: dict[int, int] = {}
    for job, own in zip(jobs, shortest, strict=True):
        units[job.unit] = units.get(job.unit, 0) + own.cycles
    return max(
        max(remaining_cycles(jobs, [own.cycles for own in shortest]), default=0),
        *(-(-cycles // chip.cores) for cycles in units.values()),
        -(-sum(own.channel_cycles for own in shortest) // chip.channels),
        *_port_cycles(jobs, chip),
    )


def _port_cycles(jobs: Sequence[Job], chip: Chip) -> list[int]:
    """Cycles that all jobs hold each port of the levels that cores share."""
    asked = [job.port_cycles.sum(axis=0) for job in jobs if job.port_cycles is not None]
    return [int(sum(cycles[port] for cycles in asked)) for port in range(len(chip.ports))]
