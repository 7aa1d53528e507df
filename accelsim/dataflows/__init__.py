"""Dataflows as data, and cycles and buffer accesses of the systolic ones in closed form.

`DATAFLOWS` has every built-in record. Those with timing `folds` are systolic GEMM forms on plain
ints; those with timing `loops` only say which loops may lie where (`records.py`).

dataflow  stationary  rows      columns    streams    folds
ws        weight      D reduce  K filters  M pixels   G * ceil(D/rows) * ceil(K/cols)
os        output      M pixels  K filters  D reduce   G * ceil(M/rows) * ceil(K/cols)
is        input       D reduce  M pixels   K filters  G * ceil(D/rows) * ceil(M/cols)

Kernels compile the formula functions; `array_cycles` and `array_accesses` are the checked front.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import index
from typing import TypeVar

from accelsim.dataflows import (
    input_stationary,
    output_stationary,
    records,
    streaming,
    weight_stationary,
)
from accelsim.dataflows.base import (
    AXES,
    BROADCAST,
    OS,
    PIPELINED,
    RTL,
    SCALESIM,
    SERIAL,
    WS,
    Accesses,
    ArraySpec,
    Dataflow,
    Gemm,
    Timing,
)
from accelsim.errors import UsageError, suggestion

__all__ = [
    "AXES",
    "CONVENTIONS",
    "DATAFLOWS",
    "FOLDS",
    "OVERLAPS",
    "Accesses",
    "ArraySpec",
    "Dataflow",
    "Gemm",
    "Timing",
    "accesses_of",
    "array_accesses",
    "array_cycles",
    "timing",
]

Known = TypeVar("Known")

FOLDS: dict[str, Dataflow] = {
    dataflow.name: dataflow
    for dataflow in (
        weight_stationary.DATAFLOW,
        output_stationary.DATAFLOW,
        input_stationary.DATAFLOW,
    )
}
"""The systolic ones, which have a GEMM form."""
DATAFLOWS: dict[str, Dataflow] = {
    **FOLDS,
    **records.LOOP_NESTS,
    streaming.DATAFLOW.name: streaming.DATAFLOW,
}
"""Every built-in dataflow."""
OVERLAPS = {"serial": SERIAL, "pipelined": PIPELINED, "broadcast": BROADCAST}
CONVENTIONS = {"scalesim": SCALESIM, "rtl": RTL}


def timing(code: int, gemm: Gemm, array: ArraySpec) -> Timing:
    """Cycles, streaming cycles and folds under the dataflow that `code` (WS, OS, IS) names."""
    if code == WS:
        return weight_stationary.cycles(gemm, array)
    if code == OS:
        return output_stationary.cycles(gemm, array)
    return input_stationary.cycles(gemm, array)


def accesses_of(code: int, gemm: Gemm, array: ArraySpec) -> Accesses:
    """Words between array and buffers under the dataflow that `code` (WS, OS, IS) names."""
    if code == WS:
        return weight_stationary.accesses(gemm, array)
    if code == OS:
        return output_stationary.accesses(gemm, array)
    return input_stationary.accesses(gemm, array)


def array_cycles(  # noqa: PLR0913 - the public contract names every one
    *,
    dataflow: str,
    rows: int,
    cols: int,
    M: int,
    K: int,
    D: int,
    G: int = 1,
    overlap: str = "serial",
    convention: str = "scalesim",
    trim: bool = False,
    packing: bool = False,
) -> int:
    """Cycles of a GEMM (or G of them) on a systolic array whose operands never arrive late.

    Every group is an (M x D) by (D x K) product: M = N*P*Q pixels, K filters, D = R*S*C. The
    formulas of each `dataflow`, one of `FOLDS`, are in its module. `convention` scalesim counts
    like SCALE-Sim 3.0.0, rtl from the first operand on a port to the last result on a port.
    `trim`: a fold loads and waits for the used rows and columns only. `packing`: groups may share
    a fold (ws only, the other dataflows have no use for it).
    """
    code, array = _checked_array(dataflow, (rows, cols), overlap, convention, trim, packing)
    return timing(code, _checked_gemm(M, K, D, G), array).cycles


def array_accesses(  # noqa: PLR0913 - the same names as array_cycles
    *,
    dataflow: str,
    rows: int,
    cols: int,
    M: int,
    K: int,
    D: int,
    G: int = 1,
    overlap: str = "serial",
    convention: str = "scalesim",
    trim: bool = False,
    packing: bool = False,
) -> Accesses:
    """Words between array and buffers for the array and product of `array_cycles`.

    They depend on the dataflow, the sizes and nothing else: overlapping, trimming and packing
    move cycles, not words.
    """
    code, array = _checked_array(dataflow, (rows, cols), overlap, convention, trim, packing)
    return accesses_of(code, _checked_gemm(M, K, D, G), array)


def _checked_gemm(M: int, K: int, D: int, G: int) -> Gemm:
    return Gemm(_size("M", M), _size("K", K), _size("D", D), _size("G", G))


def _checked_array(
    dataflow: str, size: tuple[int, int], overlap: str, convention: str, trim: bool, packing: bool
) -> tuple[int, ArraySpec]:
    known = _gemm_form(dataflow)
    array = ArraySpec(
        rows=_size("rows", size[0]),
        cols=_size("cols", size[1]),
        overlap=_choice("overlap", overlap, OVERLAPS),
        rtl=_choice("convention", convention, CONVENTIONS),
        trim=int(bool(trim)),
        packing=int(bool(packing)),
    )
    if (known.code, array.overlap, array.rtl) == (OS, BROADCAST, RTL):
        raise UsageError(
            "overlap = 'broadcast': an output-stationary array loads nothing ahead; "
            "with convention = 'rtl', allowed for os: serial, pipelined"
        )
    return known.code, array


def _gemm_form(name: str) -> Dataflow:
    if name in DATAFLOWS and name not in FOLDS:
        raise UsageError(
            f"dataflow = {name!r}: has no GEMM form, its cycles follow from a mapping; "
            f"allowed: {', '.join(FOLDS)}"
        )
    return _choice("dataflow", name, FOLDS)


def _size(name: str, value: int) -> int:
    try:
        number = index(value)
    except TypeError as error:
        raise UsageError(f"{name} = {value!r}: a size must be a whole number") from error
    if number < 1:
        raise UsageError(f"{name} = {number}: a size must be >= 1")
    return number


def _choice(option: str, word: str, allowed: Mapping[str, Known]) -> Known:
    if word not in allowed:
        hint = suggestion(str(word).lower(), allowed)
        raise UsageError(f"{option} = {word!r}; allowed: {', '.join(allowed)}{hint}")
    return allowed[word]
