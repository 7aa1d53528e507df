"""Random operators, machines and mappings for property tests (hypothesis strategies)."""

from __future__ import annotations

from hypothesis import strategies as st

from accelsim.dataflows.base import ArraySpec
from accelsim.mapping import Loop, Mapping
from accelsim.schedule.nest import Machine, Nest

small = st.integers(1, 4)


@st.composite
def nests(draw, largest=5, vector=False):
    """A small operator; the map is as large as its outputs need, with up to `taps` of padding."""
    n, g, k, c = (draw(st.integers(1, 3)) for _ in range(4))
    p, q = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    r, s = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    stride_h, stride_w = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    dilation_h, dilation_w = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    top, left = draw(st.integers(0, r - 1)), draw(st.integers(0, s - 1))
    height = (p - 1) * stride_h + (r - 1) * dilation_h + 1 - top - draw(st.integers(0, r - 1))
    width = (q - 1) * stride_w + (s - 1) * dilation_w + 1 - left - draw(st.integers(0, s - 1))
    bits = st.sampled_from([4, 8, 16])
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


@st.composite
def machines(draw, capacity=None):
    """A machine with any buffer, ports and DRAM channel."""
    size = st.integers(1, 4000) if capacity is None else st.just(capacity)
    return Machine(
        lanes=draw(st.integers(1, 8)),
        unified=draw(st.integers(0, 1)),
        capacity=draw(size),
        input_capacity=draw(size),
        weight_capacity=draw(size),
        output_capacity=draw(size),
        double_buffered=draw(st.integers(0, 1)),
        halo_keep=draw(st.integers(0, 1)),
        burst_bytes=draw(st.sampled_from([1, 8, 64])),
        clock=draw(st.integers(1, 7)),
        bandwidth=draw(st.integers(1, 40)),
        dram_latency=draw(st.integers(0, 30)),
        sram_read_bytes_per_cycle=draw(st.integers(1, 32)),
        sram_write_bytes_per_cycle=draw(st.integers(1, 32)),
    )


@st.composite
def array_specs(draw):
    """A small array under any controller."""
    return ArraySpec(
        rows=draw(st.integers(1, 6)), cols=draw(st.integers(1, 6)),
        overlap=draw(st.integers(0, 2)), rtl=draw(st.integers(0, 1)),
        trim=draw(st.integers(0, 1)), packing=draw(st.integers(0, 1)),
    )  # fmt: skip


@st.composite
def mappings(draw, nest):
    """Any legal loop nest: split dimensions, ragged factors, uneven cuts."""
    loops = []
    for dim, bound in zip("NGKCPQRS", nest[:8], strict=True):
        left = bound
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
    flow = "vector" if nest.vector_ops else draw(st.sampled_from(["ws", "os", "is"]))
    return Mapping(dataflow=flow, temporal=tuple(loops), cuts=cuts)
