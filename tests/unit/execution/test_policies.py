"""Policies on small networks whose schedules are known."""

from __future__ import annotations

import pytest

from accelsim.errors import MappingError, UsageError
from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

EDGE = load_hardware("edge_16x16")
OWN_CHANNELS = {"cores.count": 2, "memory.levels.dram.channels": 2}


def branches(count):
    """Equal branches from one image, and their sum."""
    net = NetworkBuilder("branches", "test")
    image = net.input("image", (16, 28, 28))
    ends = [net.conv(f"branch{n}", image, 64, window(3, padding="same")) for n in range(count)]
    net.add("sum", *ends)
    return net.build()


def run(net, changes, policy, **choices):
    return simulate(net, EDGE.replace(changes), engine="events", policy=policy, **choices)


def by_name(result):
    return {layer.layer: layer for layer in result.layers}


def test_branch_parallel_equal_branches_on_own_channels_run_at_once():
    alone = by_name(simulate(branches(2)))
    result = run(branches(2), OWN_CHANNELS, "branch_parallel")
    layers = by_name(result)
    assert layers["branch0"].cycles == layers["branch1"].cycles == alone["branch0"].cycles
    assert {layers[f"branch{n}"].unit for n in (0, 1)} == {"core 0", "core 1"}
    assert result.cycles == alone["branch0"].cycles + alone["sum"].cycles
    assert result.cycles == result.cycles_lower_bound
    assert result.idle.cycles == alone["sum"].cycles  # the other core, while one adds


def test_branch_parallel_odd_branch_waits_for_a_core():
    alone = by_name(simulate(branches(3)))
    result = run(branches(3), OWN_CHANNELS, "branch_parallel")
    assert result.cycles == 2 * alone["branch0"].cycles + alone["sum"].cycles


def test_branch_parallel_on_one_channel_waits_for_it():
    shared = run(branches(2), {"cores.count": 2}, "branch_parallel")
    own = run(branches(2), OWN_CHANNELS, "branch_parallel")
    assert shared.cycles > own.cycles
    assert shared.dram_bytes == own.dram_bytes


def test_in_order_on_four_cores_leaves_three_idle():
    one, four = simulate(branches(2)), simulate(branches(2), EDGE.replace({"cores.count": 4}))
    assert four.cycles == one.cycles == four.cycles_lower_bound
    assert four.idle.cycles == 3 * one.cycles
    assert four.area_mm2 == pytest.approx(4 * one.area_mm2)
    assert four.utilization == pytest.approx(one.utilization / 4)
    leakage = sum(layer.energy_leakage_pj for layer in one.layers)
    assert four.idle.energy_leakage_pj == pytest.approx(3 * leakage)
    assert four.energy_uj * 1e6 == pytest.approx(one.energy_uj * 1e6 + 3 * leakage)


def test_split_over_own_channels_halves_a_compute_bound_layer():
    one = by_name(simulate(branches(1)))["branch0"]
    two = by_name(run(branches(1), OWN_CHANNELS, "split"))["branch0"]
    assert two.unit == "core 0 to 1"
    assert two.macs == one.macs
    assert two.compute_cycles == one.compute_cycles
    assert two.end_cycle - two.start_cycle < 0.6 * one.cycles


def test_split_of_given_shards_takes_the_same_cycles():
    first = run(branches(2), {"cores.count": 3, "cores.shared": ["sram"]}, "split")
    assert first.shards["branch0"].count == 3
    given = {**first.mappings, **first.shards}
    again = run(branches(2), {"cores.count": 3, "cores.shared": ["sram"]}, "split", mappings=given)
    assert (again.cycles, again.dram_bytes) == (first.cycles, first.dram_bytes)
    assert (again.mappings, again.shards) == (first.mappings, first.shards)
    assert {layer.mapping_proved for layer in again.layers} == {None}


def test_shards_are_refused_by_policies_that_cut_nothing():
    given = run(branches(1), {"cores.count": 2}, "split").shards
    with pytest.raises(UsageError, match="policy in_order runs operators whole"):
        run(branches(1), {"cores.count": 2}, "in_order", mappings=given)


def test_auto_with_given_shards_runs_them_though_another_policy_would_be_done_first():
    given = run(branches(2), {"cores.count": 2}, "split").shards
    chip = {"cores.count": 8, "memory.levels.dram.channels": 8}
    assert (
        run(branches(2), chip, "auto").cycles
        < run(branches(2), chip, "split", mappings=given).cycles
    )
    auto = run(branches(2), chip, "auto", mappings=given)
    assert (auto.policy, auto.shards) == ("split", given)


def test_given_shards_for_more_cores_than_there_are_are_refused():
    given = run(branches(1), {"cores.count": 4}, "split").shards
    with pytest.raises(MappingError, match=r"branch0: count: 4 shards, edge_16x16.* has 2 cores"):
        run(branches(1), {"cores.count": 2}, "split", mappings=given)


def test_split_of_a_given_mapping_runs_it_whole():
    given = simulate(branches(1)).mappings
    result = run(branches(1), {"cores.count": 2}, "split", mappings=given)
    assert {layer.unit for layer in result.layers} == {"core 0"}
    assert result.mappings == given


@pytest.mark.parametrize("policy", ["branch_parallel", "split"])
def test_policy_on_a_shared_buffer_keeps_to_its_share(policy):
    changes = {"cores.count": 8, "cores.shared": ["sram"]}
    result = run(branches(2), changes, policy)
    assert 0 < max(layer.buffer_bytes for layer in result.layers) <= 2**18 // 8
    whole = simulate(branches(2), EDGE.replace(changes))
    assert max(layer.buffer_bytes for layer in whole.layers) > 2**18 // 8


def test_policy_with_a_given_mapping_beyond_its_share_says_so():
    given = simulate(branches(1)).mappings
    with pytest.raises(MappingError, match="policy split, a core's share of the buffers: layer"):
        run(branches(1), {"cores.count": 8, "cores.shared": ["sram"]}, "split", mappings=given)


@pytest.mark.parametrize("policy", ["in_order", "split", "branch_parallel", "auto"])
@pytest.mark.parametrize("residency", ["none", "greedy", "optimal"])
def test_network_that_only_moves_addresses_costs_nothing_under_any_policy(policy, residency):
    net = NetworkBuilder("moves", "test")
    net.split("halves", net.input("image", (8, 4, 4)), (4, 4))
    result = run(net.build(), {}, policy, residency=residency)
    assert (result.cycles, result.dram_bytes) == (0, 0)
