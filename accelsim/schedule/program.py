"""From a mapping to the step program that both engines execute, and what it moves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.mapping import Mapping
from accelsim.schedule import kernels
from accelsim.schedule.conflict_kernels import nothing_known
from accelsim.schedule.kernels import Column
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Nest
from accelsim.schedule.plan import Plan, plan_of


def planned(nest: Nest, mapping: Mapping, target: Target) -> Plan:
    """The mapping in the kernels' terms."""
    return plan_of(nest, mapping, target.hierarchy, systolic=bool(target.systolic))


def step_program(nest: Nest, target: Target, plan: Plan) -> NDArray[np.int64]:
    """Steps int64[steps, kernels.Column] of one operator."""
    program: NDArray[np.int64] = kernels.walk(
        nest, target.machine, target.spec, plan, nothing_known(target.machine.banks)
    )
    return program


class Traffic(NamedTuple):
    """Bytes on the DRAM channel in whole bursts; `dram_payload_bytes` both ways without."""

    dram_read_bytes: int
    dram_write_bytes: int
    dram_payload_bytes: int


NO_TRAFFIC = Traffic(0, 0, 0)


def traffic_of(program: NDArray[np.int64], burst_bytes: int) -> Traffic:
    """DRAM traffic of a step program int64[steps, Column]."""
    on_channel = kernels.bytes_on_channel(program, burst_bytes)
    return Traffic(
        dram_read_bytes=int(on_channel[: Column.STORE].sum()),
        dram_write_bytes=int(on_channel[Column.STORE]),
        dram_payload_bytes=int(program[:, : Column.STORE + 1].sum()),
    )
