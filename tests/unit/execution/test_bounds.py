"""Lower bounds of schedules: by hand, and never above what random jobs take."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.eventsim.network import VECTOR, Chip, Job, run_jobs
from accelsim.execution.bounds import alone, least, lower_bound, remaining_cycles
from tests.oracles.random_jobs import cases, machine, program, rivals

STEP = program((0, 10, 0, 4, 5, -1))
"""Load 10, work 5, store 4: 19 cycles alone, 14 of them on the channel."""


def job(*after, unit=0, launch=0):
    return Job(STEP, machine(), launch, after, unit)


def test_remaining_cycles_follow_the_longest_chain():
    jobs = [job(), job(0), job(0, launch=6), job(1, 2)]
    assert remaining_cycles(jobs, [19, 19, 25, 19]) == [19 + 25 + 19, 38, 44, 19]


def test_lower_bound_is_the_largest_of_path_units_and_channels():
    chain = [job(), job(0), job(1)]
    assert lower_bound(chain, Chip(4, 4, 0)) == 57
    assert lower_bound([job()] * 5, Chip(2, 2, 0)) == 48  # 5 * 19 / 2, rounded up
    assert lower_bound([job()] * 5, Chip(5, 1, 0)) == 70  # 5 * 14 on one channel
    assert lower_bound([job()] * 2 + [job(unit=VECTOR)] * 2, Chip(2, 2, 0)) == 28  # 4 * 14 / 2


def test_lower_bound_is_never_less_than_what_a_shared_port_carries():
    holds = job()._replace(port_cycles=np.array([[5, 4]]))
    assert lower_bound([holds] * 4, Chip(4, 4, 0, ("one", "other"))) == 20
    assert lower_bound([holds] * 3 + [job()], Chip(4, 4, 0, ("one", "other"))) == 19  # each alone


def test_lower_bound_of_nothing_is_zero():
    assert lower_bound([], Chip(2, 1, 0)) == 0


def test_least_counts_what_no_order_on_the_channel_can_hide():
    twice = program((0, 10, 5, 4, 6, -1), (0, 0, 8, 3, 7, -1))
    # 15 before the first work, 6 + 7 of work, 3 behind the last; latency before and behind
    assert least(Job(twice, machine(latency=2), 100)).cycles == 100 + 17 + 13 + 5
    # 35 on the channel: 10 + 5 + 4 + 8 + 8
    busy = program((0, 10, 5, 4, 1, -1), (0, 0, 8, 8, 1, -1))
    assert least(Job(busy, machine(latency=2), 0)).cycles == 37
    held = program((0, 0, 0, 0, 6, -1), (0, 0, 0, 0, 7, -1))
    assert least(Job(held, machine(latency=2), 0)).cycles == 13


def test_lower_bound_holds_where_a_transfer_of_another_core_makes_a_job_shorter():
    # its loads of 20 come behind the other core's load, and the store that sums return from first
    spills = program(
        (0, 20, 8, 0, 20, -1), (0, 0, 20, 0, 5, -1), (0, 1, 8, 7, 5, -1),
        (0, 3, 0, 15, 9, -1), (3, 3, 8, 7, 9, 2),
    )  # fmt: skip
    one = Job(spills, machine(latency=3), 0, core=0)
    other = Job(program((0, 3, 0, 6, 1, -1)), machine(latency=3), 1, core=1)
    chip = Chip(2, 1, 3)
    runs = run_jobs([one, other], chip)
    assert runs[0].line.cycles < alone(one).cycles
    assert lower_bound([one, other], chip) <= max(run.end for run in runs)


@settings(max_examples=800, deadline=None)
@given(st.one_of(cases(), rivals(), rivals()))
def test_lower_bound_any_jobs_is_never_above_their_schedule(case):
    jobs, chip = case
    runs = run_jobs(jobs, chip)
    assert lower_bound(jobs, chip) <= max(run.end for run in runs)
    for job, run in zip(jobs, runs, strict=True):
        assert least(job).cycles <= min(run.end - run.start, alone(job).cycles + job.launch_cycles)


@settings(max_examples=200, deadline=None)
@given(cases())
def test_alone_any_job_is_what_it_takes_on_an_empty_chip(case):
    for one in case[0]:
        (run,) = run_jobs([one._replace(after=(), core=0)], Chip(1, 1, one.machine.dram_latency))
        assert run.line == alone(one)
        assert run.end == one.launch_cycles + run.line.cycles
