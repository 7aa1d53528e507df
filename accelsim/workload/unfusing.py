"""Fused activations as operators of their own, for machines that run them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from accelsim.workload.operators import Elementwise, Operator


def unfused(operators: Sequence[Operator]) -> tuple[Operator, ...]:
    """The operators with each activation behind its producer, as `<producer>.<function>`.

    Whoever read `x` reads `x.active`.
    """
    renamed: dict[str, str] = {}
    apart: list[Operator] = []
    for operator in operators:
        inputs = tuple(renamed.get(tensor, tensor) for tensor in operator.inputs)
        bare = replace(operator, inputs=inputs, activation=None)
        apart.append(bare)
        if operator.activation:
            active = _activation_of(bare, operator.activation)
            apart.append(active)
            renamed |= dict(zip(bare.outputs, active.outputs, strict=True))
    return tuple(apart)


def _activation_of(operator: Operator, function: str) -> Elementwise:
    return Elementwise(
        name=f"{operator.name}.{function}",
        function=function,
        inputs=operator.outputs,
        input_shapes=operator.output_shapes,
        outputs=tuple(f"{name}.active" for name in operator.outputs),
        output_shapes=operator.output_shapes,
    )
