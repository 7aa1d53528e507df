"""Jobs on cores and channels: small cases by hand, random ones against a clocked chip."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from accelsim.eventsim.network import ARRAY, VECTOR, Chip, Job, Record, run_jobs
from accelsim.schedule.kernels import Column
from tests.oracles.chip_clock import Clocked, ClockedChip
from tests.oracles.random_jobs import cases, machine, program

ONE_STEP = program((0, 10, 0, 4, 5, -1))
"""Load 10, work 5, store 4: 19 cycles alone."""


def ends(jobs, chip):
    return [(run.start, run.end) for run in run_jobs(jobs, chip)]


def test_run_jobs_one_alone_takes_its_launch_loads_work_and_store():
    (run,) = run_jobs([Job(ONE_STEP, machine(), 3)], Chip(1, 1, 0))
    assert (run.core, run.start, run.end) == (0, 0, 22)
    assert run.line.cycles == 19
    assert (run.line.stall_input_cycles, run.line.stall_output_cycles) == (10, 4)


def test_run_jobs_two_cores_on_one_channel_wait_for_each_other():
    """Loads 0-10 and 10-20; the first store is ready at 15, and the channel free at 20."""
    first, second = run_jobs([Job(ONE_STEP, machine(), 0)] * 2, Chip(2, 1, 0))
    assert (first.end, second.end) == (24, 29)
    assert (first.line.stall_input_cycles, first.line.stall_output_cycles) == (10, 9)
    assert (second.line.stall_input_cycles, second.line.stall_output_cycles) == (20, 4)


def test_run_jobs_two_cores_on_two_channels_do_not():
    assert ends([Job(ONE_STEP, machine(), 0)] * 2, Chip(2, 2, 0)) == [(0, 19), (0, 19)]


def test_run_jobs_third_job_starts_when_a_core_is_free():
    assert ends([Job(ONE_STEP, machine(), 0)] * 3, Chip(2, 2, 0)) == [(0, 19), (0, 19), (19, 38)]


def test_run_jobs_urgent_job_goes_first():
    jobs = [Job(ONE_STEP, machine(), 0), Job(ONE_STEP, machine(), 0, urgency=7)]
    assert ends(jobs, Chip(1, 1, 0)) == [(19, 38), (0, 19)]


def test_run_jobs_waits_for_what_it_reads():
    jobs = [Job(ONE_STEP, machine(), 0), Job(ONE_STEP, machine(), 0, after=(0,))]
    assert ends(jobs, Chip(4, 4, 0)) == [(0, 19), (19, 38)]


def test_run_jobs_vector_unit_works_beside_the_array_of_its_core():
    jobs = [Job(ONE_STEP, machine(), 0, unit=ARRAY), Job(ONE_STEP, machine(), 0, unit=VECTOR)]
    assert ends(jobs, Chip(1, 1, 0)) == [(0, 24), (0, 29)]


def working(*steps):
    """A job of steps (work, cycles at each port ...) that neither load nor store."""
    rows = program(*((0, 0, 0, 0, work, -1) for work, *_ in steps))
    return Job(rows, machine(), 0, port_cycles=np.array([held for _, *held in steps]))


def test_run_jobs_two_cores_at_one_port_take_turns():
    """7 and 7 of the 14 cycles from 0: the first is done at 13, the second at 14."""
    job = working((10, 7))
    first, second = run_jobs([job, job], Chip(2, 2, 0, ("one",)))
    assert (first.end, second.end) == (13, 14)
    assert (first.line.stall_bank_cycles, second.line.stall_bank_cycles) == (3, 4)


def test_run_jobs_short_access_does_not_wait_for_a_long_one():
    """The first two cycles of its own, then every second one."""
    long, short = run_jobs([working((100, 100)), working((2, 2))], Chip(2, 2, 0, ("one",)))
    assert (long.end, short.end) == (102, 4)


def test_run_jobs_access_that_comes_later_stands_behind_those_that_wait():
    """Alone until 3; from then on the old one has 3, 5 and 7, the new one 4 and 6."""
    old, new = working((6, 6)), working((3, 0), (2, 2))
    first, second = run_jobs([old, new], Chip(2, 2, 0, ("one",)))
    assert (first.end, second.end) == (8, 7)
    assert (first.line.stall_bank_cycles, second.line.stall_bank_cycles) == (2, 2)


def test_run_jobs_two_cores_at_one_port_that_has_time_for_both_do_not_wait():
    job = working((10, 5), (10, 5))
    assert ends([job, job], Chip(2, 2, 0, ("one",))) == [(0, 20), (0, 20)]


def test_run_jobs_ports_serve_side_by_side():
    """One reads and one writes; the step of both ends when the later of its own two is served."""
    jobs = [working((10, 9, 0)), working((10, 0, 9)), working((10, 6, 7))]
    first, second, third = run_jobs(jobs, Chip(3, 3, 0, ("one", "other")))
    # 0, 2 ... 10 and 12 - 14 are the first's; the third has 1, 3 ... 11, and 1, 3 ... 13
    assert (first.end, second.end, third.end) == (15, 16, 14)
    assert third.line.stall_bank_cycles == 4


def test_run_jobs_of_one_instant_begin_their_turns_by_core():
    jobs = [working((1, 1))._replace(core=core) for core in (2, 0, 1)]
    assert [run.end for run in run_jobs(jobs, Chip(3, 1, 0, ("one",)))] == [3, 1, 2]


def test_run_jobs_that_store_nothing_at_the_end_still_wait_for_the_stores_before():
    steps = program((0, 0, 0, 50, 5, -1), (0, 0, 0, 0, 5, -1))
    assert ends([Job(steps, machine(), 0)], Chip(1, 1, 0)) == [(0, 55)]


def clocked(job):
    columns = (*range(5), Column.WAITS_FOR_STORE)
    steps = [tuple(int(row[column]) for column in columns) for row in job.program]
    lookahead = 1 + job.machine.double_buffered
    ports = [] if job.port_cycles is None else job.port_cycles.tolist()
    return Clocked(
        steps, lookahead, job.launch_cycles, job.after, job.unit, job.core, job.urgency, ports
    )


def test_run_jobs_that_end_together_are_the_end():
    """Both end at 13: one works until 6 and stores for 7, the other waits for its own store."""
    spilling = program((0, 0, 0, 2, 1, -1), (1, 0, 0, 0, 9, 0))
    jobs = [Job(program((0, 0, 0, 7, 6, -1)), machine(0), 0), Job(spilling, machine(0), 0)]
    assert ends(jobs, Chip(2, 1, 0)) == [(0, 13), (0, 13)]


@settings(max_examples=400, deadline=None)
@given(cases())
def test_run_jobs_equals_a_chip_clocked_cycle_by_cycle(case):
    jobs, chip = case
    expected = ClockedChip([clocked(job) for job in jobs], *chip).run()
    for run, job, oracle in zip(run_jobs(jobs, chip), jobs, expected, strict=True):
        assert (run.core, run.start, run.end) == (oracle.core, oracle.start, oracle.end)
        spent = oracle.spent
        assert run.line.compute_cycles == spent.get("compute", 0)
        for cause in ("input", "weight", "output", "bank"):
            assert getattr(run.line, f"stall_{cause}_cycles") == spent.get(cause, 0)
        assert job.launch_cycles == spent.get("launch", 0)
        assert sum(spent.values()) == run.end - run.start


@settings(max_examples=100, deadline=None)
@given(cases())
def test_run_jobs_record_accounts_for_every_cycle_of_every_unit(case):
    jobs, chip = case
    record = Record()
    runs = run_jobs(jobs, chip, record)
    assert runs == run_jobs(jobs, chip)
    for number, run in enumerate(runs):
        own = sorted(item[3:5] for item in record.slices if item.job == number)
        assert own[0][0] == run.start
        assert own[-1][1] == run.end
        assert all(end == start for (_, end), (start, _) in pairwise(own))
    for served in record.served:
        slots = [(start, start + transfer.cycles) for start, transfer in served]
        assert all(end <= start for (_, end), (start, _) in pairwise(slots))
    assert tuple(record.held) == chip.ports
    for port, held in enumerate(record.held.values()):
        assert all(before.end <= after.start for before, after in pairwise(held))
        asked = [job.port_cycles[:, port].sum() for job in jobs if job.port_cycles is not None]
        assert sum(item.end - item.start for item in held) == sum(asked)
        check_turns(held, [job.port_cycles for job in jobs], port)
        for job, start, end in ((job, *item[1:]) for item in held for job, _ in item.turns):
            assert runs[job].start <= start < end <= runs[job].end
    moved = sum(transfer.cycles for served in record.served for _, transfer in served)
    assert moved == sum(run.line.channel_cycles for run in runs)


def check_turns(held, asked, port):
    """All that are named took turns: each had its part of every time, and no cycle but of those."""
    least, most = defaultdict(int), defaultdict(int)
    for item in held:
        assert len(set(item.turns)) == len(item.turns)
        for access in item.turns:
            least[access] += (item.end - item.start) // len(item.turns)
            most[access] += -(-(item.end - item.start) // len(item.turns))
    for job, steps in enumerate(asked):
        for step, cycles in enumerate([] if steps is None else steps[:, port]):
            assert least[job, step] <= cycles <= most[job, step]


def test_run_jobs_cycle_of_dependencies_is_an_error_not_a_hang():
    jobs = [Job(ONE_STEP, machine(), 0, after=(1,)), Job(ONE_STEP, machine(), 0, after=(0,))]
    with pytest.raises(RuntimeError):
        run_jobs(jobs, Chip(1, 1, 0))
