"""numba: the least that tilings and candidates of the tile search can cost.

What the candidates of one tiling share is worked out once (`Shared`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from accelsim.dataflows.base import WS, ArraySpec, Gemm
from accelsim.jit import inlined, njit
from accelsim.mapper.closed_forms import (
    Spans,
    Trips,
    always_loads,
    cycles_bound,
    dram_payload,
    first_and_last,
    parts,
    spans_of,
    steps_of,
    work_totals,
)
from accelsim.mapper.objectives import objective_value, second_choice
from accelsim.schedule.array_kernels import array_timing
from accelsim.schedule.nest import Machine, Nest
from accelsim.traffic import accesses
from accelsim.traffic.accesses import Cut

cut_axis = njit(accesses.cut_axis)


class Terms(NamedTuple):
    """What candidates are compared by."""

    objective: int
    work_pj: float
    """Of all MACs and vector operations."""
    edge_pj: tuple[float, ...]
    """Per byte: sums read and written, inputs and weights read at the array's edge; sums, inputs
    and weights loaded, and what is stored."""
    dram_read_pj: float
    dram_write_pj: float
    leakage_pj: float
    """Per byte, byte and cycle."""


class Case(NamedTuple):
    """One operator on one machine under one dataflow, and what its tilings are compared by."""

    code: int
    """Of the dataflow."""
    nest: Nest
    machine: Machine
    spec: ArraySpec
    terms: Terms


class Shared(NamedTuple):
    """What all candidates of a tiling have in common."""

    tile: tuple[int, int, int, int, int, int, int, int]
    """Sizes of TILED_DIMS, and R and S as the array works on them."""
    trips: Trips
    spans: Spans
    loads: int
    """Steps that certainly load something."""
    edge_pj: float


@njit
def cut_table(axis):
    """int64[outputs + 1, 5]: how an axis is cut, for every length of tile."""
    table = np.zeros((axis.outputs + 1, 5), dtype=np.int64)
    for tile in range(1, axis.outputs + 1):
        cut = cut_axis(axis, tile)
        table[tile] = np.array([cut.total, cut.largest, cut.overlaps, cut.wrap, cut.first])
    return table


@njit
def cut_of(table, tile):
    """A row of a cut table by its names."""
    row = min(tile, table.shape[0] - 1)
    return Cut(table[row, 0], table[row, 1], table[row, 2], table[row, 3], table[row, 4])


@njit
def canonical(order, blocks):
    """Whether this order stands for all that differ only in where blocks of one tile go."""
    for place in range(2):
        outer, inner = order[place], order[place + 1]
        if blocks[inner] == 1 and (blocks[outer] > 1 or outer > inner):
            return False
    return True


@njit
def edge_energy(terms, work):
    """pJ of buffer accesses at the array's edge."""
    prices = terms.edge_pj
    return (
        work.sums_read * prices[0]
        + work.sums_written * prices[1]
        + work.inputs_read * prices[2]
        + work.weights_read * prices[3]
    )


@njit
def filled_energy(terms, edge_pj, payload):
    """`edge_energy` and pJ of buffer accesses for what DRAM loads and stores."""
    prices = terms.edge_pj
    return (
        edge_pj
        + payload.sums * prices[4]
        + payload.inputs * prices[5]
        + payload.weights * prices[6]
        + payload.written * prices[7]
    )


@njit
def score(terms, on_chip_pj, cycles, read, written):
    """(objective, tie) of an operator: work and accesses on chip, DRAM bytes, leakage."""
    moved_pj = read * terms.dram_read_pj + written * terms.dram_write_pj
    energy = on_chip_pj + moved_pj + cycles * terms.leakage_pj
    return (
        objective_value(terms.objective, energy, cycles, read + written),
        second_choice(terms.objective, energy, cycles, read + written),
    )


@njit
def parts_of(bound, tile):
    """((size, how many) of the full tiles, (size, how many) of the last) that a dimension has."""
    return parts(bound, tile, -(-bound // tile))


@njit
def streamed(case, g, k, c, window):
    """Fewest cycles in which vectors enter the array for tiles of g groups, k filters, c channels.

    Weight stationary: all pixels stream once for every fold of these and of the filter's parts of
    (R, S) `window`; the other dataflows need at least a cycle for as many MACs as there are PEs.
    """
    nest, spec = case.nest, case.spec
    if nest.vector_ops:
        return 0
    pixels, cycles = nest.N * nest.P * nest.Q, 0
    if case.code != WS:
        macs = pixels * nest.G * nest.K * nest.C * nest.R * nest.S
        return macs // (spec.rows * spec.cols * spec.planes)
    taps = parts_of(nest.R, window[0]), parts_of(nest.S, window[1])
    for r, down in taps[0]:
        for s, across in taps[1]:
            for groups, bands in parts_of(nest.G, g):
                for filters, sets in parts_of(nest.K, k):
                    for channels, slices in parts_of(nest.C, c):
                        times = down * across * bands * sets * slices
                        if times > 0:
                            gemm = Gemm(pixels, filters, channels * r * s, groups)
                            cycles += times * array_timing(WS, gemm, spec).compute_cycles
    return cycles


@njit
def hopeless(case, floor, stream, passes, best):
    """Whether no tiling of so many passes of the array can beat the best.

    floor: `floor_of`. stream: `streamed`. passes: parts of the filter in all steps; an untrimmed
    array adds its skew in each.
    """
    nest, spec, terms = case.nest, case.spec, case.terms
    skew = 0 if spec.trim or nest.vector_ops else spec.rows + spec.cols - 2
    cycles = stream + passes * skew
    energy = floor[0] + cycles * terms.leakage_pj
    return objective_value(terms.objective, energy, cycles, floor[1]) > best[0]


@njit
def floor_of(case):
    """Least (pJ, DRAM bytes) of any mapping: everything moves once."""
    nest, terms = case.nest, case.terms
    outputs = nest.N * nest.G * nest.K * nest.P * nest.Q
    weights = nest.G * nest.K * nest.C * nest.R * nest.S * nest.has_weight
    read = weights * nest.weight_bits // 8
    written = outputs * nest.output_bits // 8
    energy = terms.work_pj + read * terms.dram_read_pj + written * terms.dram_write_pj
    return energy, read + written


@njit
def shared_of(case, tile, trips, axes):
    """What the candidates of a tiling share; axes: cuts of the map's rows and columns."""
    nest, machine = case.nest, case.machine
    work = work_totals(case.code, nest, machine, case.spec, tile, trips)
    ends = first_and_last(nest, tile, trips, axes[0].first * axes[1].first)
    loads = steps_of(trips) if always_loads(nest, machine) else 0
    spans = spans_of(machine, work.cycles, ends)
    return Shared(tile, trips, spans, loads, edge_energy(case.terms, work))


@inlined
def estimate(case, shared, order, stays, axes, loads):
    """(pJ but for DRAM and leakage, objective, tie) of one candidate; axes: of its input tiles."""
    terms = case.terms
    payload = dram_payload(case.nest, case.machine, order, shared.trips, stays, axes)
    read, written = payload.sums + payload.inputs + payload.weights, payload.written
    cycles = cycles_bound(case.machine, shared.spans, loads, read, written)
    on_chip = terms.work_pj + filled_energy(terms, shared.edge_pj, payload)
    value, second = score(terms, on_chip, cycles, read, written)
    return on_chip, value, second
