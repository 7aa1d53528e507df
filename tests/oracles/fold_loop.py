"""Plain loops over folds: what the closed forms must add up to, for shapes of any size.

`systolic_grid` proves the sum per fold on small arrays; here every fold is visited and its rows,
columns and words are counted. Also the hypothesis strategies for shapes and arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hypothesis import strategies as st

from accelsim.dataflows.base import ArraySpec, Gemm

SERIAL, PIPELINED, BROADCAST = 0, 1, 2


class Fold(NamedTuple):
    """Rows and columns used, and the words that cross the array's border."""

    height: int
    width: int
    held_words: int
    streamed_words: int
    result_words: int
    is_first_of_output: bool


def gemms(largest: int = 200) -> st.SearchStrategy[Gemm]:
    size = st.integers(1, largest)
    return st.builds(Gemm, M=size, K=size, D=size, G=st.integers(1, 12))


def arrays(largest: int = 40) -> st.SearchStrategy[ArraySpec]:
    size, flag = st.integers(1, largest), st.integers(0, 1)
    overlap = st.sampled_from((SERIAL, PIPELINED, BROADCAST))
    return st.builds(
        ArraySpec,
        rows=size,
        cols=size,
        overlap=overlap,
        rtl=flag,
        trim=flag,
        packing=flag,
        planes=st.just(1),
        latency=st.just(0),
        line=st.just(0),
    )


def pieces(length: int, size: int) -> list[int]:
    """Lengths of the pieces when `length` is cut into pieces of `size`."""
    return [min(size, length - start) for start in range(0, length, size)]


def reducing_folds(gemm: Gemm, array: ArraySpec, packing: bool) -> list[Fold]:
    """Folds of weight stationary; groups join a fold one by one while both sides still fit."""
    together = 1
    while packing and together < gemm.G:
        if (together + 1) * gemm.D > array.rows or (together + 1) * gemm.K > array.cols:
            break
        together += 1
    return [
        Fold(h, w, h * w // members, gemm.M * h, gemm.M * w, row_fold == 0)
        for members in pieces(gemm.G, together)
        for w in pieces(members * gemm.K, array.cols)
        for row_fold, h in enumerate(pieces(members * gemm.D, array.rows))
    ]


def accumulating_folds(gemm: Gemm, array: ArraySpec) -> list[Fold]:
    """Folds of output stationary; nothing is held, both operands stream."""
    return [
        Fold(m, w, gemm.D * w, gemm.D * m, m * w, True)
        for _ in range(gemm.G)
        for m in pieces(gemm.M, array.rows)
        for w in pieces(gemm.K, array.cols)
    ]


def used(fold: Fold, array: ArraySpec) -> tuple[int, int]:
    """Rows and columns for which the controller loads and waits."""
    return (fold.height, fold.width) if array.trim else (array.rows, array.cols)


def reducing_cycles(folds: list[Fold], stream: int, array: ArraySpec) -> int:
    """Load, stream and drain fold by fold (weight and input stationary)."""
    rows, cols = array.rows, array.cols
    now = 0
    for number, fold in enumerate(folds):
        h, w = used(fold, array)
        if array.overlap == SERIAL:
            now += h + stream + rows + w - 2
        elif number == 0:
            now += h
        elif array.overlap == PIPELINED:
            now += max(stream, h)
        else:
            now += max(stream, h + rows + cols - 2)
    if array.overlap != SERIAL:
        now += stream + rows + cols - 2
    elif array.rtl:
        now += cols - used(folds[-1], array)[1]
    return now + array.rtl


def accumulating_cycles(folds: list[Fold], stream: int, array: ArraySpec) -> int:
    """Stream and drain fold by fold (output stationary)."""
    drain = array.rows if array.rtl else 0
    if array.overlap == SERIAL:
        return sum(stream + sum(used(fold, array)) - 2 + drain for fold in folds)
    starts = 0
    for _ in folds[1:]:
        starts += max(stream, drain)
    return starts + stream + array.rows + array.cols - 2 + drain


def border_words(folds: list[Fold]) -> Iterator[int]:
    """Held, streamed, written and re-read words."""
    yield sum(fold.held_words for fold in folds)
    yield sum(fold.streamed_words for fold in folds)
    yield sum(fold.result_words for fold in folds)
    yield sum(fold.result_words for fold in folds if not fold.is_first_of_output)
