"""Cycles of one operator by cause, as both engines report them."""

from __future__ import annotations

from typing import NamedTuple


class Timeline(NamedTuple):
    """Cycles from an operator's first load to the end of its last store; every cycle has a cause.

    compute: a streamed vector enters the array (or the vector unit works). fill_drain: load, skew
    and drain that nothing hides. stall_*: the array waits for inputs, for weights, for the output
    side (partial sums to come back, a store to free its buffer, the last store), or for ports of
    on-chip levels, its own or shared ones (bank). channel: cycles in which the DRAM channel is
    held; not part of the sum.
    """

    cycles: int
    compute_cycles: int
    fill_drain_cycles: int
    stall_input_cycles: int
    stall_weight_cycles: int
    stall_output_cycles: int
    stall_bank_cycles: int
    channel_cycles: int


NOTHING = Timeline(0, 0, 0, 0, 0, 0, 0, 0)
"""An operator that is only addressing."""
