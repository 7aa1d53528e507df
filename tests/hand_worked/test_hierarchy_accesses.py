"""Accesses of tiny operators in small memory hierarchies, worked by hand.

Loops are written from the innermost to the outermost. x0 is an input, w0 a weight, y0 a sum; an
instance of a memory is named by its place, such as row 1. `Counts` are elements written from
above, read to below, written from below, read to above; DRAM has no level above.
"""

from __future__ import annotations

from accelsim.mapping import Loop, Mapping
from accelsim.schedule.nest import Nest
from tests.oracles.hierarchy_walk import Counts, accesses

ONE_PIXEL = Nest(
    N=1, G=1, K=1, C=1, P=1, Q=1, R=1, S=1, H=1, W=1,
    stride_h=1, stride_w=1, dilation_h=1, dilation_w=1, pad_top=0, pad_left=0,
    input_bits=8, weight_bits=8, accumulator_bits=32, output_bits=8,
    input_tensors=1, has_weight=1, vector_ops=0,
)  # fmt: skip
PER_PE = ("rows", "cols", "planes")
BUFFER = ("buffer", ())


def mapping(temporal, cuts, **axes):
    """K3 in `temporal` or on an axis is three iterations over K; cuts of input, weight, output."""
    spatial = {axis: loops(text) for axis, text in axes.items()}
    named = dict(zip(("input", "weight", "output"), cuts, strict=True))
    return Mapping(dataflow="any", **spatial, temporal=loops(temporal), cuts=named)


def loops(text):
    return tuple(Loop(item[0], int(item[1:])) for item in text.split())


def chains(input_, weight, output):
    return {"input": input_, "weight": weight, "output": output}


ONE_BUFFER = chains((BUFFER,), (BUFFER,), (BUFFER,))


def test_weight_when_pixels_are_innermost_stays_in_the_pe():
    # one PE, P3 inside K2; the buffer holds everything
    # iteration | p k | PE reads     | sum
    #     0     | 0 0 | x0 w0        | y00 begins, ends
    #     1     | 1 0 | x1           | y01
    #     2     | 2 0 | x2           | y02
    #     3     | 0 1 | x0 w1        | y10
    #     4     | 1 1 | x1           | y11
    #     5     | 2 1 | x2           | y12
    nest = ONE_PIXEL._replace(P=3, K=2, H=3)
    found = accesses(nest, mapping("P3 K2", [(2,), (2,), (2,)]), ONE_BUFFER)
    assert found["weight", "pe"].counts.written_from_above == 2
    assert found["input", "pe"].counts.written_from_above == 6
    assert found["input", "buffer"].counts == Counts(3, 6, 0, 0)
    assert found["weight", "buffer"].counts == Counts(2, 2, 0, 0)
    assert found["output", "buffer"].counts == Counts(0, 0, 6, 6)
    assert found["output", "dram"].counts == Counts(0, 0, 6, 0)
    found = accesses(nest, mapping("P3 K2", [(2,), (2,), (2,)]), ONE_BUFFER, "read")
    assert found["output", "buffer"].counts == Counts(0, 6, 6, 6)


def test_input_when_filters_lie_on_columns_is_read_once_and_written_to_every_column():
    # four columns, one filter each; C3 one after the other; registers of one input, three weights
    # and one sum in every PE
    # cycle | buffer sends | registers written | each PE reads | sums in the PEs
    #   0   | x0           | 4 x x0            | x0 w(k,0)     | 4 begin, not read
    #   1   | x1           | 4 x x1            | x1 w(k,1)     | 4 read, 4 written
    #   2   | x2           | 4 x x2            | x2 w(k,2)     | 4 read, 4 written: outputs
    # weights come before cycle 0: 3 for every PE, none shared
    nest = ONE_PIXEL._replace(K=4, C=3)
    pair = (("register", PER_PE), BUFFER)
    cuts = [(0, 1), (1, 1), (1, 1)]
    found = accesses(nest, mapping("C3", cuts, cols="K4"), chains(pair, pair, pair))
    assert found["input", "register"].counts == Counts(12, 12, 0, 0)
    assert found["input", "register"].written_from_above == [1] * 12
    assert found["input", "buffer"].counts == Counts(3, 3, 0, 0)
    assert found["input", "buffer"].read_to_below == [1, 1, 1]
    assert found["weight", "register"].written_from_above == [3, 3, 3, 3]
    assert found["weight", "buffer"].read_to_below == [12]
    assert found["output", "register"].counts == Counts(0, 8, 12, 4)
    assert found["output", "buffer"].counts == Counts(0, 0, 4, 4)


def test_sums_when_channels_lie_on_rows_are_added_on_the_way():
    # C4 = two rows, two cycles. One accumulator below the rows: y0 = (x0 + x1) then + (x2 + x3):
    # 2 writes, the second of them after a read
    nest = ONE_PIXEL._replace(C=4)
    flow = mapping("C2", [(1,), (1,), (1, 1)], rows="C2")
    shared = (("accumulator", ()), BUFFER)
    found = accesses(nest, flow, chains((BUFFER,), (BUFFER,), shared))
    assert found["output", "accumulator"].counts == Counts(0, 1, 2, 1)
    assert found["output", "accumulator"].final_written_from_below == [0, 1]
    # One accumulator in each row: 2 x (2 writes, 1 read), two sums leave, their total arrives
    found = accesses(nest, flow, chains((BUFFER,), (BUFFER,), (("accumulator", PER_PE), BUFFER)))
    assert found["output", "accumulator"].counts == Counts(0, 2, 4, 2)
    assert found["output", "buffer"].counts == Counts(0, 0, 1, 1)


def test_input_tiles_when_windows_overlap_load_the_halo_twice():
    # four output rows in tiles of two, 3 taps: rows 0..3, then 2..5 of 6
    nest = ONE_PIXEL._replace(P=4, R=3, H=6)
    flow = mapping("R3 P2 P2", [(2,), (3,), (3,)])
    assert accesses(nest, flow, ONE_BUFFER)["input", "dram"].read_to_below == [4, 4]
    # padded by one: rows -1..2 and 1..4 of 4, so 0..2 and 1..3
    padded = nest._replace(H=4, pad_top=1)
    assert accesses(padded, flow, ONE_BUFFER)["input", "dram"].read_to_below == [3, 3]
    # stride 4 is longer than the window: rows 0..6 and 8..14, with row 3 and row 11 in between
    strided = nest._replace(H=15, stride_h=4)
    found = accesses(strided, flow, ONE_BUFFER)
    assert found["input", "dram"].read_to_below == [7, 7]
    # the PE meets 12 pairs of output and tap, each another row
    assert found["input", "buffer"].read_to_below == [1] * 12


def test_partial_sums_when_filters_turn_inside_channels_go_up_and_come_back():
    # C2 K2 C2 on one PE; the register holds one sum, the buffer both
    # visit | k c   | sum            | register
    #   0   | 0 0,1 | y0 starts at 0 | write, read, write; partial leaves
    #   1   | 1 0,1 | y1 starts at 0 | write, read, write; partial leaves
    #   2   | 0 2,3 | y0 comes back  | read, write, read, write; output leaves
    #   3   | 1 2,3 | y1 comes back  | read, write, read, write; output leaves
    nest = ONE_PIXEL._replace(K=2, C=4)
    flow = mapping("C2 K2 C2", [(3,), (3,), (1, 3)])
    found = accesses(nest, flow, chains((BUFFER,), (BUFFER,), (("register", PER_PE), BUFFER)))
    register, buffer = found["output", "register"], found["output", "buffer"]
    assert register.fills == 4
    assert register.counts == Counts(2, 6, 8, 4)
    assert (register.read_to_above, register.final_read_to_above) == ([1, 1], [1, 1])
    assert buffer.counts == Counts(0, 2, 4, 2)
    assert (buffer.written_from_below, buffer.final_written_from_below) == ([1, 1], [1, 1])
    assert found["output", "dram"].counts == Counts(0, 0, 2, 0)
    # with the buffer bypassed, the same partial sums go to DRAM
    bypassed = mapping("C2 K2 C2", [(3,), (3,), (1, None)])
    found = accesses(nest, bypassed, chains((BUFFER,), (BUFFER,), (("register", PER_PE), BUFFER)))
    assert found["output", "dram"].counts == Counts(0, 2, 4, 0)
    assert ("output", "buffer") not in found


def test_chunks_when_five_rows_lie_on_two_pes_are_three_and_two():
    # P5 on two columns, three turns: the tile is cut into output rows 0..2 and 3..4.
    # With 3 taps column 0 keeps input rows 0..4, column 1 keeps 3..6; the buffer reads 0..6 once
    nest = ONE_PIXEL._replace(P=5, R=3, H=7)
    flow = mapping("R3 P3", [(2, 2), (2,), (2, 2)], cols="P2")
    pair = (("register", PER_PE), BUFFER)
    found = accesses(nest, flow, chains(pair, (BUFFER,), pair))
    assert found["input", "register"].written_from_above == [5, 4]
    assert found["input", "buffer"].read_to_below == [7]
    assert found["output", "register"].final_read_to_above == [3, 2]
    # every turn the PEs work on two neighbours, in the last one column 0 works alone:
    # (2 + 2 + 1) x 3 taps, of which the first tap begins the sum
    assert found["output", "register"].counts == Counts(0, 10, 15, 5)
    assert found["weight", "buffer"].read_to_below == [1] * 9


def test_level_with_a_copy_per_row_serves_the_columns_of_its_row():
    # two rows hold two channels, two columns two filters, three pixels one after the other
    # row 0 keeps x0 of every pixel, row 1 x1; a pixel is read once per row and goes to two PEs.
    # row 0 keeps w(0,0) w(1,0) for its columns; row 1 w(0,1) w(1,1)
    # each row keeps its own y0 and y1: 4 sums per pixel, added when they leave: 2 arrive
    nest = ONE_PIXEL._replace(K=2, C=2, P=3, H=3)
    flow = mapping("P3", [(1, 1), (1, 1), (0, 1)], rows="C2", cols="K2")
    pair = (("line", ("rows",)), BUFFER)
    found = accesses(nest, flow, chains(pair, pair, pair))
    assert found["input", "line"].written_from_above == [3, 3]
    assert found["input", "line"].read_to_below == [1, 1] * 3
    assert found["input", "pe"].counts.written_from_above == 12
    assert found["weight", "line"].written_from_above == [2, 2]
    assert found["weight", "line"].read_to_below == [2, 2]
    assert found["output", "line"].counts == Counts(0, 0, 12, 12)
    assert found["output", "buffer"].final_written_from_below == [2, 2, 2]


def test_level_with_a_copy_per_column_when_rows_are_the_outer_digit_holds_two_runs():
    # P4 = two rows x two columns: row 0 has outputs 0 and 1, row 1 has 2 and 3, so column 0 has 0
    # and 2. With stride 2 that is input rows 0 and 4, not the rows between them; the shared buffer
    # reads rows 0..6 from DRAM
    nest = ONE_PIXEL._replace(P=4, H=7, stride_h=2)
    flow = mapping("", [(0, 0), (0,), (0,)], rows="P2", cols="P2")
    pair = (("line", ("cols",)), BUFFER)
    found = accesses(nest, flow, chains(pair, (BUFFER,), (BUFFER,)))
    assert found["input", "line"].written_from_above == [2, 2]
    assert found["input", "buffer"].counts == Counts(7, 4, 0, 0)


def test_reload_when_the_same_tile_returns_follows_the_loops():
    # C2 and K2 inside C2 of 3 channels: the last turn of the outer C has one channel only, so x2 is
    # the tile for k0 and still for k1, and is loaded again: x0 x1 | x0 x1 | x2 | x2
    nest = ONE_PIXEL._replace(K=2, C=3)
    flow = mapping("C2 K2 C2", [(0,), (3,), (3,)])
    assert accesses(nest, flow, ONE_BUFFER)["input", "dram"].read_to_below == [1] * 6
