"""The hierarchy walk checks itself, and agrees with the one-level walk where both apply."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.mapping import Loop
from tests.oracles import hierarchy_walk, loop_nest
from tests.oracles.cases import mappings
from tests.oracles.hierarchy_cases import cases, small_nests

SHARED = {operand: (("buffer", frozenset()),) for operand in ("input", "weight", "output")}


def distinct(nest):
    """Distinct elements that the operator needs of every operand, by brute force."""
    rows = {
        (p * nest.stride_h + r * nest.dilation_h - nest.pad_top)
        for p in range(nest.P)
        for r in range(nest.R)
    }
    columns = {
        (q * nest.stride_w + s * nest.dilation_w - nest.pad_left)
        for q in range(nest.Q)
        for s in range(nest.S)
    }
    rows, columns = rows & set(range(nest.H)), columns & set(range(nest.W))
    return {
        "input": nest.N * nest.G * nest.C * len(rows) * len(columns),
        "weight": nest.G * nest.K * nest.C * nest.R * nest.S,
        "output": nest.N * nest.G * nest.K * nest.P * nest.Q,
    }


def links(chains, mapping):
    """(operand, lower, upper) of every pair of levels that move data of an operand."""
    for operand, chain in chains.items():
        names = [
            name
            for (name, _), cut in zip(chain, mapping.cuts[operand], strict=True)
            if cut is not None
        ]
        if operand != "output":
            names.insert(0, "pe")
        for lower, upper in zip(names, [*names[1:], "dram"], strict=True):
            yield operand, lower, upper


@settings(max_examples=150, deadline=None)
@given(cases())
def test_reads_any_case_lie_between_distinct_data_and_what_is_written_below(case):
    nest, mapping, chains = case
    found = hierarchy_walk.accesses(*case)
    needed = distinct(nest)
    for operand, lower, upper in links(chains, mapping):
        below, above = found[operand, lower], found[operand, upper]
        if operand != "output":
            assert needed[operand] <= above.counts.read_to_below
            assert below.counts.read_to_above == above.counts.written_from_below == 0
        assert above.counts.read_to_below <= below.counts.written_from_above
        assert above.counts.written_from_below <= below.counts.read_to_above


@settings(max_examples=100, deadline=None)
@given(cases(), st.sampled_from(["skip", "read"]))
def test_sums_any_case_leave_once_final_and_come_back_after_every_spill(case, first_sum):
    nest, mapping, chains = case
    found = hierarchy_walk.accesses(*case, first_sum)
    dram, outputs = found["output", "dram"], distinct(nest)["output"]
    assert sum(dram.final_written_from_below) == outputs
    assert sum(dram.written_from_below) == dram.counts.read_to_below
    innermost = next(lower for operand, lower, _ in links(chains, mapping) if operand == "output")
    sums = found["output", innermost]
    from_the_pes = sums.counts.written_from_below, sums.counts.read_to_below
    if first_sum == "read":
        assert from_the_pes[0] == from_the_pes[1]
    else:
        assert from_the_pes[0] - from_the_pes[1] >= outputs


@settings(max_examples=60, deadline=None)
@given(cases(), st.data())
def test_accesses_when_loops_of_one_iteration_are_put_in_stay(case, data):
    nest, mapping, chains = case
    place = data.draw(st.integers(0, len(mapping.temporal)))
    loops = list(mapping.temporal)
    loops.insert(place, Loop(data.draw(st.sampled_from("NGKCPQRS")), 1))
    cuts = {
        operand: tuple(cut if cut is None or cut < place else cut + 1 for cut in entries)
        for operand, entries in mapping.cuts.items()
    }
    padded = replace(mapping, temporal=tuple(loops), cuts=cuts)
    assert hierarchy_walk.accesses(nest, padded, chains) == hierarchy_walk.accesses(*case)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_dram_traffic_of_one_shared_level_equals_one_level_walk(data):
    nest = data.draw(small_nests())
    mapping = data.draw(mappings(nest))
    dims = [loop.dim for loop in mapping.temporal]
    split_below = max(
        (place + 1 for place, dim in enumerate(dims) if dim in dims[place + 1 :]), default=0
    )
    cuts = {operand: (max(entries[0], split_below),) for operand, entries in mapping.cuts.items()}
    mapping = replace(mapping, cuts=cuts)
    found = hierarchy_walk.accesses(nest, mapping, SHARED)
    steps = loop_nest.steps(nest, mapping, halo_keep=0)
    loads = {operand: found[operand, "dram"].read_to_below for operand in SHARED}
    assert in_bytes(loads["input"], nest.input_bits) == moved(step.input_load for step in steps)
    assert in_bytes(loads["weight"], nest.weight_bits) == moved(step.weight_load for step in steps)
    psum_loads = moved(step.psum_load for step in steps)
    assert in_bytes(loads["output"], nest.accumulator_bits) == psum_loads
    sums = found["output", "dram"]
    stored = in_bytes(sums.written_from_below, nest.accumulator_bits)
    stored += in_bytes(sums.final_written_from_below, nest.output_bits)
    assert sorted(stored) == sorted(moved(step.store for step in steps))


def moved(loads):
    """The loads that move anything."""
    return [load for load in loads if load]


def in_bytes(fills, bits):
    """Whole bytes of every fill that moves anything."""
    return [-(-elements * bits // 8) for elements in fills if elements]
