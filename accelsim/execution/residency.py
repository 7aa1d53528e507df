"""Operators in order with tensors that stay on chip between them."""

from __future__ import annotations

from collections.abc import Sequence

from accelsim.errors import AccelsimError
from accelsim.execution.works import Setting
from accelsim.lifetime.pieces import Tensors
from accelsim.lifetime.plan import ResidencyPlan, residency_plan
from accelsim.mapper.legality import checked
from accelsim.measure import Mapped, Work
from accelsim.resident import (
    TileChoice,
    TileSearch,
    given_choice,
    required_level,
    residency_task,
    tile_choices,
    with_residency,
)
from accelsim.schedule.nest import nest_of
from accelsim.schedule.program import step_program
from accelsim.workload.operators import Operator


def works_with_residency(
    tensors: Tensors, operators: Sequence[Operator], setting: Setting, how: str
) -> tuple[list[Work | None], ResidencyPlan]:
    """Every operator with the tiles that the plan leaves room for, and what it then moves."""
    required_level(setting.hardware)
    tables = [_choices(operator, setting) for operator in operators]
    plan = residency_plan(residency_task(tensors, operators, tables, setting.hardware), how)
    works = [
        None if option is None else _work(operator, setting, table[option], (plan, place))
        for place, (operator, table, option) in enumerate(
            zip(operators, tables, plan.options, strict=True)
        )
    ]
    return works, plan


def _choices(operator: Operator, setting: Setting) -> tuple[TileChoice, ...]:
    """Mappings of an operator in less and less space; none where no byte moves."""
    nest = nest_of(operator, setting.hardware, setting.batch)
    if nest is None:
        return ()
    try:
        if operator.name in setting.given:
            mapping = setting.given[operator.name]
            return (given_choice(operator, nest, setting.hardware, mapping),)
        search = TileSearch(setting.dataflows, setting.objective, setting.effort)
        return tile_choices(operator, nest, setting.hardware, search)
    except AccelsimError as error:
        raise type(error)(f"layer {operator.name}: {error}") from error


def _work(
    operator: Operator, setting: Setting, choice: TileChoice, planned: tuple[ResidencyPlan, int]
) -> Work | None:
    nest = nest_of(operator, setting.hardware, setting.batch)
    assert nest is not None, "an operator with an option moves bytes"
    flow, plan = checked(operator, nest, setting.hardware, choice.mapping)
    program = step_program(nest, flow.target, plan)
    away = planned[0].away[planned[1]]
    fewer = with_residency(program, away)
    payload = [int(steps[:, :4].sum()) for steps in (program, fewer)]
    mapped = Mapped(choice.mapping, flow, plan, None)
    return Work(operator, nest, mapped, fewer, away, payload[0] - payload[1])
