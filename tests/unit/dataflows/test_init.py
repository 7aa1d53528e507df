"""The checked front: array_cycles, array_accesses and the table of dataflows."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from accelsim.dataflows import (
    FOLDS,
    OVERLAPS,
    Accesses,
    ArraySpec,
    Gemm,
    accesses_of,
    array_accesses,
    array_cycles,
    timing,
)
from accelsim.errors import UsageError

CASE: dict[str, Any] = {"dataflow": "ws", "rows": 8, "cols": 8, "M": 100, "K": 16, "D": 27}


def test_array_cycles_when_given_the_contract_example_are_scalesim_folds():
    assert array_cycles(**CASE, overlap="serial", convention="scalesim", trim=False) == (
        4 * 2 * (100 + 2 * 8 + 8 - 2)
    )


@pytest.mark.parametrize("name", FOLDS)
@pytest.mark.parametrize("overlap", OVERLAPS)
def test_array_cycles_when_named_are_the_formula_of_that_code(name: str, overlap: str):
    case = CASE | {"dataflow": name, "overlap": overlap, "G": 3, "trim": True, "packing": True}
    array = ArraySpec(rows=8, cols=8, overlap=OVERLAPS[overlap], rtl=0, trim=1, packing=1)
    gemm = Gemm(M=100, K=16, D=27, G=3)
    code = FOLDS[name].code
    assert array_cycles(**case) == timing(code, gemm, array).cycles
    assert array_accesses(**case) == accesses_of(code, gemm, array)


def test_array_accesses_when_each_dataflow_reads_its_stationary_operand_once():
    assert array_accesses(**CASE) == Accesses(27 * 100 * 2, 27 * 16, 1600 * 4, 1600 * 3)
    assert array_accesses(**CASE | {"dataflow": "is"}) == (2700, 27 * 16 * 13, 6400, 4800)
    assert array_accesses(**CASE | {"dataflow": "os"}) == (5400, 27 * 16 * 13, 1600, 0)


def test_array_cycles_when_sizes_are_numpy_integers_are_python_integers():
    case = CASE | {"M": np.int32(100), "rows": np.int64(8)}
    assert array_cycles(**case) == array_cycles(**CASE)
    assert type(array_cycles(**case)) is int


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dataflow": "wss"}, "dataflow = 'wss'; allowed: ws, os, is; did you mean 'ws'?"),
        ({"dataflow": "OS"}, "dataflow = 'OS'; allowed: ws, os, is; did you mean 'os'?"),
        ({"dataflow": None}, "dataflow = None; allowed: ws, os, is"),
        (
            {"dataflow": "row_stationary"},
            "dataflow = 'row_stationary': has no GEMM form, its cycles follow from a mapping; "
            "allowed: ws, os, is",
        ),
        (
            {"overlap": "pipeline"},
            "allowed: serial, pipelined, broadcast; did you mean 'pipelined'",
        ),
        ({"convention": "scale-sim"}, "allowed: scalesim, rtl; did you mean 'scalesim'?"),
        ({"rows": 0}, "rows = 0: a size must be >= 1"),
        ({"cols": -4}, "cols = -4: a size must be >= 1"),
        ({"M": 0}, "M = 0"),
        ({"K": 0}, "K = 0"),
        ({"D": 0}, "D = 0"),
        ({"G": 0}, "G = 0"),
        ({"M": 2.5}, "M = 2.5: a size must be a whole number"),
    ],
)
def test_array_cycles_when_a_value_is_wrong_says_what_is_allowed(
    change: dict[str, object], message: str
):
    for front in (array_cycles, array_accesses):
        with pytest.raises(UsageError, match=re.escape(message)):
            front(**CASE | change)


def test_array_cycles_when_os_loads_ahead_in_rtl_is_refused():
    with pytest.raises(UsageError, match="allowed for os: serial, pipelined"):
        array_cycles(**CASE | {"dataflow": "os"}, overlap="broadcast", convention="rtl")


def test_folds_when_listed_place_each_gemm_dimension_once():
    loops = {"M": {"N", "P", "Q"}, "K": {"K"}, "D": {"C", "R", "S"}}
    for name, dataflow in FOLDS.items():
        assert dataflow.name == name
        assert {dataflow.gemm_rows, dataflow.gemm_columns, dataflow.streams} == {"M", "K", "D"}
        assert set(dataflow.rows) == loops[dataflow.gemm_rows]
        assert set(dataflow.cols) == loops[dataflow.gemm_columns]
        assert dataflow.title == f"{dataflow.stationary} stationary"
    assert [dataflow.code for dataflow in FOLDS.values()] == [0, 1, 2]


@pytest.mark.parametrize("name", FOLDS)
def test_dataflows_when_they_cannot_pack_ignore_packing(name: str):
    case = CASE | {"dataflow": name, "M": 5, "K": 1, "D": 2, "G": 8}
    packs = array_cycles(**case, packing=True) < array_cycles(**case)
    assert packs == FOLDS[name].can_pack
