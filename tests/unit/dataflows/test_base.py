"""The records of ints are what numba compiles: every formula, compiled, gives the same."""

from __future__ import annotations

from collections.abc import Callable

import numba
import pytest
from hypothesis import given, settings

from accelsim.dataflows import input_stationary, output_stationary, vector_unit, weight_stationary
from accelsim.dataflows.base import Accesses, ArraySpec, Gemm, Timing
from tests.oracles.fold_loop import arrays, gemms

MODULES = (weight_stationary, output_stationary, input_stationary)
FORMULAS = [(f, numba.njit(f)) for module in MODULES for f in (module.cycles, module.accesses)]


@pytest.mark.parametrize(
    ("formula", "compiled"), FORMULAS, ids=lambda f: f"{f.__module__}.{f.__name__}"
)
@settings(deadline=None)
@given(gemm=gemms(largest=5000), array=arrays(largest=300))
def test_formula_when_compiled_agrees_with_plain_python(
    formula: Callable[..., Timing | Accesses],
    compiled: Callable[..., Timing | Accesses],
    gemm: Gemm,
    array: ArraySpec,
):
    plain, fast = formula(gemm, array), compiled(gemm, array)
    assert fast == plain
    assert type(fast) is type(plain)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_formula_when_called_from_a_kernel_agrees_with_plain_python(code: int):
    ws, os_, is_ = (numba.njit(module.cycles) for module in MODULES)

    @numba.njit
    def kernel(code: int, gemm: Gemm, array: ArraySpec) -> int:
        if code == 0:
            return ws(gemm, array).cycles
        if code == 1:
            return os_(gemm, array).cycles
        return is_(gemm, array).cycles

    gemm = Gemm(M=784, K=24, D=27, G=3)
    array = ArraySpec(rows=16, cols=8, overlap=1, rtl=1, trim=1, packing=1)
    assert kernel(code, gemm, array) == MODULES[code].cycles(gemm, array).cycles


def test_vector_unit_when_compiled_agrees_with_plain_python():
    compiled = numba.njit(vector_unit.cycles)
    assert compiled(1001, 9, 16) == vector_unit.cycles(1001, 9, 16) == 564
