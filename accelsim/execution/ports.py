"""Ports of the on-chip levels that cores share, and for how long each step of a work holds them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from accelsim.eventsim.processes import PortCycles
from accelsim.hardware.accelerator import Accelerator
from accelsim.measure import Work
from accelsim.schedule.port_program import port_program


class SharedPort(NamedTuple):
    """A port whose width the hardware file states, of a level that there is one of for all cores.

    One that is left out carries what all cores ask at once, and nobody waits for it.
    """

    level: str
    way: str
    """read, write, or both where one port serves both."""

    @property
    def name(self) -> str:
        """`sram read port`."""
        return f"{self.level} port" if self.way == "both" else f"{self.level} {self.way} port"


def shared_ports(hardware: Accelerator) -> tuple[SharedPort, ...]:
    """Ports that jobs may wait for, from the PE outward."""
    found = []
    for level in hardware.on_chip:
        if level.name in hardware.cores.shared:
            if level.read_bytes_per_cycle:
                found.append(SharedPort(level.name, "both" if level.shared_port else "read"))
            if level.write_bytes_per_cycle:
                found.append(SharedPort(level.name, "write"))
    return tuple(found)


def port_cycles(work: Work, hardware: Accelerator) -> PortCycles | None:
    """int64[steps, shared ports] of an operator or a shard; None where no port is shared.

    Zero at a level that its dataflow does not use.
    """
    ports, target = shared_ports(hardware), work.mapped.flow.target
    if not ports:
        return None
    held = port_program(work.nest, target, work.mapped.plan, work.program)
    cycles = np.zeros((len(held), len(ports)), dtype=np.int64)
    for place, port in enumerate(ports):
        if port.level in target.level_names:
            level = target.hierarchy.levels[target.level_names.index(port.level)]
            cycles[:, place] = held[:, level.write_port if port.way == "write" else level.read_port]
    return cycles
