"""numba: what the unit that computes does with one tile: cycles, and words at its buffers."""

from __future__ import annotations

import numpy as np

from accelsim.dataflows import (
    input_stationary,
    output_stationary,
    streaming,
    vector_unit,
    weight_stationary,
)
from accelsim.dataflows.base import IS, LOOPS, OS, SERIAL, STREAMING, Accesses, Gemm, Timing
from accelsim.jit import njit
from accelsim.schedule.border_kernels import copies_in
from accelsim.schedule.hierarchy import COLS, ROWS
from accelsim.schedule.relevance import VECTOR, C, G, K, N, P, Q, R, S
from accelsim.traffic import footprint
from accelsim.traffic.footprint import Axis

ws_cycles = njit(weight_stationary.cycles)
os_cycles = njit(output_stationary.cycles)
ws_accesses = njit(weight_stationary.accesses)
os_accesses = njit(output_stationary.accesses)
as_weight_stationary = njit(input_stationary.as_weight_stationary)
as_input_stationary = njit(input_stationary.as_input_stationary)
lane_cycles = njit(vector_unit.cycles)
tile_bytes = njit(footprint.tile_bytes)
streamed_positions = njit(footprint.streamed_positions)
window_passes = njit(footprint.window_passes)
engine_fill = njit(streaming.fill)
engine_cycles = njit(streaming.cycles)
engine_rounds = njit(streaming.rounds)


@njit
def array_timing(code, gemm, spec):
    """Timing of one tile on the PE array under the dataflow `code`."""
    if code == OS:
        return os_cycles(gemm, spec)
    if code == IS:
        gemm, spec = as_weight_stationary(gemm, spec)
    return ws_cycles(gemm, spec)


@njit
def array_accesses(code, gemm, spec):
    """Words that the array reads from and writes to the buffers for one tile."""
    if code == OS:
        return os_accesses(gemm, spec)
    if code == IS:
        gemm, spec = as_weight_stationary(gemm, spec)
        return as_input_stationary(ws_accesses(gemm, spec))
    return ws_accesses(gemm, spec)


@njit
def loops_timing(layout, systolic, lengths):
    """Timing of a tile whose loops lie on the axes: one pass of the PEs per cycle.

    A dimension of length l on s PEs takes ceil(l / s) passes. A systolic array's operands enter
    skewed, so its last PE starts used rows + used columns - 2 cycles after the first.
    """
    passes, rows, cols = 1, 1, 1
    for dim in range(8):
        laid = layout[0, dim] * layout[1, dim] * layout[2, dim]
        passes *= -(-lengths[dim] // laid)
        rows *= copies_in(min(laid, lengths[dim]), layout, dim, ROWS)
        cols *= copies_in(min(laid, lengths[dim]), layout, dim, COLS)
    skew = systolic * (rows + cols - 2)
    return Timing(passes + skew, passes, passes)


@njit
def vector_work(nest, machine, lengths):
    """Timing and accesses of a tile on the lanes of the vector unit."""
    outputs = lengths[N] * lengths[G] * lengths[K] * lengths[P] * lengths[Q]
    cycles = lane_cycles(outputs, nest.vector_ops, machine.lanes)
    gates = lengths[G] * nest.has_weight
    reads = outputs * lengths[R] * lengths[S] * nest.input_tensors
    return Timing(cycles, cycles, 1), Accesses(reads, gates, outputs, 0)


@njit
def folds_work(code, spec, lengths):
    """Timing and accesses of a tile that folds over the array as a matrix product."""
    gemm = Gemm(
        lengths[N] * lengths[P] * lengths[Q],
        lengths[K],
        lengths[C] * lengths[R] * lengths[S],
        lengths[G],
    )
    return array_timing(code, gemm, spec), array_accesses(code, gemm, spec)


@njit
def window_axes(nest, lengths):
    """The axes of the map under a filter of int64[8] `lengths`."""
    return (
        Axis(nest.P, lengths[R], nest.stride_h, nest.dilation_h, nest.pad_top, nest.H),
        Axis(nest.Q, lengths[S], nest.stride_w, nest.dilation_w, nest.pad_left, nest.W),
    )


@njit
def streaming_work(nest, spec, lengths):
    """Timing and accesses of a tile that streams through window engines (`streaming.py`).

    Engines take filters of one group, and further groups where filters leave some free. A pass
    reads the map once for all engines with the same channel, and no padding.
    """
    rows, cols = window_axes(nest, lengths)
    height = streamed_positions(rows, lengths[P], spec.rows)
    width = streamed_positions(cols, lengths[Q], spec.cols)
    visits = lengths[C] * window_passes(rows, spec.rows) * window_passes(cols, spec.cols)
    passes = lengths[N] * visits * engine_rounds(lengths[K], lengths[G], spec.planes)
    lag = engine_fill(width, spec.rows, spec.cols, spec.latency)
    gap = lag if spec.overlap == SERIAL else 0
    read = min(height, rows.size) * min(width, cols.size)
    outputs = lengths[N] * lengths[G] * lengths[K] * lengths[P] * lengths[Q]
    accesses = Accesses(
        lengths[N] * lengths[G] * visits * -(-lengths[K] // spec.planes) * read,
        lengths[G] * lengths[K] * lengths[C] * lengths[R] * lengths[S],
        outputs * visits,
        outputs * (visits - 1),
    )
    return engine_cycles(passes, height * width, lag, gap), accesses


@njit
def array_work(code, nest, spec, lengths):
    """Timing and accesses of a tile on the PE array, loops on the axes aside."""
    if code == STREAMING:
        return streaming_work(nest, spec, lengths)
    return folds_work(code, spec, lengths)


@njit
def split_work(code, nest, spec, lengths, inner):
    """`array_work` of a step that the array works on in parts of [8] `inner`, one after the other.

    Parts of one size are counted once. A sum that an earlier part of the step began is read back.
    """
    cut = 0
    for dim in range(8):
        if inner[dim] < lengths[dim]:
            cut |= 1 << dim
    if cut == 0:
        return array_work(code, nest, spec, lengths)
    part, visits = np.empty(8, dtype=np.int64), 1
    for dim in (C, R, S):
        visits *= -(-lengths[dim] // inner[dim])
    cycles, compute, folds = 0, 0, 0
    inputs, weights, writes, reads = 0, 0, 0, 0
    which, more = cut, True
    while more:  # all subsets of the dimensions that are cut: those where the last part is meant
        count = 1
        for dim in range(8):
            full = (lengths[dim] - 1) // inner[dim]
            part[dim] = lengths[dim] - full * inner[dim]
            if cut >> dim & 1 and not which >> dim & 1:
                part[dim] = inner[dim]
                count *= full
        timing, accesses = array_work(code, nest, spec, part)
        cycles += count * timing.cycles
        compute += count * timing.compute_cycles
        folds += count * timing.folds
        inputs += count * accesses.input_reads
        weights += count * accesses.weight_reads
        writes += count * accesses.output_writes
        reads += count * accesses.output_reads
        which, more = (which - 1) & cut, which > 0
    outputs = lengths[N] * lengths[G] * lengths[K] * lengths[P] * lengths[Q]
    reads += (visits - 1) * outputs
    return Timing(cycles, compute, folds), Accesses(inputs, weights, writes, reads)


@njit
def tile_work(code, nest, machine, spec, lengths):
    """Timing and buffer accesses of a tile of int64[8] `lengths`, loops on the axes aside."""
    if code == VECTOR:
        return vector_work(nest, machine, lengths)
    return array_work(code, nest, spec, lengths)


@njit
def step_work(plan, nest, machine, spec, lengths):
    """`tile_work` of a step, which inner levels may cut further."""
    if plan.code == VECTOR:
        return vector_work(nest, machine, lengths)
    return split_work(plan.code, nest, spec, lengths, plan.inner)


@njit
def edge_bytes(nest, accesses, outputs, first_visit, last_visit):
    """Bytes at the array's edge for one tile: sums read, sums written, inputs and weights read.

    Every output is written once per fold of the reduction; the last write of a finished output
    has output precision, all others accumulator precision. A later visit reads its sums back.
    """
    psum_reads = accesses.output_reads
    if not first_visit:
        psum_reads += outputs
    final = outputs if last_visit else 0
    writes = tile_bytes(accesses.output_writes - final, nest.accumulator_bits) + tile_bytes(
        final, nest.output_bits
    )
    return (
        tile_bytes(psum_reads, nest.accumulator_bits),
        writes,
        tile_bytes(accesses.input_reads, nest.input_bits),
        tile_bytes(accesses.weight_reads, nest.weight_bits),
    )


@njit
def edge_cycles(machine, written, inputs, weights):
    """Cycles that the busiest port at the array's edge needs for a tile's bytes.

    Sums that are read to be added to belong to their write (read, add, write in one access).
    """
    longest = 0
    for port in range(3):
        if machine.edge_rate[port] > 0:
            moved = 0
            for operand, size in enumerate((written, inputs, weights)):
                if machine.edge_port[operand] == port:
                    moved += size
            longest = max(longest, -(-moved // machine.edge_rate[port]))
    return longest


@njit
def sums_rest_in_buffer(code, nest, spec, extent):
    """Whether partial sums of a step tile int64[8] wait in the buffer at accumulator width.

    They do when the reduction is cut above the step, and, unless the PEs keep the sums (output
    stationary), when it takes more than one row fold or pass.
    """
    if code in (VECTOR, LOOPS):
        return False
    if extent[C] < nest.C or extent[R] < nest.R or extent[S] < nest.S:
        return True
    if code == STREAMING:
        rows, cols = window_axes(nest, extent)
        return nest.C * window_passes(rows, spec.rows) * window_passes(cols, spec.cols) > 1
    return code != OS and spec.rows < nest.C * nest.R * nest.S
