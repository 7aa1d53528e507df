"""Output stationary: rows hold pixels M, columns filters K, the reduction D streams."""

from __future__ import annotations

from accelsim.dataflows.base import OS, SERIAL, Accesses, ArraySpec, Dataflow, Gemm, Timing

DATAFLOW = Dataflow(
    name="os",
    title="output stationary",
    timing="folds",
    rows=("N", "P", "Q"),
    cols=("K",),
    stationary="output",
    code=OS,
    gemm_rows="M",
    gemm_columns="K",
    streams="D",
    source="Samajdar et al., ISPASS 2020; own RTL",
)


def cycles(gemm: Gemm, array: ArraySpec) -> Timing:
    """Cycles of a grouped GEMM without memory stalls.

    A fold streams D operand pairs; its last PE has finished m + w - 2 cycles after the last pair
    entered (m, w: rows and columns used, or the whole array when untrimmed). Then the results
    leave through all rows of the array, which SCALE-Sim does not count.

    serial                sum over folds (D + m + w - 2), rtl: + rows per fold
    pipelined, scalesim   folds * D + rows + cols - 2: the drain is free
    pipelined, rtl        (folds - 1) * max(D, rows) + D + rows + cols - 2 + rows: results shift out
                          of drain registers under the next fold; trimming changes nothing

    Groups are more folds. Nothing is loaded ahead, so BROADCAST is PIPELINED.
    Source: SCALE-Sim (Samajdar et al., ISPASS 2020), D + rows + cols - 2 per fold; the rtl forms
    from RTL simulation, all cases exact. Not modelled: operands that arrive late.
    """
    row_folds = -(-gemm.M // array.rows)
    col_folds = -(-gemm.K // array.cols)
    folds = gemm.G * row_folds * col_folds
    drain = array.rtl * array.rows
    if array.overlap == SERIAL:
        skew_sum = folds * (array.rows + array.cols)
        if array.trim == 1:
            skew_sum = gemm.G * (col_folds * gemm.M + row_folds * gemm.K)
        total = folds * (gemm.D + drain - 2) + skew_sum
    else:
        total = (folds - 1) * max(gemm.D, drain) + gemm.D + array.rows + array.cols - 2 + drain
    return Timing(total, folds * gemm.D, folds)


def accesses(gemm: Gemm, array: ArraySpec) -> Accesses:
    """Words between array and buffers: every operand once per fold that uses it, outputs once.

    Source: SCALE-Sim 3.0.0 read counts, all golden rows exact. Its output writes are more by
    exactly rows + cols per fold on every golden row; an array writes every output once.
    """
    row_folds = -(-gemm.M // array.rows)
    col_folds = -(-gemm.K // array.cols)
    return Accesses(
        gemm.G * gemm.M * gemm.D * col_folds,
        gemm.G * gemm.K * gemm.D * row_folds,
        gemm.G * gemm.M * gemm.K,
        0,
    )
