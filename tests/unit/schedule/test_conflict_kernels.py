"""Bank conflicts worked out by hand: layouts, words, ports, padding, folds; built banks."""

from __future__ import annotations

import pytest

from accelsim.dataflows import AXES, DATAFLOWS
from accelsim.dataflows.base import ArraySpec
from accelsim.hardware import ports
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapping import Loop, Mapping
from accelsim.schedule.hierarchy import Hierarchy, Level
from accelsim.schedule.kernels import Column
from accelsim.schedule.machine import Target, target_of
from accelsim.schedule.nest import Banks, Machine, Nest
from accelsim.schedule.program import planned, step_program
from tests.oracles.small_accelerator import small_accelerator

LAST, FIRST = (0, 2, 1), (2, 1, 0)
"""Channels last (C, W, H from the innermost outward) and channels first (W, H, C)."""

POINTWISE = Nest(
    N=1, G=1, K=4, C=4, P=1, Q=4, R=1, S=1, H=1, W=4, stride_h=1, stride_w=1, dilation_h=1,
    dilation_w=1, pad_top=0, pad_left=0, input_bits=8, weight_bits=8, accumulator_bits=32,
    output_bits=8, input_tensors=1, has_weight=1, vector_ops=0,
)  # fmt: skip
"""Four channels of four pixels in a row."""

WINDOW = POINTWISE._replace(K=1, C=1, P=1, Q=1, R=3, S=3, H=3, W=3)
"""One 3x3 window over a map of its size."""

SPEC = ArraySpec(rows=9, cols=4, overlap=0, rtl=0, trim=0, packing=0)


def conflicts(nest: Nest, banks: Banks, flow: str = "ws", spec: ArraySpec = SPEC) -> int:
    """Conflict cycles of an operator that is a single step, at ports as wide as asked."""
    level = Level(8 * 10**6, 0, 8, 1, 1, 0, 0, 0)
    hierarchy = Hierarchy((level, Level(0, 0, 8, 0, 1, 0, 0, 0)), ((0,), (0,), (0,)), (0,), 0, 0)
    machine = Machine(1, 1, 0, 1, 1, 1, 0, (0, 0, 0), (0, 0, 0), banks=banks)
    target = Target(machine, spec, hierarchy, ("buffer", "dram"), systolic=1)
    record, sizes = DATAFLOWS[flow], dict(zip("NGKCPQRS", nest[:8], strict=True))
    rows, cols = (tuple(Loop(dim, sizes.pop(dim)) for dim in record.on(axis)) for axis in AXES[:2])
    loops = tuple(Loop(dim, size) for dim, size in sizes.items())
    cuts = {operand: (len(loops),) for operand in ("output", "input", "weight")}
    whole = Mapping(dataflow=flow, rows=rows, cols=cols, temporal=loops, cuts=cuts)
    (step,) = step_program(nest, target, planned(nest, whole, target))
    return int(step[Column.BANK])


def banks_of(count: int, order: tuple[int, int, int], elements: int = 1, ports: int = 1) -> Banks:
    """Banks of words with so many elements of 8 bits."""
    return Banks(count, ports, 8 * elements, order)


@pytest.mark.parametrize(
    ("banks", "cycles"),
    [
        (banks_of(4, LAST), 0),  # address 4q + c: the channels of a pixel in all four banks
        (banks_of(4, FIRST), 4 * 3),  # 4c + q: all in bank q, four words one after the other
        (banks_of(4, FIRST, ports=2), 4 * 1),
        (banks_of(5, FIRST), 0),  # banks q, q + 4, q + 3, q + 2 of 5
        (banks_of(4, FIRST, elements=4), 0),  # word c
        (banks_of(1, LAST, elements=4), 0),  # one word
        (banks_of(0, FIRST), 0),  # laid out without conflicts
    ],
)
def test_weight_stationary_pointwise_reads_the_channels_of_a_pixel_at_once(banks, cycles):
    assert conflicts(POINTWISE, banks) == cycles


@pytest.mark.parametrize(("order", "cycles"), [(LAST, 4 * 3), (FIRST, 0)])
def test_output_and_input_stationary_read_the_pixels_of_a_channel_at_once(order, cycles):
    """4q + c is bank c for all pixels of a channel, 4c + q is another one for each."""
    assert conflicts(POINTWISE, banks_of(4, order), "os") == cycles
    assert conflicts(POINTWISE, banks_of(4, order), "is") == cycles


def test_vectors_are_read_again_for_every_fold_of_the_filters_that_streams_them():
    """Nine filters on four columns; input stationary loads its pixels once."""
    nest = POINTWISE._replace(K=9)
    assert conflicts(nest, banks_of(4, FIRST), "ws") == 3 * 12
    assert conflicts(nest, banks_of(4, LAST), "os") == 3 * 12
    assert conflicts(nest, banks_of(4, LAST), "is") == 12


def test_folds_of_the_reduction_read_vectors_of_their_own_rows():
    """Two rows: channels 0 and 1, then 2 and 3, each pair of words in one bank."""
    two_rows = SPEC._replace(rows=2)
    assert conflicts(POINTWISE, banks_of(4, FIRST), spec=two_rows) == 2 * 4 * 1


def test_lanes_that_want_one_word_get_it_in_one_access():
    assert conflicts(WINDOW, banks_of(1, FIRST)) == 9 - 1
    assert conflicts(WINDOW, banks_of(1, FIRST, elements=3)) == 3 - 1
    assert conflicts(WINDOW, banks_of(1, FIRST, elements=9)) == 0


def test_padding_is_not_read():
    """A 3x3 window with padding 1 on a map of 2 x 2 meets its four elements."""
    padded = WINDOW._replace(H=2, W=2, pad_top=1, pad_left=1)
    assert conflicts(padded, banks_of(1, FIRST)) == 4 - 1
    assert conflicts(padded._replace(H=1, W=1), banks_of(1, FIRST)) == 0


def test_groups_that_share_a_fold_are_read_together():
    """Six depthwise 1x1 groups of one pixel: alone one word each, packed four and two."""
    nest = POINTWISE._replace(G=6, K=1, C=1, P=1, Q=1, H=1, W=1)
    assert conflicts(nest, banks_of(1, LAST)) == 0
    packed = SPEC._replace(packing=1)
    assert conflicts(nest, banks_of(1, LAST), spec=packed) == 3 + 1
    assert conflicts(nest, banks_of(2, LAST), spec=packed) == 1 + 0


def built(changes: dict[str, object]) -> Accelerator:
    """The small accelerator with a layout."""
    return small_accelerator({"memory.levels.scratchpad.layout": ["W", "H", "C"], **changes})


def test_words_lie_in_the_banks_that_the_memory_is_built_of():
    assert target_of(built({}), "ws").machine.banks == Banks(4, 1, 128, (2, 1, 0))
    wide = built({"memory.levels.scratchpad.read_bytes_per_cycle": None, "array.cols": 64})
    wide = wide.replace({"memory.levels.scratchpad.write_bytes_per_cycle": None})
    assert target_of(wide, "ws").machine.banks.number == ports.banks_of(wide, wide.scratchpad) > 4


def test_vector_unit_and_a_buffer_without_layout_meet_no_conflicts():
    assert target_of(built({}), "vector").machine.banks.number == 0
    assert target_of(small_accelerator(), "ws").machine.banks.number == 0
