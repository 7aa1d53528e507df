"""Crossings of every border in closed form equal the walk that keeps sets of elements."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.mapping import OPERANDS, Loop, Mapping
from accelsim.schedule import hierarchy as kernel
from accelsim.schedule.accesses import crossings
from accelsim.schedule.fill import check_fits, fills_of
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Machine
from accelsim.schedule.program import planned
from tests.oracles.hierarchy_cases import ONE_PIXEL, cases
from tests.oracles.hierarchy_grid import INDEXES, Grid
from tests.oracles.hierarchy_targets import HUGE_BITS, SPEC, hierarchy_of, holds_runs, targets
from tests.oracles.hierarchy_walk import Level, accesses


def walked(nest, mapping, chains, target):
    """The walk's records; its tiles of inputs must be boxes, as a level loads them."""
    assume(all(holds_runs(mapping, axes) for _, axes in chains["input"]))
    first_sum = "read" if target.hierarchy.first_sum else "skip"
    slides = bool(target.hierarchy.slides)
    return accesses(nest, mapping, chains, first_sum, slides=slides, boxes=True)


def precisions(nest):
    """Operand -> bits of what moves down, of partial sums, and of what moves up finished."""
    return {
        "input": nest.input_bits,
        "weight": nest.weight_bits,
        "output": nest.accumulator_bits,
    }


def units(entries, bits, access_bits):
    """Accesses of `access_bits` for the entries, each rounded up by itself."""
    return sum(-(-elements * bits // access_bits) for elements in entries)


def moved(partial, final, nest, operand, access_bits):
    """(elements, bits, units) of entries of partial and of finished values."""
    bits = precisions(nest)[operand]
    return (
        sum(partial) + sum(final),
        sum(partial) * bits + sum(final) * nest.output_bits,
        units(partial, bits, access_bits) + units(final, nest.output_bits, access_bits),
    )


def expected(found, row, target, nest):
    """What the walk says about a border, in the terms of `accesses.Crossing`."""
    operand, levels = row.operand, target.hierarchy.levels
    above = found[operand, target.level_names[row.upper]]
    wide = levels[row.upper].access_bits
    ways = {"down_upper": moved(above.read_to_below, [], nest, operand, wide)}
    final = above.final_written_from_below
    if row.lower == -1:
        written = [a + b for a, b in zip(above.written_from_below, final, strict=True)]
        ways["up_upper"] = moved(written, [], nest, operand, wide)
        return ways | {"down_lower": (0, 0, 0), "up_lower": (0, 0, 0)}
    ways["up_upper"] = moved(above.written_from_below, final, nest, operand, wide)
    below, near = found[operand, target.level_names[row.lower]], levels[row.lower].access_bits
    ways["down_lower"] = moved(below.written_from_above, [], nest, operand, near)
    ways["up_lower"] = moved(below.read_to_above, below.final_read_to_above, nest, operand, near)
    return ways


def without_zeros(ways, zeros):
    """Reads of the PEs less the zeros that nobody reads; accesses fall in proportion."""
    elements, bits, accesses_ = ways["down_upper"]
    kept = elements - zeros
    share = Fraction(accesses_ * kept, elements)
    return ways | {"down_upper": (kept, bits // elements * kept, share)}


def agree(counted, wanted):
    """Equal to the bit; an access that is shared out in proportion may round either way."""
    assert counted.keys() == wanted.keys()
    for way, (elements, bits, accesses_) in wanted.items():
        assert counted[way][:2] == (elements, bits), way
        if isinstance(accesses_, Fraction):
            assert abs(counted[way][2] - accesses_) <= Fraction(1, 2), way
        else:
            assert counted[way][2] == accesses_, way


def in_runs(mapping, chains, row, target):
    """Whether both levels of a border hold runs of every dimension."""
    copies = {name: axes for chain in chains.values() for name, axes in chain}
    names = [target.level_names[level] for level in (row.lower, row.upper) if level >= 0]
    return all(holds_runs(mapping, copies.get(name, ())) for name in names)


def tiles(nest, mapping, operand, cut):
    """How many different tiles of an operand a level holds in turn."""
    return prod(-(-getattr(nest, dim) // mapping.extent(dim, cut)) for dim in INDEXES[operand])


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_crossings_any_case_equal_the_walk_at_every_border(data):
    nest, mapping, chains = data.draw(cases())
    target = data.draw(targets(chains))
    found = walked(nest, mapping, chains, target)
    for row in crossings(nest, mapping, target):
        wanted = expected(found, row, target, nest)
        if row.lower == -1 and row.operand == "output":
            zeros = found["output", target.level_names[row.upper]].zero_starts
            wanted = without_zeros(wanted, zeros)
        if not in_runs(mapping, chains, row, target):
            wanted = {way: (*wanted[way][:2], row.counts[way][2]) for way in wanted}
        agree(row.counts, wanted)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_visits_any_case_equal_the_fills_of_every_different_tile(data):
    nest, mapping, chains = data.draw(cases())
    target = data.draw(targets(chains))
    found = walked(nest, mapping, chains, target)
    for row in crossings(nest, mapping, target):
        if row.lower >= 0:
            name = target.level_names[row.lower]
            cut = mapping.cuts[row.operand][[level for level, _ in chains[row.operand]].index(name)]
            fills = found[row.operand, name].fills
        elif row.operand == "output":
            cut, fills = 0, found["output", target.level_names[row.upper]].passes
        else:
            continue
        assert row.visits * tiles(nest, mapping, row.operand, cut) == fills


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_crossings_any_case_pass_every_level_that_holds_the_operand_once(data):
    nest, mapping, chains = data.draw(cases())
    target = data.draw(targets(chains))
    rows = crossings(nest, mapping, target)
    for operand in OPERANDS:
        own = [row for row in rows if row.operand == operand]
        kept = [
            target.level_names.index(name)
            for (name, _), cut in zip(chains[operand], mapping.cuts[operand], strict=True)
            if cut is not None
        ]
        dram = len(target.hierarchy.levels) - 1
        assert [row.lower for row in own] == [-1, *kept]
        assert [row.upper for row in own] == [*kept, dram]


def test_crossings_when_a_long_window_is_clipped_everywhere_count_every_length():
    rows, pad = 200, 64
    taps = 2 * pad + 1
    nest = ONE_PIXEL._replace(P=rows, R=taps, H=rows, pad_top=pad)
    shared = {operand: (("buffer", frozenset()),) for operand in OPERANDS}
    level = kernel.Level(HUGE_BITS, 0, 8, 0, 1, 0, 1, 0)
    hierarchy = hierarchy_of(shared, {"buffer": level}, level, (0, 0))
    machine = Machine(1, 0, 0, 1, 1, 1, 0, (0, 1, 2), (0, 0, 0))
    target = Target(machine, SPEC, hierarchy, ("buffer", "dram"), 0)
    mapping = Mapping(
        dataflow="any",
        temporal=(Loop("R", taps), Loop("P", rows)),
        cuts=dict.fromkeys(OPERANDS, (1,)),
    )
    at_dram = next(
        row for row in crossings(nest, mapping, target) if (row.operand, row.upper) == ("input", 1)
    )
    loaded = sum(min(p + pad, rows - 1) - max(p - pad, 0) + 1 for p in range(rows))
    assert at_dram.counts["down_upper"] == (loaded, 8 * loaded, loaded)


def rests(nest, mapping, grid, operand, place):
    """Whether unfinished sums wait in an output level: several passes or visits come to it."""
    cuts = [cut for cut in mapping.cuts[operand][:place] if cut is not None]
    stays = grid.reload_from(operand, cuts[-1]) if cuts else 0
    return any(getattr(nest, dim) > mapping.extent(dim, stays) for dim in "CRS")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_fills_any_case_equal_the_largest_tile_that_an_instance_ever_holds(data):
    nest, mapping, chains = data.draw(cases())
    target = data.draw(targets(chains))
    assume(all(holds_runs(mapping, axes) for chain in chains.values() for _, axes in chain))
    grid = Grid(nest, mapping)
    found = {(fill.level, fill.operand): fill for fill in filled(nest, mapping, target)}
    for operand in OPERANDS:
        for place, (name, axes) in enumerate(chains[operand]):
            cut = mapping.cuts[operand][place]
            level = target.level_names.index(name)
            if cut is None:
                assert (level, operand) not in found
                continue
            held = Level(name, axes, cut)
            largest = max(
                len(elements)
                for index in grid.iterations()
                for _, elements in grid.tiles(operand, held, index)
            )
            bits = precisions(nest)[operand]
            if operand == "output" and not rests(nest, mapping, grid, operand, place):
                bits = nest.output_bits
            fill = found[level, operand]
            assert fill.tile_bytes == -(-largest * bits // 8), (operand, name)
            several = grid.reload_from(operand, cut) < len(mapping.temporal)
            doubled = target.hierarchy.levels[level].double_buffered and several
            assert fill.claimed_bytes == fill.tile_bytes * (2 if doubled else 1)


def filled(nest, mapping, target):
    """Claims of a mapping."""
    return fills_of(nest, mapping, target, planned(nest, mapping, target))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_check_fits_when_a_level_is_a_byte_short_names_it_with_what_it_needs(data):
    nest, mapping, chains = data.draw(cases())
    target = data.draw(targets(chains))
    own = filled(nest, mapping, target)
    level = data.draw(st.sampled_from(sorted({fill.level for fill in own})))
    claims = [fill for fill in own if fill.level == level]
    needed = sum(fill.claimed_bytes for fill in claims)
    for there in (needed, needed - 1):
        levels = list(target.hierarchy.levels)
        levels[level] = levels[level]._replace(capacity_bits=8 * there)
        hierarchy = target.hierarchy._replace(levels=tuple(levels))
        smaller = target._replace(hierarchy=hierarchy)
        plan = planned(nest, mapping, smaller)
        if there == needed:
            check_fits(nest, mapping, smaller, plan)
            continue
        with pytest.raises(MappingError) as caught:
            check_fits(nest, mapping, smaller, plan)
        message = str(caught.value)
        assert f"level {target.level_names[level]}: " in message
        assert f"need {needed} B" in message
        assert f"there are {there} B" in message
        assert all(f"{fill.operand} {fill.tile_bytes} B" in message for fill in claims)
