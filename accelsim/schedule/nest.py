"""What the kernels know of an operator and of the machine outside its inner levels."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from accelsim.dataflows import vector_unit
from accelsim.traffic.footprint import tile_bytes
from accelsim.workload.dims import ConvDims, touched
from accelsim.workload.operators import (
    Concat,
    Conv,
    Elementwise,
    Linear,
    MatMul,
    Move,
    Operator,
    Pool,
)

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator


class Nest(NamedTuple):
    """Loop bounds, geometry and operand widths of one operator, batch included.

    `input_tensors` full-size tensors form the input operand (2 for a residual add).
    `has_weight`: 1 for filters, matrices, and the gate of a squeeze-excite product.
    `vector_ops`: operations per output on the vector unit; 0 says that the PE array computes.
    """

    N: int
    G: int
    K: int
    C: int
    P: int
    Q: int
    R: int
    S: int
    H: int
    W: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_left: int
    input_bits: int
    weight_bits: int
    accumulator_bits: int
    output_bits: int
    input_tensors: int
    has_weight: int
    vector_ops: int


class Banks(NamedTuple):
    """The memory that a folding array reads its inputs from, and how a tile lies in it.

    Word a of a tile lies in bank a % `number`, each of which serves `ports` words per cycle; a
    `number` of 0 serves any words. `order`: the axes of a map, 0 for C, 1 for H, 2 for W, from the
    innermost outward.
    """

    number: int = 0
    ports: int = 1
    word_bits: int = 8
    order: tuple[int, int, int] = (0, 2, 1)


class Machine(NamedTuple):
    """The figures of an accelerator that decide cycles and bytes outside its inner levels.

    Tuples are of (output, input, weight). A transfer of b bytes on the DRAM channel takes
    ceil(b * clock / bandwidth) cycles, and `row_miss_cycles` for each of its rows (of 0 bytes:
    none). Operands with the same number in `edge_port` share the `edge_rate` of that number, in
    bytes per cycle (0: never waits).
    """

    lanes: int
    double_buffered: int
    """1: the outermost level of every operand is, so that steps overlap."""
    halo_keep: int
    burst_bytes: int
    clock: int
    bandwidth: int
    dram_latency: int
    edge_port: tuple[int, int, int]
    edge_rate: tuple[int, int, int]
    row_bytes: int = 0
    row_miss_cycles: int = 0
    banks: Banks = Banks()


def nest_of(operator: Operator, hardware: Accelerator, batch: int) -> Nest | None:
    """The loop nest that the accelerator walks for an operator; None where no byte moves.

    Concats in place and splits as views are addressing, not work (memory.concat, memory.split).
    """
    match operator:
        case Conv() | Linear():
            return _nest(operator.dims(batch), hardware, has_weight=1)
        case MatMul():
            nest = _nest(operator.dims(batch), hardware, has_weight=1)
            return nest._replace(weight_bits=nest.input_bits)
        case Pool():
            return _nest(
                operator.dims(batch), hardware, vector_ops=vector_unit.ops_per_output(operator)
            )
        case Concat() if hardware.memory.concat == "in_place":
            return None
        case Move() if operator.is_view and hardware.memory.split == "view":
            return None
        case _:
            return _map_nest(operator, hardware, batch)


def _map_nest(operator: Operator, hardware: Accelerator, batch: int) -> Nest:
    """An operator that walks its output map once, a split its input map; images count as groups.

    An input of 1x1 is a gate: one word per channel. Any other is read beside every output.
    """
    walked = operator.output_shape if len(operator.outputs) == 1 else operator.input_shape
    channels, height, width = walked
    gates, tensors = 0, 1
    if isinstance(operator, Elementwise):
        gates = sum(shape != walked and shape[1:] == (1, 1) for shape in operator.input_shapes)
        tensors = len(operator.input_shapes) - gates
    dims = ConvDims(G=batch * channels, P=height, Q=width, H=height, W=width)
    nest = _nest(
        dims, hardware, vector_ops=vector_unit.ops_per_output(operator), has_weight=int(gates > 0)
    )
    return nest._replace(
        weight_bits=gates * nest.input_bits or nest.weight_bits, input_tensors=tensors
    )


def _nest(
    dims: ConvDims, hardware: Accelerator, *, has_weight: int = 0, vector_ops: int = 0
) -> Nest:
    precision = hardware.precision
    return Nest(
        N=dims.N, G=dims.G, K=dims.K, C=dims.C, P=dims.P, Q=dims.Q, R=dims.R, S=dims.S,
        H=dims.H, W=dims.W, stride_h=dims.stride_h, stride_w=dims.stride_w,
        dilation_h=dims.dilation_h, dilation_w=dims.dilation_w,
        pad_top=dims.pad_top, pad_left=dims.pad_left,
        input_bits=precision.input_bits, weight_bits=precision.weight_bits,
        accumulator_bits=precision.accumulator_bits, output_bits=precision.output_bits,
        input_tensors=1, has_weight=has_weight, vector_ops=vector_ops,
    )  # fmt: skip


@lru_cache(maxsize=65536)
def compulsory_bytes(nest: Nest) -> int:
    """Distinct inputs, weights and outputs at their precision: what must cross the DRAM once."""
    rows = touched(nest.P, nest.R, nest.stride_h, nest.dilation_h, nest.pad_top, nest.H)
    columns = touched(nest.Q, nest.S, nest.stride_w, nest.dilation_w, nest.pad_left, nest.W)
    inputs = nest.N * nest.G * nest.C * rows * columns * nest.input_tensors
    weights = nest.G * nest.K * nest.C * nest.R * nest.S * nest.has_weight
    outputs = nest.N * nest.G * nest.K * nest.P * nest.Q
    return (
        tile_bytes(inputs, nest.input_bits)
        + tile_bytes(weights, nest.weight_bits)
        + tile_bytes(outputs, nest.output_bits)
    )
