"""Why an array is used so little: the largest causes of cycles, in words."""

from __future__ import annotations

from accelsim.report.digits import percent
from accelsim.report.groups import cycles_by_cause, kernel_groups
from accelsim.results.network import NetworkResult

LOW = 0.5
"""Utilization below which a reason is given."""

MENTIONED = 3
SMALLEST = 0.05
"""Causes with a smaller share of the cycles are not worth a word."""


def why_low(result: NetworkResult) -> str | None:
    """One line for a network that uses less than half of its array; None for any other."""
    used = result.utilization
    if used is None or used >= LOW:
        return None
    causes = cycles_by_cause(result.layers)
    causes["launch and idle"] += result.idle.cycles
    useful = next(iter(causes))
    lost = sorted(((cycles, cause) for cause, cycles in causes.items() if cause != useful))[::-1]
    shares = [(cycles / result.unit_cycles, cause) for cycles, cause in lost[:MENTIONED]]
    parts = [f"{cause} {percent(share)}" for share, cause in shares if share >= SMALLEST]
    return (
        f"{result.network} uses {percent(used)} of the array; of all cycles: "
        f"{', '.join(parts)}. {_slowest(result)}"
    )


def _slowest(result: NetworkResult) -> str:
    """The group of operators that takes most cycles, beside its share of the MACs."""
    group = max(kernel_groups(result), key=lambda group: group.cycles)
    share = percent(group.cycles / result.unit_cycles)
    text = f"Most cycles: {group.label}, {share} of them for {percent(group.macs / result.macs)} of"
    return f"{text} the MACs, at {percent(group.utilization)} of the array."
