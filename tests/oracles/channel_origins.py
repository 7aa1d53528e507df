"""Which batch-norms and activations can be fused, found forwards, channel by channel.

Every channel of every tensor carries where it comes from and every tensor it passed on the way.
`accelsim.workload.fusion` walks backwards from the norm over ranges of channels; this shares no
code with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from accelsim.workload.operators import ACTIVATIONS, Operator


class Origin(NamedTuple):
    """The operator that computes a channel, tensors passed since, and whether a split is one."""

    producer: str
    passed: tuple[str, ...]
    was_split: bool


class Fused(NamedTuple):
    """Producers of folded norms with their learnables, of activations, and what stays."""

    norms: dict[str, int]
    activations: dict[str, str]
    kept: list[str]


def fused_forwards(operators: Sequence[Operator]) -> Fused:
    """What fusion must find in these unfused operators."""
    readers = Counter(tensor for operator in operators for tensor in operator.inputs)
    kinds = {operator.name: operator.kind for operator in operators}
    channels: dict[str, list[Origin]] = {}
    norms: Counter[str] = Counter()
    activations: dict[str, str] = {}
    kept: list[str] = []
    for operator in operators:
        arriving = [
            origin._replace(passed=(*origin.passed, tensor))
            for tensor in operator.inputs
            for origin in channels.get(tensor, [Origin("", (), False)])
        ]
        function = getattr(operator, "function", "")
        free = all(
            readers[tensor] == 1 for origin in arriving for tensor in origin.passed
        ) and not any(origin.producer in activations for origin in arriving)
        makers = {kinds.get(origin.producer, "input") for origin in arriving}
        if function == "batch_norm" and free and makers <= {"conv", "linear"}:
            norms.update({name: 2 * n for name, n in Counter(o.producer for o in arriving).items()})
            channels[operator.outputs[0]] = arriving
            continue
        whole = not any(origin.was_split for origin in arriving)
        computes = makers <= {"conv", "linear", "matmul", "elementwise"}
        if (
            operator.kind == "elementwise"
            and function in ACTIVATIONS
            and free
            and whole
            and computes
        ):
            activations |= dict.fromkeys((origin.producer for origin in arriving), function)
            channels[operator.outputs[0]] = arriving
            continue
        kept.append(operator.name)
        channels |= leaving(operator, arriving)
    return Fused(dict(norms), activations, kept)


def leaving(operator: Operator, arriving: list[Origin]) -> dict[str, list[Origin]]:
    """Origins of the channels of every output of an operator that stays."""
    if operator.kind == "concat" and operator.along == "channels":
        return {operator.outputs[0]: arriving}
    if operator.kind == "move" and operator.function == "shuffle":
        depth = len(arriving) // operator.groups
        order = [g * depth + d for d in range(depth) for g in range(operator.groups)]
        return {operator.outputs[0]: [arriving[channel] for channel in order]}
    if operator.kind == "move" and operator.function == "split":
        parts, rest = {}, [origin._replace(was_split=True) for origin in arriving]
        for name, shape in zip(operator.outputs, operator.output_shapes, strict=True):
            parts[name], rest = rest[: shape[0]], rest[shape[0] :]
        return parts
    return {
        name: [Origin(operator.name, (), False)] * shape[0]
        for name, shape in zip(operator.outputs, operator.output_shapes, strict=True)
    }
