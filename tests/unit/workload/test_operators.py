"""Operators are complete and consistent when made."""

from __future__ import annotations

import pytest

from accelsim.errors import WorkloadError
from accelsim.workload.operators import (
    Concat,
    Conv,
    Elementwise,
    Linear,
    MatMul,
    Move,
    Operator,
    Pool,
    Shape,
    Softmax,
)


def ends(*shapes: Shape, out: Shape | tuple[Shape, ...]) -> dict[str, object]:
    outputs = out if isinstance(out[0], tuple) else (out,)
    return {
        "name": "op",
        "inputs": tuple(f"in{index}" for index in range(len(shapes))),
        "outputs": tuple(f"out{index}" for index in range(len(outputs))),
        "input_shapes": shapes,
        "output_shapes": outputs,
    }


def conv(groups: int, kernel: int, in_c: int = 8, out_c: int = 8) -> Conv:
    shapes = ends((in_c, 9, 9), out=(out_c, 10 - kernel, 10 - kernel))
    return Conv(**shapes, window=(kernel, kernel), channel_groups=groups)


@pytest.mark.parametrize(
    ("operator", "type_name"),
    [
        (conv(1, 3), "conv"), (conv(1, 1), "pw"), (conv(8, 3), "dw"), (conv(8, 3, out_c=16), "dw"),
        (conv(2, 3), "group"), (Softmax(**ends((8, 1, 1), out=(8, 1, 1))), "softmax"),
    ],
)  # fmt: skip
def test_type_is_the_short_class_of_the_operator(operator: Operator, type_name: str) -> None:
    assert operator.type == type_name


REFUSALS = {
    "conv output": (
        lambda: Conv(**ends((8, 9, 9), out=(8, 9, 9)), window=(3, 3)),
        r"op: output \(9, 9\) does not follow from the input; it must be \(7, 7\)",
    ),
    "conv kernel": (
        lambda: Conv(**ends((8, 2, 2), out=(8, 1, 1)), window=(3, 3)),
        r"op: kernel 3x3 is larger than the padded input 2x2",
    ),
    "linear map": (
        lambda: Linear(**ends((8, 2, 2), out=(8, 1, 1))),
        r"op: a linear operator keeps height and width",
    ),
    "pool output": (
        lambda: Pool(**ends((8, 6, 6), out=(8, 5, 3)), mode="max", window=(2, 2), step=(2, 2)),
        r"op: 5 output rows do not follow from 6 under window 2, stride 2",
    ),
    "pool channels": (
        lambda: Pool(**ends((8, 6, 6), out=(4, 3, 3)), mode="max", window=(2, 2), step=(2, 2)),
        r"op: pooling keeps the channels",
    ),
    "elementwise": (
        lambda: Elementwise(**ends((8, 6, 6), (4, 6, 6), out=(8, 6, 6)), function="add"),
        r"op: input \(4, 6, 6\) does not broadcast to \(8, 6, 6\)",
    ),
    "concat channels": (
        lambda: Concat(**ends((8, 6, 6), (4, 6, 6), out=(8, 6, 6))),
        r"op: input channels do not add up to the output's",
    ),
    "split elements": (
        lambda: Move(**ends((8, 2, 2), out=((4, 2, 2), (3, 2, 2))), function="split"),
        r"op: a split of \(8, 2, 2\) cannot give \(4, 2, 2\), \(3, 2, 2\)",
    ),
    "move function": (
        lambda: Move(**ends((8, 2, 2), out=(8, 2, 2)), function="shufle"),
        r"op: function 'shufle' is unknown; allowed: .*; did you mean 'shuffle'\?",
    ),
    "matmul depth": (
        lambda: MatMul(
            **ends((8, 4, 1), (8, 5, 1), out=(8, 4, 1)), heads=2, rows=4, depth=4, columns=4
        ),
        r"op: 2 products of 4x4 by 4x4 do not fit the shapes",
    ),
    "matmul inputs": (
        lambda: MatMul(**ends((8, 4, 1), out=(8, 4, 1)), rows=4, depth=8, columns=8),
        r"op: a product has two inputs, not 1",
    ),
    "activation": (
        lambda: Softmax(**ends((8, 1, 1), out=(8, 1, 1)), activation="reul"),
        r"op: activation 'reul' is unknown; allowed: relu, .*; did you mean 'relu'\?",
    ),
    "zero size": (
        lambda: Softmax(**ends((8, 0, 1), out=(8, 0, 1))),
        r"op: shape \(8, 0, 1\): every size must be >= 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_operator_that_contradicts_itself_is_refused(case: str) -> None:
    make, message = REFUSALS[case]
    with pytest.raises(WorkloadError, match=message):
        make()


def test_pool_may_round_its_output_up() -> None:
    pool = Pool(**ends((8, 6, 6), out=(8, 3, 3)), mode="max", window=(3, 3), step=(2, 2))
    assert pool.dims(batch=2).outputs == 2 * 8 * 3 * 3


def test_move_that_only_renames_memory_is_a_view() -> None:
    split = Move(**ends((8, 2, 2), out=((4, 2, 2), (4, 2, 2))), function="split")
    shuffle = Move(**ends((8, 2, 2), out=(8, 2, 2)), function="shuffle", channel_groups=2)
    assert (split.is_view, shuffle.is_view) == (True, False)
