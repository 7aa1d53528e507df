"""Axes -> points: order, ids, text forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.errors import UsageError
from accelsim.sweep.grid import cell, grid, parse_axis

KEYS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True)
VALUES = st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True)
AXES = KEYS.flatmap(lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, VALUES)))


def test_grid_two_axes_last_runs_fastest():
    points = grid({"array.rows": [8, 16], "clock": ["1 GHz", "2 GHz"]})
    assert [point.changes for point in points] == [
        {"array.rows": 8, "clock": "1 GHz"},
        {"array.rows": 8, "clock": "2 GHz"},
        {"array.rows": 16, "clock": "1 GHz"},
        {"array.rows": 16, "clock": "2 GHz"},
    ]
    assert points[1].id == "array.rows=8,clock=2 GHz"


def test_grid_paired_walks_axes_together():
    points = grid({"a": [1, 2, 3], "b": [7, 8, 9]}, paired=True)
    assert [tuple(point.changes.values()) for point in points] == [(1, 7), (2, 8), (3, 9)]


@given(AXES)
def test_grid_has_every_combination_once(axes):
    points = grid(axes)
    count = 1
    for values in axes.values():
        count *= len(values)
    assert len(points) == count
    assert len({point.id for point in points}) == count
    for point in points:
        assert list(point.changes) == list(axes)
        assert all(point.changes[key] in values for key, values in axes.items())


@given(AXES, st.randoms())
def test_grid_id_depends_on_the_changes_alone(axes, random):
    keys = list(axes)
    random.shuffle(keys)
    shuffled = {key: random.sample(axes[key], len(axes[key])) for key in keys}
    ids = {frozenset(point.changes.items()): point.id for point in grid(axes)}
    assert ids == {frozenset(point.changes.items()): point.id for point in grid(shuffled)}


@pytest.mark.parametrize(
    ("axes", "paired", "message"),
    [
        ({}, False, "no axis"),
        ({"array.rows": []}, False, "has no values"),
        ({"array.rows": "8,16"}, False, "must be a list of values"),
        ({"array.rows": [8, 16, 8]}, False, "the value 8 is given twice"),
        ({"a": [1, 2], "b": [1]}, True, "a has 2, b has 1"),
    ],
)
def test_grid_axes_that_make_no_sense_are_refused(axes, paired, message):
    with pytest.raises(UsageError, match=message):
        grid(axes, paired=paired)


@pytest.mark.parametrize(
    ("text", "key", "values"),
    [
        ("array.rows=8,16,32", "array.rows", (8, 16, 32)),
        (" array.rows = 8 , 16 ", "array.rows", (8, 16)),
        ("array.rows=8:32:8", "array.rows", (8, 16, 24, 32)),
        ("array.rows=4,8:20:8", "array.rows", (4, 8, 16)),
        ("memory.levels.sram.size=64 KiB,1 MiB", "memory.levels.sram.size", ("64 KiB", "1 MiB")),
        ("array.dataflows=[ws],[os, is]", "array.dataflows", (["ws"], ["os", "is"])),
        ("array.trim=true,false", "array.trim", (True, False)),
        ("technology.voltage_v=0.9,1.1", "technology.voltage_v", (0.9, 1.1)),
    ],
)
def test_parse_axis_reads_yaml_values_and_ranges(text, key, values):
    assert parse_axis(text) == (key, values)


@pytest.mark.parametrize(
    "text", ["array.rows", "array.rows=", "=8", "a=8:4:1", "a=1:4:0", "a=[1", "a=1]"]
)
def test_parse_axis_other_text_is_refused(text):
    with pytest.raises(UsageError, match=r"array\.rows=8,16,32"):
        parse_axis(text)


def test_cell_numbers_stay_numbers_and_the_rest_is_yaml():
    values = (8, 0.9, "1 GHz", True, None, ["ws", "os"])
    assert [cell(value) for value in values] == [8, 0.9, "1 GHz", "true", "null", "[ws, os]"]
