"""Weight-stationary 2x2 arrays, worked by hand; the tables show what happens in every cycle.

w01 is the weight of row 0, column 1; x2 the third vector of a fold, x2' that of the second fold;
y0 the sum for vector 0. A PE entry is the vector that the PE multiplies in that cycle, a port entry
the sum that its output register shows.
"""

from __future__ import annotations

from typing import Any

from accelsim.dataflows import array_accesses, array_cycles

ARRAY: dict[str, Any] = {"dataflow": "ws", "rows": 2, "cols": 2}
ONE_FOLD = ARRAY | {"M": 3, "K": 2, "D": 2}
TWO_FOLDS = ARRAY | {"M": 3, "K": 2, "D": 4}


def test_serial_when_one_fold_takes_load_stream_and_drain():
    # cycle | weight port | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | w10 w11     |                     |
    #   1   | w00 w01     |                     |
    #   2   |             | x0                  |
    #   3   |             | x1   x0   x0        |
    #   4   |             | x2   x1   x1   x0   | y0
    #   5   |             |      x2   x2   x1   | y1     y0
    #   6   |             |                x2   | y2     y1
    #   7   |             |                     |        y2
    # SCALE-Sim stops when y2 is computed (cycles 0-6), RTL when the port shows it (0-7).
    assert array_cycles(**ONE_FOLD) == 7
    assert array_cycles(**ONE_FOLD, convention="rtl") == 8


def test_serial_when_two_folds_load_the_second_while_the_port_shows_the_last_sum():
    # cycles 0-6 as above; in cycle 7 the port shows y2 and takes the first weights of fold 2
    assert array_cycles(**TWO_FOLDS) == 7 + 7
    assert array_cycles(**TWO_FOLDS, convention="rtl") == 7 + 7 + 1


def test_serial_when_trimmed_loads_one_row_and_waits_for_one_column():
    # M = 3, K = 1, D = 3: fold 1 uses 2 rows, fold 2 one row, both one column
    # cycle | weight port | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | w10         |                     |
    #   1   | w00         |                     |
    #   2   |             | x0                  |
    #   3   |             | x1   x0   x0        |
    #   4   |             | x2   x1   x1   x0   | y0
    #   5   |             |      x2   x2   x1   | y1     -
    #   6   | w00'        |                x2   | y2     -       column 0 is out: load at once
    #   7   |             | x0'                 |        -
    #   8   |             | x1'  x0'  x0'       |
    #   9   |             | x2'  x1'  x1'  x0'  | y0'
    #  10   |             |      x2'  x2'  x1'  | y1'    -
    #  11   |             |                x2'  | y2'    -
    #  12   |             |                     |        -       last token of the unused column
    case = ARRAY | {"M": 3, "K": 1, "D": 3, "trim": True}
    assert array_cycles(**case) == 6 + 5
    assert array_cycles(**case, convention="rtl") == 6 + 5 + 1 + 1
    assert array_cycles(**case | {"trim": False}) == 7 + 7


def test_pipelined_when_two_folds_hide_the_second_load():
    # cycle | weight port | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | w10 w11     |                     |
    #   1   | w00 w01     |                     |
    #   2   | w10' w11'   | x0                  |                x0 switches PE00 to its new weight
    #   3   | w00' w01'   | x1   x0   x0        |
    #   4   |             | x2   x1   x1   x0   | y0
    #   5   |             | x0'  x2   x2   x1   | y1     y0
    #   6   |             | x1'  x0'  x0'  x2   | y2     y1
    #   7   |             | x2'  x1'  x1'  x0'  | y0'    y2
    #   8   |             |      x2'  x2'  x1'  | y1'    y0'
    #   9   |             |                x2'  | y2'    y1'
    #  10   |             |                     |        y2'
    assert array_cycles(**TWO_FOLDS, overlap="pipelined") == 10
    assert array_cycles(**TWO_FOLDS, overlap="pipelined", convention="rtl") == 11


def test_pipelined_when_one_vector_streams_waits_for_the_load():
    # cycle | weight port | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | w10 w11     |                     |
    #   1   | w00 w01     |                     |
    #   2   | w10' w11'   | x0                  |
    #   3   | w00' w01'   |      x0   x0        |
    #   4   |             | x0'            x0   | y0
    #   5   |             |      x0'  x0'       |        y0
    #   6   |             |                x0'  | y0'
    #   7   |             |                     |        y0'
    case = TWO_FOLDS | {"M": 1, "overlap": "pipelined"}
    assert array_cycles(**case, convention="rtl") == 8


def test_broadcast_when_two_folds_load_after_the_last_pe_has_switched():
    # cycle | weight port | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | w10 w11     |                     |
    #   1   | w00 w01     |                     |
    #   2   |             | x0                  |
    #   3   |             | x1   x0   x0        |
    #   4   | w10' w11'   | x2   x1   x1   x0   | y0             x0 switches PE11, the last one
    #   5   | w00' w01'   |      x2   x2   x1   | y1     y0
    #   6   |             | x0'            x2   | y2     y1
    #   7   |             | x1'  x0'  x0'       |        y2
    #   8   |             | x2'  x1'  x1'  x0'  | y0'
    #   9   |             |      x2'  x2'  x1'  | y1'    y0'
    #  10   |             |                x2'  | y2'    y1'
    #  11   |             |                     |        y2'
    assert array_cycles(**TWO_FOLDS, overlap="broadcast") == 11
    assert array_cycles(**TWO_FOLDS, overlap="broadcast", convention="rtl") == 12


def test_serial_when_two_depthwise_groups_pack_share_one_fold():
    # D = 1, K = 1, G = 2: weights (a, 0) and (0, b); row 0 streams group 0, row 1 group 1
    # cycle | weight port | PE00 PE01 PE10 PE11 | out 0   out 1
    #   0   | 0   b       |                     |
    #   1   | a   0       |                     |
    #   2   |             | x0                  |
    #   3   |             | x1   x0   x0        |
    #   4   |             |      x1   x1   x0   | group 0
    #   5   |             |                x1   | group 0 group 1
    #   6   |             |                     |         group 1
    case = ARRAY | {"M": 2, "K": 1, "D": 1, "G": 2}
    assert array_cycles(**case, packing=True) == 6
    assert array_cycles(**case, packing=True, convention="rtl") == 7
    assert array_cycles(**case) == 6 + 6


def test_accesses_when_reduction_and_filters_fold_count_every_word_that_crosses():
    # M = 3, K = 3, D = 3 on 2x2: 2 reduction folds x 2 filter folds
    # inputs 3 x 3 for each of 2 filter folds; weights 3 x 3 once; 9 sums written by each of 2
    # reduction folds, and read back by the second one
    assert array_accesses(**ARRAY, M=3, K=3, D=3) == (18, 9, 18, 9)
