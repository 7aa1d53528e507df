"""How the operators of a network share the cores of an accelerator (docs/execution.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from accelsim.errors import MappingError
from accelsim.eventsim.network import ARRAY, VECTOR, Chip, Job, Record, Run, run_jobs
from accelsim.execution.bounds import alone, lower_bound, remaining_cycles
from accelsim.execution.ports import port_cycles, shared_ports
from accelsim.execution.shards import SHARD_DIMS, shards
from accelsim.execution.works import Setting, Shares, searched, work_of
from accelsim.hardware.accelerator import Accelerator
from accelsim.measure import Work, launch_cycles
from accelsim.workload.operators import Operator

POLICIES = ("in_order", "branch_parallel", "split", "auto")

VECTOR_SHARE = Fraction(1, 4)
"""Of the levels that a separate vector unit works at, while the array has the rest."""


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

    @property
    def cycles(self) -> int:
        """Until the last part has ended."""
        return max((part.run.end for parts in self.parts for part in parts), default=0)


def chip_of(hardware: Accelerator) -> Chip:
    """What the jobs on an accelerator share."""
    ports = tuple(port.name for port in shared_ports(hardware))
    return Chip(hardware.cores.count, hardware.dram.channels, hardware.dram_latency_cycles, ports)


def execute(
    policy: str, operators: Sequence[Operator], setting: Setting, record: bool = False
) -> Executed:
    """Run operators, in topological order, under one policy.

    Raises MappingError where an operator has no mapping in its share of the buffers.
    """
    if policy == "auto":
        return _best(operators, setting, record)
    run = {"in_order": _in_order, "branch_parallel": _branch_parallel, "split": _split}[policy]
    try:
        return run(operators, setting, Record() if record else None)
    except MappingError as error:
        if policy == "in_order":
            raise
        raise MappingError(f"policy {policy}, a core's share of the buffers: {error}") from error


def _best(operators: Sequence[Operator], setting: Setting, record: bool) -> Executed:
    """The policy that is done first; of equal ones the first."""
    done, refused = [], []
    for policy in POLICIES[:-1]:
        try:
            done.append(execute(policy, operators, setting, record))
        except MappingError as error:
            refused.append(error)
    if not done:
        raise refused[0]
    tried = {executed.policy: executed.cycles for executed in done}
    best = min(done, key=lambda executed: executed.cycles)
    return best._replace(notes={"policy_chosen_from": tried})


def in_turn(
    operators: Sequence[Operator],
    works: Sequence[Work | None],
    setting: Setting,
    record: Record | None,
) -> Executed:
    """One operator after the other on the first core, by the engine that is asked for."""
    jobs = _jobs_in_turn([work for work in works if work], setting.hardware)
    if setting.engine == "events":
        runs = run_jobs(jobs, chip_of(setting.hardware), record)
    else:
        runs = _fast(jobs)
    end, cores = runs[-1].end if runs else 0, setting.hardware.cores.count
    return Executed("in_order", tuple(operators), cores, _placed(works, runs), end, record)


def _in_order(operators: Sequence[Operator], setting: Setting, record: Record | None) -> Executed:
    works = [work_of(operator, setting) for operator in operators]
    return in_turn(operators, works, setting, record)


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


def _placed(works: Sequence[Work | None], runs: Sequence[Run]) -> tuple[tuple[Part, ...], ...]:
    """The part of every operator that has one."""
    rest = iter(runs)
    return tuple((Part(work, next(rest)),) if work else () for work in works)


def _branch_parallel(
    operators: Sequence[Operator], setting: Setting, record: Record | None
) -> Executed:
    """Operators whose inputs are ready go to free units, those with most work behind them first."""
    hardware, chip = setting.hardware, chip_of(setting.hardware)
    apart = hardware.vector_unit.placement == "separate"
    works = [
        work_of(operator, setting, shares_of(hardware, _unit(operator, apart), apart))
        for operator in operators
    ]
    jobs = _jobs_by_data(operators, works, hardware, apart)
    urgency = remaining_cycles(jobs, [alone(job).cycles + job.launch_cycles for job in jobs])
    jobs = [job._replace(urgency=urgent) for job, urgent in zip(jobs, urgency, strict=True)]
    runs = run_jobs(jobs, chip, record)
    units = chip.cores * (2 if apart else 1)
    bound = lower_bound(jobs, chip)
    placed = _placed(works, runs)
    return Executed("branch_parallel", tuple(operators), units, placed, bound, record)


def _unit(operator: Operator, apart: bool) -> int:
    """The unit of a core that an operator runs on; there is one where the units are in line."""
    return VECTOR if apart and operator.kind not in ("conv", "linear", "matmul") else ARRAY


def shares_of(hardware: Accelerator, unit: int, apart: bool) -> Shares:
    """Cores share a shared level equally; a vector unit beside the array has its own part."""
    outer = {hardware.chain("input")[-1].name, hardware.chain("output")[-1].name}
    of_unit = VECTOR_SHARE if unit == VECTOR else 1 - VECTOR_SHARE
    shares: dict[str, Fraction] = {}
    for level in hardware.on_chip:
        share = Fraction(1, hardware.cores.count if level.name in hardware.cores.shared else 1)
        share *= of_unit if apart and level.name in outer else 1
        if share != 1:
            shares[level.name] = share
    return shares


def _jobs_by_data(
    operators: Sequence[Operator], works: Sequence[Work | None], hardware: Accelerator, apart: bool
) -> list[Job]:
    """A job per operator that works; it waits for those whose tensors it reads."""
    makers: dict[str, set[int]] = {}
    jobs: list[Job] = []
    for operator, work in zip(operators, works, strict=True):
        before = {job for tensor in operator.inputs for job in makers.get(tensor, ())}
        if work is not None:
            launch = launch_cycles(work, hardware)
            unit, after = _unit(operator, apart), tuple(sorted(before))
            held = port_cycles(work, hardware)
            jobs.append(Job(work.program, work.machine, launch, after, unit, port_cycles=held))
            before = {len(jobs) - 1}
        makers.update(dict.fromkeys(operator.outputs, before))
    return jobs


def _split(operators: Sequence[Operator], setting: Setting, record: Record | None) -> Executed:
    """One operator at a time over all cores, cut along the loop that makes it shortest."""
    chip = chip_of(setting.hardware)
    jobs: list[Job] = []
    parts: list[list[Work]] = []
    before: tuple[int, ...] = ()
    known: dict[object, int] = {}
    for operator in operators:
        parts.append(_best_shards(operator, setting, known))
        jobs += _beside(parts[-1], setting.hardware, before)
        if parts[-1]:
            before = tuple(range(len(jobs) - len(parts[-1]), len(jobs)))
    rest = iter(run_jobs(jobs, chip, record))
    placed = tuple(tuple(Part(work, next(rest)) for work in works) for works in parts)
    bound = lower_bound(jobs, chip)
    return Executed("split", tuple(operators), chip.cores, placed, bound, record)


def _beside(
    works: Sequence[Work], hardware: Accelerator, before: tuple[int, ...] = ()
) -> list[Job]:
    """Shards that start together, one on each core."""
    return [
        Job(
            work.program,
            work.machine,
            launch_cycles(work, hardware),
            before,
            core=core,
            port_cycles=port_cycles(work, hardware),
        )
        for core, work in enumerate(works)
    ]


def _best_shards(operator: Operator, setting: Setting, known: dict[object, int]) -> list[Work]:
    """The operator whole, or its shards along one loop: what is done first."""
    shares = shares_of(setting.hardware, ARRAY, apart=False)
    whole = work_of(operator, setting, shares)
    if whole is None:
        return []
    choices = [[whole]]
    if operator.name not in setting.given:
        for dim in SHARD_DIMS:
            if nests := shards(whole.nest, dim, setting.hardware.cores.count):
                choices.append([searched(operator, nest, setting, shares) for nest in nests])
    return min(choices, key=lambda works: _together(works, setting.hardware, known))


def _together(works: Sequence[Work], hardware: Accelerator, known: dict[object, int]) -> int:
    """Cycles of shards that start together, with the channels for themselves."""
    jobs = _beside(works, hardware)
    key = tuple(
        (work.nest, work.mapped.mapping, job.launch_cycles)
        for work, job in zip(works, jobs, strict=True)
    )
    if key not in known:
        known[key] = max(run.end for run in run_jobs(jobs, chip_of(hardware)))
    return known[key]
