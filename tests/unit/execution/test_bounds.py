"""Lower bounds of schedules: by hand, and never above what random jobs take."""

from __future__ import annotations

from hypothesis import given, settings

from accelsim.eventsim.network import VECTOR, Chip, Job, run_jobs
from accelsim.execution.bounds import alone, lower_bound, remaining_cycles
from tests.oracles.random_jobs import cases, machine, program

STEP = program((0, 10, 0, 4, 5, -1))
"""Load 10, work 5, store 4: 19 cycles alone, 14 of them on the channel."""


def job(*after, unit=0, launch=0):
    return Job(STEP, machine(), launch, after, unit)


def bound(jobs, chip):
    return lower_bound(jobs, [alone(job) for job in jobs], chip)


def test_remaining_cycles_follow_the_longest_chain():
    jobs = [job(), job(0), job(0, launch=6), job(1, 2)]
    lines = [alone(one) for one in jobs]
    assert remaining_cycles(jobs, lines) == [19 + 25 + 19, 38, 44, 19]


def test_lower_bound_is_the_largest_of_path_units_and_channels():
    chain = [job(), job(0), job(1)]
    assert bound(chain, Chip(4, 4, 0)) == 57
    assert bound([job()] * 5, Chip(2, 2, 0)) == 48  # 5 * 19 / 2, rounded up
    assert bound([job()] * 5, Chip(5, 1, 0)) == 70  # 5 * 14 on one channel
    assert bound([job()] * 2 + [job(unit=VECTOR)] * 2, Chip(2, 2, 0)) == 28  # 4 * 14 / 2


def test_lower_bound_of_nothing_is_zero():
    assert bound([], Chip(2, 1, 0)) == 0


@settings(max_examples=400, deadline=None)
@given(cases())
def test_lower_bound_any_jobs_is_never_above_their_schedule(case):
    jobs, chip = case
    end = max(run.end for run in run_jobs(jobs, chip))
    assert bound(jobs, chip) <= end


@settings(max_examples=200, deadline=None)
@given(cases())
def test_alone_any_job_is_what_it_takes_on_an_empty_chip(case):
    for one in case[0]:
        (run,) = run_jobs([one._replace(after=(), core=0)], Chip(1, 1, one.machine.dram_latency))
        assert run.line == alone(one)
        assert run.end == one.launch_cycles + run.line.cycles
