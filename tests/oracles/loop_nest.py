"""Slow truth for tile traffic: walk the loops of a mapping and keep sets of elements.

Nothing here shares code with accelsim.schedule or accelsim.traffic; it reads a Mapping as the
design (section 7) words it and counts elements one by one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product

DIMS = "NGKCPQRS"
INDEXES = {"output": "NGKPQ", "input": "NGCPQRS", "weight": "GKCRS"}


@dataclass
class StepTraffic:
    """Bytes that one step loads and stores, and the MACs it does."""

    psum_load: int = 0
    input_load: int = 0
    weight_load: int = 0
    store: int = 0
    macs: int = 0
    waits_for_store: int = -1


@dataclass
class Held:
    """What the buffer holds of one operand: when it came, the tile's ranges and its elements.

    `moment`: where the loops stood that load another tile, from the innermost outward.
    """

    moment: tuple | None = None
    ranges: tuple = ()
    elements: set = field(default_factory=set)


def steps(nest, mapping, halo_keep):
    """List of StepTraffic in execution order."""
    bounds = dict(zip(DIMS, nest[:8], strict=True))
    cuts = {operand: mapping.cuts[operand][-1] for operand in INDEXES}
    lowest = min(cuts.values())
    mover = {operand: first_mover(mapping, operand, cut) for operand, cut in cuts.items()}
    held = {operand: Held() for operand in INDEXES}
    sums = defaultdict(int)
    stored_at = {}
    done = []
    outer = range(len(mapping.temporal) - 1, lowest - 1, -1)
    for turn in product(*(range(mapping.temporal[place].factor) for place in outer)):
        index = dict(zip(outer, turn, strict=True))
        here = ranges_at(mapping, bounds, index, lowest)
        if any(len(span) == 0 for span in here.values()):
            continue
        step = StepTraffic()
        for operand in ("output", "input", "weight"):
            moment = tuple(index[place] for place in range(mover[operand], len(mapping.temporal)))
            if moment == held[operand].moment:
                continue
            spans = ranges_at(mapping, bounds, index, cuts[operand])
            key = tuple(spans[dim] for dim in INDEXES[operand])
            elements = tile_elements(nest, operand, spans)
            if operand == "output":
                if done:
                    leave(nest, held[operand], sums, done, stored_at)
                step.waits_for_store = stored_at.get(key, -1)
                if any(sums[element] for element in elements):
                    step.psum_load = nbytes(len(elements), nest.accumulator_bits)
            elif operand == "input":
                new = elements - held[operand].elements if halo_keep else elements
                step.input_load = nbytes(len(new) * nest.input_tensors, nest.input_bits)
            elif nest.has_weight:
                step.weight_load = nbytes(len(elements), nest.weight_bits)
            held[operand] = Held(moment, key, elements)
        step.macs = compute(nest, here, held["output"], sums)
        done.append(step)
    leave(nest, held["output"], sums, done, stored_at)
    whole = nest.C * nest.R * nest.S
    assert all(total == whole for total in sums.values())
    assert len(sums) == nest.N * nest.G * nest.K * nest.P * nest.Q
    return done


def first_mover(mapping, operand, cut):
    """Place of the innermost loop above the cut that moves the operand's tile.

    Whenever it or a loop outside it advances, the controller loads: it counts loops and does not
    look whether the next tile happens to be the same (as after a round that lies past a bound).
    """
    for place, loop in enumerate(mapping.temporal):
        if place >= cut and loop.factor > 1 and loop.dim in INDEXES[operand]:
            return place
    return len(mapping.temporal)


def compute(nest, here, tile, sums):
    """Add this step's MACs to the sums of its outputs, which must be in the buffer; their count."""
    work = len(here["C"]) * len(here["R"]) * len(here["S"])
    computed = tile_elements(nest, "output", here)
    for element in computed:
        assert element in tile.elements
        sums[element] += work
    return work * len(computed)


def leave(nest, tile, sums, done, stored_at):
    """The output tile leaves with the last step done, finished or as partial sums."""
    whole = nest.C * nest.R * nest.S
    finished = all(sums[element] == whole for element in tile.elements)
    bits = nest.output_bits if finished else nest.accumulator_bits
    done[-1].store = nbytes(len(tile.elements), bits)
    stored_at[tile.ranges] = len(done) - 1


def ranges_at(mapping, bounds, index, cut):
    """Range of every dimension in the tile below `cut`, for the outer loops' positions."""
    inside = dict.fromkeys(DIMS, 1)
    for loop in (*mapping.spatial, *mapping.temporal[:cut]):
        inside[loop.dim] *= loop.factor
    start, stride = dict.fromkeys(DIMS, 0), {}
    lowest = min(index, default=len(mapping.temporal))
    size = dict.fromkeys(DIMS, 1)
    for loop in (*mapping.spatial, *mapping.temporal[:lowest]):
        size[loop.dim] *= loop.factor
    for place in range(lowest, len(mapping.temporal)):
        loop = mapping.temporal[place]
        stride[place] = size[loop.dim]
        size[loop.dim] *= loop.factor
    for place, turn in index.items():
        if place >= cut:
            start[mapping.temporal[place].dim] += turn * stride[place]
    return {dim: range(start[dim], min(start[dim] + inside[dim], bounds[dim])) for dim in DIMS}


def tile_elements(nest, operand, spans):
    """Set of elements of an operand's tile; inputs as the box between first and last position."""
    if operand == "output":
        return set(product(*(spans[dim] for dim in "NGKPQ")))
    if operand == "weight":
        return set(product(*(spans[dim] for dim in "GKCRS")))
    rows = positions(spans["P"], spans["R"], nest.stride_h, nest.dilation_h, nest.pad_top, nest.H)
    columns = positions(
        spans["Q"], spans["S"], nest.stride_w, nest.dilation_w, nest.pad_left, nest.W
    )
    return set(product(spans["N"], spans["G"], spans["C"], rows, columns))


def positions(outputs, taps, stride, dilation, pad, size):
    """Positions inside the map from the first to the last that any output and tap meet."""
    reached = [out * stride + tap * dilation - pad for out in outputs for tap in taps]
    return [place for place in range(min(reached), max(reached) + 1) if 0 <= place < size]


def nbytes(elements, bits):
    """Whole bytes of packed elements."""
    return (elements * bits + 7) // 8
