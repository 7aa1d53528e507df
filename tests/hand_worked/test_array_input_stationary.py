"""Input-stationary 2x2 array, worked by hand: the inputs stay, the filters stream.

x01 is the input that row 0 (reduction) holds for column 1 (pixel); f2 the third filter, y0 the sum
for filter 0. A PE entry is the filter that the PE multiplies in that cycle.
"""

from __future__ import annotations

from typing import Any

from accelsim.dataflows import array_accesses, array_cycles

ARRAY: dict[str, Any] = {"dataflow": "is", "rows": 2, "cols": 2}


def test_serial_when_one_fold_streams_one_filter_per_cycle():
    # M = 2 pixels, K = 3 filters, D = 2
    # cycle | input port  | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | x10 x11     |                     |
    #   1   | x00 x01     |                     |
    #   2   |             | f0                  |
    #   3   |             | f1   f0   f0        |
    #   4   |             | f2   f1   f1   f0   | y0
    #   5   |             |      f2   f2   f1   | y1     y0
    #   6   |             |                f2   | y2     y1
    #   7   |             |                     |        y2
    case = ARRAY | {"M": 2, "K": 3, "D": 2}
    assert array_cycles(**case) == 7
    assert array_cycles(**case, convention="rtl") == 8


def test_serial_when_pixels_do_not_fill_the_columns_folds_over_pixels():
    # M = 3 pixels: columns hold pixels 0 and 1, then pixel 2 alone; K = 1 filter
    # cycle | input port  | PE00 PE01 PE10 PE11 | out 0  out 1
    #   0   | x10 x11     |                     |
    #   1   | x00 x01     |                     |
    #   2   |             | f0                  |
    #   3   |             |      f0   f0        |
    #   4   |             |                f0   | y0             pixel 0
    #   5   | x10'        |                     |        y0      pixel 1
    #   6   | x00'        |                     |
    #   7   |             | f0                  |
    #   8   |             |      f0   f0        |
    #   9   |             |                f0   | y0             pixel 2
    #  10   |             |                     |        -       token of the unused column
    case = ARRAY | {"M": 3, "K": 1, "D": 2}
    assert array_cycles(**case) == 5 + 5
    assert array_cycles(**case, convention="rtl") == 5 + 5 + 1
    assert array_cycles(**case, trim=True) == 5 + 4
    assert array_cycles(**case, trim=True, convention="rtl") == 5 + 4 + 1 + 1


def test_accesses_when_pixels_fold_read_the_weights_again():
    # M = 3, K = 4, D = 3: 2 reduction folds x 2 pixel folds; inputs once, weights per pixel fold
    assert array_accesses(**ARRAY, M=3, K=4, D=3) == (9, 24, 24, 12)
