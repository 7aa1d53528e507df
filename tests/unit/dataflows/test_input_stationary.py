from __future__ import annotations

from hypothesis import given

from accelsim.dataflows import weight_stationary
from accelsim.dataflows.base import Accesses, ArraySpec, Gemm, Timing
from accelsim.dataflows.input_stationary import accesses, cycles
from tests.oracles.fold_loop import arrays, border_words, gemms, reducing_cycles, reducing_folds


@given(gemm=gemms(), array=arrays())
def test_formulas_when_folds_are_visited_one_by_one_are_the_same(gemm: Gemm, array: ArraySpec):
    exchanged = gemm._replace(M=gemm.K, K=gemm.M)
    folds = reducing_folds(exchanged, array, packing=False)
    expected = reducing_cycles(folds, gemm.K, array)
    assert cycles(gemm, array) == Timing(expected, len(folds) * gemm.K, len(folds))
    inputs, weights, writes, reads = border_words(folds)
    assert accesses(gemm, array) == Accesses(inputs, weights, writes, reads)


@given(gemm=gemms(), array=arrays())
def test_cycles_when_operands_are_exchanged_are_weight_stationary(gemm: Gemm, array: ArraySpec):
    exchanged = gemm._replace(M=gemm.K, K=gemm.M)
    unpacked = array._replace(packing=0)
    assert cycles(gemm, array) == weight_stationary.cycles(exchanged, unpacked)


def test_cycles_when_depthwise_never_pack():
    gemm = Gemm(M=1, K=1, D=1, G=4)
    array = ArraySpec(rows=4, cols=4, overlap=0, rtl=0, trim=0, packing=1)
    assert cycles(gemm, array) == Timing(4 * (1 + 2 * 4 + 4 - 2), 4, 4)
