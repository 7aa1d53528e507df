from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.dataflows.vector_unit import PER_OUTPUT, cycles, ops_per_output, work_of
from accelsim.errors import WorkloadError
from accelsim.workload.operators import (
    ACTIVATIONS,
    Concat,
    Conv,
    Elementwise,
    Move,
    Norm,
    Operator,
    Pool,
    Softmax,
)

SHAPE = (8, 6, 6)
count = st.integers(1, 10_000)


def joined(number: int, function: str) -> Elementwise:
    """`number` tensors of one shape joined element by element."""
    return Elementwise(
        name=function,
        function=function,
        inputs=tuple(f"x{i}" for i in range(number)),
        outputs=("y",),
        input_shapes=(SHAPE,) * number,
        output_shapes=(SHAPE,),
    )


ENDS = {
    "name": "op",
    "inputs": ("x",),
    "outputs": ("y",),
    "input_shapes": (SHAPE,),
    "output_shapes": (SHAPE,),
}


@pytest.mark.parametrize(
    ("operator", "ops"),
    [
        (Pool(**ENDS, mode="max", window=(3, 3), padding=(1, 1, 1, 1)), 9),
        (Pool(**ENDS | {"output_shapes": ((8, 1, 1),)}, mode="global", window=(6, 6)), 36),
        (joined(2, "add"), 1),
        (joined(3, "add"), 2),
        (joined(2, "mul"), 1),
        (joined(1, "batch_norm"), 1),
        (joined(1, "hardswish"), 4),
        (Concat(**ENDS), 1),
        (Move(**ENDS, function="shuffle"), 1),
        (Softmax(**ENDS), 5),
        (Norm(**ENDS), 4),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
def test_ops_per_output_when_operator_has_no_macs_follow_its_arithmetic(
    operator: Operator, ops: int
):
    assert ops_per_output(operator) == ops


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_work_of_when_activation_can_be_fused_is_known(activation: str):
    assert work_of(activation) == PER_OUTPUT[activation].ops >= 1


def test_ops_per_output_when_operator_belongs_on_the_array_is_refused():
    conv = Conv(**ENDS, window=(1, 1))
    with pytest.raises(WorkloadError, match="cannot do 'conv'; it can do add, mul, pool"):
        ops_per_output(conv)


def test_work_of_when_function_is_misspelt_suggests_the_known_one():
    with pytest.raises(WorkloadError, match="did you mean 'hardswish'"):
        work_of("hard_swish")


@given(outputs=count, ops=count, lanes=count)
def test_cycles_when_lanes_are_filled_are_the_fewest_that_do_the_work(
    outputs: int, ops: int, lanes: int
):
    needed = cycles(outputs, ops, lanes)
    assert (needed - 1) * lanes < outputs * ops <= needed * lanes
