"""Vector unit: what pooling, elementwise operators, softmax and norms cost in lane operations.

A lane does one multiply-add, comparison or table look-up per cycle.
"""

from __future__ import annotations

from typing import NamedTuple

from accelsim.errors import WorkloadError, suggestion
from accelsim.workload.operators import Elementwise, Operator, Pool


class LaneWork(NamedTuple):
    """Lane operations per output element, and where the number comes from."""

    ops: int
    reason: str


PER_OUTPUT = {
    "batch_norm": LaneWork(1, "multiply-add with scale and shift of the channel"),
    "scale": LaneWork(1, "multiply by a learned factor of the channel"),
    "shift": LaneWork(1, "add a learned term of the channel or element"),
    "relu": LaneWork(1, "maximum with 0"),
    "relu6": LaneWork(2, "maximum with 0, minimum with 6"),
    "sigmoid": LaneWork(2, "piecewise linear: look up slope and offset, multiply-add"),
    "tanh": LaneWork(2, "piecewise linear: look up slope and offset, multiply-add"),
    "gelu": LaneWork(2, "piecewise linear: look up slope and offset, multiply-add"),
    "leakyrelu": LaneWork(2, "multiply by the slope, maximum"),
    "elu": LaneWork(2, "piecewise linear: look up slope and offset, multiply-add"),
    "mish": LaneWork(3, "tanh of softplus in one look-up and multiply-add, multiply by the input"),
    "silu": LaneWork(3, "sigmoid, multiply by the input"),
    "hardsigmoid": LaneWork(3, "multiply-add, maximum with 0, minimum with 1"),
    "hardswish": LaneWork(4, "hardsigmoid, multiply by the input"),
    "concat": LaneWork(1, "a copied element passes a lane once"),
    "move": LaneWork(1, "a copied element passes a lane once"),
    "softmax": LaneWork(
        5,
        "maximum, subtract, look up the exponential, sum, multiply; one reciprocal per row is free",
    ),
    "norm": LaneWork(
        4, "sum, sum of squares, multiply-add to normalise, multiply-add to scale and shift"
    ),
}
"""Operators and functions whose work does not depend on their shape; also fused activations."""


def cycles(outputs: int, ops_per_output: int, lanes: int) -> int:
    """Cycles of `outputs` elements with `ops_per_output` lane operations each on `lanes` lanes.

    Every lane starts one operation per cycle, and the elements fill the lanes without gaps, so
    only the last cycle is partly used. Not modelled: the depth of the lane's pipeline.
    """
    return -(-outputs * ops_per_output // lanes)


def ops_per_output(operator: Operator) -> int:
    """Lane operations per output element of an operator without MACs, its activation aside.

    Pooling accumulates or compares each of the R*S window elements with a running register (an
    average's division is part of its scale). `add` and `mul` join n inputs in n - 1 operations.
    """
    if isinstance(operator, Pool):
        return operator.window[0] * operator.window[1]
    if not isinstance(operator, Elementwise):
        return work_of(operator.kind)
    if operator.function in ("add", "mul"):
        return len(operator.inputs) - 1
    return work_of(operator.function)


def work_of(name: str) -> int:
    """Lane operations per element of a function or kind in `PER_OUTPUT`."""
    if name not in PER_OUTPUT:
        raise WorkloadError(
            f"the vector unit cannot do '{name}'; it can do add, mul, pool, "
            f"{', '.join(PER_OUTPUT)}{suggestion(name, PER_OUTPUT)}"
        )
    return PER_OUTPUT[name].ops
