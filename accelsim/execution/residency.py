"""Operators, whole or in shards, with tensors that stay on chip between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from accelsim.errors import AccelsimError
from accelsim.execution.works import Setting, Shares
from accelsim.lifetime.operands import Away
from accelsim.lifetime.pieces import Tensors
from accelsim.lifetime.plan import ResidencyPlan, residency_plan
from accelsim.mapper.legality import checked
from accelsim.mapping import Mapping
from accelsim.measure import Mapped, Work
from accelsim.resident import (
    ALONE,
    TileChoice,
    TileSearch,
    Together,
    given_choice,
    residency_task,
    tile_choices,
    with_residency,
)
from accelsim.schedule.nest import Nest
from accelsim.schedule.program import step_program
from accelsim.workload.operators import Operator


class Stay(NamedTuple):
    """What may stay on chip, and how it is chosen."""

    tensors: Tensors
    how: str

    def chosen_greedily(self) -> Stay:
        """The same for operators that run beside each other, where no choice is known as best."""
        return self._replace(how="greedy")


class Plain(NamedTuple):
    """Operators as they run with every tensor in DRAM."""

    operators: Sequence[Operator]
    parts: Sequence[Sequence[Work]]
    """Of each operator, it as a whole or its shards; () where no byte moves."""
    shares: Sequence[Shares]
    """What each operator, or a shard of it, may fill."""


def with_tensors_on_chip(
    plain: Plain, stay: Stay, setting: Setting, together: Together = ALONE
) -> tuple[list[list[Work]], ResidencyPlan]:
    """The parts with the tiles that the plan leaves room for, and what they then move.

    An operator is cut along the same loop as before.
    """
    each = zip(plain.operators, plain.parts, plain.shares, strict=True)
    tables = [_choices(*one, setting) if one[1] else () for one in each]
    task = residency_task(stay.tensors, plain.operators, tables, setting.hardware, together)
    plan = residency_plan(task, stay.how)
    parts = [
        [] if option is None else _works(works, table[option], away, setting)
        for works, table, option, away in zip(
            plain.parts, tables, plan.options, plan.away, strict=True
        )
    ]
    return parts, plan


def told(plan: ResidencyPlan) -> dict[str, object]:
    """What the manifest says of a plan."""
    return {
        "resident_tensors": list(plan.resident),
        "resident_peak_bytes": plan.held_peak_bytes,
        "spilled_bytes": plan.spilled_bytes,
        "spilled_tensors": plan.spilled,
        "spill_free_bytes": plan.spill_free_bytes,
        "residency_proved": plan.proved,
    }


def _choices(
    operator: Operator, works: Sequence[Work], shares: Shares, setting: Setting
) -> tuple[TileChoice, ...]:
    """Mappings of an operator or its shards in less and less space."""
    nests = [work.nest for work in works]
    try:
        if works[0].mapped.proved is None:  # it was given
            mappings = [work.mapped.mapping for work in works]
            return (given_choice(operator, nests, setting.hardware, mappings),)
        search = TileSearch(setting.dataflows, setting.objective, setting.effort, shares)
        return tile_choices(operator, nests, setting.hardware, search)
    except AccelsimError as error:
        raise type(error)(f"layer {operator.name}: {error}") from error


def _works(works: Sequence[Work], choice: TileChoice, away: Away, setting: Setting) -> list[Work]:
    pairs = zip(works, choice.mappings, strict=True)
    return [_work(work.operator, work.nest, mapping, away, setting) for work, mapping in pairs]


def _work(operator: Operator, nest: Nest, mapping: Mapping, away: Away, setting: Setting) -> Work:
    flow, plan = checked(operator, nest, setting.hardware, mapping)
    program = step_program(nest, flow.target, plan)
    fewer = with_residency(program, away)
    payload = [int(steps[:, :4].sum()) for steps in (program, fewer)]
    mapped = Mapped(mapping, flow, plan, None)
    return Work(operator, nest, mapped, fewer, away, payload[0] - payload[1])
