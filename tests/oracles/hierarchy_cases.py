"""Random memory hierarchies, spatial assignments and mappings over them (hypothesis strategies).

Small enough for tests.oracles.hierarchy_walk, which takes about 10 ms per case.
"""

from __future__ import annotations

from math import prod

from hypothesis import strategies as st

from accelsim.mapping import AXES, OPERANDS, Loop, Mapping
from accelsim.schedule.nest import Nest

DIMS = "NGKCPQRS"
ONE_PIXEL = Nest(
    N=1, G=1, K=1, C=1, P=1, Q=1, R=1, S=1, H=1, W=1,
    stride_h=1, stride_w=1, dilation_h=1, dilation_w=1, pad_top=0, pad_left=0,
    input_bits=8, weight_bits=8, accumulator_bits=32, output_bits=8,
    input_tensors=1, has_weight=1, vector_ops=0,
)  # fmt: skip
"""To be changed with `_replace`."""

LARGEST_MACS = 96
LARGEST_ARRAY = 12


@st.composite
def small_nests(draw):
    """An operator with few MACs: any dimension may be long, but not all of them."""
    bounds, left = {}, LARGEST_MACS
    for dim in draw(st.permutations(DIMS)):
        longest = {"N": 3, "G": 3, "R": 3, "S": 3}.get(dim, 7)
        bounds[dim] = draw(st.integers(1, min(longest, left)))
        left //= bounds[dim]
    rows = draw(map_axes(bounds["P"], bounds["R"]))
    columns = draw(map_axes(bounds["Q"], bounds["S"]))
    bits = st.sampled_from([4, 8, 16])
    return Nest(
        **bounds, H=rows["size"], W=columns["size"],
        stride_h=rows["stride"], stride_w=columns["stride"],
        dilation_h=rows["dilation"], dilation_w=columns["dilation"],
        pad_top=rows["pad"], pad_left=columns["pad"],
        input_bits=draw(bits), weight_bits=draw(bits), accumulator_bits=32, output_bits=draw(bits),
        input_tensors=1, has_weight=1, vector_ops=0,
    )  # fmt: skip


@st.composite
def map_axes(draw, outputs, taps):
    """Stride, dilation, padding and size of one axis of a map; strides may exceed the window."""
    stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    pad, pad_after = draw(st.integers(0, taps - 1)), draw(st.integers(0, taps - 1))
    size = (outputs - 1) * stride + (taps - 1) * dilation + 1 - pad - pad_after
    return {"stride": stride, "dilation": dilation, "pad": pad, "size": max(size, 1)}


@st.composite
def hierarchies(draw):
    """Chains of the three operands: own levels, then perhaps one buffer that holds all three.

    Dict operand -> ((level name, axes along which it has copies), ...) from the PE outward, 1 to 3
    levels each; the axes of an inner level contain those of the next.
    """
    common = draw(st.sampled_from([None, frozenset(), frozenset(), frozenset({"rows"})]))
    chains = {}
    for operand in OPERANDS:
        own = draw(st.integers(1 if common is None else 0, 3 if common is None else 2))
        axes, chain = common or frozenset(), []
        for number in reversed(range(own)):
            axes = axes | draw(st.frozensets(st.sampled_from(AXES)))
            chain.insert(0, (f"{operand}_{number}", axes))
        chains[operand] = (*chain, *([] if common is None else [("buffer", common)]))
    return chains


@st.composite
def spatial(draw, nest):
    """Dict axis -> loops: any dimensions, ragged factors, several per axis, one on several axes."""
    left, axes = LARGEST_ARRAY, {}
    candidates = [dim for dim in DIMS if getattr(nest, dim) > 1]
    for axis in AXES:
        loops = []
        for dim in draw(st.lists(st.sampled_from(candidates), max_size=2)) if candidates else ():
            if left > 1:
                loops.append(Loop(dim, draw(st.integers(2, min(getattr(nest, dim), left)))))
                left //= loops[-1].factor
        axes[axis] = tuple(loops)
    return axes


@st.composite
def hierarchy_mappings(draw, nest, chains):
    """Any legal mapping over the chains: split dimensions, uneven cuts, bypassed levels."""
    axes = draw(spatial(nest))
    sharers = [loop for loops in axes.values() for loop in loops]
    loops = []
    for dim in DIMS:
        left = -(-getattr(nest, dim) // prod(loop.factor for loop in sharers if loop.dim == dim))
        while left > 1:
            loops.append(Loop(dim, draw(st.integers(1, left))))
            left = -(-left // loops[-1].factor)
            if loops[-1].factor == 1:
                loops.append(Loop(dim, left))
                break
    temporal = tuple(draw(st.permutations(loops)))
    cuts = {operand: draw(chain_cuts(len(chains[operand]), len(temporal))) for operand in OPERANDS}
    return Mapping(dataflow="any", **axes, temporal=temporal, cuts=cuts)


@st.composite
def chain_cuts(draw, levels, loops):
    """Non-decreasing cuts of one operand; None where it bypasses a level, never on all of them."""
    cuts = sorted(draw(st.lists(st.integers(0, loops), min_size=levels, max_size=levels)))
    kept = draw(st.integers(0, levels - 1))
    bypasses = draw(
        st.lists(st.sampled_from([False, False, False, True]), min_size=levels, max_size=levels)
    )
    return tuple(
        None if bypassed and place != kept else cut
        for place, (cut, bypassed) in enumerate(zip(cuts, bypasses, strict=True))
    )


@st.composite
def cases(draw):
    """(nest, mapping, chains)."""
    nest, chains = draw(small_nests()), draw(hierarchies())
    return nest, draw(hierarchy_mappings(nest, chains)), chains


@st.composite
def tiny_nests(draw):
    """One to three dimensions of up to four, no groups: small enough for enumeration."""
    dims = draw(st.lists(st.sampled_from("NKCPQRS"), min_size=1, max_size=3, unique=True))
    bounds = dict.fromkeys(DIMS, 1) | {dim: draw(st.integers(2, 4)) for dim in dims}
    rows = draw(map_axes(bounds["P"], bounds["R"]))
    columns = draw(map_axes(bounds["Q"], bounds["S"]))
    return ONE_PIXEL._replace(
        **bounds, H=rows["size"], W=columns["size"],
        stride_h=rows["stride"], stride_w=columns["stride"],
        dilation_h=rows["dilation"], dilation_w=columns["dilation"],
        pad_top=rows["pad"], pad_left=columns["pad"],
    )  # fmt: skip


@st.composite
def short_chains(draw):
    """One to three levels: one shared by all, and registers or buffers of one operand below."""
    own = draw(st.lists(st.sampled_from(OPERANDS), max_size=2, unique=True))
    axes = draw(st.sampled_from([frozenset(), frozenset(AXES), frozenset({"rows"})]))
    return {
        operand: (*([(f"{operand}_0", axes)] if operand in own else []), ("buffer", frozenset()))
        for operand in OPERANDS
    }
