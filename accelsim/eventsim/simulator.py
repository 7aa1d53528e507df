"""Run the step program of one operator as simpy events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accelsim.eventsim.network import Chip, Job, run_jobs
from accelsim.results.timeline import Timeline
from accelsim.schedule.nest import Machine


def timeline(program: NDArray[np.int64], machine: Machine) -> Timeline:
    """Timeline of a step program int64[steps, Column], alone on one core with one DRAM channel."""
    (run,) = run_jobs([Job(program, machine, 0)], Chip(1, 1, machine.dram_latency))
    return run.line
