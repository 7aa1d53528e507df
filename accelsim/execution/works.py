"""An operator, or a shard of one, with the mapping that it runs under."""

from __future__ import annotations

from collections.abc import Mapping as TextMapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from accelsim.errors import AccelsimError
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapper.finding import Flow, Question
from accelsim.mapper.flows import flows_of
from accelsim.mapper.legality import checked
from accelsim.mapper.search import find_mapping
from accelsim.mapping import Mapping, Sharded
from accelsim.measure import Mapped, Work
from accelsim.schedule.fill import check_fits
from accelsim.schedule.machine import narrowed
from accelsim.schedule.nest import Nest, nest_of
from accelsim.schedule.program import step_program
from accelsim.workload.operators import Operator


class Setting(NamedTuple):
    """What all operators of one run share."""

    hardware: Accelerator
    engine: str
    dataflows: tuple[str, ...]
    objective: str
    batch: int
    effort: str = "normal"
    given: TextMapping[str, Mapping | Sharded] = MappingProxyType({})
    """Layer -> the mapping to run it with, instead of a search; of shards where it is split."""


Shares = TextMapping[str, Fraction]
"""On-chip level -> what an operator may fill of it; levels that are not named, wholly."""

WHOLE: Shares = MappingProxyType({})


def work_of(operator: Operator, setting: Setting, shares: Shares = WHOLE) -> Work | None:
    """The whole operator under its best or its given mapping; None where no byte moves.

    Raises MappingError where no mapping fits, or the given one is illegal.
    """
    nest = nest_of(operator, setting.hardware, setting.batch)
    if nest is None:
        return None
    given = setting.given.get(operator.name)
    try:
        if isinstance(given, Mapping):
            return given_work(operator, nest, given, (setting, shares))
        return searched(operator, nest, setting, shares)
    except AccelsimError as error:
        raise type(error)(f"layer {operator.name}: {error}") from error


def searched(operator: Operator, nest: Nest, setting: Setting, shares: Shares = WHOLE) -> Work:
    """Best mapping of a nest, which is the operator's own or that of a shard."""
    flows = flows_of(operator, nest, setting.hardware, setting.dataflows)
    flows = tuple(_narrowed(flow, shares) for flow in flows)
    found = find_mapping(Question(nest, flows, setting.objective, setting.effort))
    mapped = Mapped(found.mapping, found.flow, found.plan, found.optimal)
    return Work(operator, nest, mapped, step_program(nest, found.flow.target, found.plan))


def given_work(
    operator: Operator, nest: Nest, mapping: Mapping, where: tuple[Setting, Shares]
) -> Work:
    """A nest, which is the operator's own or that of a shard, under a mapping that was given."""
    setting, shares = where
    flow, plan = checked(operator, nest, setting.hardware, mapping)
    flow = _narrowed(flow, shares)
    check_fits(nest, mapping, flow.target, plan)
    mapped = Mapped(mapping, flow, plan, None)
    return Work(operator, nest, mapped, step_program(nest, flow.target, plan))


def _narrowed(flow: Flow, shares: Shares) -> Flow:
    return flow._replace(target=narrowed(flow.target, shares)) if shares else flow
