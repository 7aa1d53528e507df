"""Every built-in network runs on the default accelerator, and its results add up."""

from __future__ import annotations

import pytest

from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.networks.registry import NETWORKS, load_network

HARDWARE = "edge_16x16"


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_network_simulates_and_causes_add_up(name: str) -> None:
    result, network = simulate(name, HARDWARE), load_network(name)
    assert [layer.layer for layer in result.layers] == [op.name for op in network]
    assert result.macs == network.macs
    assert result.cycles == sum(layer.cycles for layer in result.layers) > 0
    capacity = load_hardware(HARDWARE).scratchpad.total_bytes
    for layer in result.layers:
        stalls = (
            layer.stall_input_cycles, layer.stall_weight_cycles, layer.stall_output_cycles,
            layer.stall_bank_cycles, layer.stall_launch_cycles, layer.stall_idle_cycles,
        )  # fmt: skip
        assert min(*stalls, layer.compute_cycles, layer.fill_drain_cycles) >= 0
        assert layer.cycles == layer.compute_cycles + layer.fill_drain_cycles + sum(stalls)
        assert layer.macs <= layer.compute_cycles * layer.peak_macs_per_cycle
        assert layer.dram_payload_bytes >= layer.compulsory_bytes
        assert layer.buffer_bytes <= capacity
    rows = result.table("kernel")
    assert sum(row["cycles"] for row in rows) == result.cycles
    assert sum(row["share_of_macs"] for row in rows) == pytest.approx(1)
