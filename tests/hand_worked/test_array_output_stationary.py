"""Output-stationary 2x2 arrays, worked by hand; the tables show what happens in every cycle.

A PE entry is the index d of the operand pair that the PE multiplies in that cycle; y10 is the
result of row 1, column 0, in the cycle in which the output port under its column shows it.
"""

from __future__ import annotations

from typing import Any

from accelsim.dataflows import array_accesses, array_cycles

ARRAY: dict[str, Any] = {"dataflow": "os", "rows": 2, "cols": 2}
ONE_FOLD = ARRAY | {"M": 2, "K": 2, "D": 3}
TWO_FOLDS = ARRAY | {"M": 4, "K": 2, "D": 3}


def test_serial_when_one_fold_drains_row_by_row():
    # cycle | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | 0                   |
    #   1   | 1    0    0         |
    #   2   | 2    1    1    0    |
    #   3   |      2    2    1    |
    #   4   |                2    |
    #   5   |                     | y10    y11
    #   6   |                     | y00    y01
    # SCALE-Sim stops when PE11 has finished (cycles 0-4).
    assert array_cycles(**ONE_FOLD) == 5
    assert array_cycles(**ONE_FOLD, convention="rtl") == 7


def test_serial_when_two_folds_start_the_second_after_the_drain():
    assert array_cycles(**TWO_FOLDS) == 5 + 5
    assert array_cycles(**TWO_FOLDS, convention="rtl") == 7 + 7


def test_serial_when_trimmed_waits_for_the_used_corner_but_drains_all_rows():
    # M = 1, K = 1, D = 3: only PE00 is used, its result still crosses row 1
    # cycle | PE00 PE01 PE10 PE11 | out 0
    #   0   | 0                   |
    #   1   | 1    0    0         |
    #   2   | 2    1    1    0    |
    #   3   |                     | -          PE00 has finished: shift, unused PEs stop
    #   4   |                     | y00
    case = ARRAY | {"M": 1, "K": 1, "D": 3, "trim": True}
    assert array_cycles(**case) == 3
    assert array_cycles(**case, convention="rtl") == 5


def test_pipelined_when_two_folds_drain_the_first_under_the_second():
    # cycle | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | 0                   |
    #   1   | 1    0    0         |
    #   2   | 2    1    1    0    |
    #   3   | 0'   2    2    1    |
    #   4   | 1'   0'   0'   2    | y10
    #   5   | 2'   1'   1'   0'   | y00    y11
    #   6   |      2'   2'   1'   |        y01
    #   7   |                2'   | y10'
    #   8   |                     | y00'   y11'
    #   9   |                     |        y01'
    # SCALE-Sim's way of counting, without a drain, ends with cycle 7.
    assert array_cycles(**TWO_FOLDS, overlap="pipelined") == 8
    assert array_cycles(**TWO_FOLDS, overlap="pipelined", convention="rtl") == 10


def test_pipelined_when_one_pair_streams_waits_for_the_drain():
    # cycle | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | 0                   |
    #   1   |      0    0         |               PE00 still holds y00 in its drain register
    #   2   | 0'             0    | y10           y00 moves down, its register is free
    #   3   |      0'   0'        | y00    y11
    #   4   |                0'   | y10'   y01
    #   5   |                     | y00'   y11'
    #   6   |                     |        y01'
    case = TWO_FOLDS | {"D": 1, "overlap": "pipelined"}
    assert array_cycles(**case) == 1 + 3
    assert array_cycles(**case, convention="rtl") == 7


def test_accesses_when_pixels_fold_read_the_weights_again_and_write_outputs_once():
    # M = 3, K = 4, D = 5: 2 pixel folds x 2 filter folds
    assert array_accesses(**ARRAY, M=3, K=4, D=5) == (30, 40, 12, 0)
