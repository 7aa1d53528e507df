"""Fixed-function engines beside the array: area per channel, and depthwise layers on a row of them.

An engine is a streaming K x K engine with one-stage tree and its line buffers in SRAM
(`cost/engines.py`) for the accelerator's operand widths, scaled to the node and placed like its own
logic. Nobody synthesised a floating-point one, so beside such a machine nothing is known of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from accelsim.cost import technology
from accelsim.cost.blocks import pe_widths
from accelsim.cost.constants import library
from accelsim.cost.operands import INTEGER
from accelsim.hardware.accelerator import Accelerator
from accelsim.kernel_engines import EngineRow, layer_work, mixed_engines, row_area_um2
from accelsim.workload.mac_operators import Conv

NO_ENGINE = "engines: no window engine of floating-point numbers is modelled"
"""Why their figures are blank beside an accelerator of `has_engines` false."""


def has_engines(hardware: Accelerator) -> bool:
    """Whether engines for the accelerator's numbers are modelled: those for integers."""
    return pe_widths(hardware).number == INTEGER


def placed_mm2(cells_um2: float, hardware: Accelerator) -> float:
    """Cell area at 45 nm as placed area at the accelerator's node."""
    share = library(hardware.constants)["placement_utilisation"].value
    return cells_um2 * technology.area_factor(hardware.technology.node_nm) / share * 1e-6


def engine_area_mm2(kernel: int, width: int, hardware: Accelerator) -> float | None:
    """One engine of one input channel with line buffers for maps of `width` pixels, if known."""
    if not has_engines(hardware):
        return None
    row = EngineRow(kernel, 1, widths=pe_widths(hardware))
    return placed_mm2(row_area_um2(row, width, library(hardware.constants)), hardware)


def channel_engines_mm2(
    convolutions: Sequence[Conv], channels: int, hardware: Accelerator
) -> float | None:
    """Engines for one channel: of a mix the mean over channels, of a chain one for each operator.

    A dense convolution takes the same engine, once for every pair of channels. None where no engine
    is known.
    """
    total_mm2 = 0.0
    for conv in convolutions:
        area_mm2 = engine_area_mm2(conv.window[0], conv.input_shape[2], hardware)
        if area_mm2 is None:
            return None
        total_mm2 += conv.input_shape[0] / channels * area_mm2
    return total_mm2


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
    accelerator, whichever are more, and the launch overhead. Raises HardwareError where no
    engine is known.
    """
    window = max(layer.window[0] for layer in layers)
    row = EngineRow(window, hardware.array.cols, widths=pe_widths(hardware))
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
