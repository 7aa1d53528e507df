"""Window engines that must serve several kernel sizes: area, cycles and utilisation of each way.

largest       engines of the largest window in the mix; smaller filters leave taps unused
side_by_side  engines of every window in the mix; each stands idle while another size runs
passes        3 x 3 engines; a larger filter takes ceil(R / 3) * ceil(S / 3) passes over its map

Layers run one after the other, every pass fills anew, weights and pixels never arrive late and no
partial sum waits: what DRAM and the buffer add is for `simulate` with a file of
hw_configs/kernel_engines. Areas are cells at 45 nm. Formulas: `dataflows/streaming.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from accelsim.cost.constants import CONSTANTS, Library
from accelsim.cost.engines import engine, line_buffers
from accelsim.cost.operands import Widths
from accelsim.dataflows import streaming
from accelsim.errors import UsageError, suggestion
from accelsim.traffic.footprint import Axis, streamed_positions, window_passes
from accelsim.workload.dims import ConvDims

WAYS = ("largest", "side_by_side", "passes")
SMALLEST_WINDOW = 3
"""Of the engines that serve larger filters by passes."""


class EngineRow(NamedTuple):
    """Engines of one window, side by side, and what kind they are."""

    window: int
    engines: int = 16
    registered_tree: bool = False
    storage: str = "sram"
    """Of the line buffers (`cost.engines.STORAGES`)."""
    widths: Widths = Widths(8, 8, 32)
    """Of operands and accumulator, integers; line buffers hold words of `input_bits`."""


class LayerWork(NamedTuple):
    """One layer on one row of engines."""

    passes: int
    cycles: int
    partial_sums: int
    """Words that later passes read back and add to."""


@dataclass(frozen=True, slots=True)
class Share:
    """One row of engines in a mix."""

    row: EngineRow
    area_um2: float
    """Engines and their line buffers, cells at 45 nm."""
    cycles: int
    """In which this row works; the others stand idle meanwhile."""


@dataclass(frozen=True, slots=True)
class MixedEngines:
    """How one way serves a mix of layers."""

    way: str
    shares: tuple[Share, ...]
    macs: int
    partial_sums: int

    @property
    def area_um2(self) -> float:
        """All engines with their line buffers."""
        return sum(share.area_um2 for share in self.shares)

    @property
    def cycles(self) -> int:
        """All layers, one after the other."""
        return sum(share.cycles for share in self.shares)

    @property
    def utilization(self) -> float:
        """MACs of the layers over those of all taps in all cycles, idle engines included."""
        taps = sum(share.row.engines * share.row.window**2 for share in self.shares)
        return self.macs / (taps * self.cycles)


def layer_work(layer: ConvDims, row: EngineRow) -> LayerWork:
    """Passes and cycles of one convolution, whole, on engines of one window."""
    rows = Axis(
        layer.P, layer.R, layer.stride_h, layer.dilation_h, layer.pad_top, layer.H
    )  # fmt: skip
    cols = Axis(
        layer.Q, layer.S, layer.stride_w, layer.dilation_w, layer.pad_left, layer.W
    )  # fmt: skip
    width = streamed_positions(cols, layer.Q, row.window)
    pixels = streamed_positions(rows, layer.P, row.window) * width
    visits = layer.C * window_passes(rows, row.window) * window_passes(cols, row.window)
    passes = layer.N * visits * streaming.rounds(layer.K, layer.G, row.engines)
    result = streaming.latency(row.window**2, registered_tree=row.registered_tree)
    lag = streaming.fill(width, row.window, row.window, result)
    timing = streaming.cycles(passes, pixels, lag, lag)
    return LayerWork(passes, timing.cycles, layer.outputs * (visits - 1))


def row_area_um2(row: EngineRow, width: int, lib: Library = CONSTANTS) -> float:
    """Engines of one window with line buffers for maps of `width` pixels: cells at 45 nm.

    Raises HardwareError for floating-point widths, of which no engine is modelled.
    """
    window = (row.window, row.window)
    one = engine(window, row.widths, lib, registered_tree=row.registered_tree)
    lines = line_buffers(row.window, width, row.widths.input_bits, row.storage, lib)
    return row.engines * (one.area_um2 + lines.area_um2)


def mixed_engines(
    way: str, layers: Sequence[ConvDims], row: EngineRow, lib: Library = CONSTANTS
) -> MixedEngines:
    """How one of `WAYS` serves the layers; `row` says how many engines of what kind, any window.

    Their operands have the widths of the row; line buffers are as long as the widest map.
    """
    if not layers:
        raise UsageError("mixed engines: give one layer at least")
    windows = [_window(way, layer, layers) for layer in layers]
    width = max(layer.W for layer in layers)
    shares, sums = [], 0
    for window in sorted(set(windows)):
        own = row._replace(window=window)
        works = [
            layer_work(layer, own)
            for layer, used in zip(layers, windows, strict=True)
            if used == window
        ]
        area_um2 = row_area_um2(own, width, lib)
        shares.append(Share(own, area_um2, sum(work.cycles for work in works)))
        sums += sum(work.partial_sums for work in works)
    return MixedEngines(way, tuple(shares), sum(layer.macs for layer in layers), sums)


def _window(way: str, layer: ConvDims, layers: Sequence[ConvDims]) -> int:
    """Window of the engines on which a layer runs."""
    if way == "largest":
        return max(_reach(each) for each in layers)
    if way == "side_by_side":
        return _reach(layer)
    if way == "passes":
        return SMALLEST_WINDOW
    raise UsageError(f"way = {way!r}; allowed: {', '.join(WAYS)}{suggestion(way, WAYS)}")


def _reach(layer: ConvDims) -> int:
    """Side of the window that takes the filter, dilation included, in one pass."""
    return max((layer.R - 1) * layer.dilation_h, (layer.S - 1) * layer.dilation_w) + 1
