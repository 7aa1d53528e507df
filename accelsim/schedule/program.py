"""From a mapping to the step program that both engines execute, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.dataflows import DATAFLOWS
from accelsim.dataflows.base import ArraySpec
from accelsim.errors import MappingError
from accelsim.mapping import OPERANDS, Mapping
from accelsim.schedule import kernels
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import Machine, Nest
from accelsim.workload.dims import DIM_ORDER, RELEVANT

VECTOR = -1
"""Dataflow code of operators that the vector unit computes."""


@dataclass(frozen=True, slots=True)
class TiledNest:
    """A mapping in the kernels' terms: loops above the lowest cut and tile extents.

    loops int64[n, 3] (dim, trips, stride), innermost first; above bool[n, 3]; extents int64[4, 8].
    """

    code: int
    loops: NDArray[np.int64]
    above: NDArray[np.bool_]
    extents: NDArray[np.int64]


def dataflow_code(name: str) -> int:
    """Named integer by which kernels choose the dataflow."""
    return VECTOR if name == "vector" else DATAFLOWS[name].code


def tile(nest: Nest, mapping: Mapping) -> TiledNest:
    """Flatten a mapping of one on-chip level (its cuts are the last of each operand)."""
    cuts = [mapping.cuts[operand][-1] for operand in OPERANDS]
    lowest = min(cuts)
    strides = {dim: mapping.extent(dim, lowest) for dim in DIM_ORDER}
    columns, above = [], []
    for position, loop in enumerate(mapping.temporal[lowest:], start=lowest):
        if loop.factor > 1:
            columns.append((DIM_ORDER.index(loop.dim), loop.factor, strides[loop.dim]))
            above.append([position >= cut for cut in cuts])
        strides[loop.dim] *= loop.factor
    bounds = nest[:8]
    extents = [
        [min(mapping.extent(dim, cut), bound) for dim, bound in zip(DIM_ORDER, bounds, strict=True)]
        for cut in (*cuts, lowest)
    ]
    return TiledNest(
        code=dataflow_code(mapping.dataflow),
        loops=np.array(columns, dtype=np.int64).reshape(-1, 3),
        above=np.array(above, dtype=np.bool_).reshape(-1, 3),
        extents=np.array(extents, dtype=np.int64),
    )


def step_program(
    nest: Nest, machine: Machine, spec: ArraySpec, tiled: TiledNest
) -> NDArray[np.int64]:
    """Steps int64[steps, kernels.Column] of one operator."""
    program: NDArray[np.int64] = kernels.walk(
        tiled.code, nest, machine, spec, tiled.loops, tiled.above, tiled.extents
    )
    return program


class Traffic(NamedTuple):
    """Bytes that a program moves; DRAM in whole bursts, `dram_payload_bytes` both ways without."""

    dram_read_bytes: int
    dram_write_bytes: int
    dram_payload_bytes: int
    sram_read_bytes: int
    sram_write_bytes: int


NO_TRAFFIC = Traffic(0, 0, 0, 0, 0)


def traffic_of(program: NDArray[np.int64], burst_bytes: int) -> Traffic:
    """Traffic of a step program int64[steps, Column]."""
    on_channel = kernels.bytes_on_channel(program, burst_bytes)
    return Traffic(
        dram_read_bytes=int(on_channel[: Column.STORE].sum()),
        dram_write_bytes=int(on_channel[Column.STORE]),
        dram_payload_bytes=int(program[:, : Column.STORE + 1].sum()),
        sram_read_bytes=int(program[:, Column.SRAM_READ].sum()),
        sram_write_bytes=int(program[:, Column.SRAM_WRITE].sum()),
    )


def buffer_fill(nest: Nest, machine: Machine, spec: ArraySpec, tiled: TiledNest) -> dict[str, int]:
    """Bytes that each operand claims of the on-chip level, twice its tile when it has several."""
    extents = tiled.extents
    fills = {}
    for operand, number in zip(OPERANDS, range(3), strict=True):
        relevant = RELEVANT[operand]
        several = any(
            above and DIM_ORDER[dim] in relevant
            for dim, above in zip(tiled.loops[:, 0], tiled.above[:, number], strict=True)
        )
        copies = 2 if several and machine.double_buffered else 1
        fills[operand] = copies * _tile_bytes(nest, spec, tiled, operand, extents[number])
    return fills


def _tile_bytes(
    nest: Nest, spec: ArraySpec, tiled: TiledNest, operand: str, extent: NDArray[np.int64]
) -> int:
    sizes = dict(zip(DIM_ORDER, (int(size) for size in extent), strict=True))
    if operand == "weight":
        elements = prod(sizes[dim] for dim in "GKCRS") * nest.has_weight
        return int(kernels.tile_bytes(elements, nest.weight_bits))
    if operand == "output":
        bits = nest.output_bits
        if kernels.sums_rest_in_buffer(tiled.code, nest, spec, tiled.extents[3]):
            bits = nest.accumulator_bits
        return int(kernels.tile_bytes(prod(sizes[dim] for dim in "NGKPQ"), bits))
    rows = kernels.cut_axis(kernels.rows_of(nest)._replace(taps=sizes["R"]), sizes["P"]).largest
    columns = kernels.columns_of(nest)._replace(taps=sizes["S"])
    columns = kernels.cut_axis(columns, sizes["Q"]).largest
    elements = sizes["N"] * sizes["G"] * sizes["C"] * rows * columns * nest.input_tensors
    return int(kernels.tile_bytes(elements, nest.input_bits))


def check_fits(nest: Nest, machine: Machine, spec: ArraySpec, tiled: TiledNest) -> None:
    """Raise MappingError, with bytes needed and bytes there, when a tile does not fit."""
    fills = buffer_fill(nest, machine, spec, tiled)
    parts = {
        "output": machine.output_capacity,
        "input": machine.input_capacity,
        "weight": machine.weight_capacity,
    }
    if machine.unified and sum(fills.values()) > machine.capacity:
        needs = ", ".join(f"{operand} {size} B" for operand, size in fills.items())
        raise MappingError(
            f"the tiles need {sum(fills.values())} B ({needs}) of an on-chip level of "
            f"{machine.capacity} B"
        )
    for operand, size in fills.items():
        if not machine.unified and size > parts[operand]:
            raise MappingError(
                f"the {operand} tile needs {size} B of a partition of {parts[operand]} B"
            )
