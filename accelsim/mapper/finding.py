"""What is asked of a search and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from accelsim.mapper.prices import Prices
from accelsim.mapping import Mapping
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Nest


class Flow(NamedTuple):
    """One dataflow on an accelerator: how its kernels see it, and what actions cost."""

    name: str
    target: Target
    prices: Prices
    axes: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] = ((), (), ())
    """Dimensions that may lie on rows, columns and planes."""
    sizes: tuple[int, int, int] = (1, 1, 1)
    stationary: str = "any"
    folds: bool = True
    bypass: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]] = ((), (), ())
    """Levels that outputs, inputs and weights may be let past."""


class Question(NamedTuple):
    """Everything that the answer depends on; searches are remembered by it."""

    nest: Nest
    flows: tuple[Flow, ...]
    objective: str
    effort: str = "normal"
    prune: bool = True
    most: int = 2**62


@dataclass(frozen=True, slots=True)
class Finding:
    """Best mapping of one dataflow, in engine terms; None where none beats what was known."""

    flow: Flow
    mapping: Mapping | None
    value: float
    second: float
    evaluated: int
    pruned: int
    optimal: bool
