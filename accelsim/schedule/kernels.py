"""numba: walk the steps of one operator and write down what each loads, computes and stores."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from accelsim.dataflows import input_stationary, output_stationary, vector_unit, weight_stationary
from accelsim.dataflows.base import IS, OS, Accesses, Gemm, Timing
from accelsim.jit import njit
from accelsim.traffic import accesses, dram, footprint
from accelsim.traffic.footprint import Axis

ws_cycles = njit(weight_stationary.cycles)
os_cycles = njit(output_stationary.cycles)
ws_accesses = njit(weight_stationary.accesses)
os_accesses = njit(output_stationary.accesses)
as_weight_stationary = njit(input_stationary.as_weight_stationary)
as_input_stationary = njit(input_stationary.as_input_stationary)
lane_cycles = njit(vector_unit.cycles)
tile_bytes = njit(footprint.tile_bytes)
first_position = njit(footprint.first_position)
end_position = njit(footprint.end_position)
cut_axis = njit(accesses.cut_axis)
transfer_cycles = njit(dram.transfer_cycles)
channel_bytes = njit(dram.channel_bytes)

N, G, K, C, P, Q, R, S = range(8)
OUTPUT, INPUT, WEIGHT = range(3)


class Column(IntEnum):
    """Columns of a step program, int64[steps, len(Column)]; bytes are payload."""

    PSUM_LOAD = 0
    INPUT_LOAD = 1
    WEIGHT_LOAD = 2
    STORE = 3
    COMPUTE = 4
    FILL_DRAIN = 5
    BANK = 6
    WAITS_FOR_STORE = 7
    SRAM_READ = 8
    SRAM_WRITE = 9
    MACS = 10


COLUMNS = len(Column)
PSUM_LOAD, INPUT_LOAD, WEIGHT_LOAD, STORE = 0, 1, 2, 3
COMPUTE, FILL_DRAIN, BANK, WAITS_FOR_STORE = 4, 5, 6, 7
SRAM_READ, SRAM_WRITE, MACS = 8, 9, 10


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
    """Words that the array reads from and writes to the buffer for one tile."""
    if code == OS:
        return os_accesses(gemm, spec)
    if code == IS:
        gemm, spec = as_weight_stationary(gemm, spec)
        return as_input_stationary(ws_accesses(gemm, spec))
    return ws_accesses(gemm, spec)


@njit
def tile_work(code, nest, machine, spec, lengths):
    """Timing and buffer accesses of a tile of int64[8] `lengths` on the unit that computes it."""
    if nest.vector_ops > 0:
        outputs = lengths[N] * lengths[G] * lengths[K] * lengths[P] * lengths[Q]
        cycles = lane_cycles(outputs, nest.vector_ops, machine.lanes)
        gates = lengths[G] * nest.has_weight
        reads = outputs * lengths[R] * lengths[S] * nest.input_tensors
        return Timing(cycles, cycles, 1), Accesses(reads, gates, outputs, 0)
    gemm = Gemm(
        lengths[N] * lengths[P] * lengths[Q],
        lengths[K],
        lengths[C] * lengths[R] * lengths[S],
        lengths[G],
    )
    return array_timing(code, gemm, spec), array_accesses(code, gemm, spec)


@njit
def traffic_of_work(nest, accesses, outputs, first_visit, last_visit):
    """SRAM bytes (input and weight reads, partial-sum reads, writes) of one tile's work.

    Every output is written once per fold of the reduction; the last write of a finished output
    has output precision, all others accumulator precision. A later visit reads its sums back.
    """
    operand_reads = tile_bytes(accesses.input_reads, nest.input_bits) + tile_bytes(
        accesses.weight_reads, nest.weight_bits
    )
    psum_reads = accesses.output_reads
    if not first_visit:
        psum_reads += outputs
    final = outputs if last_visit else 0
    writes = tile_bytes(accesses.output_writes - final, nest.accumulator_bits) + tile_bytes(
        final, nest.output_bits
    )
    return operand_reads, tile_bytes(psum_reads, nest.accumulator_bits), writes


@njit
def rows_of(nest):
    """The vertical axis of an operator."""
    return Axis(nest.P, nest.R, nest.stride_h, nest.dilation_h, nest.pad_top, nest.H)


@njit
def columns_of(nest):
    """The horizontal axis of an operator."""
    return Axis(nest.Q, nest.S, nest.stride_w, nest.dilation_w, nest.pad_left, nest.W)


@njit
def input_tile(nest, start, length):
    """Clipped input rectangle of a tile: (first row, end row, first column, end column)."""
    rows, columns = rows_of(nest), columns_of(nest)
    top = first_position(rows, start[P], start[R])
    bottom = end_position(rows, start[P] + length[P], start[R] + length[R])
    left = first_position(columns, start[Q], start[S])
    right = end_position(columns, start[Q] + length[Q], start[S] + length[S])
    return top, max(bottom, top), left, max(right, left)


@njit
def operand_elements(nest, operand, length):
    """Elements of an output or weight tile."""
    if operand == OUTPUT:
        return length[N] * length[G] * length[K] * length[P] * length[Q]
    return length[G] * length[K] * length[C] * length[R] * length[S] * nest.has_weight


@njit
def place_all(bounds, loops, above, extents, index, start, length):
    """Starts and ragged lengths int64[4, 8] of the operands' tiles and of the step.

    False when the iteration lies past a bound, as the last round of a split dimension may.
    """
    start.fill(0)
    for position in range(loops.shape[0]):
        dim, shift = loops[position, 0], index[position] * loops[position, 2]
        start[3, dim] += shift
        for operand in range(3):
            if above[position, operand]:
                start[operand, dim] += shift
    for level in range(4):
        for dim in range(8):
            if start[level, dim] >= bounds[dim]:
                return False
            length[level, dim] = min(extents[level, dim], bounds[dim] - start[level, dim])
    return True


@njit
def moved(relevant, start, previous):
    """Whether a tile differs from the previous one in a dimension that indexes its operand."""
    different = False
    for dim in range(8):
        different |= relevant[dim] and start[dim] != previous[dim]
    return different


@njit
def bounds_of(nest):
    """The eight loop bounds as int64[8] in DIM_ORDER."""
    return np.array(
        [nest.N, nest.G, nest.K, nest.C, nest.P, nest.Q, nest.R, nest.S], dtype=np.int64
    )


@njit
def relevance():
    """bool[3, 8]: which dimensions index the output, input and weight operand."""
    table = np.zeros((3, 8), dtype=np.bool_)
    for dim in (N, G, K, P, Q):
        table[OUTPUT, dim] = True
    for dim in (N, G, C, P, Q, R, S):
        table[INPUT, dim] = True
    for dim in (G, K, C, R, S):
        table[WEIGHT, dim] = True
    return table


@njit
def input_load_bytes(nest, machine, start, length, held, held_length):
    """Bytes of the input tile, less what a `keep` level still holds of the previous tile."""
    top, bottom, left, right = input_tile(nest, start, length)
    fetched = (bottom - top) * (right - left)
    same = start[N] == held[N] and start[G] == held[G] and start[C] == held[C]
    if machine.halo_keep and same:
        old_top, old_bottom, old_left, old_right = input_tile(nest, held, held_length)
        rows = max(min(bottom, old_bottom) - max(top, old_top), 0)
        columns = max(min(right, old_right) - max(left, old_left), 0)
        fetched -= rows * columns
    elements = length[N] * length[G] * length[C] * fetched * nest.input_tensors
    return tile_bytes(elements, nest.input_bits)


@njit
def output_tile_index(loops, index, above, relevant):
    """Running number of an output tile among those that the loops above its cut visit."""
    number = 0
    for position in range(loops.shape[0] - 1, -1, -1):
        if above[position, OUTPUT] and relevant[loops[position, 0]]:
            number = number * loops[position, 1] + index[position]
    return number


@njit
def advance(index, loops):
    """Next iteration of the loops, innermost first; False after the last."""
    for position in range(loops.shape[0]):
        index[position] += 1
        if index[position] < loops[position, 1]:
            return True
        index[position] = 0
    return False


@njit
def reduction_ends(start, length, bounds):
    """Whether this step's reduction reaches its bounds."""
    return (
        start[C] + length[C] == bounds[C]
        and start[R] + length[R] == bounds[R]
        and start[S] + length[S] == bounds[S]
    )


@njit
def compute_step(code, nest, machine, spec, row, start, length, finished):
    """Fill in the cycles, buffer traffic and MACs of one step."""
    timing, accesses = tile_work(code, nest, machine, spec, length)
    outputs = operand_elements(nest, OUTPUT, length)
    first_visit = start[C] == 0 and start[R] == 0 and start[S] == 0
    operand_reads, psum_reads, writes = traffic_of_work(
        nest, accesses, outputs, first_visit, finished
    )
    row[COMPUTE] = timing.compute_cycles
    row[FILL_DRAIN] = timing.cycles - timing.compute_cycles
    row[BANK] = max(
        -(-operand_reads // machine.sram_read_bytes_per_cycle) - timing.cycles,
        -(-writes // machine.sram_write_bytes_per_cycle) - timing.cycles,
        0,
    )
    row[SRAM_READ] = operand_reads + psum_reads
    row[SRAM_WRITE] = writes
    if nest.vector_ops == 0:
        row[MACS] = outputs * length[C] * length[R] * length[S]


@njit
def store(nest, row, elements, finished):
    """Write down that the step ends with its output tile leaving for DRAM."""
    bits = nest.output_bits if finished else nest.accumulator_bits
    row[STORE] = tile_bytes(elements, bits)
    row[SRAM_READ] += row[STORE]


@njit
def walk(code, nest, machine, spec, loops, above, extents):
    """Step program int64[steps, COLUMNS] of one operator.

    loops: int64[n, 3], (dim, trips, stride) of the loops above the lowest cut, innermost first;
    stride is how far one iteration moves along its dimension. above: bool[n, 3], whether a
    loop lies above the cut of (output, input, weight). extents: int64[4, 8], tile sizes per
    dimension of the three operands and of the step itself.
    """
    bounds, relevant = bounds_of(nest), relevance()
    steps = 1
    for position in range(loops.shape[0]):
        steps *= loops[position, 1]
    program = np.zeros((steps, COLUMNS), dtype=np.int64)
    stored_at = np.empty(steps, dtype=np.int64)
    stored_at.fill(-1)
    index = np.zeros(loops.shape[0], dtype=np.int64)
    start, length = np.zeros((4, 8), dtype=np.int64), np.zeros((4, 8), dtype=np.int64)
    held, held_length = np.empty((4, 8), dtype=np.int64), np.zeros((4, 8), dtype=np.int64)
    held.fill(-1)
    step, tile, finished, more = 0, 0, False, True
    while more:
        if place_all(bounds, loops, above, extents, index, start, length):
            row = program[step]
            row[WAITS_FOR_STORE] = -1
            if moved(relevant[OUTPUT], start[OUTPUT], held[OUTPUT]):
                if step > 0:
                    elements = operand_elements(nest, OUTPUT, held_length[OUTPUT])
                    store(nest, program[step - 1], elements, finished)
                    stored_at[tile] = step - 1
                tile = output_tile_index(loops, index, above, relevant[OUTPUT])
                row[WAITS_FOR_STORE] = stored_at[tile]
                if stored_at[tile] >= 0:
                    elements = operand_elements(nest, OUTPUT, length[OUTPUT])
                    row[PSUM_LOAD] = tile_bytes(elements, nest.accumulator_bits)
            if moved(relevant[INPUT], start[INPUT], held[INPUT]):
                row[INPUT_LOAD] = input_load_bytes(
                    nest, machine, start[INPUT], length[INPUT], held[INPUT], held_length[INPUT]
                )
            if moved(relevant[WEIGHT], start[WEIGHT], held[WEIGHT]):
                elements = operand_elements(nest, WEIGHT, length[WEIGHT])
                row[WEIGHT_LOAD] = tile_bytes(elements, nest.weight_bits)
            finished = reduction_ends(start[3], length[3], bounds)
            compute_step(code, nest, machine, spec, row, start[3], length[3], finished)
            row[SRAM_WRITE] += row[PSUM_LOAD] + row[INPUT_LOAD] + row[WEIGHT_LOAD]
            start, held = held, start
            length, held_length = held_length, length
            step += 1
        more = advance(index, loops)
    elements = operand_elements(nest, OUTPUT, held_length[OUTPUT])
    store(nest, program[step - 1], elements, finished)
    return program[:step]


@njit
def sums_rest_in_buffer(code, nest, spec, extent):
    """Whether partial sums of a step tile int64[8] wait in the buffer at accumulator width.

    They do when the reduction is cut above the step, and, unless the PEs keep the sums (output
    stationary), when it takes more than one row fold.
    """
    if nest.vector_ops > 0:
        return False
    if extent[C] < nest.C or extent[R] < nest.R or extent[S] < nest.S:
        return True
    return code != OS and spec.rows < nest.C * nest.R * nest.S


@njit
def bytes_on_channel(program, burst_bytes):
    """int64[4]: channel bytes of partial-sum, input and weight loads and of stores, all steps."""
    moved = np.zeros(4, dtype=np.int64)
    for step in range(program.shape[0]):
        for column in range(4):
            moved[column] += channel_bytes(program[step, column], burst_bytes)
    return moved
