"""What no mapping of shards can be, whatever the accelerator."""

from __future__ import annotations

import pytest

from accelsim.errors import MappingError
from accelsim.mapping import OPERANDS, SHARD_DIMS, Mapping, Sharded

MAPPING = Mapping(dataflow="ws", temporal=(), cuts=dict.fromkeys(OPERANDS, (0,)))


@pytest.mark.parametrize("loop", SHARD_DIMS)
def test_shards_may_be_cut_along_loops_that_share_no_partial_sum(loop):
    assert Sharded(loop=loop, count=2, mappings=(MAPPING,)).loop == loop


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loop": "C"}, "shards of loop 'C'; allowed: N, G, K, P"),
        ({"count": 0}, "0 shards of loop K: must be >= 2"),
        ({"count": 1}, "1 shards of loop K: must be >= 2"),
        ({"mappings": ()}, "2 shards of loop K: no mapping is given"),
    ],
)
def test_shards_that_cannot_be_are_refused(changes, message):
    with pytest.raises(MappingError, match=f"^{message}$"):
        Sharded(**{"loop": "K", "count": 2, "mappings": (MAPPING,), **changes})
