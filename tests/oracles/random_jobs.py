"""Random jobs on random chips, by hypothesis: short programs of a byte per cycle on the channel."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from accelsim.eventsim.network import ARRAY, VECTOR, Chip, Job
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import Machine


def machine(doubled=1, latency=0):
    """One byte per cycle on the channel, so that bytes are cycles."""
    return Machine(
        lanes=1, double_buffered=doubled, halo_keep=0, burst_bytes=1, clock=1, bandwidth=1,
        dram_latency=latency, edge_port=(0, 0, 0), edge_rate=(0, 0, 0),
    )  # fmt: skip


def program(*steps):
    """Rows of (sum load, input load, weight load, store, compute, store it waits for)."""
    rows = np.zeros((len(steps), len(Column)), dtype=np.int64)
    for row, step in zip(rows, steps, strict=True):
        row[: Column.COMPUTE + 1] = step[:5]
        row[Column.WAITS_FOR_STORE] = step[5]
    return rows


@st.composite
def cases(draw):
    """(jobs, chip): random programs that wait for some of the jobs before them.

    No step holds a port that is shared for longer than it works alone.
    """
    cores = draw(st.integers(1, 3))
    chip = Chip(
        cores,
        draw(st.integers(1, cores)),
        draw(st.sampled_from([0, 1, 3, 9])),
        draw(st.sampled_from([(), ("one",), ("one", "other")])),
    )
    jobs = []
    for number in range(draw(st.integers(1, 6))):
        after = draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set()
        steps = draw(_steps())
        jobs.append(
            Job(
                program(*steps),
                machine(draw(st.integers(0, 1)), chip.dram_latency_cycles),
                draw(st.sampled_from([0, 0, 5])),
                tuple(sorted(after)),
                draw(st.sampled_from([ARRAY, ARRAY, VECTOR])),
                draw(st.sampled_from([-1, -1, *range(cores)])),
                draw(st.integers(0, 2)),
                draw(_accesses(steps, len(chip.ports))),
            )
        )
    return jobs, chip


@st.composite
def _accesses(draw, steps, ports):
    """int64[steps, ports]: cycles at each port, up to all of a step's work."""
    if not ports or draw(st.booleans()):
        return None
    busy = [[draw(st.integers(0, work)) for _ in range(ports)] for *_, work, _ in steps]
    return np.array(busy, dtype=np.int64)


@st.composite
def _steps(draw):
    """Steps whose partial sums come back from a store before them, if they come back."""
    steps, stored = [], []
    for step in range(draw(st.integers(1, 5))):
        waits = draw(st.sampled_from([-1, *stored]))
        loads = [draw(st.sampled_from([0, 0, 1, 3, 8, 20])) for _ in range(2)]
        loads = [draw(st.integers(1, 20)) if waits >= 0 else 0, *loads]
        store = draw(st.sampled_from([0, 2, 7, 15]))
        steps.append((*loads, store, draw(st.integers(1, 20)), waits))
        stored += [step] * bool(store)
    return steps


@st.composite
def rivals(draw):
    """(jobs, chip): two cores on one channel, where one job's transfers may help the other.

    Sums that return two steps after their store wait behind loads that the other core can delay.
    """
    latency = draw(st.sampled_from([3, 9]))
    program_of = (_spilling(draw), [(0, draw(st.sampled_from([1, 3, 8])), 0, 6, 1, -1)])
    jobs = [
        Job(program(*steps), machine(latency=latency), draw(st.sampled_from([0, 1, 5])), core=core)
        for core, steps in enumerate(program_of)
    ]
    return jobs, Chip(2, 1, latency)


def _spilling(draw):
    """Steps that all store partial sums, some of which come back two steps later."""
    steps = []
    for step in range(draw(st.integers(5, 8))):
        waits = draw(st.sampled_from([-1, step - 2])) if step > 1 else -1
        loads = [draw(st.sampled_from([0, 0, 3, 20])) for _ in range(2)]
        sums = draw(st.sampled_from([3, 8])) if waits >= 0 else 0
        store, compute = draw(st.sampled_from([7, 15])), draw(st.sampled_from([1, 5, 9]))
        steps.append((sums, *loads, store, compute, waits))
    return steps
