"""Where the time of a network goes, exactly, and how it differs from a reference's.

A slot is room for one MAC: cycles x peak MACs per cycle. Every slot of a result has one cause, so
causes are whole numbers that add up to all slots. What a network takes beyond the reference's MAC
rate is, cause by cause, its own slots less those that the reference spends on as many MACs; MACs
themselves cancel out, and the differences add up to the whole.
"""

from __future__ import annotations

from fractions import Fraction

from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult

CAUSES = {
    "macs": "MACs at the full rate of the array",
    "depthwise": "PEs that depthwise convolutions leave unused while they compute",
    "array": "PEs that other operators with MACs leave unused while they compute",
    "fill_drain": "filling and draining the array",
    "dram": "operators with MACs wait for DRAM",
    "ports": "operators with MACs wait for the ports of the buffer",
    "elementwise": "element-wise operators, norms and softmax, with their waits",
    "pooling": "pooling, with its waits",
    "joins": "concat, split, shuffle and other moves that branches need, with their waits",
    "launch": "launching operators",
    "idle": "cores with nothing to do",
}
"""Cause -> what it means, in the order of tables and pictures."""

IDEAL = "macs"
"""The cause that is the same, per MAC, for every network."""

WITHOUT_MACS = {
    "elementwise": "elementwise", "softmax": "elementwise", "norm": "elementwise",
    "pool": "pooling", "concat": "joins", "move": "joins",
}  # fmt: skip
"""Operator -> the cause that all its cycles but the launch have."""


def slots(result: NetworkResult) -> dict[str, int]:
    """Slots of each cause; together unit cycles x peak MACs per cycle."""
    found = dict.fromkeys(CAUSES, 0)
    for layer in result.layers:
        for cause, count in _of_layer(layer).items():
            found[cause] += count
    found["idle"] += result.idle.cycles * peak(result)
    return found


def peak(result: NetworkResult) -> int:
    """MACs that the array can do in a cycle."""
    return result.layers[0].peak_macs_per_cycle


def _of_layer(layer: LayerResult) -> dict[str, int]:
    rate = layer.peak_macs_per_cycle
    waits = {"launch": rate * layer.stall_launch_cycles, "idle": rate * layer.stall_idle_cycles}
    if layer.operator in WITHOUT_MACS:
        busy = layer.cycles - layer.stall_launch_cycles - layer.stall_idle_cycles
        return {WITHOUT_MACS[layer.operator]: rate * busy, **waits}
    from_dram = layer.stall_input_cycles + layer.stall_weight_cycles + layer.stall_output_cycles
    return {
        IDEAL: layer.macs,
        "depthwise" if layer.type == "dw" else "array": rate * layer.compute_cycles - layer.macs,
        "fill_drain": rate * layer.fill_drain_cycles,
        "dram": rate * from_dram,
        "ports": rate * layer.stall_bank_cycles,
        **waits,
    }


def extra_slots(result: NetworkResult, reference: NetworkResult) -> dict[str, Fraction]:
    """Slots of each cause beyond those of the reference for as many MACs, exactly."""
    own, other = slots(result), slots(reference)
    share = Fraction(result.macs, reference.macs)
    return {cause: own[cause] - other[cause] * share for cause in CAUSES if cause != IDEAL}


def promised_slots(result: NetworkResult, reference: NetworkResult) -> Fraction:
    """Slots of the network if it ran at the MAC rate of the reference."""
    return Fraction(reference.unit_cycles * peak(reference) * result.macs, reference.macs)


def milliseconds(count: Fraction | int, result: NetworkResult) -> float:
    """Slots as time on all units at the accelerator's clock."""
    return float(Fraction(count, peak(result) * result.clock_hz * result.units) * 1000)
