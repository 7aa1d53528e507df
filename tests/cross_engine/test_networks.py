"""Every built-in network in order: both engines give the same layers, cause by cause."""

from __future__ import annotations

import pytest

from accelsim.evaluate import simulate
from accelsim.networks.registry import NETWORKS, load_network


@pytest.mark.slow
@pytest.mark.parametrize("residency", ["none", "greedy"])
@pytest.mark.parametrize("name", NETWORKS)
def test_network_in_order_both_engines_are_equal(name, residency):
    net = load_network(name)
    fast, events = (
        simulate(net, "edge_16x16", engine=engine, residency=residency, effort="sweep")
        for engine in ("fast", "events")
    )
    assert fast.layers == events.layers
    assert fast.cycles == events.cycles == sum(layer.cycles for layer in fast.layers)
    for layer in fast.layers:
        assert layer.cycles == layer.compute_cycles + layer.fill_drain_cycles + layer.stall_cycles
        assert layer.dram_payload_bytes + layer.avoided_bytes >= layer.compulsory_bytes
