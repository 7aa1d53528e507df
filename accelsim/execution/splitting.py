"""An operator over all cores: along which loop it is cut, and the mappings of its shards."""

from __future__ import annotations

from collections.abc import Sequence

from accelsim.errors import MappingError
from accelsim.eventsim.network import Chip, Job, run_jobs
from accelsim.execution.ports import port_cycles, shared_ports
from accelsim.execution.works import Setting, Shares, given_work, searched, work_of
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapping import SHARD_DIMS, Sharded
from accelsim.measure import Work, launch_cycles
from accelsim.schedule.nest import nest_of
from accelsim.shards import different, shards, wrong_shards
from accelsim.workload.operators import Operator


def chip_of(hardware: Accelerator) -> Chip:
    """What the jobs on an accelerator share."""
    ports = tuple(port.name for port in shared_ports(hardware))
    return Chip(hardware.cores.count, hardware.dram.channels, hardware.dram_latency_cycles, ports)


def beside(works: Sequence[Work], hardware: Accelerator, before: tuple[int, ...] = ()) -> list[Job]:
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


def best_shards(
    operator: Operator, setting: Setting, shares: Shares, known: dict[object, int]
) -> list[Work]:
    """The operator whole, or its shards along one loop: what is done first, or what was given.

    `known`: cycles of shards that were tried before.
    """
    given = setting.given.get(operator.name)
    if isinstance(given, Sharded):
        return _given_shards(operator, given, setting, shares)
    whole = work_of(operator, setting, shares)
    if whole is None:
        return []
    choices = [[whole]]
    if given is None:
        for dim in SHARD_DIMS:
            if nests := shards(whole.nest, dim, setting.hardware.cores.count):
                choices.append([searched(operator, nest, setting, shares) for nest in nests])
    return min(choices, key=lambda works: _cycles_beside(works, setting.hardware, known))


def _given_shards(
    operator: Operator, given: Sharded, setting: Setting, shares: Shares
) -> list[Work]:
    """The shards that a mapping file says; raises MappingError where they cannot be."""
    nest = nest_of(operator, setting.hardware, setting.batch)
    nests = () if nest is None else shards(nest, given.loop, given.count)
    try:
        if fault := wrong_shards(nests, given, setting.hardware):
            raise MappingError(": ".join(fault))
        own = dict(zip(different(nests), given.mappings, strict=True))
        where = (setting, shares)
        return [given_work(operator, each, own[each], where) for each in nests]
    except MappingError as error:
        raise MappingError(f"layer {operator.name}: {error}") from error


def _cycles_beside(works: Sequence[Work], hardware: Accelerator, known: dict[object, int]) -> int:
    """Cycles of shards that start together, with the channels for themselves."""
    jobs = beside(works, hardware)
    key = tuple(
        (work.nest, work.mapped.mapping, job.launch_cycles)
        for work, job in zip(works, jobs, strict=True)
    )
    if key not in known:
        known[key] = max(run.end for run in run_jobs(jobs, chip_of(hardware)))
    return known[key]
