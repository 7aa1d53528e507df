"""All 132 fixed mappings of zigzag_golden_mappings.csv (ZigZag 3.9.1): counts equal, energy too.

`accelsim.validation.zigzag` turns accelsim's counts into ZigZag's by ZigZag's conventions. The last
tests do without it, and compare accelsim's own, exact counts with ZigZag's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache, partial
from math import prod

import pytest

from accelsim.mapping import AXES
from accelsim.validation import zigzag
from accelsim.validation.borders import borders_of
from accelsim.workload.dims import RELEVANT
from tests.oracles.zigzag_golden import GROUPS, accesses, all_fixed, fixed_of


def test_golden_rows_are_as_many_as_zigzag_was_run_on():
    assert sum(GROUPS.values()) == 132
    assert len(GROUPS) == 12
    assert len(accesses()) == 1137


@pytest.mark.parametrize("group", GROUPS, ids="-".join)
def test_accesses_at_every_fixed_mapping_equal_zigzag_in_words_and_elements(group):
    for fixed in fixed_of(group):
        found = zigzag.accesses(fixed.layer, fixed.mapping, fixed.hardware)
        for (operand, level), access in found.items():
            for way in zigzag.Directions._fields:
                ours = getattr(access.words, way), getattr(access.elements, way)
                columns = f"{way}_words", f"{way}_elems"
                theirs = tuple(fixed.theirs(operand, level, column) for column in columns)
                assert ours == theirs, (fixed.row["id"], operand, level, way)
        assert len(found) == sum(1 for name, _, _ in accesses() if name == fixed.row["id"])


@pytest.mark.parametrize("group", GROUPS, ids="-".join)
def test_energy_at_every_fixed_mapping_equals_zigzag(group):
    for fixed in fixed_of(group):
        found = zigzag.accesses(fixed.layer, fixed.mapping, fixed.hardware)
        energy_pj = zigzag.energy_pj(found, fixed.layer, fixed.hardware)
        theirs_pj = float(fixed.row["energy_total_pj"])
        assert energy_pj == pytest.approx(theirs_pj, rel=1e-8), fixed.row["id"]


def shares_unevenly(border, layer, mapping):
    """PEs that all hold the same elements of the operand split a dimension into uneven chunks."""
    return any(
        loop.dim not in RELEVANT[border.operand] and getattr(layer.dims(), loop.dim) % loop.factor
        for loop in mapping.spatial
    )


def both_sides(fixed, operand, ways):
    """(border's place, its side, its copies there, ZigZag's count), for ZigZag's `ways`."""
    above, below = ways
    for level, border in enumerate(borders_of(*fixed[1:])[operand]):
        theirs = fixed.theirs(operand, level, f"{above}_elems")
        yield level, border, "above", border.copies_above, theirs
        if border.lower is not None:
            theirs = fixed.theirs(operand, level - 1, f"{below}_elems")
            yield level, border, "below", border.copies_below, theirs


def test_own_counts_of_weights_and_outputs_when_shared_evenly_equal_zigzag():
    """No adapter. Where PEs share unevenly, ZigZag has as many of them as are busy on average."""
    equal = Counter()
    for fixed in all_fixed():
        for operand, ways in (
            ("weight", ("rd_to_low", "wr_from_high")),
            ("output", ("wr_from_low", "rd_to_high")),
        ):
            for _, border, side, _, theirs in both_sides(fixed, operand, ways):
                ours = getattr(border, side)
                equal[ours == theirs] += 1
                if ours != theirs:
                    assert shares_unevenly(border, fixed.layer, fixed.mapping), fixed.row["id"]
                    assert ours == pytest.approx(theirs, rel=1 / 7), fixed.row["id"]
    assert equal == {True: 1311, False: 29}


def window(mapping, cut, copies):
    """P, Q, R, S of the tile of an instance with these copies."""
    loops = [loop for axis in AXES if axis not in copies for loop in getattr(mapping, axis)]
    loops += mapping.temporal[:cut]
    return {dim: prod(loop.factor for loop in loops if loop.dim == dim) for dim in "PQRS"}


def padded_where_spanned(layer, size):
    """The layer with its padding along an axis that one window spans, else with a larger map.

    So far from the border ZigZag takes all windows to be, unless one spans the whole map.
    """
    dims, (top, left, bottom, right) = layer.dims(), layer.padding
    channels, height, width = layer.input_shape
    if size["P"] < dims.P or size["R"] < dims.R:
        height, top, bottom = height + top + bottom, 0, 0
    if size["Q"] < dims.Q or size["S"] < dims.S:
        width, left, right = width + left + right, 0, 0
    shapes = ((channels, height, width),)
    return replace(layer, input_shapes=shapes, padding=(top, left, bottom, right))


def has_other_rule(border, layer, mapping, size):
    """Conventions that remain: busy PEs on average, and positions that the stride steps over."""
    dims = layer.dims()
    uneven = any(
        loop.dim in "PQRS" and getattr(dims, loop.dim) % loop.factor for loop in mapping.spatial
    )
    steps_over = size["R"] < dims.stride_h or size["S"] < dims.stride_w
    return uneven or steps_over or shares_unevenly(border, layer, mapping)


def test_own_counts_of_inputs_on_a_map_without_border_equal_zigzag():
    """No adapter, but a map on which border windows are as large as ZigZag takes them to be."""
    equal = Counter()
    for fixed in all_fixed():
        _, layer, mapping, hardware = fixed
        counts = lru_cache(partial(borders_of, mapping=mapping, hardware=hardware))
        ways = ("rd_to_low", "wr_from_high")
        for level, border, side, copies, theirs in both_sides(fixed, "input", ways):
            size = window(mapping, border.cut, copies)
            ours = getattr(counts(padded_where_spanned(layer, size))["input"][level], side)
            equal[ours == theirs] += 1
            assert ours == theirs or has_other_rule(border, layer, mapping, size), fixed.row["id"]
    assert equal == {True: 495, False: 43}
