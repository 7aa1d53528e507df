"""One variant of `study memory` on one accelerator: live bytes, spills, traffic and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from accelsim.evaluate import executed, simulate
from accelsim.hardware.accelerator import Accelerator
from accelsim.lifetime.live import at_peak, live_bytes
from accelsim.lifetime.order import memory_order
from accelsim.lifetime.pieces import storage_of, tensors_of
from accelsim.lifetime.roles import live_by_role
from accelsim.study.memory_cases import Variant
from accelsim.workload.network import Network

RESIDENCY = "optimal"


class Figures(NamedTuple):
    """Named as the columns of memory.csv."""

    macs: int
    params: int
    live_peak_bytes: int
    live_peak_at: str
    memory_order_peak_bytes: int
    live_mean_bytes: float
    waiting_mean_bytes: float
    spill_free_bytes: int | None
    spilled_bytes: int
    dram_bytes: int
    dram_bytes_without: int
    cycles: int
    cycles_without: int
    mac_cycles_without: int
    energy_uj: float


def figures(variant: Variant, hardware: Accelerator, effort: str) -> Figures:
    """With tensors staying as is best, and with none staying."""
    hardware = hardware.replace(variant.changes) if variant.changes else hardware
    alone = simulate(variant.network, hardware, effort=effort)
    staying = simulate(variant.network, hardware, effort=effort, residency=RESIDENCY)
    times = [layer.cycles for layer in alone.layers]
    live = _live(variant.network, hardware, times)
    return Figures(
        macs=variant.network.macs,
        params=variant.network.params,
        live_peak_bytes=live.peak_bytes,
        live_peak_at=live.peak_at,
        memory_order_peak_bytes=live.memory_order_peak_bytes,
        live_mean_bytes=live.mean_bytes,
        waiting_mean_bytes=live.waiting_mean_bytes,
        spill_free_bytes=cast("int | None", staying.provenance["spill_free_bytes"]),
        spilled_bytes=cast("int", staying.provenance["spilled_bytes"]),
        dram_bytes=staying.dram_bytes,
        dram_bytes_without=alone.dram_bytes,
        cycles=staying.cycles,
        cycles_without=alone.cycles,
        mac_cycles_without=sum(layer.cycles for layer in alone.layers if layer.macs),
        energy_uj=staying.energy_uj,
    )


class _Live(NamedTuple):
    peak_bytes: int
    peak_at: str
    memory_order_peak_bytes: int
    mean_bytes: float
    waiting_mean_bytes: float


def _live(network: Network, hardware: Accelerator, times: Sequence[int]) -> _Live:
    """Live bytes, and their means over operators that take so many cycles."""
    operators = executed(network, hardware)
    tensors = tensors_of(network.inputs, operators, storage_of(hardware))
    live, roles = live_bytes(tensors), live_by_role(tensors, operators)
    waiting = [all_ - used for all_, used in zip(live, roles["used"], strict=True)]
    return _Live(
        max(live),
        operators[at_peak(tensors)[0]].name,
        memory_order(tensors, operators).peak_bytes,
        _mean(live, times),
        _mean(waiting, times),
    )


def _mean(sizes: Sequence[int], times: Sequence[int]) -> float:
    total = sum(size * time for size, time in zip(sizes, times, strict=True))
    return total / sum(times)
