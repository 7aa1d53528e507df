"""Weight stationary: rows hold the reduction D, columns the filters K, pixels M stream."""

from __future__ import annotations

from accelsim.dataflows.base import (
    BROADCAST,
    SERIAL,
    WS,
    Accesses,
    ArraySpec,
    Dataflow,
    Gemm,
    Timing,
)

DATAFLOW = Dataflow(
    name="ws",
    title="weight stationary",
    timing="folds",
    rows=("C", "R", "S"),
    cols=("K",),
    stationary="weight",
    code=WS,
    gemm_rows="D",
    gemm_columns="K",
    streams="M",
    can_pack=True,
    source="Samajdar et al., ISPASS 2020; own RTL",
)


def groups_per_fold(gemm: Gemm, array: ArraySpec) -> int:
    """Groups that share a fold block-diagonally, as `cycles` counts them."""
    if array.packing == 0 or array.rows < gemm.D:
        return 1
    return max(1, min(array.rows // gemm.D, array.cols // gemm.K, gemm.G))


def cycles(gemm: Gemm, array: ArraySpec) -> Timing:
    """Cycles of a grouped GEMM without memory stalls.

    A fold loads h rows of weights, streams M pixels, and its last partial sum leaves rows + w - 2
    cycles after the last pixel entered; h and w are the rows and columns it uses, or the whole
    array when untrimmed. Folds run groups outermost, then filters, then reduction.

    serial     sum over folds (h + M + rows + w - 2)
    pipelined  h0 + sum over later folds max(M, h) + M + rows + cols - 2
    broadcast  h0 + sum over later folds max(M, h + rows + cols - 2) + M + rows + cols - 2
    rtl        + 1 for the register at the port; trimmed and serial also + cols - w of the last
               fold, since tokens leave through the unused columns too

    With packing, a reduction that fits the rows lets min(rows // D, cols // K, G) groups share a
    fold block-diagonally. `full` and `last` are the two heights that folds have.
    Source: SCALE-Sim (Samajdar et al., ISPASS 2020), 2 * rows + cols + M - 2 per fold; the other
    controllers from RTL simulation, all cases exact. Not modelled: operands that arrive late.
    """
    row_folds = -(-gemm.D // array.rows)
    col_folds = -(-gemm.K // array.cols)
    packed = 1
    if array.packing == 1 and row_folds == 1:
        packed = max(1, min(array.rows // gemm.D, array.cols // gemm.K, gemm.G))
    packs = -(-gemm.G // packed)
    rest = gemm.G - (packs - 1) * packed
    folds = packs * row_folds * col_folds
    last_folds = 1 if packed > 1 else packs * col_folds
    full, last = array.rows, array.rows
    height_sum, width_sum, drain = folds * array.rows, folds * array.cols, 0
    if array.trim == 1:
        full = min(packed * gemm.D, array.rows)
        last = rest * gemm.D - (row_folds - 1) * array.rows
        height_sum, width_sum = gemm.G * col_folds * gemm.D, gemm.G * row_folds * gemm.K
        drain = col_folds * array.cols - rest * gemm.K
    if array.overlap == SERIAL:
        total = folds * (gemm.M + array.rows - 2) + height_sum + width_sum + array.rtl * drain
    else:
        skew = array.rows + array.cols - 2
        wait = skew if array.overlap == BROADCAST else 0
        first = full if folds > last_folds else last
        total = first + gemm.M + skew - max(gemm.M, first + wait)
        total += (folds - last_folds) * max(gemm.M, full + wait)
        total += last_folds * max(gemm.M, last + wait)
    return Timing(total + array.rtl, folds * gemm.M, folds)


def accesses(gemm: Gemm, array: ArraySpec) -> Accesses:
    """Words between array and buffers: inputs once per column fold, partial sums per row fold.

    Zeros off the diagonal of packed groups are not read, so packing changes nothing here.
    Source: SCALE-Sim 3.0.0 access counts, all golden rows exact; reading back is left out there.
    """
    row_folds = -(-gemm.D // array.rows)
    col_folds = -(-gemm.K // array.cols)
    outputs = gemm.G * gemm.M * gemm.K
    return Accesses(
        gemm.G * gemm.D * gemm.M * col_folds,
        gemm.G * gemm.D * gemm.K,
        outputs * row_folds,
        outputs * (row_folds - 1),
    )
