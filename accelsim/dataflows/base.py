"""The records that dataflow formulas take and return: plain ints, so that kernels compile them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

WS = 0
OS = 1
IS = 2

SERIAL = 0
"""A fold loads, streams and drains before the next one starts."""
PIPELINED = 1
"""Double-buffered stationary words, loaded column by column behind the running fold."""
BROADCAST = 2
"""Double-buffered stationary words with one load window for the whole array."""

SCALESIM = 0
"""Count as SCALE-Sim 3.0.0 does: up to the edge at which the last result is captured."""
RTL = 1
"""Count from the first operand on a port to the last result on a port, both cycles included."""


class Gemm(NamedTuple):
    """G independent products (M x D) by (D x K), as which an array sees a convolution."""

    M: int
    """Output pixels per group, N*P*Q."""
    K: int
    """Filters per group."""
    D: int
    """Reduction length per group, R*S*C."""
    G: int
    """Groups; the channel count for a depthwise convolution."""


class ArraySpec(NamedTuple):
    """A systolic array and how its controller works."""

    rows: int
    cols: int
    overlap: int
    """SERIAL, PIPELINED or BROADCAST."""
    rtl: int
    """Cycle convention: SCALESIM or RTL."""
    trim: int
    """1: only the used rows are loaded and a serial controller waits only for used PEs."""
    packing: int
    """1: groups may share a fold block-diagonally (weight stationary only)."""


class Timing(NamedTuple):
    """Cycles of one operator on the array without memory stalls; fill and drain is the rest."""

    cycles: int
    compute_cycles: int
    """Cycles in which a streamed vector enters the array."""
    folds: int


class Accesses(NamedTuple):
    """Words that cross the border between the array and its buffers."""

    input_reads: int
    weight_reads: int
    output_writes: int
    output_reads: int
    """Partial sums read back because they are accumulated outside the array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataflow:
    """What lies where on the array; `code` names the dataflow inside compiled kernels."""

    name: str
    title: str
    code: int
    stationary: str
    """Operand that stays in the PEs during a fold: weight, output or input."""
    rows: str
    """Gemm dimension on the array rows: M, K or D."""
    columns: str
    """Gemm dimension on the array columns."""
    streams: str
    """Gemm dimension that passes through, one vector per cycle."""
    rows_reduce: bool
    """Partial sums cross the rows, so a reduction longer than the rows is summed outside."""
    can_pack: bool
    """Groups may share a fold block-diagonally."""
    source: str
