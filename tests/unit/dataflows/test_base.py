"""The records of ints are what numba compiles: every formula, compiled, gives the same."""

from __future__ import annotations

import numba
import pytest
from hypothesis import given, settings

from accelsim.dataflows import accesses_of, timing, vector_unit
from accelsim.dataflows.base import ArraySpec, Gemm
from accelsim.schedule import array_kernels as kernels
from tests.oracles.fold_loop import arrays, gemms


@pytest.mark.parametrize("code", [0, 1, 2])
@settings(deadline=None)
@given(gemm=gemms(largest=5000), array=arrays(largest=300))
def test_array_kernels_when_compiled_agree_with_plain_formulas(
    code: int, gemm: Gemm, array: ArraySpec
):
    plain, fast = timing(code, gemm, array), kernels.array_timing(code, gemm, array)
    assert fast == plain
    assert type(fast) is type(plain)
    words, fast_words = accesses_of(code, gemm, array), kernels.array_accesses(code, gemm, array)
    assert fast_words == words
    assert type(fast_words) is type(words)


def test_vector_unit_when_compiled_agrees_with_plain_python():
    compiled = numba.njit(vector_unit.cycles)
    assert compiled(1001, 9, 16) == vector_unit.cycles(1001, 9, 16) == 564
