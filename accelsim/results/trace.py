"""What every unit did, slice by slice: the timeline of a run."""

from __future__ import annotations

from typing import NamedTuple


class Slice(NamedTuple):
    """One thing that one unit did, in cycles from the start of the network.

    `what`: operator (all of one on a unit), launch, compute, stall_input, stall_weight,
    stall_output or stall_bank on a core; sums, input, weight or store on a DRAM channel; access or
    conflict (of the accesses `in_turn`) at a port that cores share.
    """

    track: str
    layer: str
    """Of a conflict, the layer whose turn comes first."""
    what: str
    step: int
    """Of the operator's tile program; -1 where it is of no step."""
    start: int
    end: int
    in_turn: tuple[str, ...] = ()
    """Unit, layer and step of every access of a conflict."""


class Trace(NamedTuple):
    """Slices by track and start, and which layer hands a tensor to which."""

    slices: tuple[Slice, ...]
    flows: tuple[tuple[str, str], ...]
    """(producer, consumer), both layers that do something."""


def tracks_of(trace: Trace) -> list[str]:
    """Units by the number of their core, then channels, then ports that cores share."""
    names = {item.track for item in trace.slices}
    return sorted(names, key=lambda name: (_kind(name), _number(name), name))


def _kind(name: str) -> int:
    return 2 if name.endswith(" port") else int(name.startswith("DRAM"))


def _number(name: str) -> int:
    return int("".join(sign for sign in name if sign.isdigit()) or 0)
