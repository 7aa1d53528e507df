"""Fixed-function engines beside the array: area per channel, and depthwise layers on a row of them.

An engine is a streaming K x K engine with one-stage tree and its line buffers in SRAM
(`cost/engines.py`), scaled to the node and placed like the accelerator's own logic.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from accelsim.cost import technology
from accelsim.cost.constants import library
from accelsim.cost.engines import line_buffers, streaming_engine
from accelsim.hardware.accelerator import Accelerator
from accelsim.kernel_engines import EngineRow, layer_work, mixed_engines
from accelsim.workload.mac_operators import Conv


def placed_mm2(cells_um2: float, hardware: Accelerator) -> float:
    """Cell area at 45 nm as placed area at the accelerator's node."""
    share = library(hardware.constants)["placement_utilisation"].value
    return cells_um2 * technology.area_factor(hardware.technology.node_nm) / share * 1e-6


def engine_area_mm2(kernel: int, width: int, hardware: Accelerator) -> float:
    """One engine of one input channel with line buffers for maps of `width` pixels."""
    lib, precision = library(hardware.constants), hardware.precision
    bits = precision.input_bits
    engine = streaming_engine(kernel, lib, bits=bits, accumulator_bits=precision.accumulator_bits)
    lines = line_buffers(kernel, width, bits, "sram", lib)
    return placed_mm2(engine.area_um2 + lines.area_um2, hardware)


def channel_engines_mm2(
    convolutions: Sequence[Conv], channels: int, hardware: Accelerator
) -> float:
    """Engines for one channel: of a mix the mean over channels, of a chain one for each operator.

    A dense convolution takes the same engine, once for every pair of channels.
    """
    return sum(
        conv.input_shape[0] / channels
        * engine_area_mm2(conv.window[0], conv.input_shape[2], hardware)
        for conv in convolutions
    )  # fmt: skip


class EngineService(NamedTuple):
    """Depthwise layers on engines beside the array."""

    area_mm2: float
    cycles: int
    utilization: float
    """MACs over those of all taps in all cycles, idle engines included."""


def service(
    way: str, layers: Sequence[Conv], channel_cycles: Sequence[int], hardware: Accelerator
) -> EngineService:
    """Depthwise layers on as many engines as the array has columns; `way` as in kernel_engines.

    A layer takes the cycles of its engines or those that it holds the DRAM channel on the
    accelerator, whichever are more, and the launch overhead.
    """
    row = EngineRow(max(layer.window[0] for layer in layers), hardware.array.cols)
    found = mixed_engines(way, [layer.dims() for layer in layers], row, library(hardware.constants))
    windows = [share.row.window for share in found.shares]
    launch = hardware.operator_overhead.launch_cycles
    cycles = 0
    for layer, channel in zip(layers, channel_cycles, strict=True):
        own = row._replace(window=_serving(layer.window[0], windows))
        cycles += max(layer_work(layer.dims(), own).cycles, channel) + launch
    taps = sum(share.row.engines * share.row.window**2 for share in found.shares)
    area_mm2 = placed_mm2(found.area_um2, hardware)
    return EngineService(area_mm2, cycles, found.macs / (taps * cycles))


def _serving(kernel: int, windows: Sequence[int]) -> int:
    """The engines that a filter runs on: the smallest that take it whole, else the largest."""
    return min((window for window in windows if window >= kernel), default=max(windows))
