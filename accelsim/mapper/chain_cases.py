"""What chains are searched for: layouts of the array, each with every choice of levels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from accelsim.mapper.chain_costs import Problem
from accelsim.mapper.chain_tables import tables_of
from accelsim.mapper.finding import Flow, Question
from accelsim.mapper.layouts import Layout
from accelsim.schedule.hierarchy import EVERY_PE, level_table, port_table

Chains = tuple[tuple[int | None, ...], tuple[int | None, ...], tuple[int | None, ...]]
"""Levels of each operand, None where it is let past one."""


class Case(NamedTuple):
    """One layout of the array with one choice of levels."""

    layout: Layout
    chains: Chains
    problem: Problem


def bypasses(flow: Flow) -> Iterator[Chains]:
    """Levels of each operand with None where it is let past one, nothing bypassed first."""
    hierarchy = flow.target.hierarchy
    options = []
    for number, chain in enumerate(hierarchy.chains):
        free = flow.bypass[number]
        ways = [
            tuple(None if level in skipped else level for level in chain)
            for skipped in _subsets([level for level in chain if level in free])
        ]
        options.append([way for way in ways if any(level is not None for level in way)])
    yield from product(*options)


def _subsets(items: list[int]) -> list[set[int]]:
    return [
        {item for place, item in enumerate(items) if number >> place & 1}
        for number in range(2 ** len(items))
    ]


def problem_of(question: Question, flow: Flow, layout: Layout, chains: Chains) -> Problem:
    """The kernels' view of a layout with a choice of levels."""
    hierarchy = flow.target.hierarchy
    levels = level_table(hierarchy)
    kept = [[level for level in chain if level is not None] for chain in chains]
    table = np.full((3, max(map(len, kept)) + 1), -1, dtype=np.int64)
    for operand, chain in enumerate(kept):
        table[operand, : len(chain) + 1] = [*chain, len(levels) - 1]
    masks = np.zeros(8, dtype=np.bool_)
    masks[[0, EVERY_PE, *(level.copies for level in hierarchy.levels)]] = True
    layout_table = layout.table()
    skew = flow.target.systolic * layout.skew
    return Problem(
        nest=question.nest,
        layout=layout_table,
        levels=levels,
        chains=table,
        points=np.array([len(kept[0]), len(kept[1]) + 1, len(kept[2]) + 1]),
        read_pj=np.array(flow.prices.read),
        write_pj=np.array(flow.prices.write),
        first_sum=hierarchy.first_sum,
        passes=layout.passes + skew,
        skew=skew,
        burst_bits=8 * flow.target.machine.burst_bytes,
        ports=port_table(hierarchy),
        tables=tables_of(question.nest, layout_table, masks, int(question.effort == "sweep")),
    )
