"""numba: end times of loads, computes and stores of a step program, step by step.

The same meaning as `accelsim.eventsim`, written as a recurrence (docs/model.md, section "Engines").
The channel serves transfers by ready time, loads before stores on a tie, then the lower step. Ends
of computes increase, so the order is known from ready times alone and one pass suffices.
"""

from __future__ import annotations

import numpy as np

from accelsim.jit import njit
from accelsim.results.timeline import Timeline
from accelsim.schedule.kernels import (
    BANK,
    COMPUTE,
    FILL_DRAIN,
    INPUT_LOAD,
    PSUM_LOAD,
    STORE,
    WAITS_FOR_STORE,
    WEIGHT_LOAD,
    transfer_cycles,
)


@njit
def slot_cycles(payload, machine):
    """Cycles that a transfer holds the channel."""
    return transfer_cycles(
        payload,
        machine.burst_bytes,
        machine.clock,
        machine.bandwidth,
        machine.row_bytes,
        machine.row_miss_cycles,
    )


@njit
def hold_channel(channel_free, ready, payload, machine):
    """End of the slot that a transfer gets on the channel."""
    return max(channel_free, ready) + slot_cycles(payload, machine)


@njit
def serve_stores(program, machine, ends, queue, through, before):
    """Serve waiting stores: all up to step `through`, and those that are ready before `before`.

    ends: int64[2, steps], of computes (-1: not yet) and of stores. queue: int64[2], the next step
    whose store is not served and the time at which the channel is free.
    """
    computed, stored = ends[0], ends[1]
    while queue[0] < computed.size:
        step = queue[0]
        if computed[step] < 0 or (step >= through and computed[step] >= before):
            return
        payload = program[step, STORE]
        if payload > 0:
            queue[1] = hold_channel(queue[1], computed[step], payload, machine)
            stored[step] = queue[1] + machine.dram_latency
        queue[0] += 1


@njit
def timeline(program, machine):
    """Timeline of a step program int64[steps, COLUMNS] on one core with one DRAM channel."""
    steps = program.shape[0]
    lookahead = 2 if machine.double_buffered else 1
    ends = np.zeros((2, steps), dtype=np.int64)
    computed, stored = ends[0], ends[1]
    computed.fill(-1)
    queue = np.zeros(2, dtype=np.int64)
    arrivals = np.zeros(3, dtype=np.int64)
    stalls = np.zeros(3, dtype=np.int64)  # output, input, weight: in the order of the loads
    ready, end, channel_cycles, compute, fill, bank = 0, 0, 0, 0, 0, 0
    for step in range(steps):
        row = program[step]
        if step >= lookahead:
            ready = max(ready, computed[step - lookahead])
        if row[WAITS_FOR_STORE] >= 0:
            serve_stores(program, machine, ends, queue, row[WAITS_FOR_STORE] + 1, 0)
            ready = max(ready, stored[row[WAITS_FOR_STORE]])
        serve_stores(program, machine, ends, queue, 0, ready)
        for number in range(3):
            payload = row[PSUM_LOAD + number]
            arrivals[number] = 0
            if payload > 0:
                queue[1] = hold_channel(queue[1], ready, payload, machine)
                arrivals[number] = queue[1] + machine.dram_latency
        start = end
        for number in range(3):
            stalls[number] += max(arrivals[number] - start, 0)
            start = max(start, arrivals[number])
        if step >= lookahead:
            serve_stores(program, machine, ends, queue, step - lookahead + 1, 0)
            stalls[0] += max(stored[step - lookahead] - start, 0)
            start = max(start, stored[step - lookahead])
        end = start + row[COMPUTE] + row[FILL_DRAIN] + row[BANK]
        computed[step] = end
    serve_stores(program, machine, ends, queue, steps, 0)
    finish = max(end, stored.max())  # a resident output leaves the last step without a store
    stalls[0] += finish - end
    for step in range(steps):
        compute += program[step, COMPUTE]
        fill += program[step, FILL_DRAIN]
        bank += program[step, BANK]
        for column in (PSUM_LOAD, INPUT_LOAD, WEIGHT_LOAD, STORE):
            channel_cycles += slot_cycles(program[step, column], machine)
    return Timeline(
        finish,
        compute,
        fill,
        stalls[1],
        stalls[2],
        stalls[0],
        bank,
        channel_cycles,
    )
