"""What a dataflow is, as data, and the records that its formulas take and return.

`Dataflow` says which loop dimensions may lie on which axis of the array. The formulas' records
are plain ints, so that kernels compile them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from accelsim.workload.dims import RELEVANT

WS = 0
OS = 1
IS = 2
LOOPS = 3
"""Every dataflow that is timed as a loop nest."""
STREAMING = 4

AXES = ("rows", "cols", "planes")
"""Axes of the array; most arrays have one plane."""

REDUCTION = (RELEVANT["input"] & RELEVANT["weight"]) - RELEVANT["output"]
"""Dimensions whose products are added up: C, R and S."""

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
    planes: int = 1
    """Window engines side by side; other arrays have one plane."""
    latency: int = 0
    """Of window engines: cycles from a pixel's port to its result."""
    line: int = 0
    """Of window engines: pixels that a line buffer holds; 0: as many as come."""


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
    """Which loops may lie where on the array, and how its cycles are counted.

    An axis adds sums when a dimension of `REDUCTION` lies on it, and multicasts an operand that
    no dimension on it indexes; that follows from the mapping and needs no entry here.
    """

    name: str
    title: str
    timing: Literal["folds", "loops", "streaming"]
    """folds: the systolic GEMM forms; loops: one pass of the PEs per cycle, any spatial loops;
    streaming: window engines, a pixel per cycle."""
    rows: tuple[str, ...] = ()
    """Dimensions that may lie on the array rows, several at once by factors."""
    cols: tuple[str, ...] = ()
    planes: tuple[str, ...] = ()
    stationary: Literal["any", "weight", "input", "output"] = "any"
    """Operand that stays in the PEs: the loops that do not index it are innermost."""
    input_feed: Literal["shared", "per_column"] = "shared"
    """per_column: every column needs an input window of its own (`array.input_feed`)."""
    source: str
    code: int = LOOPS
    """Names the dataflow inside compiled kernels."""
    gemm_rows: str = ""
    """What lies on the array rows: a Gemm dimension (M, K or D), or R of a window engine."""
    gemm_columns: str = ""
    streams: str = ""
    """folds only: the Gemm dimension that passes through, one vector per cycle."""
    can_pack: bool = False
    """Groups may share a fold block-diagonally."""

    def on(self, axis: str) -> tuple[str, ...]:
        """Dimensions that may lie on one of `AXES`."""
        return {"rows": self.rows, "cols": self.cols, "planes": self.planes}[axis]

    def adds_along(self) -> tuple[str, ...]:
        """Axes along which partial sums may be added."""
        return tuple(axis for axis in AXES if REDUCTION.intersection(self.on(axis)))
