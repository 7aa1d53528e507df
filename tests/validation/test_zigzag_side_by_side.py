"""accelsim's own energy and cycles beside ZigZag's at its 132 fixed mappings, no adapter.

Only what both count alike must be equal; the rest is the table in docs/validation.md, which the
last test keeps true.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest

from accelsim.cost.energy import unit_energies
from accelsim.cost.levels import level_energies
from accelsim.fastsim.recurrence import timeline
from accelsim.results.timeline import Timeline
from accelsim.schedule.accesses import accesses_of
from accelsim.schedule.machine import target_of
from accelsim.schedule.nest import nest_of
from accelsim.schedule.program import planned, step_program
from tests.oracles.zigzag_golden import GROUPS, fixed_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "validation.md"


class Ours(NamedTuple):
    """One fixed mapping as accelsim runs it."""

    timeline: Timeline
    steps: int
    energy_pj: float


def ours(fixed) -> Ours:
    _, layer, mapping, hardware = fixed
    target, nest = target_of(hardware, "any"), nest_of(layer, hardware, 1)
    plan = planned(nest, mapping, target)
    program = step_program(nest, target, plan)
    costs = {level.name: level for level in level_energies(hardware)}
    energy_pj = unit_energies(hardware, "any").mac_pj * layer.macs
    for access in accesses_of(nest, mapping, target, plan, program):
        cost = costs[target.level_names[access.level]]
        word_pj = cost.read_pj if access.way.startswith("read") else cost.write_pj
        energy_pj += access.units * cost.access_bits / cost.word_bits * word_pj
    return Ours(timeline(program, target.machine), len(program), energy_pj)


@lru_cache(maxsize=len(GROUPS))
def run(group):
    """[(fixed mapping, ours)] of one layer on one machine."""
    return [(fixed, ours(fixed)) for fixed in fixed_of(group)]


@pytest.mark.parametrize("group", GROUPS, ids="-".join)
def test_compute_cycles_at_every_fixed_mapping_equal_zigzag(group):
    for fixed, mine in run(group):
        ideal = int(fixed.row["ideal_temporal_cycles"])
        assert mine.timeline.compute_cycles == ideal, fixed.row["id"]


@pytest.mark.parametrize("group", GROUPS, ids="-".join)
def test_drain_when_mapping_is_one_step_equals_zigzag_and_else_comes_with_every_step(group):
    """ZigZag drains once, and takes the array as full; a ragged last step of ours drains faster."""
    for fixed, mine in run(group):
        drain, fill = int(fixed.row["systolic_drain_cycles"]), mine.timeline.fill_drain_cycles
        if mine.steps == 1:
            assert fill == drain, fixed.row["id"]
        else:
            assert drain <= fill <= drain * mine.steps, fixed.row["id"]


def table_row(group) -> str:
    """What docs/validation.md says of one layer on one machine: ranges of ours / ZigZag's."""
    runs = run(group)
    energy = [mine.energy_pj / float(fixed.row["energy_total_pj"]) for fixed, mine in runs]
    cycles = [mine.timeline.cycles / float(fixed.row["latency_total"]) for fixed, mine in runs]
    texts = [f"{min(ratios):.2f} to {max(ratios):.2f}" for ratios in (energy, cycles)]
    return f"| {group[0]} | {group[1]} | {len(runs)} | {' | '.join(texts)} |"


@pytest.mark.parametrize("group", GROUPS, ids="-".join)
def test_table_in_the_documents_says_what_runs_say(group):
    rows = re.findall(rf"^\| {group[0]} \| {group[1]} \|.*$", DOCUMENT.read_text(), re.MULTILINE)
    assert rows == [table_row(group)]
