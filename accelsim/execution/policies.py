"""How the operators of a network share the cores of an accelerator (docs/execution.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from accelsim.errors import MappingError
from accelsim.eventsim.network import ARRAY, Job, Record, Run, run_jobs
from accelsim.execution.bounds import alone, lower_bound, remaining_cycles
from accelsim.execution.dispatch import Dispatch
from accelsim.execution.own_levels import on_own_levels
from accelsim.execution.ports import port_cycles
from accelsim.execution.residency import Plain, Stay, with_tensors_on_chip
from accelsim.execution.splitting import beside, best_shards, chip_of
from accelsim.execution.works import WHOLE, Setting, work_of
from accelsim.hardware.accelerator import Accelerator
from accelsim.lifetime.plan import ResidencyPlan
from accelsim.mapping import Sharded
from accelsim.measure import Work, launch_cycles
from accelsim.resident import ALONE, required_level
from accelsim.shares import policy_for, shares_under, unit_of
from accelsim.workload.operators import Operator

POLICIES = ("in_order", "branch_parallel", "split", "auto")


class Part(NamedTuple):
    """An operator or a shard of it, and when and where it ran."""

    work: Work
    run: Run


class Executed(NamedTuple):
    """What became of every operator; those that only move addresses have no part."""

    policy: str
    operators: tuple[Operator, ...]
    """In the order of execution, or of start where they run beside each other."""
    units: int
    """Whose time counts: cores, and vector units that may work beside their array."""
    parts: tuple[tuple[Part, ...], ...]
    cycles_lower_bound: int
    record: Record | None
    notes: Mapping[str, object] = MappingProxyType({})
    """For the manifest: what else was tried or chosen."""
    plan: ResidencyPlan | None = None
    """What stays on chip, where something may."""

    @property
    def cycles(self) -> int:
        """Until the last part has ended."""
        return max((part.run.end for parts in self.parts for part in parts), default=0)


def execute(
    policy: str,
    operators: Sequence[Operator],
    setting: Setting,
    *,
    record: bool = False,
    stay: Stay | None = None,
) -> Executed:
    """Run operators, in topological order, under one policy; `stay`: what may stay on chip.

    Raises MappingError where an operator has no mapping in its share of the buffers.
    """
    sharded = any(isinstance(own, Sharded) for own in setting.given.values())
    policy = policy_for(policy, sharded=sharded)
    if policy == "auto":
        return _best(operators, setting, record, stay)
    run = {"in_order": _in_order, "branch_parallel": _branch_parallel, "split": _split}[policy]
    try:
        return run(operators, setting, Record() if record else None, stay)
    except MappingError as error:
        if policy == "in_order":
            raise
        raise MappingError(f"policy {policy}, a core's share of the buffers: {error}") from error


def _best(
    operators: Sequence[Operator], setting: Setting, record: bool, stay: Stay | None
) -> Executed:
    """The policy that is done first; of equal ones the first."""
    done, refused = [], []
    for policy in POLICIES[:-1]:
        try:
            done.append(execute(policy, operators, setting, record=record, stay=stay))
        except MappingError as error:
            refused.append(error)
    if not done:
        raise refused[0]
    tried = {executed.policy: executed.cycles for executed in done}
    best = min(done, key=lambda executed: executed.cycles)
    return best._replace(notes={**best.notes, "policy_chosen_from": tried})


def _in_order(
    operators: Sequence[Operator], setting: Setting, record: Record | None, stay: Stay | None
) -> Executed:
    """One operator after the other on the first core, by the engine that is asked for."""
    works = [work_of(operator, setting) for operator in operators]
    parts = [[work] if work else [] for work in works]
    plan = None
    if stay:
        plain = Plain(operators, parts, [WHOLE] * len(operators))
        parts, plan = with_tensors_on_chip(plain, stay, setting)
    jobs = _jobs_in_turn([work for works in parts for work in works], setting.hardware)
    if setting.engine == "events":
        runs = run_jobs(jobs, chip_of(setting.hardware), record)
    else:
        runs = _fast(jobs)
    end, cores = runs[-1].end if runs else 0, setting.hardware.cores.count
    placed = _placed(parts, runs)
    return Executed("in_order", tuple(operators), cores, placed, end, record, plan=plan)


def _jobs_in_turn(works: Sequence[Work], hardware: Accelerator) -> list[Job]:
    return [
        Job(
            work.program,
            work.machine,
            launch_cycles(work, hardware),
            (number - 1,) if number else (),
            core=0,
            port_cycles=port_cycles(work, hardware),
        )
        for number, work in enumerate(works)
    ]


def _fast(jobs: Sequence[Job]) -> tuple[Run, ...]:
    """Jobs in order by the fast engine."""
    runs, now = [], 0
    for job in jobs:
        line = alone(job)
        end = now + job.launch_cycles + line.cycles
        runs.append(Run(0, ARRAY, now, end, line))
        now = end
    return tuple(runs)


def _placed(parts: Sequence[Sequence[Work]], runs: Sequence[Run]) -> tuple[tuple[Part, ...], ...]:
    """The parts of every operator, which ran in this order."""
    rest = iter(runs)
    return tuple(tuple(Part(work, next(rest)) for work in works) for works in parts)


def _branch_parallel(
    operators: Sequence[Operator], setting: Setting, record: Record | None, stay: Stay | None
) -> Executed:
    """Operators whose inputs are ready go to free units, those with most work behind them first.

    With tensors on chip the units take the same operators in the same order as without.
    """
    hardware, chip = setting.hardware, chip_of(setting.hardware)
    apart = hardware.vector_unit.placement == "separate"
    shares = [shares_under("branch_parallel", operator, hardware) for operator in operators]
    each = zip(operators, shares, strict=True)
    works = [work_of(operator, setting, share) for operator, share in each]
    parts = [[work] if work else [] for work in works]
    jobs = _jobs_by_data(operators, parts, hardware, apart)
    urgency = remaining_cycles(jobs, [alone(job).cycles + job.launch_cycles for job in jobs])
    jobs = [job._replace(urgency=urgent) for job, urgent in zip(jobs, urgency, strict=True)]
    runs, plan = run_jobs(jobs, chip, None if stay else record), None
    if stay:
        plain, dispatch = Plain(operators, parts, shares), Dispatch(jobs, runs)
        together = dispatch.together(plain, stay.tensors, hardware)
        parts, plan = with_tensors_on_chip(plain, stay.chosen_greedily(), setting, together)
        jobs = _jobs_by_data(operators, parts, hardware, apart)
        runs = run_jobs(dispatch.kept_by(jobs), chip, record)
    units = chip.cores * (2 if apart else 1)
    bound, placed = lower_bound(jobs, chip), _placed(parts, runs)
    done = Executed("branch_parallel", tuple(operators), units, placed, bound, record)
    return done._replace(plan=plan)


def _jobs_by_data(
    operators: Sequence[Operator],
    parts: Sequence[Sequence[Work]],
    hardware: Accelerator,
    apart: bool,
) -> list[Job]:
    """A job per operator that works; it waits for those whose tensors it reads."""
    makers: dict[str, set[int]] = {}
    jobs: list[Job] = []
    for operator, works in zip(operators, parts, strict=True):
        before = {job for tensor in operator.inputs for job in makers.get(tensor, ())}
        for work in works:
            launch = launch_cycles(work, hardware)
            unit, after = unit_of(operator, apart), tuple(sorted(before))
            held = port_cycles(work, hardware)
            jobs.append(Job(work.program, work.machine, launch, after, unit, port_cycles=held))
            before = {len(jobs) - 1}
        makers.update(dict.fromkeys(operator.outputs, before))
    return jobs


def _split(
    operators: Sequence[Operator], setting: Setting, record: Record | None, stay: Stay | None
) -> Executed:
    """One operator at a time over all cores, cut along the loop that makes it shortest."""
    hardware, known = setting.hardware, dict[object, int]()
    shares = [shares_under("split", operator, hardware) for operator in operators]
    each = zip(operators, shares, strict=True)
    parts = [best_shards(operator, setting, share, known) for operator, share in each]
    plan = None
    if stay:
        plain = Plain(operators, parts, shares)
        shared = required_level(hardware).name in hardware.cores.shared
        together = ALONE if shared else on_own_levels(plain, stay.tensors, setting)
        parts, plan = with_tensors_on_chip(plain, stay, setting, together)
    jobs: list[Job] = []
    before: tuple[int, ...] = ()
    for works in parts:
        jobs += beside(works, hardware, before)
        if works:
            before = tuple(range(len(jobs) - len(works), len(jobs)))
    runs, bound = run_jobs(jobs, chip_of(hardware), record), lower_bound(jobs, chip_of(hardware))
    cores, placed = hardware.cores.count, _placed(parts, runs)
    return Executed("split", tuple(operators), cores, placed, bound, record, plan=plan)
