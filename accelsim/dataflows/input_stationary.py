"""Input stationary: rows hold the reduction D, columns the pixels M, filters K stream."""

from __future__ import annotations

from accelsim.dataflows.base import (
    BROADCAST,
    IS,
    SERIAL,
    Accesses,
    ArraySpec,
    Dataflow,
    Gemm,
    Timing,
)

DATAFLOW = Dataflow(
    name="is",
    title="input stationary",
    code=IS,
    stationary="input",
    rows="D",
    columns="M",
    streams="K",
    rows_reduce=True,
    can_pack=False,
    source="Samajdar et al., ISPASS 2020",
)


def cycles(gemm: Gemm, array: ArraySpec) -> Timing:
    """Cycles of a grouped GEMM without memory stalls.

    The weight-stationary array with its operands exchanged: a fold loads h rows of inputs, streams
    K filters and drains in rows + w - 2. Groups are more folds; they never share one. Of the
    row_folds heights, all are the array's rows but the last one, `last`.
    Source: SCALE-Sim (Samajdar et al., ISPASS 2020), 2 * rows + cols + K - 2 per fold; the other
    controllers as for weight stationary. Not modelled: operands that arrive late.
    """
    row_folds = -(-gemm.D // array.rows)
    col_folds = -(-gemm.M // array.cols)
    last_folds = gemm.G * col_folds
    folds = last_folds * row_folds
    last = array.rows
    height_sum, width_sum, drain = folds * array.rows, folds * array.cols, 0
    if array.trim == 1:
        last = gemm.D - (row_folds - 1) * array.rows
        height_sum, width_sum = last_folds * gemm.D, gemm.G * row_folds * gemm.M
        drain = col_folds * array.cols - gemm.M
    if array.overlap == SERIAL:
        total = folds * (gemm.K + array.rows - 2) + height_sum + width_sum + array.rtl * drain
    else:
        skew = array.rows + array.cols - 2
        wait = skew if array.overlap == BROADCAST else 0
        first = array.rows if row_folds > 1 else last
        total = first + gemm.K + skew - max(gemm.K, first + wait)
        total += (folds - last_folds) * max(gemm.K, array.rows + wait)
        total += last_folds * max(gemm.K, last + wait)
    return Timing(total + array.rtl, folds * gemm.K, folds)


def accesses(gemm: Gemm, array: ArraySpec) -> Accesses:
    """Words between array and buffers: weights once per column fold, partial sums per row fold.

    Source: SCALE-Sim 3.0.0 access counts, all golden rows exact; reading back is left out there.
    """
    row_folds = -(-gemm.D // array.rows)
    col_folds = -(-gemm.M // array.cols)
    outputs = gemm.G * gemm.M * gemm.K
    return Accesses(
        gemm.G * gemm.D * gemm.M,
        gemm.G * gemm.D * gemm.K * col_folds,
        outputs * row_folds,
        outputs * (row_folds - 1),
    )
