"""The DRAM channel: bursts, and the cycles that a transfer holds it. Plain integer formulas."""


def channel_bytes(payload_bytes: int, burst_bytes: int) -> int:
    """Bytes on the channel: whole bursts for one contiguous tile."""
    return -(-payload_bytes // burst_bytes) * burst_bytes


def transfer_cycles(
    payload_bytes: int,
    burst_bytes: int,
    clock: int,
    bandwidth: int,
    row_bytes: int,
    row_miss_cycles: int,
) -> int:
    """Cycles that one operand's tile holds the channel: its bursts, rounded up once, and its rows.

    `clock` and `bandwidth` may be reduced by their common divisor (cycles and bytes per second,
    refresh taken off). Divided before it is multiplied, so that 64 bits hold what Python's integers
    hold. A tile lies in whole rows of `row_bytes`, each of which is opened once (0: no rows).
    """
    moved = -(-payload_bytes // burst_bytes) * burst_bytes
    rows = -(-payload_bytes // row_bytes) if row_bytes else 0
    bursts = moved // bandwidth * clock + -(-(moved % bandwidth) * clock // bandwidth)
    return bursts + rows * row_miss_cycles
