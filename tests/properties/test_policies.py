"""Random networks on random chips under every policy: what holds whatever the schedule."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.evaluate import executed, simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.written_mappings import MappingBook
from tests.oracles.random_networks import builders

EDGE = load_hardware("edge_16x16")
READ, WRITE = (f"memory.levels.sram.{way}_bytes_per_cycle" for way in ("read", "write"))
PORTS = (
    {},
    {},
    {READ: 8, WRITE: 16},
    {WRITE: 4},
    {READ: 24, "memory.levels.sram.shared_port": True},
)
"""A 4x4 array reads 8 bytes and writes 16 in a cycle, its lanes read 32."""

POLICIES = ("in_order", "branch_parallel", "split")


@st.composite
def chips(draw):
    """Small chips of one to four cores, with or without a separate vector unit and shared SRAM.

    What cores share may have ports that are too narrow for all of them.
    """
    cores = draw(st.integers(1, 4))
    separate = draw(st.booleans())
    rows = draw(st.booleans())
    changes = {
        "array.rows": 4,
        "array.cols": 4,
        "cores.count": cores,
        "cores.shared": ["sram"] if draw(st.booleans()) else [],
        "memory.levels.sram.size": draw(st.sampled_from(["16 KiB", "128 KiB"])),
        "memory.levels.dram.channels": draw(st.integers(1, cores)),
        "memory.levels.dram.bandwidth": draw(st.sampled_from(["0.4 GB/s", "12.8 GB/s"])),
        "vector_unit.placement": "separate" if separate else "in_line",
        "vector_unit.fuse_activation": not separate,
        "operator_overhead.launch_cycles": draw(st.sampled_from([0, 100])),
    }
    changes |= draw(st.sampled_from(PORTS))
    if rows:
        changes |= {
            "memory.levels.dram.row_bytes": 1024,
            "memory.levels.dram.row_miss": "40 ns",
            "memory.levels.dram.refresh_interval": "3.9 us",
            "memory.levels.dram.refresh": "180 ns",
        }
    return EDGE.replace(changes)


CASES = st.tuples(builders(most=8), chips(), st.sampled_from(POLICIES))


def run(case, **choices):
    net, hardware, policy = case
    return simulate(
        net.build(), hardware, engine="events", policy=policy, effort="sweep", **choices
    )


@settings(max_examples=30, deadline=None)
@given(CASES)
def test_policy_any_network_accounts_for_every_cycle_of_every_unit(case):
    result = run(case, trace=True)
    assert sum(layer.cycles for layer in result.layers) + result.idle.cycles == (
        result.units * result.cycles
    )
    assert result.idle.cycles >= 0
    rows = result.table("layer")
    assert sum(row["energy_pj"] for row in rows) * 1e-6 == pytest.approx(result.energy_uj)
    spent, held = defaultdict(list), defaultdict(int)
    for item in result.trace.slices:
        if item.what != "operator":
            spent[item.track].append((item.start, item.end))
            held[item.track] += item.end - item.start
    for slices in spent.values():
        slices.sort()
        assert all(end <= start for (_, end), (start, _) in pairwise(slices))
        assert slices[-1][1] <= result.cycles
    on_units = [cycles for track, cycles in held.items() if track.startswith("core")]
    assert sum(on_units) == sum(layer.cycles for layer in result.layers)
    on_channels = [cycles for track, cycles in held.items() if track.startswith("DRAM")]
    assert sum(on_channels) == sum(layer.channel_cycles for layer in result.layers)
    for layer in result.layers:
        assert layer.cycles == layer.compute_cycles + layer.fill_drain_cycles + layer.stall_cycles


@settings(max_examples=30, deadline=None)
@given(CASES)
def test_policy_any_network_reads_nothing_before_it_is_made(case):
    result = run(case, trace=True)
    layers = {layer.layer: layer for layer in result.layers}
    for producer, consumer in result.trace.flows:
        assert layers[producer].end_cycle <= layers[consumer].start_cycle


@settings(max_examples=30, deadline=None)
@given(CASES)
def test_policy_any_network_never_beats_its_lower_bound_and_repeats_itself(case):
    result = run(case)
    assert 0 < result.cycles_lower_bound <= result.cycles
    assert run(case) == result


@settings(max_examples=30, deadline=None)
@given(CASES)
def test_policy_any_network_moves_at_least_the_compulsory_bytes(case):
    result = run(case)
    for layer in result.layers:
        assert layer.dram_payload_bytes >= layer.compulsory_bytes
    net, hardware, _ = case
    whole = simulate(net.build(), hardware, effort="sweep")
    assert result.macs == whole.macs
    assert [layer.macs for layer in result.layers] == [layer.macs for layer in whole.layers]
    if hardware.cores.count == 1 and hardware.vector_unit.placement == "in_line":
        assert result.cycles == whole.cycles
        assert [layer.cycles for layer in result.layers] == [layer.cycles for layer in whole.layers]


@settings(max_examples=12, deadline=None)
@given(CASES)
def test_policy_auto_is_the_best_of_the_others(case):
    net, hardware, _ = case
    auto = run((net, hardware, "auto"))
    each = {policy: run((net, hardware, policy)).cycles for policy in POLICIES}
    assert auto.cycles == min(each.values()) == each[auto.policy]


@settings(max_examples=30, deadline=None)
@given(builders(most=8), chips(), st.integers(1, 2))
def test_split_any_network_as_its_mapping_file_says_takes_the_same_cycles(net, hardware, batch):
    choices = {"engine": "events", "policy": "split", "effort": "sweep", "batch": batch}
    network = net.build()
    result = simulate(network, hardware, **choices)
    with TemporaryDirectory() as folder:
        book = MappingBook(result.save(folder) / "mapping.yaml")
        given = book.of_network(network.name, executed(network, hardware), hardware, batch, "split")
    again = simulate(network, hardware, **choices, mappings=given)
    assert (again.mappings, again.shards) == (result.mappings, result.shards)
    assert [replace(layer, mapping_proved=None) for layer in result.layers] == [
        replace(layer, mapping_proved=None) for layer in again.layers
    ]


@settings(max_examples=30, deadline=None)
@given(
    builders(most=8),
    chips(),
    st.sampled_from(["greedy", "optimal"]),
    st.sampled_from(["given", "memory"]),
)
def test_residency_any_network_both_engines_agree_and_every_byte_is_counted(
    net, hardware, residency, schedule
):
    choices = {"effort": "sweep", "residency": residency, "schedule": schedule}
    fast = simulate(net.build(), hardware, **choices)
    events = simulate(net.build(), hardware, engine="events", **choices)
    assert fast.layers == events.layers
    assert (fast.cycles, fast.idle) == (events.cycles, events.idle)
    for layer in fast.layers:
        assert layer.dram_payload_bytes + layer.avoided_bytes >= layer.compulsory_bytes
        assert layer.avoided_bytes >= 0
        assert min(layer.sram_read_bytes, layer.sram_write_bytes, layer.energy_sram_pj) >= 0
