"""The DRAM channel: bursts, and the cycles that a transfer holds it. Plain integer formulas."""


def channel_bytes(payload_bytes: int, burst_bytes: int) -> int:
    """Bytes on the channel: whole bursts for one contiguous tile."""
    return -(-payload_bytes // burst_bytes) * burst_bytes


def transfer_cycles(payload_bytes: int, burst_bytes: int, clock: int, bandwidth: int) -> int:
    """Cycles that one operand's tile holds the channel, rounded up once.

    `clock` and `bandwidth` may be reduced by their common divisor (cycles and bytes per second).
    Divided before it is multiplied, so that 64 bits hold what Python's integers hold.
    """
    moved = -(-payload_bytes // burst_bytes) * burst_bytes
    return moved // bandwidth * clock + -(-(moved % bandwidth) * clock // bandwidth)
