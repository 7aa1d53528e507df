"""Measured phones: what a larger depthwise kernel costs in blocks of mobile networks.

Two public tables have the latency of inverted residual blocks with kernels of 3, 5 and 7, measured
with TFLite on one core: ProxylessNAS on a Google Pixel 1 (github han-cai/files,
proxylessnas/mobile_trim.yaml) and Once-for-All on a Samsung Note10 (same, ofa/note10/). The blocks
below are those of the two search spaces; of the tables only the medians are stated here, the rest
is read from a copy of them (`measured`).

The engine counts the taps of a filter that lie in the padding. TFLite's depthwise kernel leaves
them out (FloatDepthwiseConvAccumRow, tensorflow/lite/kernels/internal/optimized/
depthwiseconv_float.h, clips the range of outputs for every tap); `taps_inside_ms` does so too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from accelsim.errors import UsageError
from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.networks.inverted_residual import (
    InvertedResidual,
    SqueezeExcite,
    inverted_residual,
)
from accelsim.validation.compared import Compared
from accelsim.validation.table import TableRow, read_table
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.operators import Conv

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.workload.network import Network

KERNELS = (3, 5, 7)
TABLE = "latency_luts.csv"
COLUMNS = (
    "device", "block", "kernel", "stride", "in_h", "in_ch", "out_ch", "expansion", "se", "act",
    "latency_ms",
)  # fmt: skip
ACTIVATIONS = {"relu": "relu", "relu6": "relu6", "h_swish": "hardswish"}
"""Name in the table -> ours."""

EFFORT = "sweep"


class Block(NamedTuple):
    """An inverted residual block, all but its kernel; residual where shapes allow."""

    side: int
    """Rows and columns of its input."""
    in_channels: int
    out_channels: int
    stride: int
    expansion: int
    activation: str
    squeeze: bool = False
    """Squeeze and excite with a quarter of the expanded channels."""


class Phone(NamedTuple):
    """A phone, its preset, the medians of its table, and the blocks that are asked without it."""

    name: str
    preset: str
    device: str
    """In the column `device` of the table."""
    medians: Mapping[int, float]
    """Kernel -> median latency relative to the same block with a 3x3 kernel."""
    blocks: tuple[Block, ...]
    source: str


class Prediction(NamedTuple):
    """One block with one kernel."""

    ms: float
    """As simulated."""
    taps_inside_ms: float
    """The work of lanes and L1 in the depthwise layer times the share of taps inside the map."""
    macs: int


Latencies = dict[Block, dict[int, float]]
"""Block -> kernel -> measured ms."""


def _expanded(
    shapes: tuple[tuple[int, int, int, int, str, bool], ...], *sizes: int
) -> Iterator[Block]:
    """Every shape (side, in, out, stride, activation, squeeze) with every expansion."""
    for (side, channels, filters, stride, activation, squeeze), expansion in product(shapes, sizes):
        yield Block(side, channels, filters, stride, expansion, activation, squeeze)


PROXYLESS = (
    Block(112, 32, 16, 1, 1, "relu6"),
    *_expanded(
        (
            (112, 16, 24, 2, "relu6", False), (56, 24, 24, 1, "relu6", False),
            (56, 24, 40, 2, "relu6", False), (28, 40, 40, 1, "relu6", False),
            (28, 40, 80, 2, "relu6", False), (14, 80, 80, 1, "relu6", False),
            (14, 80, 96, 1, "relu6", False), (14, 96, 96, 1, "relu6", False),
            (14, 96, 192, 2, "relu6", False), (7, 192, 192, 1, "relu6", False),
            (7, 192, 320, 1, "relu6", False),
        ),
        3, 6,
    ),
)  # fmt: skip
"""Search space of Cai et al., ProxylessNAS, ICLR 2019, at 224 x 224: all 23 pairs of its table."""

ONCE_FOR_ALL = tuple(
    _expanded(
        (
            (112, 24, 32, 2, "relu", False), (56, 32, 32, 1, "relu", False),
            (56, 32, 48, 2, "relu", True), (28, 48, 48, 1, "relu", True),
            (28, 48, 96, 2, "hardswish", False), (14, 96, 96, 1, "hardswish", False),
            (14, 96, 136, 1, "hardswish", True), (14, 136, 136, 1, "hardswish", True),
            (14, 136, 192, 2, "hardswish", True), (7, 192, 192, 1, "hardswish", True),
        ),
        3, 4, 6,
    )
)  # fmt: skip
"""Search space of Cai et al., Once-for-All, ICLR 2020 (MobileNetV3, width 1.2), at 224 x 224."""

PHONES = (
    Phone(
        "Pixel 1", "pixel_1", "Google Pixel 1", {5: 1.14, 7: 1.32}, PROXYLESS,
        "ProxylessNAS table, median of 23 pairs",
    ),
    Phone(
        "Note10", "note10", "Samsung Note10", {5: 1.17, 7: 1.39}, ONCE_FOR_ALL,
        "Once-for-All tables, median of 144 pairs at 160 to 224",
    ),
)  # fmt: skip


def network_of(block: Block, kernel: int) -> Network:
    """The block as a network of its own, padded as TensorFlow does."""
    squeeze = SqueezeExcite(0.25, of_expanded=True, activation="relu", gate="hardsigmoid")
    shape = InvertedResidual(
        channels=block.out_channels,
        kernels=(kernel,),
        stride=block.stride,
        expansion=block.expansion,
        squeeze=squeeze if block.squeeze else None,
        activation=block.activation,
        padding="tf",
    )
    net = NetworkBuilder(f"block_{kernel}x{kernel}")
    inverted_residual(
        net, "block", net.input("x", (block.in_channels, block.side, block.side)), shape
    )
    return net.build()


def predicted(block: Block, kernel: int, hardware: Accelerator) -> Prediction:
    """Latency of a block, in order, every tensor through the memory."""
    network = network_of(block, kernel)
    result = simulate(network, hardware, effort=EFFORT)
    shares = {
        operator.name: share_inside(operator)
        for operator in network.operators
        if isinstance(operator, Conv) and operator.type == "dw"
    }
    outside_cycles = sum(
        (1 - shares[layer.layer]) * (layer.compute_cycles + layer.stall_bank_cycles)
        for layer in result.layers
        if layer.layer in shares
    )
    inside_ms = result.latency_ms - outside_cycles / hardware.clock_hz * 1e3
    return Prediction(result.latency_ms, inside_ms, network.macs)


def share_inside(operator: Conv) -> float:
    """Share of the taps of a convolution, over all its outputs, that lie in the map."""
    _, height, width = operator.input_shape
    _, out_height, out_width = operator.output_shape
    top, left, _, _ = operator.padding
    down = _inside(height, out_height, operator.window[0], operator.step[0], top)
    across = _inside(width, out_width, operator.window[1], operator.step[1], left)
    return down * across


def _inside(side: int, outputs: int, taps: int, stride: int, before: int) -> float:
    """The same along one axis, undilated."""
    places = (output * stride + tap - before for output in range(outputs) for tap in range(taps))
    return sum(0 <= place < side for place in places) / (outputs * taps)


def measured(path: Path, device: str) -> Latencies:
    """Blocks of a device in a table with the columns of `TABLE`, those with every kernel."""
    found: Latencies = defaultdict(dict)
    for row in read_table(path, COLUMNS):
        if row.text("device") == device and row.text("block") == "mbconv":
            kernel, ms = row.whole("kernel"), row.positive("latency_ms")
            block = _block_of(row)
            if kernel in KERNELS:
                found[block][kernel] = ms
    return {block: times for block, times in found.items() if len(times) == len(KERNELS)}


def _block_of(row: TableRow) -> Block:
    return Block(
        side=row.whole("in_h"),
        in_channels=row.whole("in_ch"),
        out_channels=row.whole("out_ch"),
        stride=row.whole("stride"),
        expansion=row.whole("expansion"),
        activation=row.one_of("act", ACTIVATIONS),
        squeeze=row.one_of("se", {"0": False, "1": True}),
    )


def compare_all(table: Path | None = None) -> list[Compared]:
    """Every phone; with a table, those that it has a block of with every kernel.

    Raises UsageError where it has none, or a cell of a block cannot be read.
    """
    if table is None:
        return [row for phone in PHONES for row in compare(phone)]
    known = [(phone, measured(table, phone.device)) for phone in PHONES]
    if not any(times for _, times in known):
        devices = " or ".join(phone.device for phone in PHONES)
        raise UsageError(
            f"{table}: no mbconv block of device {devices} with kernels "
            f"{', '.join(map(str, KERNELS))}"
        )
    return [row for phone, times in known if times for row in compare(phone, times)]


def compare(phone: Phone, known: Latencies | None = None) -> list[Compared]:
    """Median latency ratios of kernels on a phone, published beside ours.

    With latencies the blocks are theirs, and the published medians too; the median of predicted
    over measured latency is then among the rows.
    """
    known = known or {}
    hardware = load_hardware(phone.preset)
    found = {
        block: {kernel: predicted(block, kernel, hardware) for kernel in KERNELS}
        for block in known or phone.blocks
    }
    rows = [row for kernel in KERNELS[1:] for row in _ratio_rows(phone, kernel, found, known)]
    if known:
        off = [
            found[block][kernel].ms / ms
            for block, by_kernel in known.items()
            for kernel, ms in by_kernel.items()
        ]
        subject = f"{phone.name}, {len(off)} latencies"
        rows.append(Compared(subject, "median of ours / measured", 1, median(off), TABLE))
    return rows


def _ratio_rows(
    phone: Phone, kernel: int, found: Mapping[Block, dict[int, Prediction]], known: Latencies
) -> list[Compared]:
    subject, ratio = f"{phone.name}, {len(found)} blocks", f"{kernel}x{kernel} / 3x3"
    published, source = phone.medians[kernel], phone.source
    if known:
        published = median(times[kernel] / times[3] for times in known.values())
        source = f"{TABLE}, median of {len(known)} pairs"
    times, inside, macs = (
        median(getattr(by[kernel], what) / getattr(by[3], what) for by in found.values())
        for what in ("ms", "taps_inside_ms", "macs")
    )
    return [
        Compared(subject, f"latency, {ratio}", published, times, source),
        Compared(subject, f"latency, {ratio}, taps inside", published, inside, source),
        Compared(subject, f"MACs, {ratio}", None, macs, "counted, nothing published"),
    ]
