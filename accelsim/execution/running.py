"""A network under the choices of a run: policy, residency and schedule."""

from __future__ import annotations

from collections.abc import Mapping as TextMapping
from collections.abc import Sequence
from typing import NamedTuple

from accelsim.errors import UsageError, check_known
from accelsim.execution.policies import POLICIES, Executed, execute
from accelsim.execution.residency import Stay, told
from accelsim.execution.works import Setting
from accelsim.lifetime.order import memory_order
from accelsim.lifetime.pieces import storage_of, tensors_of
from accelsim.lifetime.plan import RESIDENCY
from accelsim.mapping import Mapping, Sharded
from accelsim.resident import required_level
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


def check_given(given: TextMapping[str, Mapping | Sharded], policy: str) -> None:
    """Raise UsageError for mappings of shards under a policy that cuts no operator."""
    cut = next((name for name, own in given.items() if isinstance(own, Sharded)), None)
    if cut is not None and policy not in ("split", "auto"):
        raise UsageError(
            f"policy {policy} runs operators whole, and the mapping of layer {cut} is of shards; "
            "allowed: split, auto"
        )


def run_network(
    inputs: TextMapping[str, Shape], operators: Sequence[Operator], setting: Setting, choice: Choice
) -> Executed:
    """Run the operators, in topological order; `inputs` are the network's own tensors."""
    storage = storage_of(setting.hardware, setting.batch)
    notes: dict[str, object] = {}
    if choice.schedule == "memory":
        order = memory_order(tensors_of(inputs, operators, storage), operators)
        operators = [operators[position] for position in order.positions]
        notes["live_peak_bytes"] = order.peak_bytes
        notes["live_peak_bytes_given_order"] = order.given_peak_bytes
    stay = None
    if choice.residency != "none":
        required_level(setting.hardware)
        stay = Stay(tensors_of(inputs, operators, storage), choice.residency)
    done = execute(choice.policy, operators, setting, record=choice.trace, stay=stay)
    chosen = told(done.plan) if done.plan else {}
    return done._replace(notes={**done.notes, **chosen, **notes})
