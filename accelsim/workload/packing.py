"""Matrix products that read a packed copy of their input, for machines that pack it first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from accelsim.workload.operators import Conv, Move, Operator


def packed(operators: Sequence[Operator]) -> tuple[Operator, ...]:
    """The operators with a copy of the input, `<name>.pack`, before each matrix product.

    Those are 1x1 convolutions, not depthwise ones, over more than one pixel. Every one packs for
    itself, as a library does that is called with a matrix; the whole input, whatever the stride.
    """
    laid: list[Operator] = []
    for operator in operators:
        if _is_matrix_product(operator):
            pack = _pack_of(operator)
            laid += [pack, replace(operator, inputs=pack.outputs)]
        else:
            laid.append(operator)
    return tuple(laid)


def _is_matrix_product(operator: Operator) -> bool:
    _, rows, cols = operator.output_shape
    pointwise = isinstance(operator, Conv) and operator.window == (1, 1)
    return pointwise and operator.type != "dw" and rows * cols > 1


def _pack_of(operator: Operator) -> Move:
    return Move(
        name=f"{operator.name}.pack",
        function="transpose",
        inputs=operator.inputs,
        input_shapes=operator.input_shapes,
        outputs=(f"{operator.name}.packed",),
        output_shapes=operator.input_shapes,
    )
