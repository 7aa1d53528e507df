"""numba: walk the steps of one operator and write down what each loads, computes and stores."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from accelsim.dataflows.base import LOOPS
from accelsim.jit import njit
from accelsim.schedule.array_kernels import (
    edge_bytes,
    edge_cycles,
    loops_timing,
    step_work,
    tile_bytes,
)
from accelsim.schedule.border_kernels import (
    RELEVANT,
    bounds_of,
    input_tile,
)
from accelsim.schedule.conflict_kernels import step_conflicts
from accelsim.schedule.port_kernels import add_loads, inner_cycles
from accelsim.schedule.relevance import INPUT, OUTPUT, WEIGHT, C, G, K, N, P, Q, R, S
from accelsim.traffic import dram

transfer_cycles = njit(dram.transfer_cycles)
channel_bytes = njit(dram.channel_bytes)


class Column(IntEnum):
    """Columns of a step program, int64[steps, len(Column)]; bytes are payload.

    Bytes at the edge are those between the unit that computes and its buffers; zero for loops on
    the axes, whose accesses `accesses.py` counts.
    """

    PSUM_LOAD = 0
    INPUT_LOAD = 1
    WEIGHT_LOAD = 2
    STORE = 3
    COMPUTE = 4
    FILL_DRAIN = 5
    BANK = 6
    WAITS_FOR_STORE = 7
    EDGE_SUM_READ = 8
    EDGE_SUM_WRITE = 9
    EDGE_INPUT = 10
    EDGE_WEIGHT = 11
    MACS = 12


COLUMNS = len(Column)
PSUM_LOAD, INPUT_LOAD, WEIGHT_LOAD, STORE = 0, 1, 2, 3
COMPUTE, FILL_DRAIN, BANK, WAITS_FOR_STORE = 4, 5, 6, 7
EDGE_SUM_READ, EDGE_SUM_WRITE, EDGE_INPUT, EDGE_WEIGHT, MACS = 8, 9, 10, 11, 12


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
def output_tile_index(loops, index, above):
    """Running number of an output tile among those that the loops above its cut visit."""
    number = 0
    for position in range(loops.shape[0] - 1, -1, -1):
        if above[position, OUTPUT] and RELEVANT[OUTPUT, loops[position, 0]]:
            number = number * loops[position, 1] + index[position]
    return number


@njit
def advance(index, loops):
    """Go to the next iteration, innermost first; the position that advanced, or -1 at the end."""
    for position in range(loops.shape[0]):
        index[position] += 1
        if index[position] < loops[position, 1]:
            return position
        index[position] = 0
    return -1


@njit
def reduction_ends(start, length, bounds):
    """Whether this step's reduction reaches its bounds."""
    return (
        start[C] + length[C] == bounds[C]
        and start[R] + length[R] == bounds[R]
        and start[S] + length[S] == bounds[S]
    )


@njit
def compute_step(nest, machine, spec, plan, row, start, length, ends, advanced, known):
    """Fill in the cycles, edge traffic and MACs of one step; ends: first visit, last visit.

    A conflict stops the whole array for a cycle, and what ports need is counted beside that: the
    longer of both holds the step up. known: `step_conflicts`.
    """
    outputs = operand_elements(nest, OUTPUT, length)
    busy, waits, latency = inner_cycles(nest, plan, start, length, advanced)
    conflicts = 0
    if plan.code == LOOPS:
        timing = loops_timing(plan.layout, plan.systolic, length)
    else:
        timing, accesses = step_work(plan, nest, machine, spec, length)
        read, written, inputs, weights = edge_bytes(nest, accesses, outputs, ends[0], ends[1])
        busy = max(busy, edge_cycles(machine, written, inputs, weights))
        row[EDGE_SUM_READ], row[EDGE_SUM_WRITE] = read, written
        row[EDGE_INPUT], row[EDGE_WEIGHT] = inputs, weights
        if machine.banks.number > 0:
            conflicts = step_conflicts(nest, machine.banks, spec, plan, start, length, known)
    row[COMPUTE] = timing.compute_cycles
    row[FILL_DRAIN] = timing.cycles - timing.compute_cycles + latency
    row[BANK] = max(busy - timing.cycles, conflicts) + waits
    if nest.vector_ops == 0:
        row[MACS] = outputs * length[C] * length[R] * length[S]


@njit
def store_bytes(nest, elements, finished):
    """Bytes of an output tile that leaves for DRAM, finished or as partial sums."""
    return tile_bytes(elements, nest.output_bits if finished else nest.accumulator_bits)


@njit
def walk(nest, machine, spec, plan, known):
    """Step program int64[steps, COLUMNS] of one operator under a plan (`plan.py`).

    A tile is loaded when a loop at or outside its operand's first relevant loop above the cut
    advances, as a controller with static loops does. known: bank conflicts of this operator under
    this dataflow that were counted before (`conflict_kernels.nothing_known`).
    """
    loops, above, bounds = plan.loops, plan.above, bounds_of(nest)
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
    step, tile, finished, more = 0, 0, False, 0
    advanced = loops.shape[0] + 1
    while more >= 0:
        if place_all(bounds, loops, above, plan.extents, index, start, length):
            row = program[step]
            row[WAITS_FOR_STORE] = -1
            if advanced >= plan.resets[OUTPUT]:
                if step > 0:
                    elements = operand_elements(nest, OUTPUT, held_length[OUTPUT])
                    program[step - 1, STORE] = store_bytes(nest, elements, finished)
                    stored_at[tile] = step - 1
                tile = output_tile_index(loops, index, above)
                row[WAITS_FOR_STORE] = stored_at[tile]
                if stored_at[tile] >= 0:
                    elements = operand_elements(nest, OUTPUT, length[OUTPUT])
                    row[PSUM_LOAD] = tile_bytes(elements, nest.accumulator_bits)
            if advanced >= plan.resets[INPUT]:
                row[INPUT_LOAD] = input_load_bytes(
                    nest, machine, start[INPUT], length[INPUT], held[INPUT], held_length[INPUT]
                )
            if advanced >= plan.resets[WEIGHT]:
                elements = operand_elements(nest, WEIGHT, length[WEIGHT])
                row[WEIGHT_LOAD] = tile_bytes(elements, nest.weight_bits)
            finished = reduction_ends(start[3], length[3], bounds)
            first = start[3, C] == 0 and start[3, R] == 0 and start[3, S] == 0
            compute_step(
                nest, machine, spec, plan, row, start[3], length[3], (first, finished), advanced,
                known,
            )  # fmt: skip
            start, held = held, start
            length, held_length = held_length, length
            step, advanced = step + 1, 0
        more = advance(index, loops)
        advanced = max(advanced, more)
    elements = operand_elements(nest, OUTPUT, held_length[OUTPUT])
    program[step - 1, STORE] = store_bytes(nest, elements, finished)
    return program[:step]


@njit
def border_bits(nest, plan):
    """int64[steps, ports]: bits at the borders between on-chip levels, and to PEs of loops."""
    loops, bounds = plan.loops, bounds_of(nest)
    steps = 1
    for position in range(loops.shape[0]):
        steps *= loops[position, 1]
    bits = np.zeros((steps, plan.ports.size), dtype=np.int64)
    index = np.zeros(loops.shape[0], dtype=np.int64)
    start, length = np.zeros((4, 8), dtype=np.int64), np.zeros((4, 8), dtype=np.int64)
    step, more, advanced = 0, 0, loops.shape[0] + 1
    while more >= 0:
        if place_all(bounds, loops, plan.above, plan.extents, index, start, length):
            add_loads(nest, plan, start[3], length[3], advanced, bits[step])
            step, advanced = step + 1, 0
        more = advance(index, loops)
        advanced = max(advanced, more)
    return bits[:step]


@njit
def bytes_on_channel(program, burst_bytes):
    """int64[4]: channel bytes of partial-sum, input and weight loads and of stores, all steps."""
    moved = np.zeros(4, dtype=np.int64)
    for step in range(program.shape[0]):
        for column in range(4):
            moved[column] += channel_bytes(program[step, column], burst_bytes)
    return moved
