"""For how many cycles each step of an operator holds each port of the on-chip levels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accelsim.mapping import OPERANDS
from accelsim.schedule.kernels import Column, border_bits
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Nest
from accelsim.schedule.plan import Plan

Ints = NDArray[np.int64]

EDGE_COLUMNS = (Column.EDGE_SUM_WRITE, Column.EDGE_INPUT, Column.EDGE_WEIGHT)
"""Of each operand, in the order of `OPERANDS`; sums are read back in the access that writes."""


def port_program(nest: Nest, target: Target, plan: Plan, program: Ints) -> Ints:
    """int64[steps, ports of the hierarchy]: cycles, those that `Column.BANK` is the excess of.

    A port carries what moves between on-chip levels, or what an array that folds moves at its edge,
    whichever takes longer. A port that is as wide as asked is never held.
    """
    bits = np.maximum(border_bits(nest, plan), _edge_bits(target, plan, program))
    return np.where(plan.ports > 0, -(-bits // np.maximum(8 * plan.ports, 1)), 0)


def _edge_bits(target: Target, plan: Plan, program: Ints) -> Ints:
    """int64[steps, ports]: between a folding array or the vector unit and its innermost levels."""
    hierarchy = target.hierarchy
    bits = np.zeros((len(program), plan.ports.size), dtype=np.int64)
    for operand, chain, column in zip(OPERANDS, hierarchy.chains, EDGE_COLUMNS, strict=True):
        level = hierarchy.levels[chain[0]]
        port = level.write_port if operand == "output" else level.read_port
        bits[:, port] += 8 * program[:, column]
    return bits
