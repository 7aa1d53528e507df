"""Run the step program of one operator as simpy events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from simpy import Environment

from accelsim.eventsim.channel import DramChannel
from accelsim.eventsim.processes import Progress, Step, array, load_queue, store_queue
from accelsim.results.timeline import Timeline
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import Machine
from accelsim.traffic.dram import transfer_cycles


def timeline(program: NDArray[np.int64], machine: Machine) -> Timeline:
    """Timeline of a step program int64[steps, Column] on one core with one DRAM channel."""
    steps = [_step(number, row, machine) for number, row in enumerate(program.tolist())]
    env = Environment()
    channel = DramChannel(env, machine.dram_latency)
    progress = Progress(
        loaded=[(env.event(), env.event(), env.event()) for _ in steps],
        computed=[env.event() for _ in steps],
        stored=[env.event() for _ in steps],
    )
    lookahead = 2 if machine.double_buffered else 1
    env.process(load_queue(env, steps, lookahead, channel, progress))
    env.process(store_queue(env, steps, channel, progress))
    finished = env.process(array(env, steps, lookahead, progress))
    env.run(until=finished)
    stalls = progress.stall_cycles
    return Timeline(
        cycles=int(env.now),
        compute_cycles=int(program[:, Column.COMPUTE].sum()),
        fill_drain_cycles=int(program[:, Column.FILL_DRAIN].sum()),
        stall_input_cycles=stalls["input"],
        stall_weight_cycles=stalls["weight"],
        stall_output_cycles=stalls["output"],
        stall_bank_cycles=int(program[:, Column.BANK].sum()),
        channel_cycles=channel.busy_cycles,
    )


def _step(number: int, row: list[int], machine: Machine) -> Step:
    def slot(column: Column) -> int:
        return transfer_cycles(row[column], machine.burst_bytes, machine.clock, machine.bandwidth)

    return Step(
        number=number,
        loads=(slot(Column.PSUM_LOAD), slot(Column.INPUT_LOAD), slot(Column.WEIGHT_LOAD)),
        compute_cycles=row[Column.COMPUTE] + row[Column.FILL_DRAIN] + row[Column.BANK],
        store=slot(Column.STORE),
        waits_for_store=row[Column.WAITS_FOR_STORE],
    )
