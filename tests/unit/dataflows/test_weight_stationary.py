from __future__ import annotations

import pytest
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
from accelsim.dataflows.weight_stationary import accesses, cycles, groups_per_fold
from tests.oracles.fold_loop import arrays, border_words, gemms, reducing_cycles, reducing_folds

ARRAY = ArraySpec(rows=16, cols=16, overlap=SERIAL, rtl=0, trim=0, packing=0)
PACKING = ARRAY._replace(packing=1)


def assert_like_visited_folds(gemm: Gemm, array: ArraySpec) -> None:
    folds = reducing_folds(gemm, array, packing=bool(array.packing))
    expected = reducing_cycles(folds, gemm.M, array)
    assert cycles(gemm, array) == Timing(expected, len(folds) * gemm.M, len(folds))
    weights, inputs, writes, reads = border_words(folds)
    assert accesses(gemm, array) == Accesses(inputs, weights, writes, reads)


@given(gemm=gemms(), array=arrays())
def test_formulas_when_folds_are_visited_one_by_one_are_the_same(gemm: Gemm, array: ArraySpec):
    assert_like_visited_folds(gemm, array)


@given(gemm=gemms(largest=6), array=arrays())
def test_formulas_when_groups_pack_are_those_of_the_visited_folds(gemm: Gemm, array: ArraySpec):
    assert_like_visited_folds(gemm, array._replace(packing=1))


def test_cycles_when_one_full_fold_is_scalesim_expression():
    gemm = Gemm(M=100, K=16, D=16, G=1)
    assert cycles(gemm, ARRAY) == Timing(100 + 2 * 16 + 16 - 2, 100, 1)


@pytest.mark.parametrize(
    ("kernel", "rows", "folds"),
    [(3, 16, 32), (3, 18, 16), (3, 32, 11), (5, 16, 64), (5, 64, 16), (7, 49, 32), (7, 98, 16)],
)
def test_cycles_when_depthwise_packs_needs_fewer_folds_only_on_tall_arrays(
    kernel: int, rows: int, folds: int
):
    """32 channels: rows // kernel**2 of them share a fold; 16 rows hold one 3x3 and half a 5x5."""
    gemm = Gemm(M=196, K=1, D=kernel * kernel, G=32)
    assert cycles(gemm, PACKING._replace(rows=rows)).folds == folds


def test_cycles_when_columns_are_few_pack_no_more_groups_than_columns():
    gemm = Gemm(M=10, K=2, D=1, G=12)
    assert cycles(gemm, PACKING._replace(cols=5)).folds == 6


def test_cycles_when_packing_is_off_are_groups_times_one_group():
    one = cycles(Gemm(M=49, K=3, D=9, G=1), ARRAY)
    many = cycles(Gemm(M=49, K=3, D=9, G=24), ARRAY)
    assert many == Timing(24 * one.cycles, 24 * one.compute_cycles, 24 * one.folds)


@given(gemm=gemms(), array=arrays())
def test_cycles_when_loading_overlaps_are_never_more_than_serial(gemm: Gemm, array: ArraySpec):
    """Untrimmed; a trimmed serial controller need not wait for unused columns."""
    serial, pipelined, broadcast = (
        cycles(gemm, array._replace(overlap=overlap, trim=0)).cycles
        for overlap in (SERIAL, PIPELINED, BROADCAST)
    )
    assert pipelined <= broadcast <= serial


@given(gemm=gemms(), array=arrays())
def test_accesses_when_controller_changes_stay(gemm: Gemm, array: ArraySpec):
    plain = ArraySpec(array.rows, array.cols, overlap=SERIAL, rtl=0, trim=0, packing=0)
    assert accesses(gemm, array) == accesses(gemm, plain)


@given(gemm=gemms(largest=20), array=arrays())
def test_groups_per_fold_are_as_many_as_the_folds_say(gemm: Gemm, array: ArraySpec):
    array = array._replace(packing=1)
    together = groups_per_fold(gemm, array)
    visited = reducing_folds(gemm, array, packing=True)
    assert len(visited) == -(-gemm.G // together) * -(-gemm.D // array.rows) * -(
        -gemm.K // array.cols
    )
    assert groups_per_fold(gemm, array._replace(packing=0)) == 1
