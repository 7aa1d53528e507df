import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.cost.constants import CONSTANTS
from accelsim.cost.energy import (
    ENERGY_PARTS,
    ActionCounts,
    UnitEnergies,
    energy_breakdown,
    explain,
    unit_energies,
)
from accelsim.cost.memories import sram
from accelsim.cost.technology import energy_factor
from accelsim.errors import HardwareError
from tests.oracles.deep_accelerator import deep_accelerator
from tests.oracles.small_accelerator import small_accelerator

COUNTS = st.integers(0, 10**12)


def test_unit_energies_of_the_small_accelerator_are_the_printed_ones():
    # multiplier 0.2 + adder 0.1 + 40 register bits; CACTI 64 KiB x 128 bits 39.332 and 36.044 pJ
    units = unit_energies(small_accelerator())
    assert units.mac_pj == pytest.approx(0.2 + 0.1 + 40 * 0.0105)
    assert units.sram_read_pj_per_byte == pytest.approx(39.332 / 16)
    assert units.sram_write_pj_per_byte == pytest.approx(36.044 / 16)
    assert units.dram_pj_per_byte == 512 / 8
    assert units.vector_op_pj == pytest.approx(0.1 + 48 * 0.0105)


def test_energy_of_logic_scales_with_node_and_voltage_and_dram_does_not():
    at_45 = unit_energies(small_accelerator())
    changes = {"technology.node_nm": 28.0, "technology.voltage_v": 0.8}
    at_28 = unit_energies(small_accelerator(changes))
    assert at_28.mac_pj / at_45.mac_pj == pytest.approx(energy_factor(28, 0.8))
    assert at_28.dram_pj_per_byte == at_45.dram_pj_per_byte


def test_voltage_leaves_the_sram_alone():
    low, high = (
        unit_energies(small_accelerator({"technology.voltage_v": volts})) for volts in (0.7, 1.1)
    )
    assert low.mac_pj < high.mac_pj
    assert low.sram_read_pj_per_byte == high.sram_read_pj_per_byte


def test_unit_energies_without_a_dataflow_take_the_costliest_of_the_array():
    hw = small_accelerator({"array.dataflows": ["ws", "os"]})
    ws, os = unit_energies(hw, "ws").mac_pj, unit_energies(hw, "os").mac_pj
    assert os - ws == pytest.approx(8 * 0.0105)  # the weight register moves too
    assert unit_energies(hw).mac_pj == os
    # a PE for both passes 48 port bits through multiplexers
    assert ws - unit_energies(small_accelerator()).mac_pj == pytest.approx(48 * 0.0009)


def test_unit_energies_of_a_dataflow_that_the_array_lacks_raises():
    with pytest.raises(HardwareError, match="'os' is not one of this array"):
        unit_energies(small_accelerator(), "os")


def test_leakage_is_logic_density_times_cells_plus_cacti():
    silent = unit_energies(small_accelerator(constants={"logic_leakage_mw_per_um2": 0.0}))
    assert silent.leakage_mw == pytest.approx(4 * 0.0016518)  # four 64 KiB macros
    assert unit_energies(small_accelerator()).leakage_mw > 100 * silent.leakage_mw


def test_measured_unit_energy_replaces_the_model_unscaled():
    hw = small_accelerator({"technology.node_nm": 28.0}, {"mac_pj": 2.0, "leakage_mw": 7.0})
    assert (unit_energies(hw).mac_pj, unit_energies(hw).leakage_mw) == (2.0, 7.0)


def test_constant_override_is_at_45_nm_and_scales():
    constants = {"register_pj_per_bit": 0.0}
    hw = small_accelerator({"technology.node_nm": 28.0}, constants)
    assert unit_energies(hw).mac_pj == pytest.approx(0.3 * energy_factor(28, 0.9))


def test_energy_breakdown_multiplies_each_action_by_its_energy():
    units = UnitEnergies(1.0, 2.0, 3.0, 4.0, 5.0, leakage_mw=6.0)
    actions = ActionCounts(10, 20, 30, 40, 50, cycles=700)
    # 6 mW for 700 cycles at 700 MHz: 1 us x 6 mW = 6 nJ
    assert energy_breakdown(actions, units, 700e6) == {
        "mac": 10.0,
        "sram_read": 40.0,
        "sram_write": 90.0,
        "dram": 160.0,
        "vector": 250.0,
        "leakage": pytest.approx(6000.0),
    }


@given(st.builds(ActionCounts, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS))
def test_energy_of_twice_the_actions_is_twice_in_every_part(actions):
    units = unit_energies(small_accelerator())
    once = energy_breakdown(actions, units, 7e8)
    twice = energy_breakdown(ActionCounts(*(2 * count for count in actions)), units, 7e8)
    assert tuple(once) == ENERGY_PARTS
    for part in ENERGY_PARTS:
        assert twice[part] == pytest.approx(2 * once[part])


def test_explain_gives_every_unit_energy_and_every_constant_with_its_source():
    hw = small_accelerator(constants={"dram_pj_per_byte": 100.0, "mac_pj": 2.0})
    rows = explain(hw)
    levels = ["scratchpad.read_pj", "scratchpad.write_pj", "dram.read_pj", "dram.write_pj"]
    assert [row.name for row in rows] == [*UnitEnergies._fields, *levels, *CONSTANTS]
    assert {row.name: row.value for row in rows}["dram.read_pj"] == 800.0  # 64 bits
    assert tuple(row.value for row in rows[: len(UnitEnergies._fields)]) == unit_energies(hw)
    assert all(row.source and row.unit for row in rows)
    by_name = {row.name: row for row in rows}
    assert by_name["mac_pj"].source == by_name["dram_pj_per_byte"].source == "test"
    assert by_name["logic_leakage_mw_per_um2"].weak
    assert not by_name["multiplier_pj_per_bit2"].weak


def test_explain_names_the_dram_that_was_not_chosen():
    (dram,) = [row for row in explain(small_accelerator()) if row.name == "dram_pj_per_byte"][:1]
    assert "LPDDR4" in dram.source
    assert "DDR3" in dram.source


def test_mac_of_a_loop_nest_is_charged_for_the_registers_that_no_level_holds():
    # 16 x 16 multiplier 0.8 pJ, 16-bit adder; 448 B of weights are a register level too
    bare = 0.2 / 64 * 256 + 0.07 / 24 * 16 + 0.02 / 3
    assert unit_energies(deep_accelerator()).mac_pj == pytest.approx(bare)
    shared = {"memory.levels.psum_spad.per": ["cols"], "memory.levels.input_spad.per": ["rows"]}
    assert unit_energies(deep_accelerator(shared)).mac_pj == pytest.approx(bare + 32 * 0.0105)


def test_mac_of_a_loop_nest_on_one_shared_level_has_a_register_per_operand():
    hw = small_accelerator({"array.dataflows": ["any"]})
    assert unit_energies(hw, "any").mac_pj == pytest.approx(0.2 + 0.1 + (8 + 8 + 32) * 0.0105)


def test_leakage_counts_every_copy_of_every_level():
    silent = {"constants.logic_leakage_mw_per_um2": 0.0}
    one, two = (unit_energies(deep_accelerator(silent | {"array.planes": n})) for n in (1, 2))
    spad_mw = sram(448, 16, 1, 1, 45).leakage_mw
    assert two.leakage_mw - one.leakage_mw == pytest.approx(24 * spad_mw)
    assert one.leakage_mw == pytest.approx(24 * spad_mw + sram(65536, 64, 4, 1, 45).leakage_mw)


def test_unit_energies_of_a_hierarchy_are_those_of_its_scratchpad_and_dram():
    stated = {"memory.levels.dram.read_pj": 700.0, "memory.levels.dram.write_pj": 750.0}
    units = unit_energies(deep_accelerator(stated))
    assert units.dram_pj_per_byte == pytest.approx(725 / 8)
    assert units.sram_read_pj_per_byte == pytest.approx(sram(65536, 64, 4, 1, 45).read_pj / 8)
