"""What the mapper's closed forms say of a candidate equals its walked step program."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.fastsim.recurrence import timeline
from accelsim.mapper import kernels
from accelsim.mapper.space import BLOCK_ORDERS, mapping_of, tile_space
from accelsim.schedule.kernels import Column
from accelsim.schedule.program import buffer_fill, check_fits, dataflow_code, step_program, tile
from tests.oracles.cases import array_specs, machines, nests

LOADS = [Column.PSUM_LOAD, Column.INPUT_LOAD, Column.WEIGHT_LOAD]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_scores_every_candidate_equals_its_program(data):
    vector = data.draw(st.booleans())
    nest = data.draw(nests(vector=vector))._replace(
        input_bits=8, weight_bits=8, output_bits=8, accumulator_bits=32
    )
    machine, spec = data.draw(machines()), data.draw(array_specs())
    flow = "vector" if vector else data.draw(st.sampled_from(["ws", "os", "is"]))
    space = tile_space(nest, spec)
    code = dataflow_code(flow)
    candidates, _ = kernels.score(code, nest, machine, spec, space, BLOCK_ORDERS, 10_000)
    if len(candidates) == 0:
        return
    number = data.draw(st.integers(0, len(candidates) - 1))
    row = candidates[number].tolist()
    mapping = mapping_of(nest, flow, tuple(row[:6]), row[6])
    tiled = tile(nest, mapping)
    program = step_program(nest, machine, spec, tiled)
    read = int(program[:, LOADS].sum())
    written = int(program[:, Column.STORE].sum())
    assert (row[8], row[9]) == (read, written)
    assert row[10] == program[:, Column.SRAM_READ].sum()
    assert row[11] == program[:, Column.SRAM_WRITE].sum()
    line = timeline(program, machine)
    assert row[7] <= line.cycles
    check_fits(nest, machine, spec, tiled)
    assert min(buffer_fill(nest, machine, spec, tiled).values()) >= 0
    cycles, moved = kernels.rescore(code, nest, machine, spec, BLOCK_ORDERS, candidates[number])
    assert cycles == line.cycles
    assert moved >= read + written
