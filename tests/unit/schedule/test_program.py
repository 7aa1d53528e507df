"""Steps worked out by hand: buffer words, capacity, vector operators."""

from __future__ import annotations

import pytest

from accelsim.dataflows.base import ArraySpec
from accelsim.mapping import Loop, Mapping
from accelsim.schedule.accesses import accesses_of
from accelsim.schedule.fill import fills_of
from accelsim.schedule.hierarchy import Hierarchy, Level
from accelsim.schedule.kernels import Column
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Machine, Nest, compulsory_bytes, nest_of
from accelsim.schedule.program import planned, step_program, traffic_of
from accelsim.workload.operators import Elementwise, Move, Pool
from tests.oracles.small_accelerator import small_accelerator

ARRAY = ArraySpec(rows=4, cols=4, overlap=0, rtl=0, trim=0, packing=0)
MACHINE = Machine(
    lanes=4, double_buffered=1, halo_keep=0, burst_bytes=1, clock=1, bandwidth=1, dram_latency=0,
    edge_port=(0, 1, 1), edge_rate=(10**6, 10**6, 10**6),
)  # fmt: skip
BUFFER = Level(
    capacity_bits=8 * 10**6, copies=0, access_bits=8, double_buffered=1, hides_fills=1,
    read_port=0, write_port=1, latency=0,
)  # fmt: skip
DRAM = Level(0, 0, 8, 0, 1, 0, 0, 0)


def target_of(array: ArraySpec = ARRAY, level: Level = BUFFER) -> Target:
    """A systolic array at one buffer for all operands."""
    hierarchy = Hierarchy((level, DRAM), ((0,), (0,), (0,)), (10**6, 10**6), first_sum=0, slides=0)
    return Target(MACHINE, array, hierarchy, ("buffer", "dram"), systolic=1)


TARGET = target_of()
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


def steps_of(mapping: Mapping):
    """Steps of CONV on TARGET."""
    return step_program(CONV, TARGET, planned(CONV, mapping, TARGET))


def buffer_bytes(nest: Nest, mapping: Mapping) -> tuple[int, int]:
    """(read, written) bytes of the buffer over the whole operator, by the access table."""
    plan = planned(nest, mapping, TARGET)
    program = step_program(nest, TARGET, plan)
    moved = {"read": 0, "written": 0}
    for access in accesses_of(nest, mapping, TARGET, plan, program):
        if access.level == 0:
            assert access.units == -(-access.bits // 8)
            moved[access.way.split("_")[0]] += access.units
    return moved["read"], moved["written"]


def test_program_one_step_buffer_bytes_of_five_row_folds():
    """D = 18 on 4 rows: 5 folds. M = 6, K = 4: 24 sums, 4 times written wide, then narrow."""
    (step,) = steps_of(ws_mapping(2))
    assert (step[Column.EDGE_INPUT], step[Column.EDGE_WEIGHT]) == (18 * 6, 18 * 4)
    assert step[Column.EDGE_SUM_READ] == 4 * 24 * 4
    assert step[Column.EDGE_SUM_WRITE] == 4 * 24 * 4 + 24
    loads = 2 * 4 * 5 + 18 * 4
    assert step[Column.INPUT_LOAD] + step[Column.WEIGHT_LOAD] == loads
    assert step[Column.STORE] == 24
    read, written = buffer_bytes(CONV, ws_mapping(2))
    operand_reads = 18 * 6 + 18 * 4
    sums_read_back = 4 * 24 * 4
    assert read == operand_reads + sums_read_back + 24
    assert written == 4 * 24 * 4 + 24 + loads
    assert step[Column.MACS] == 18 * 24


def test_program_two_steps_read_the_sums_of_the_first_back_in_the_second():
    """D = 9: 3 folds a step. First: 2 read-backs, 3 wide writes; second: 3, and 2 wide + 1."""
    first, second = steps_of(ws_mapping(1))
    for step in (first, second):
        assert (step[Column.EDGE_INPUT], step[Column.EDGE_WEIGHT]) == (9 * 6, 9 * 4)
        assert (step[Column.INPUT_LOAD], step[Column.WEIGHT_LOAD]) == (4 * 5, 9 * 4)
    assert first[Column.EDGE_SUM_READ] == 2 * 24 * 4
    assert first[Column.EDGE_SUM_WRITE] == 3 * 24 * 4
    assert second[Column.EDGE_SUM_READ] == 3 * 24 * 4
    assert second[Column.EDGE_SUM_WRITE] == 2 * 24 * 4 + 24
    assert (first[Column.STORE], second[Column.STORE]) == (0, 24)
    assert second[Column.PSUM_LOAD] == 0
    read, written = buffer_bytes(CONV, ws_mapping(1))
    assert read == 2 * (9 * 6 + 9 * 4) + 5 * 24 * 4 + 24
    assert written == 5 * 24 * 4 + 24 + 2 * (4 * 5 + 9 * 4)


SIZES = {"C": 2, "S": 3, "R": 3, "K": 4, "Q": 3, "P": 2}
"""Loops of CONV."""


def claims(target: Target, mapping: Mapping) -> dict[str, int]:
    """Operand -> bytes of the buffer that CONV claims."""
    fills = fills_of(CONV, mapping, target, planned(CONV, mapping, target))
    assert {fill.level for fill in fills} == {0}
    return {fill.operand: fill.claimed_bytes for fill in fills}


@pytest.mark.parametrize(
    ("rows", "dataflow", "output_bytes"),
    [(4, "ws", 24 * 4), (17, "ws", 24 * 4), (18, "ws", 24), (4, "is", 24 * 4), (4, "os", 24)],
)
def test_fills_count_wide_sums_only_where_they_rest(rows, dataflow, output_bytes):
    """18 reduction steps fold on fewer than 18 rows; output stationary keeps sums in the PEs."""
    on_axes = {"ws": ("CSR", "K"), "is": ("CSR", "QP"), "os": ("QP", "K")}[dataflow]
    laid = [tuple(Loop(dim, SIZES[dim]) for dim in axis) for axis in on_axes]
    loops = tuple(Loop(dim, SIZES[dim]) for dim in SIZES if dim not in "".join(on_axes))
    mapping = Mapping(
        dataflow=dataflow,
        rows=laid[0],
        cols=laid[1],
        temporal=loops,
        cuts={"output": (len(loops),), "input": (len(loops),), "weight": (len(loops),)},
    )
    fills = claims(target_of(array=ARRAY._replace(rows=rows)), mapping)
    assert fills == {"output": output_bytes, "input": 2 * 4 * 5, "weight": 18 * 4}


def test_fills_double_operands_with_several_tiles():
    fills = claims(TARGET, ws_mapping(1))
    assert fills == {"output": 24 * 4, "input": 2 * 4 * 5, "weight": 2 * 9 * 4}
    single = target_of(level=BUFFER._replace(double_buffered=0))
    fills = claims(single, ws_mapping(1))
    assert fills == {"output": 24 * 4, "input": 4 * 5, "weight": 9 * 4}


DEPTHWISE = CONV._replace(G=4, K=1, C=1)


@pytest.mark.parametrize(
    ("filter_columns", "folds", "earlier_sums"), [(3, 4, 0), (2, 3, 24), (1, 3, 48)]
)
def test_program_filter_in_parts_lets_groups_share_folds(filter_columns, folds, earlier_sums):
    """12 rows hold one 3x3 filter, but two of their two columns and four of their last one.

    6 pixels and 24 outputs in one step; a fold takes 6 + 2 * 12 + 4 - 2 cycles.
    """
    parts = -(-3 // filter_columns)
    mapping = Mapping(
        dataflow="ws",
        rows=(Loop("S", filter_columns), Loop("R", 3)),
        temporal=(Loop("Q", 3), Loop("P", 2), Loop("G", 4), Loop("S", parts)),
        cuts={"output": (4,), "input": (4,), "weight": (4,)},
    )
    target = target_of(ARRAY._replace(rows=12, packing=1))
    (step,) = step_program(DEPTHWISE, target, planned(DEPTHWISE, mapping, target))
    assert step[Column.COMPUTE] == folds * 6
    assert step[Column.COMPUTE] + step[Column.FILL_DRAIN] == folds * 32
    assert step[Column.EDGE_SUM_READ] == earlier_sums * 4
    assert step[Column.EDGE_SUM_WRITE] == earlier_sums * 4 + 24
    assert (step[Column.EDGE_INPUT], step[Column.EDGE_WEIGHT]) == (4 * 9 * 6, 4 * 9)
    assert step[Column.INPUT_LOAD] + step[Column.WEIGHT_LOAD] == 4 * 4 * 5 + 4 * 9
    fills = fills_of(DEPTHWISE, mapping, target, planned(DEPTHWISE, mapping, target))
    sizes = {fill.operand: fill.claimed_bytes for fill in fills}
    assert sizes == {"output": 24 * (4 if parts > 1 else 1), "input": 80, "weight": 36}


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
    return step_program(nest, TARGET, planned(nest, whole(nest), TARGET)), nest


def test_pool_reads_every_window_element_from_the_buffer():
    pool = Pool(
        name="p", inputs=("x",), outputs=("p",), input_shapes=((8, 6, 6),),
        output_shapes=((8, 3, 3),), mode="max", window=(2, 2), step=(2, 2),
    )  # fmt: skip
    (step,), nest = program_of(pool)
    assert step[Column.EDGE_INPUT] == 8 * 9 * 4
    assert step[Column.EDGE_SUM_WRITE] == step[Column.STORE] == 8 * 9
    assert buffer_bytes(nest, whole(nest)) == (8 * 9 * 4 + 8 * 9, 8 * 36 + 8 * 9)
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
