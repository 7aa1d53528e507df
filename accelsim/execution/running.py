"""A network under the choices of a run: policy, residency and schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from accelsim.errors import UsageError, check_known
from accelsim.eventsim.network import Record
from accelsim.execution.policies import POLICIES, Executed, execute, in_turn
from accelsim.execution.residency import works_with_residency
from accelsim.execution.works import Setting
from accelsim.lifetime.order import memory_order
from accelsim.lifetime.pieces import storage_of, tensors_of
from accelsim.lifetime.plan import RESIDENCY, ResidencyPlan
from accelsim.workload.operators import Operator, Shape

SCHEDULES = ("given", "memory")
"""Orders of operators: the network's own, or one with fewer live bytes."""


class Choice(NamedTuple):
    """How a network is to be run."""

    policy: str
    residency: str
    schedule: str
    trace: bool


def check_choice(choice: Choice, engine: str) -> None:
    """Raise UsageError for unknown words and for what does not go together."""
    check_known("policy", choice.policy, POLICIES)
    check_known("residency", choice.residency, RESIDENCY)
    check_known("schedule", choice.schedule, SCHEDULES)
    if engine == "fast" and choice.policy != "in_order":
        raise UsageError(
            f"policy {choice.policy}: the fast engine runs operators in order only, and has but a "
            "lower bound of other policies; take engine events"
        )
    if engine == "fast" and choice.trace:
        raise UsageError("trace: the fast engine keeps no events; take engine events")
    if choice.residency != "none" and choice.policy != "in_order":
        raise UsageError(
            f"residency {choice.residency}: is for policy in_order, where it is known what is live "
            f"when an operator runs; with policy {choice.policy} every tensor goes through DRAM"
        )


def run_network(
    inputs: Mapping[str, Shape], operators: Sequence[Operator], setting: Setting, choice: Choice
) -> Executed:
    """Run the operators, in topological order; `inputs` are the network's own tensors."""
    storage = storage_of(setting.hardware, setting.batch)
    notes: dict[str, object] = {}
    if choice.schedule == "memory":
        order = memory_order(tensors_of(inputs, operators, storage), operators)
        operators = [operators[position] for position in order.positions]
        notes["live_peak_bytes"] = order.peak_bytes
        notes["live_peak_bytes_given_order"] = order.given_peak_bytes
    if choice.residency == "none":
        done = execute(choice.policy, operators, setting, choice.trace)
    else:
        tensors = tensors_of(inputs, operators, storage)
        works, plan = works_with_residency(tensors, operators, setting, choice.residency)
        done = in_turn(operators, works, setting, Record() if choice.trace else None)
        notes |= _told(plan)
    return done._replace(notes={**done.notes, **notes})


def _told(plan: ResidencyPlan) -> dict[str, object]:
    """What the manifest says of a residency plan."""
    return {
        "resident_tensors": list(plan.resident),
        "resident_peak_bytes": plan.held_peak_bytes,
        "spilled_bytes": plan.spilled_bytes,
        "spill_free_bytes": plan.spill_free_bytes,
        "residency_proved": plan.proved,
    }
