"""Random operators, machines and mappings for property tests (hypothesis strategies)."""

from __future__ import annotations

from hypothesis import strategies as st

from accelsim.dataflows.base import ArraySpec
from accelsim.mapper.finding import Flow
from accelsim.mapper.prices import Prices
from accelsim.mapping import Loop, Mapping
from accelsim.schedule.hierarchy import Hierarchy, Level
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Banks, Machine, Nest

small = st.integers(1, 4)


@st.composite
def nests(draw, largest=5, vector=False, bits=(4, 8, 16)):
    """A small operator; the map is as large as its outputs need, with up to `taps` of padding."""
    n, g, k, c = (draw(st.integers(1, 3)) for _ in range(4))
    p, q = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    r, s = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    stride_h, stride_w = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    dilation_h, dilation_w = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    top, left = draw(st.integers(0, r - 1)), draw(st.integers(0, s - 1))
    height = (p - 1) * stride_h + (r - 1) * dilation_h + 1 - top - draw(st.integers(0, r - 1))
    width = (q - 1) * stride_w + (s - 1) * dilation_w + 1 - left - draw(st.integers(0, s - 1))
    bits = st.sampled_from(bits)
    if vector:
        n, k, c = 1, 1, 1
    return Nest(
        N=n, G=g, K=k, C=c, P=p, Q=q, R=r, S=s, H=max(height, 1), W=max(width, 1),
        stride_h=stride_h, stride_w=stride_w, dilation_h=dilation_h, dilation_w=dilation_w,
        pad_top=top, pad_left=left, input_bits=draw(bits), weight_bits=draw(bits),
        accumulator_bits=32, output_bits=draw(bits),
        input_tensors=draw(st.integers(1, 2)) if vector else 1,
        has_weight=draw(st.integers(0, 1)) if vector else 1,
        vector_ops=draw(st.integers(1, 4)) if vector else 0,
    )  # fmt: skip


ANY_TAPS = st.tuples(st.integers(1, 3), st.integers(2, 4))


@st.composite
def grouped_nests(draw, taps=ANY_TAPS):
    """A depthwise or grouped convolution with several groups and a filter of several taps."""
    nest = draw(nests(bits=(8,)))
    r, s = draw(taps)
    nest = nest._replace(P=draw(st.sampled_from([4, 6])), Q=8, R=r, S=s, pad_top=0, pad_left=0)
    return nest._replace(
        N=1, G=draw(st.integers(4, 12)), K=draw(st.sampled_from([1, 1, 2])),
        C=draw(st.sampled_from([1, 1, 1, 2])),
        H=(nest.P - 1) * nest.stride_h + (r - 1) * nest.dilation_h + 1,
        W=(nest.Q - 1) * nest.stride_w + (s - 1) * nest.dilation_w + 1,
    )  # fmt: skip


PARTED = (((1, 3), 5), ((2, 2), 7), ((3, 2), 10), ((3, 3), 8), ((3, 3), 16), ((3, 4), 10))
"""Filters, and rows that hold parts of more than one of them better than whole ones."""


@st.composite
def packing_cases(draw):
    """(grouped convolution, target with a fast DRAM) where groups share folds."""
    taps, rows = draw(st.sampled_from(PARTED))
    nest, target = draw(grouped_nests(st.just(taps))), draw(targets())
    spec = target.spec._replace(
        rows=rows, cols=draw(st.integers(4, 8)), packing=1, overlap=draw(st.integers(0, 1))
    )
    *parts, dram = target.hierarchy.levels
    room = [with_capacity(part, draw(st.integers(200, 3000))) for part in parts]
    hierarchy = target.hierarchy._replace(levels=(*room, dram))
    ports = draw(st.sampled_from([target.machine.edge_rate, (0, 0, 0)]))
    machine = target.machine._replace(
        clock=1, bandwidth=40, row_bytes=0, edge_rate=ports, dram_latency=0
    )
    return nest, target._replace(machine=machine, spec=spec, hierarchy=hierarchy)


@st.composite
def targets(draw):
    """A systolic array at one buffer of any size and ports, whole or with a part per operand."""
    doubled, parts = draw(st.integers(0, 1)), draw(st.sampled_from([1, 3]))
    shared_port, latency = draw(st.booleans()), draw(st.integers(0, 30))
    read, write = draw(st.integers(0, 32)), draw(st.integers(0, 32))
    part = Level(
        capacity_bits=0, copies=0, access_bits=8, double_buffered=doubled, hides_fills=doubled,
        read_port=0, write_port=0 if shared_port else 1, latency=0,
    )  # fmt: skip
    hierarchy = Hierarchy(
        levels=(
            *(with_capacity(part, draw(st.integers(1, 4000))) for _ in range(parts)),
            Level(0, 0, 8, 0, 1, 0, 0, latency),
        ),
        chains=((0,), (0,), (0,)) if parts == 1 else ((0,), (1,), (2,)),
        port_bytes=(read,) if shared_port else (read, write),
        first_sum=0,
        slides=0,
    )
    machine = Machine(
        lanes=draw(st.integers(1, 8)),
        double_buffered=doubled,
        halo_keep=draw(st.integers(0, 1)),
        burst_bytes=draw(st.sampled_from([1, 8, 64])),
        clock=draw(st.integers(1, 7)),
        bandwidth=draw(st.integers(1, 40)),
        dram_latency=latency,
        edge_port=(0, 0, 0) if shared_port else (0, 1, 1),
        edge_rate=(read, read, read) if shared_port else (write, read, read),
        row_bytes=draw(st.sampled_from([0, 0, 16, 100])),
        row_miss_cycles=draw(st.integers(0, 9)),
    )
    names = (*(f"buffer_{number}" for number in range(parts)), "dram")
    return Target(machine, draw(array_specs()), hierarchy, names, systolic=1)


@st.composite
def banked(draw, target):
    """The target with a stated layout, in few banks of short words: addresses soon come round."""
    banks = Banks(
        number=draw(st.integers(1, 7)),
        ports=draw(st.integers(1, 2)),
        word_bits=draw(st.sampled_from([16, 24, 32, 64])),
        order=tuple(draw(st.permutations([0, 1, 2]))),
    )
    return target._replace(machine=target.machine._replace(banks=banks))


@st.composite
def tight_cases(draw):
    """(matrix product of many tiles, target) with so small a buffer that fetches repeat a lot."""
    nest, target = draw(nests(bits=(8,))), draw(targets())
    rows = draw(st.integers(2, 10))
    nest = nest._replace(
        N=1, G=1, K=draw(st.integers(2, 10)), C=draw(st.integers(2, 5)), P=rows,
        Q=draw(st.integers(1, 2)), R=1, S=1, H=rows, W=2, stride_h=1, stride_w=1, pad_top=0,
        pad_left=0,
    )  # fmt: skip
    *parts, dram = target.hierarchy.levels
    small = [with_capacity(part, draw(st.integers(8, 72)) // len(parts)) for part in parts]
    hierarchy = target.hierarchy._replace(levels=(*small, dram))
    return nest, target._replace(hierarchy=hierarchy, machine=target.machine._replace(halo_keep=0))


def with_capacity(level, capacity_bytes):
    """The level with another size."""
    return level._replace(capacity_bits=8 * capacity_bytes)


def enlarged(target, more_bytes):
    """The target with so many bytes more in every part of its buffer."""
    levels = target.hierarchy.levels
    larger = [with_capacity(level, level.capacity_bits // 8 + more_bytes) for level in levels[:-1]]
    return target._replace(hierarchy=target.hierarchy._replace(levels=(*larger, levels[-1])))


FLOWS = {"ws": 3.0, "os": 2.0, "is": 1.0, "streaming": 2.5}
"""Dataflows that tilings are searched for, and pJ that the work of an operator costs under each."""


def flows_on(target, nest, names=tuple(FLOWS)):
    """What a search is asked about: these dataflows on a target, or its vector unit.

    pJ per bit: every part of the buffer has its own, DRAM's is 20 times as high.
    """
    read = (0.0125, 0.025, 0.05)[: len(target.level_names) - 1]
    write = tuple(2 * energy for energy in read)
    line = 5 * (target.spec.rows % 2)  # engines with an odd number of rows have short lines
    engines = target._replace(spec=target.spec._replace(trim=1, line=line))
    return tuple(
        Flow(
            name,
            engines if name == "streaming" else target,
            Prices(FLOWS.get(name, 3.0), (*read, 0.5), (*write, 0.75), 0.5),
        )
        for name in (("vector",) if nest.vector_ops else names)
    )


@st.composite
def array_specs(draw):
    """A small array under any controller, or as many window engines as it has planes."""
    return ArraySpec(
        rows=draw(st.integers(1, 6)), cols=draw(st.integers(1, 6)),
        overlap=draw(st.integers(0, 2)), rtl=draw(st.integers(0, 1)),
        trim=draw(st.integers(0, 1)), packing=draw(st.integers(0, 1)),
        planes=draw(st.integers(1, 3)), latency=draw(st.integers(3, 6)),
    )  # fmt: skip


@st.composite
def mappings(draw, nest):
    """Any legal loop nest: split dimensions, ragged factors, uneven cuts, parts on the array."""
    flow = "vector" if nest.vector_ops else draw(st.sampled_from(sorted(FLOWS)))
    loops, axes = [], {"rows": [], "cols": [], "planes": []}
    for dim, bound in zip("NGKCPQRS", nest[:8], strict=True):
        left = bound
        for axis, dims in ON_AXES[flow].items():
            if dim in dims:
                axes[axis].append(Loop(dim, draw(st.integers(1, bound))))
                left = -(-bound // axes[axis][-1].factor)
        while left > 1:
            factor = draw(st.integers(1, left))
            loops.append(Loop(dim, factor))
            left = -(-left // factor)
            if factor == 1:
                loops.append(Loop(dim, left))
                break
    loops = draw(st.permutations(loops))
    cuts = {
        operand: (draw(st.integers(0, len(loops))),) for operand in ("output", "input", "weight")
    }
    spatial = {axis: tuple(own) for axis, own in axes.items()}
    return Mapping(dataflow=flow, **spatial, temporal=tuple(loops), cuts=cuts)


ON_AXES = {
    "ws": {"rows": "CRS", "cols": "K"},
    "os": {"rows": "NPQ", "cols": "K"},
    "is": {"rows": "CRS", "cols": "NPQ"},
    "streaming": {"rows": "R", "cols": "S", "planes": "GK"},
    "vector": {},
}
"""Dataflow -> dimensions that may lie on each axis."""
