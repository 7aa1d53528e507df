"""What an operator may fill of the on-chip levels, by the policy that it runs under."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from accelsim.eventsim.network import ARRAY, VECTOR
from accelsim.workload.operators import Operator

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator

VECTOR_SHARE = Fraction(1, 4)
"""Of the levels that a separate vector unit works at, while the array has the rest."""


def policy_for(policy: str, *, sharded: bool) -> str:
    """The policy itself, but split for auto where mappings of shards are given.

    No other policy runs them, so there is nothing to choose from.
    """
    return "split" if policy == "auto" and sharded else policy


def shares_under(policy: str, operator: Operator, hardware: Accelerator) -> Mapping[str, Fraction]:
    """On-chip level -> what a whole operator may fill of it; levels that are not named, wholly.

    Of `auto` it is what in_order leaves, the most of those that it chooses from.
    """
    if policy == "split":
        return core_shares(hardware)
    if policy == "branch_parallel":
        apart = hardware.vector_unit.placement == "separate"
        return shares_of(hardware, unit_of(operator, apart), apart)
    return {}


def core_shares(hardware: Accelerator) -> dict[str, Fraction]:
    """What a core may fill of the levels that all cores share, when all of them work."""
    count = hardware.cores.count
    return {name: Fraction(1, count) for name in hardware.cores.shared if count > 1}


def unit_of(operator: Operator, apart: bool) -> int:
    """The unit of a core that an operator runs on; there is one where the units are in line."""
    return VECTOR if apart and operator.kind not in ("conv", "linear", "matmul") else ARRAY


def shares_of(hardware: Accelerator, unit: int, apart: bool) -> dict[str, Fraction]:
    """Cores share a shared level equally; a vector unit beside the array has its own part."""
    outer = {hardware.chain("input")[-1].name, hardware.chain("output")[-1].name}
    of_unit = VECTOR_SHARE if unit == VECTOR else 1 - VECTOR_SHARE
    shares: dict[str, Fraction] = {}
    for level in hardware.on_chip:
        share = core_shares(hardware).get(level.name, Fraction(1))
        share *= of_unit if apart and level.name in outer else 1
        if share != 1:
            shares[level.name] = share
    return shares
