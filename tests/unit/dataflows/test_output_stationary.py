from __future__ import annotations

from hypothesis import given

from accelsim.dataflows.base import (
    BROADCAST,
    PIPELINED,
    SERIAL,
    Accesses,
    ArraySpec,
    Gemm,
    Timing,
)
from accelsim.dataflows.output_stationary import accesses, cycles
from tests.oracles.fold_loop import (
    accumulating_cycles,
    accumulating_folds,
    arrays,
    border_words,
    gemms,
)


@given(gemm=gemms(), array=arrays())
def test_formulas_when_folds_are_visited_one_by_one_are_the_same(gemm: Gemm, array: ArraySpec):
    folds = accumulating_folds(gemm, array)
    expected = accumulating_cycles(folds, gemm.D, array)
    assert cycles(gemm, array) == Timing(expected, len(folds) * gemm.D, len(folds))
    weights, inputs, writes, reads = border_words(folds)
    assert accesses(gemm, array) == Accesses(inputs, weights, writes, reads)


@given(gemm=gemms(), array=arrays())
def test_cycles_when_broadcast_are_pipelined(gemm: Gemm, array: ArraySpec):
    broadcast, pipelined = array._replace(overlap=BROADCAST), array._replace(overlap=PIPELINED)
    assert cycles(gemm, broadcast) == cycles(gemm, pipelined)


@given(gemm=gemms(), array=arrays())
def test_cycles_when_serial_rtl_exceed_scalesim_by_the_drain(gemm: Gemm, array: ArraySpec):
    scalesim = cycles(gemm, array._replace(overlap=SERIAL, rtl=0))
    rtl = cycles(gemm, array._replace(overlap=SERIAL, rtl=1))
    assert rtl.cycles - scalesim.cycles == array.rows * rtl.folds


def test_cycles_when_pipelined_rtl_has_short_streams_waits_for_the_drain():
    gemm = Gemm(M=32, K=8, D=3, G=1)
    array = ArraySpec(rows=8, cols=8, overlap=PIPELINED, rtl=1, trim=0, packing=0)
    assert cycles(gemm, array) == Timing(3 * 8 + 3 + 8 + 8 - 2 + 8, 4 * 3, 4)
