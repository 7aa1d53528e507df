"""Loop bounds and geometry of one operator, per group, and which loops index which operand."""

from __future__ import annotations

from dataclasses import dataclass

from accelsim.errors import WorkloadError

DIM_ORDER = ("N", "G", "K", "C", "P", "Q", "R", "S")
"""Batch, groups, filters and channels per group, output rows and columns, filter rows, columns."""

RELEVANT = {
    "input": frozenset("NGCPQRS"),
    "weight": frozenset("GKCRS"),
    "output": frozenset("NGKPQ"),
}
"""A loop whose dimension is not listed leaves the operand's tile where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvDims:
    """Loop bounds N G K C P Q R S of one grouped convolution, and the map that they slide over.

    K and C count channels per group. H and W are the input map without padding; output pixel
    (p, q) under filter tap (r, s) reads row `p*stride_h + r*dilation_h - pad_top` and the like.
    """

    N: int = 1
    G: int = 1
    K: int = 1
    C: int = 1
    P: int = 1
    Q: int = 1
    R: int = 1
    S: int = 1
    H: int = 1
    W: int = 1
    stride_h: int = 1
    stride_w: int = 1
    dilation_h: int = 1
    dilation_w: int = 1
    pad_top: int = 0
    pad_left: int = 0

    def __post_init__(self) -> None:
        for dim in (*DIM_ORDER, "H", "W", "stride_h", "stride_w", "dilation_h", "dilation_w"):
            if (bound := getattr(self, dim)) < 1:
                raise WorkloadError(f"{dim} = {bound}: a loop bound must be >= 1")

    @property
    def macs(self) -> int:
        """Multiply-accumulates: the product of all eight bounds."""
        return self.N * self.G * self.K * self.C * self.P * self.Q * self.R * self.S

    @property
    def outputs(self) -> int:
        """Output elements."""
        return self.N * self.G * self.K * self.P * self.Q

    @property
    def weights(self) -> int:
        """Weight elements, without bias."""
        return self.G * self.K * self.C * self.R * self.S


def touched(outputs: int, taps: int, stride: int, dilation: int, pad: int, size: int) -> int:
    """Distinct positions 0 <= x < size that out*stride + tap*dilation - pad reach."""
    if taps > 1 and (dilation > 1 or stride > taps):
        places = {
            out * stride + tap * dilation - pad for out in range(outputs) for tap in range(taps)
        }
        return sum(1 for place in places if 0 <= place < size)
    step = stride if taps == 1 else 1
    reached = ((outputs - 1) * stride + taps - 1) // step + 1
    return max(min(reached, -(-(size + pad) // step)) - -(-pad // step), 0)
