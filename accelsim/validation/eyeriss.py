"""The Eyeriss chip as measured, and its own mappings as accelsim mappings.

Source of every published figure: Chen et al., "Eyeriss", JSSC 52(1), 2017 (tables II, III, V, VI;
sections IV-A, IV-B, V-A, V-B). The chip stores maps with their padding, so a layer's map is the
padded one and padding is 0. What the chip does and accelsim's counts do not:

- A PE slides over a row of its map, so each input leaves the buffer once per pass (section IV-A);
  accelsim loads the whole window of S inputs at every step along the row.
- The first visit of a sum reads the buffer too (perhaps the bias): only so does the traffic of
  VGG-16 come out, and then on all of its rows.
- Maps cross the DRAM link run-length coded, but for the input of the first layer (section IV-B).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapping import Loop, Mapping
from accelsim.operator_map import OperatorMap, map_operator
from accelsim.schedule.hierarchy import EVERY_PE
from accelsim.schedule.kernels import Column
from accelsim.traffic.movement import active_copies
from accelsim.workload.dims import DIM_ORDER, ConvDims
from accelsim.workload.operators import Conv

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator


@cache
def chip() -> Accelerator:
    """The preset."""
    return load_hardware("eyeriss")


@dataclass(frozen=True, slots=True)
class Passes:
    """Table II: how the row-stationary dataflow cuts a layer into processing passes."""

    m: int
    """Output channels whose sums the buffer holds."""
    n: int
    """Images of a pass."""
    e: int
    """Output rows of a PE set."""
    p: int
    """Filters that a PE interleaves."""
    q: int
    """Channels that a PE interleaves."""
    r: int
    """PE sets that work on different channels and add their sums."""
    t: int
    """PE sets that work on different filters."""
    f: int
    """Output columns of a pass; table II has no name for it, since AlexNet's are whole rows."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Tables V and VI of one layer, whole batch."""

    processing_ms: float
    """At 200 MHz, as if DRAM transfers were hidden."""
    active_pes: int
    input_zeros: float
    """Share of the input map."""
    buffer_mb: float
    """Of 2^20 B: 10^6 B would be less than the sums alone of VGG-16 CONV1-2."""
    dram_mb: float
    """Of 10^6 B: sections VI-A and VI-B give the same per input pixel. Run-length coded."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One convolution that the chip was measured on."""

    name: str
    batch: int
    shape: tuple[int, int, int, int, int, int]
    """Rows of the padded map, filter rows, channels per group, filters, stride, groups."""
    passes: Passes
    measured: Measured


def _vgg(name: str, side: int, channels: int, filters: int, measured: Measured) -> Layer:
    return Layer(f"VGG16 {name}", 3, (side, 3, channels, filters, 1, 1), VGG_PASSES[side], measured)


VGG_PASSES = {
    226: Passes(m=32, n=1, e=13, p=8, q=1, r=1, t=4, f=112),
    114: Passes(m=32, n=1, e=13, p=8, q=1, r=1, t=4, f=112),
    58: Passes(m=64, n=1, e=13, p=16, q=2, r=1, t=4, f=56),
    30: Passes(m=32, n=1, e=28, p=16, q=4, r=1, t=2, f=28),
    16: Passes(m=64, n=3, e=14, p=16, q=4, r=2, t=2, f=14),
}
"""Rows of the padded map -> passes. The paper prints none for VGG-16.

Inferred from the published active PEs and buffer traffic; latency and DRAM traffic took no part.
r * t sets of R x e make the active PEs, e all rows where they fit (section IV-A). p is table III's
16, and m its 64, or less where sums and inputs would exceed 100 kB. q * r channels, n images and f
columns are those whose traffic is the published one: 224 x 224 maps move as much as four of half
the side, so they are cut into halves.
"""

ALEXNET = (
    Layer("AlexNet CONV1", 4, (227, 11, 3, 96, 4, 1), Passes(96, 1, 7, 16, 1, 1, 2, 55),
          Measured(16.5, 154, 0.0001, 18.5, 5.0)),
    Layer("AlexNet CONV2", 4, (31, 5, 48, 256, 1, 2), Passes(64, 1, 27, 16, 2, 1, 1, 27),
          Measured(39.2, 135, 0.387, 77.6, 4.0)),
    Layer("AlexNet CONV3", 4, (15, 3, 256, 384, 1, 1), Passes(64, 4, 13, 16, 4, 1, 4, 13),
          Measured(21.8, 156, 0.725, 50.2, 3.0)),
    Layer("AlexNet CONV4", 4, (15, 3, 192, 384, 1, 2), Passes(64, 4, 13, 16, 3, 2, 2, 13),
          Measured(16.0, 156, 0.793, 37.4, 2.1)),
    Layer("AlexNet CONV5", 4, (15, 3, 192, 256, 1, 2), Passes(64, 4, 13, 16, 3, 2, 2, 13),
          Measured(10.0, 156, 0.776, 24.9, 1.3)),
)  # fmt: skip
"""Tables III and V."""

VGG16 = (
    _vgg("CONV1-1", 226, 3, 64, Measured(38.0, 156, 0.016, 112.6, 15.4)),
    _vgg("CONV1-2", 226, 64, 64, Measured(810.6, 156, 0.477, 2402.8, 54.0)),
    _vgg("CONV2-1", 114, 64, 128, Measured(405.3, 156, 0.248, 1201.4, 33.4)),
    _vgg("CONV2-2", 114, 128, 128, Measured(810.8, 156, 0.387, 2402.8, 48.5)),
    _vgg("CONV3-1", 58, 128, 256, Measured(204.0, 156, 0.397, 607.4, 20.2)),
    _vgg("CONV3-2", 58, 256, 256, Measured(408.1, 156, 0.581, 1214.8, 32.2)),
    _vgg("CONV3-3", 58, 256, 256, Measured(408.1, 156, 0.587, 1214.8, 30.8)),
    _vgg("CONV4-1", 30, 256, 512, Measured(105.1, 168, 0.643, 321.8, 17.8)),
    _vgg("CONV4-2", 30, 512, 512, Measured(210.0, 168, 0.747, 643.7, 28.6)),
    _vgg("CONV4-3", 30, 512, 512, Measured(210.0, 168, 0.854, 643.7, 22.8)),
    _vgg("CONV5-1", 16, 512, 512, Measured(48.3, 168, 0.794, 90.0, 6.3)),
    _vgg("CONV5-2", 16, 512, 512, Measured(48.5, 168, 0.874, 90.0, 5.7)),
    _vgg("CONV5-3", 16, 512, 512, Measured(48.5, 168, 0.885, 90.0, 5.6)),
)
"""Table VI. A transcription has 163 active PEs for CONV5-1; its shape is that of the next two."""


def operator_of(layer: Layer) -> Conv:
    """The layer on its padded map."""
    side, window, channels, filters, stride, groups = layer.shape
    rows = (side - window) // stride + 1
    return Conv(
        name=layer.name,
        inputs=("map",),
        outputs=("result",),
        input_shapes=((channels * groups, side, side),),
        output_shapes=((filters, rows, rows),),
        window=(window, window),
        step=(stride, stride),
        channel_groups=groups,
    )


def mapping_of(dims: ConvDims, passes: Passes, array: tuple[int, int]) -> Mapping:
    """Passes on an array of (rows, columns) as a loop nest of five levels.

    A set's filter rows lie on PE rows, its output rows on columns; a set wider than the array lies
    in segments below each other (section IV-A). In a PE: p filters, q channels, S taps. A pass: a
    row of outputs, n images. Then all m filters, all channels of a group, and what is left.
    """
    rows, cols = array
    segments = _parts(passes.e, cols)
    below = min(passes.t, rows // (dims.R * segments * passes.r))
    return Mapping(
        dataflow="row_stationary",
        rows=_loops(("R", dims.R), ("P", segments), ("C", passes.r), ("K", below)),
        cols=_loops(("P", _parts(passes.e, segments)), ("K", passes.t // below)),
        temporal=(
            Loop("K", passes.p),
            Loop("C", passes.q),
            Loop("S", dims.S),
            Loop("Q", passes.f),
            Loop("N", passes.n),
            Loop("K", passes.m // (passes.p * passes.t)),
            Loop("C", _parts(dims.C, passes.q * passes.r)),
            Loop("K", _parts(dims.K, passes.m)),
            Loop("P", _parts(dims.P, passes.e)),
            Loop("Q", _parts(dims.Q, passes.f)),
            Loop("N", _parts(dims.N, passes.n)),
            Loop("G", dims.G),
        ),
        cuts={"output": (3, 6), "input": (3, 6), "weight": (3, 5)},
    )


def _parts(length: int, size: int) -> int:
    return -(-length // size)


def _loops(*loops: tuple[str, int]) -> tuple[Loop, ...]:
    return tuple(Loop(dim, factor) for dim, factor in loops if factor > 1)


def active_pes(mapping: Mapping, dims: ConvDims) -> int:
    """PEs that work in a full pass."""
    active = 1
    for dim in DIM_ORDER:
        laid = [
            prod(loop.factor for loop in axis if loop.dim == dim)
            for axis in (mapping.rows, mapping.cols, mapping.planes)
        ]
        block = min(prod(laid), getattr(dims, dim))
        active *= active_copies(block, laid[0], laid[1], laid[2], EVERY_PE)
    return active


def processing_ms(mapped: OperatorMap) -> float:
    """Latency without waiting for DRAM, as the chip's processing latency."""
    parts = mapped.cost.program.sum(axis=0)
    cycles = parts[Column.COMPUTE] + parts[Column.FILL_DRAIN] + parts[Column.BANK]
    return float(cycles) / mapped.hardware.clock_hz * 1e3


def coded_share(zeros: float) -> float:
    """Run-length coded bits of a word over its 16 (section IV-B), zeros independent of each other.

    Three pairs of a run of 0 to 31 zeros and the word after it take 64 b. A run ends at the first
    other word, or with the 32nd zero as that word, so a pair covers (1 - z^32) / (1 - z) words.
    """
    pairs = (1 - zeros) / (1 - zeros**32)
    return pairs * 64 / 3 / 16


class Replay(NamedTuple):
    """A layer under the chip's mapping, in the units of `Measured`."""

    active_pes: int
    input_kib: float
    """Of the buffer, as the next one."""
    sums_kib: float
    processing_ms: float
    buffer_mb: float
    """As the chip counts: inputs once per pass, first sums too."""
    dense_dram_mb: float
    input_dram_mb: float
    """Dense, as the next one."""
    output_dram_mb: float


@cache
def replay(layer: Layer) -> Replay:
    """What accelsim says of a layer under the mapping of its passes."""
    hardware, operator = chip(), operator_of(layer)
    dims = operator.dims(layer.batch)
    mapping = mapping_of(dims, layer.passes, (hardware.array.rows, hardware.array.cols))
    mapped = map_operator(operator, hardware, mapping=mapping, batch=layer.batch)
    names = mapped.flow.target.level_names
    held = {fill.operand: fill.tile_bytes for fill in mapped.fills if names[fill.level] == "glb"}
    dram = {
        access.operand: access.bits / 8e6
        for access in mapped.cost.accesses
        if names[access.level] == "dram"
    }
    return Replay(
        active_pes=active_pes(mapping, dims),
        input_kib=held["input"] / 1024,
        sums_kib=held["output"] / 1024,
        processing_ms=processing_ms(mapped),
        buffer_mb=_buffer_bits(mapped, dims, layer.passes.f) / 8 / 2**20,
        dense_dram_mb=sum(dram.values()),
        input_dram_mb=dram["input"],
        output_dram_mb=dram["output"],
    )


def _buffer_bits(mapped: OperatorMap, dims: ConvDims, columns: int) -> float:
    """Between buffer and PEs, both ways."""
    names = mapped.flow.target.level_names
    bits = {"input": 0, "weight": 0, "output": dims.outputs * mapped.nest.accumulator_bits}
    for access in mapped.cost.accesses:
        if names[access.level] in ("glb", "filter_glb") and access.way.endswith("below"):
            bits[access.operand] += access.bits
    once = (columns - 1) * dims.stride_w + dims.S
    return bits["weight"] + bits["output"] + bits["input"] * once / (columns * dims.S)


def coded_dram_mb(network: tuple[Layer, ...], number: int) -> float:
    """DRAM traffic of a layer with its maps run-length coded, weights and first input as they are.

    An output map has the zeros of the next layer's input, although pooling may lie between; that
    of the last layer those of its own input.
    """
    found = replay(network[number])
    own = network[number].measured.input_zeros
    after = network[min(number + 1, len(network) - 1)].measured.input_zeros
    inputs = found.input_dram_mb * (coded_share(own) if number else 1)
    outputs = found.output_dram_mb * coded_share(after)
    return found.dense_dram_mb - found.input_dram_mb - found.output_dram_mb + inputs + outputs
