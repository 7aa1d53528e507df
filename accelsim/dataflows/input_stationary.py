"""Input stationary: rows hold the reduction D, columns the pixels M, filters K stream."""

from __future__ import annotations

from accelsim.dataflows import weight_stationary
from accelsim.dataflows.base import IS, Accesses, ArraySpec, Dataflow, Gemm, Timing

DATAFLOW = Dataflow(
    name="is",
    title="input stationary",
    timing="folds",
    rows=("C", "R", "S"),
    cols=("N", "P", "Q"),
    stationary="input",
    code=IS,
    gemm_rows="D",
    gemm_columns="M",
    streams="K",
    source="Samajdar et al., ISPASS 2020",
)


def as_weight_stationary(gemm: Gemm, array: ArraySpec) -> tuple[Gemm, ArraySpec]:
    """The product and array of which weight stationary has the same cycles.

    Inputs and weights exchange their places, so pixels and filters do; groups never share a fold.
    """
    return (
        Gemm(gemm.K, gemm.M, gemm.D, gemm.G),
        ArraySpec(
            array.rows,
            array.cols,
            array.overlap,
            array.rtl,
            array.trim,
            0,
            array.planes,
            array.latency,
            array.line,
        ),
    )


def as_input_stationary(words: Accesses) -> Accesses:
    """The exchanged product's words by the names of the operands that they really are."""
    return Accesses(words.weight_reads, words.input_reads, words.output_writes, words.output_reads)


def cycles(gemm: Gemm, array: ArraySpec) -> Timing:
    """Cycles of a grouped GEMM without memory stalls: weight stationary with operands exchanged.

    A fold loads h rows of inputs and streams K filters. Source: SCALE-Sim (Samajdar et al., ISPASS
    2020), 2 * rows + cols + K - 2 per fold; the other controllers as for weight stationary.
    """
    return weight_stationary.cycles(*as_weight_stationary(gemm, array))


def accesses(gemm: Gemm, array: ArraySpec) -> Accesses:
    """Words between array and buffers: weights once per column fold, partial sums per row fold.

    Source: SCALE-Sim 3.0.0 access counts, all golden rows exact; reading back is left out there.
    """
    return as_input_stationary(weight_stationary.accesses(*as_weight_stationary(gemm, array)))
