"""Steps worked out by hand: buffer words, capacity, vector operators."""

from __future__ import annotations

import pytest

from accelsim.dataflows.base import ArraySpec
from accelsim.mapping import Loop, Mapping
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import Machine, Nest, compulsory_bytes, nest_of
from accelsim.schedule.program import buffer_fill, step_program, tile, traffic_of
from accelsim.workload.operators import Elementwise, Move, Pool
from tests.oracles.small_accelerator import small_accelerator

ARRAY = ArraySpec(rows=4, cols=4, overlap=0, rtl=0, trim=0, packing=0)
MACHINE = Machine(
    lanes=4, unified=1, capacity=10**6, input_capacity=0, weight_capacity=0, output_capacity=0,
    double_buffered=1, halo_keep=0, burst_bytes=1, clock=1, bandwidth=1, dram_latency=0,
    sram_read_bytes_per_cycle=10**6, sram_write_bytes_per_cycle=10**6,
)  # fmt: skip
CONV = Nest(
    N=1, G=1, K=4, C=2, P=2, Q=3, R=3, S=3, H=4, W=5, stride_h=1, stride_w=1, dilation_h=1,
    dilation_w=1, pad_top=0, pad_left=0, input_bits=8, weight_bits=8, accumulator_bits=32,
    output_bits=8, input_tensors=1, has_weight=1, vector_ops=0,
)  # fmt: skip


def ws_mapping(channels: int) -> Mapping:
    """Weight stationary, `channels` of the two input channels per step."""
    return Mapping(
        dataflow="ws",
        rows=(Loop("C", channels), Loop("S", 3), Loop("R", 3)),
        cols=(Loop("K", 4),),
        temporal=(Loop("Q", 3), Loop("P", 2), Loop("C", 2 // channels)),
        cuts={"output": (2,), "input": (2,), "weight": (2,)},
    )


def test_program_one_step_buffer_bytes_of_five_row_folds():
    """D = 18 on 4 rows: 5 folds. M = 6, K = 4: 24 sums, 4 times written wide, then narrow."""
    (step,) = step_program(CONV, MACHINE, ARRAY, tile(CONV, ws_mapping(2)))
    operand_reads = 18 * 6 + 18 * 4
    sums_read_back = 4 * 24 * 4
    assert step[Column.SRAM_READ] == operand_reads + sums_read_back + 24
    loads = 2 * 4 * 5 + 18 * 4
    assert step[Column.SRAM_WRITE] == 4 * 24 * 4 + 24 + loads
    assert step[Column.MACS] == 18 * 24


def test_program_two_steps_read_the_sums_of_the_first_back_in_the_second():
    """D = 9: 3 folds a step. First: 2 read-backs, 3 wide writes; second: 3, and 2 wide + 1."""
    first, second = step_program(CONV, MACHINE, ARRAY, tile(CONV, ws_mapping(1)))
    loads = 4 * 5 + 9 * 4
    assert first[Column.SRAM_READ] == 9 * 6 + 9 * 4 + 2 * 24 * 4
    assert first[Column.SRAM_WRITE] == 3 * 24 * 4 + loads
    assert second[Column.SRAM_READ] == 9 * 6 + 9 * 4 + 3 * 24 * 4 + 24
    assert second[Column.SRAM_WRITE] == 2 * 24 * 4 + 24 + loads
    assert first[Column.STORE] == 0
    assert second[Column.PSUM_LOAD] == 0


@pytest.mark.parametrize(
    ("rows", "dataflow", "output_bytes"),
    [(4, "ws", 24 * 4), (17, "ws", 24 * 4), (18, "ws", 24), (4, "is", 24 * 4), (4, "os", 24)],
)
def test_buffer_fill_counts_wide_sums_only_where_they_rest(rows, dataflow, output_bytes):
    """18 reduction steps fold on fewer than 18 rows; output stationary keeps sums in the PEs."""
    mapping = Mapping(
        dataflow=dataflow,
        temporal=tuple(Loop(d, s) for d, s in zip("CSRKQP", (2, 3, 3, 4, 3, 2), strict=True)),
        cuts={"output": (6,), "input": (6,), "weight": (6,)},
    )
    fills = buffer_fill(CONV, MACHINE, ARRAY._replace(rows=rows), tile(CONV, mapping))
    assert fills == {"output": output_bytes, "input": 2 * 4 * 5, "weight": 18 * 4}


def test_buffer_fill_doubles_operands_with_several_tiles():
    fills = buffer_fill(CONV, MACHINE, ARRAY, tile(CONV, ws_mapping(1)))
    assert fills == {"output": 24 * 4, "input": 2 * 4 * 5, "weight": 2 * 9 * 4}
    single = MACHINE._replace(double_buffered=0)
    fills = buffer_fill(CONV, single, ARRAY, tile(CONV, ws_mapping(1)))
    assert fills == {"output": 24 * 4, "input": 4 * 5, "weight": 9 * 4}


def whole(nest: Nest) -> Mapping:
    """A vector operator in one step."""
    loops = tuple(Loop(dim, size) for dim, size in zip("NGKCPQRS", nest[:8], strict=True))
    return Mapping(
        dataflow="vector", temporal=loops, cuts={"output": (8,), "input": (8,), "weight": (8,)}
    )


def program_of(operator, changes=None):
    """(program, nest) of an operator in one step on the small accelerator."""
    nest = nest_of(operator, small_accelerator(changes), 1)
    assert nest is not None
    return step_program(nest, MACHINE, ARRAY, tile(nest, whole(nest))), nest


def test_pool_reads_every_window_element_from_the_buffer():
    pool = Pool(
        name="p", inputs=("x",), outputs=("p",), input_shapes=((8, 6, 6),),
        output_shapes=((8, 3, 3),), mode="max", window=(2, 2), step=(2, 2),
    )  # fmt: skip
    (step,), _ = program_of(pool)
    assert step[Column.SRAM_READ] == 8 * 9 * 4 + 8 * 9
    assert step[Column.COMPUTE] == 8 * 9 * 4 / 4
    assert step[Column.INPUT_LOAD] == 8 * 36


def test_gate_of_squeeze_excite_is_one_word_per_channel():
    gate = Elementwise(
        name="m", function="mul", inputs=("x", "g"), outputs=("m",),
        input_shapes=((8, 6, 6), (8, 1, 1)), output_shapes=((8, 6, 6),),
    )  # fmt: skip
    (step,), nest = program_of(gate)
    assert (step[Column.INPUT_LOAD], step[Column.WEIGHT_LOAD]) == (8 * 36, 8)
    assert compulsory_bytes(nest) == 8 * 36 + 8 + 8 * 36


@pytest.mark.parametrize("shapes", [((8, 6, 6), (1, 6, 6)), ((8, 1, 1), (1, 6, 6))])
def test_elementwise_one_channel_map_is_read_beside_every_channel(shapes):
    operator = Elementwise(
        name="m", function="mul", inputs=("x", "y"), outputs=("m",), input_shapes=shapes,
        output_shapes=((8, 6, 6),),
    )  # fmt: skip
    program, nest = program_of(operator)
    true_bytes = sum(c * h * w for c, h, w in (*shapes, (8, 6, 6)))
    assert traffic_of(program, 1).dram_payload_bytes == compulsory_bytes(nest) >= true_bytes


def test_split_that_copies_moves_all_its_parts():
    split = Move(
        name="s", function="split", inputs=("x",), outputs=("s.0", "s.1"),
        input_shapes=((8, 6, 6),), output_shapes=((2, 6, 6), (6, 6, 6)),
    )  # fmt: skip
    program, _ = program_of(split, {"memory.split": "copy"})
    assert traffic_of(program, 1)[:2] == (8 * 36, 8 * 36)
