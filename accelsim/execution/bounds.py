"""How short a schedule of jobs can be at best, from what each takes alone (docs/execution.md)."""

from __future__ import annotations

from collections.abc import Sequence

from accelsim.eventsim.network import Chip, Job
from accelsim.fastsim import recurrence
from accelsim.results.timeline import Timeline


def alone(job: Job) -> Timeline:
    """The job by the fast engine, with a channel for itself; launch not counted."""
    line: Timeline = recurrence.timeline(job.program, job.machine)
    return line


def remaining_cycles(jobs: Sequence[Job], lines: Sequence[Timeline]) -> list[int]:
    """Cycles from the start of each job to the end of the longest chain that waits for it."""
    remaining = [0] * len(jobs)
    for number in reversed(range(len(jobs))):  # jobs stand behind those that they wait for
        remaining[number] += lines[number].cycles + jobs[number].launch_cycles
        for before in jobs[number].after:
            remaining[before] = max(remaining[before], remaining[number])
    return remaining


def lower_bound(jobs: Sequence[Job], lines: Sequence[Timeline], chip: Chip) -> int:
    """max(critical path, unit cycles / cores, DRAM cycles / channels), in cycles.

    `lines` are the jobs alone. Waiting for others makes none of the three shorter.
    """
    units: dict[int, int] = {}
    for job, line in zip(jobs, lines, strict=True):
        units[job.unit] = units.get(job.unit, 0) + line.cycles + job.launch_cycles
    return max(
        max(remaining_cycles(jobs, lines), default=0),
        *(-(-cycles // chip.cores) for cycles in units.values()),
        -(-sum(line.channel_cycles for line in lines) // chip.channels),
    )
