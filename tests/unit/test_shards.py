"""Shards of a nest: the same loops, each iteration in one of them, with its own geometry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapping import SHARD_DIMS
from accelsim.networks.registry import load_network
from accelsim.schedule.nest import nest_of
from accelsim.shards import shards
from tests.oracles.cases import nests


def rows_read(nest):
    """Rows of its map, counted from its first one, that each output row of a nest reads."""
    taps = [
        [row * nest.stride_h + tap * nest.dilation_h - nest.pad_top for tap in range(nest.R)]
        for row in range(nest.P)
    ]
    return [[row for row in window if 0 <= row < nest.H] for window in taps]


@settings(max_examples=300, deadline=None)
@given(nests(vector=False), st.integers(2, 5), st.sampled_from(SHARD_DIMS))
def test_shards_of_any_nest_cover_it_once(nest, cores, dim):
    cut = shards(nest, dim, cores)
    if not cut:
        return
    assert len(cut) <= cores
    sizes = [getattr(shard, dim) for shard in cut]
    assert sum(sizes) == getattr(nest, dim)
    assert max(sizes) - min(sizes) <= 1
    for shard in cut:
        others = {name for name in ("N", "G", "K", "C", "P", "Q", "R", "S") if name != dim}
        assert all(getattr(shard, name) == getattr(nest, name) for name in others)
    if dim == "P":
        assert min(shard.pad_top for shard in cut) >= 0
        whole, pieces = rows_read(nest), [rows_read(shard) for shard in cut]
        tops = [nest.H - shard.H for shard in cut]
        lifted = [
            [row + top for row in window]
            for top, piece in zip(tops, pieces, strict=True)
            for window in piece
        ]
        assert lifted == whole


@pytest.mark.parametrize("dim", SHARD_DIMS)
def test_shards_for_one_core_are_none(dim):
    layer = load_network("mobilenet_v2").operators[0]
    assert shards(nest_of(layer, load_hardware("edge_16x16"), 4), dim, 1) == ()


def test_shards_of_rows_keep_the_padding_where_it_was():
    layer = load_network("mobilenet_v2").operators[0]
    nest = nest_of(layer, load_hardware("edge_16x16"), 1)
    assert (nest.P, nest.H, nest.stride_h, nest.pad_top) == (112, 224, 2, 1)
    cut = shards(nest, "P", 3)
    assert [(shard.P, shard.H, shard.pad_top) for shard in cut] == [
        (38, 224, 1),
        (37, 224 - 75, 0),  # starts with output row 38, whose window begins at row 75
        (37, 224 - 149, 0),
    ]
