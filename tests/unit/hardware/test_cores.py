"""Several cores, DRAM channels, rows and refresh: what a file may say of them and what follows."""

from __future__ import annotations

from fractions import Fraction

import pytest

from accelsim.cost.area import area_breakdown
from accelsim.cost.energy import unit_energies
from accelsim.errors import HardwareError
from accelsim.hardware.ports import banks_of
from accelsim.hardware.yaml_io import load_hardware
from accelsim.schedule.machine import narrowed, target_of
from accelsim.traffic.dram import transfer_cycles
from tests.oracles.deep_accelerator import deep_accelerator

EDGE = load_hardware("edge_16x16")
PORTS = tuple(f"memory.levels.sram.{way}_bytes_per_cycle" for way in ("read", "write"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cores.shared": ["srma"]}, "no on-chip level is named 'srma'; did you mean 'sram'?"),
        ({"cores.count": 0}, "cores.count: must be >= 1"),
        (
            {"memory.levels.dram.channels": 2},
            "memory.levels.dram.channels: 2 are more than the 1 cores",
        ),
        ({"memory.levels.dram.row_bytes": 2048}, "row_bytes and row_miss go together"),
        ({"memory.levels.dram.refresh": "180 ns"}, "refresh and refresh_interval go together"),
        (
            {
                "memory.levels.dram.refresh": "4 us",
                "memory.levels.dram.refresh_interval": "3.9 us",
            },
            "must be shorter than refresh_interval",
        ),
        (
            {
                "memory.levels.dram.refresh": "3899.9 ns",
                "memory.levels.dram.refresh_interval": "3.9 us",
            },
            "must be shorter than refresh_interval, by a thousandth of it or more",
        ),
    ],
)
def test_replace_with_cores_or_dram_that_cannot_be_says_why(changes, message):
    with pytest.raises(HardwareError) as error:
        EDGE.replace(changes)
    assert message in str(error.value)


def scratchpad_banks(hardware):
    return banks_of(hardware, hardware.scratchpad)


def test_shared_level_fed_by_a_private_one_is_refused():
    chip = load_hardware("zigzag_eyeriss_like")
    with pytest.raises(HardwareError, match="'sram' feeds 'o_sram', which is shared"):
        chip.replace({"cores.count": 2, "cores.shared": ["o_sram"]})


def test_shared_level_with_copies_per_pe_is_refused():
    eyeriss = load_hardware("eyeriss")
    with pytest.raises(HardwareError, match="which no core shares"):
        eyeriss.replace({"cores.count": 2, "cores.shared": [eyeriss.on_chip[0].name]})


def test_cores_private_levels_multiply_area_and_leakage():
    four = EDGE.replace({"cores.count": 4})
    assert area_breakdown(four).total_mm2 == pytest.approx(4 * area_breakdown(EDGE).total_mm2)
    assert unit_energies(four).leakage_mw == pytest.approx(4 * unit_energies(EDGE).leakage_mw)
    assert four.on_chip_bytes == 4 * EDGE.on_chip_bytes
    assert four.peak_macs_per_cycle == EDGE.peak_macs_per_cycle


def test_cores_shared_level_is_there_once():
    four = EDGE.replace({"cores.count": 4, "cores.shared": ["sram"]})
    assert four.on_chip_bytes == EDGE.on_chip_bytes
    assert area_breakdown(four).part_mm2("array") == pytest.approx(
        4 * area_breakdown(EDGE).part_mm2("array")
    )


def test_cores_shared_level_with_ports_of_its_own_costs_what_it_does_for_one_core():
    ports = dict.fromkeys(PORTS, 64)
    four = EDGE.replace({"cores.count": 4, "cores.shared": ["sram"], **ports})
    assert scratchpad_banks(four) == scratchpad_banks(EDGE.replace(ports)) == 16
    memory = area_breakdown(EDGE.replace(ports)).part_mm2("memory")
    assert area_breakdown(four).part_mm2("memory") == pytest.approx(memory)


def test_cores_shared_level_without_ports_has_banks_for_what_all_cores_ask():
    """Each core reads 32 B and reads and writes 64 B of sums; the channel brings 25.6 B."""
    four = EDGE.replace({"cores.count": 4, "cores.shared": ["sram"]})
    assert scratchpad_banks(four) == 42  # 4 * 160 + 25.6 = 665.6 B in words of 16 B
    assert scratchpad_banks(four.replace({PORTS[0]: 32})) == 36  # 32 + 4 * 128 + 25.6
    assert scratchpad_banks(four.replace({"memory.levels.dram.channels": 4})) == 47  # 4 * 185.6
    memory, one = area_breakdown(four).part_mm2("memory"), area_breakdown(EDGE).part_mm2("memory")
    assert one < memory < 4 * one


def test_cores_shared_level_of_several_has_its_banks_for_every_core_that_asks():
    four = deep_accelerator({"cores.count": 4, "cores.shared": ["glb"]})
    assert scratchpad_banks(four) == 4
    port = "memory.levels.glb.write_bytes_per_cycle"
    assert scratchpad_banks(four.replace({port: None})) == 16
    assert scratchpad_banks(deep_accelerator({"cores.count": 4, port: None})) == 4


def test_transfer_cycles_of_rows_adds_a_miss_for_each():
    bursts = transfer_cycles(5000, 64, 5, 128, 0, 0)
    assert bursts == -(-79 * 64 * 5 // 128)
    assert transfer_cycles(5000, 64, 5, 128, 2048, 20) == bursts + 3 * 20
    assert transfer_cycles(0, 64, 5, 128, 2048, 20) == 0


def test_target_of_refreshed_dram_has_its_share_less_bandwidth():
    refreshed = EDGE.replace(
        {"memory.levels.dram.refresh": "180 ns", "memory.levels.dram.refresh_interval": "3.9 us"}
    )
    machine = target_of(refreshed, "ws").machine
    assert refreshed.dram.refresh_share == Fraction(47, 1000)  # 46.15 thousandths, rounded up
    plain = target_of(EDGE, "ws").machine
    assert Fraction(machine.bandwidth, machine.clock) == Fraction(953, 1000) * Fraction(
        plain.bandwidth, plain.clock
    )


def test_target_of_dram_with_rows_counts_their_misses_in_cycles():
    rows = EDGE.replace(
        {"memory.levels.dram.row_bytes": 2048, "memory.levels.dram.row_miss": "41 ns"}
    )
    machine = target_of(rows, "ws").machine
    assert (machine.row_bytes, machine.row_miss_cycles) == (2048, 21)


def test_narrowed_takes_a_share_of_the_named_levels_only():
    target = target_of(EDGE, "ws")
    less = narrowed(target, {"sram": Fraction(1, 3), "other": Fraction(1, 2)})
    assert less.hierarchy.levels[0].capacity_bits == 8 * (262144 // 3)
    assert less.hierarchy.levels[1:] == target.hierarchy.levels[1:]
    assert less.machine == target.machine
