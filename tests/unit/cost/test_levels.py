"""Energy of every level, and what registers are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.cost.arithmetic import fifo
from accelsim.cost.constants import CONSTANTS
from accelsim.cost.levels import LevelEnergy, is_flip_flops, level_energies, register_file
from accelsim.cost.memories import sram
from accelsim.cost.technology import energy_factor
from accelsim.hardware.levels import OnChip
from accelsim.hardware.ports import banks_of
from tests.oracles.deep_accelerator import deep_accelerator
from tests.oracles.small_accelerator import small_accelerator

TOGGLE = 0.0105


def registers(size_bytes, word_bits, **more):
    data = {"name": "regs", "kind": "register", "size": size_bytes, "word_bits": word_bits}
    return OnChip.model_validate(data | more)


def by_name(hw):
    return {level.name: level for level in level_energies(hw)}


def test_level_energies_are_one_per_level_from_the_pe_outward_and_then_dram():
    levels = level_energies(deep_accelerator())
    assert [(level.name, level.kind) for level in levels] == [
        ("input_spad", "register"),
        ("weight_spad", "register"),
        ("psum_spad", "register"),
        ("glb", "sram"),
        ("dram", "dram"),
    ]
    assert [level.word_bits for level in levels] == [16, 16, 16, 64, 64]
    assert all(level.access_bits == 8 and level.source for level in levels)


def test_registers_cost_their_bits_read_as_written():
    level = by_name(deep_accelerator())["psum_spad"]
    assert (level.read_pj, level.write_pj) == pytest.approx((16 * TOGGLE, 16 * TOGGLE))
    assert not level.weak


def test_registers_above_256_bytes_and_sram_cost_the_macro_of_cacti():
    levels = by_name(deep_accelerator())
    spad, glb = sram(448, 16, 1, 1, 45), sram(65536, 64, 4, 1, 45)
    assert levels["weight_spad"][2:4] == (spad.read_pj, spad.write_pj)
    assert "448 B of registers are counted as SRAM" in levels["weight_spad"].source
    assert levels["glb"][2:4] == (glb.read_pj, glb.write_pj)


@pytest.mark.parametrize(("size", "flip_flops"), [(2, True), (256, True), (257, False)])
def test_flip_flops_end_at_256_bytes(size, flip_flops):
    assert is_flip_flops(registers(size, 16)) is flip_flops


def test_sram_of_any_size_is_no_flip_flops():
    assert not is_flip_flops(registers(64, 16, kind="sram", banks=1))


def test_dram_costs_the_constant_pro_rata_to_its_word():
    wide = by_name(deep_accelerator({"memory.levels.dram.word_bits": 512}))["dram"]
    assert (wide.read_pj, wide.write_pj, wide.word_bits) == (64 * 64, 64 * 64, 512)
    assert wide.source == CONSTANTS["dram_pj_per_byte"].source


def test_node_and_supply_scale_flip_flops_and_not_dram():
    hw = deep_accelerator({"technology.node_nm": 28.0, "technology.voltage_v": 0.8})
    at_28, at_45 = by_name(hw), by_name(deep_accelerator())
    ratio = at_28["psum_spad"].read_pj / at_45["psum_spad"].read_pj
    assert ratio == pytest.approx(energy_factor(28, 0.8))
    assert at_28["dram"] == at_45["dram"]
    assert at_28["glb"].read_pj == sram(65536, 64, 4, 1, 28).read_pj


def test_what_the_file_says_of_a_level_replaces_the_model_unscaled():
    changes = {"memory.levels.glb.read_pj": 10.0, "technology.node_nm": 28.0}
    glb = by_name(deep_accelerator(changes))["glb"]
    assert (glb.read_pj, glb.write_pj) == (10.0, sram(65536, 64, 4, 1, 28).write_pj)
    assert glb.source.startswith("read_pj: set by the user; CACTI 7 grid")


def test_level_of_which_the_file_says_everything_is_not_weak():
    changes = {"memory.levels.glb.ports": 2}
    assert by_name(deep_accelerator(changes))["glb"].weak
    changes |= {"memory.levels.glb.read_pj": 10.0, "memory.levels.glb.write_pj": 12.0}
    glb = by_name(deep_accelerator(changes))["glb"]
    said = "read_pj: set by the user; write_pj: set by the user"
    assert glb == LevelEnergy("glb", "sram", 10.0, 12.0, 64, 8, said, weak=False)


def test_measured_constant_of_a_byte_is_for_the_scratchpad_alone():
    changes = {"constants.sram_read_pj_per_byte": 3.0, "memory.levels.weight_spad.kind": "sram"}
    levels = by_name(deep_accelerator(changes))
    assert levels["glb"].read_pj == 3.0 * 8
    assert levels["glb"].write_pj == sram(65536, 64, 4, 1, 45).write_pj
    assert levels["weight_spad"].read_pj == sram(448, 16, 1, 1, 45).read_pj


def test_only_level_has_the_banks_that_its_traffic_needs():
    large = small_accelerator({"memory.levels.scratchpad.banks": 1})
    (scratchpad, _) = level_energies(large)
    assert banks_of(large, large.scratchpad) == 3  # 8 + 2 x 8 + 18.3 B per cycle in words of 16 B
    assert scratchpad.read_pj == sram(256 * 1024, 128, 3, 1, 45).read_pj


def test_register_file_of_16_x_8_is_near_the_synthesised_fifo():
    """The FIFO of that size has pointers too: 17 flip-flops more than its 128 bits."""
    area = register_file(registers(16, 8), CONSTANTS).area_um2
    assert area == pytest.approx(128 * 6.484 + 120 * 1.962)
    assert area == pytest.approx(1212.428 - 17 * 4.522, rel=0.07)  # rtl_area.csv, Nangate45
    assert area < fifo(16, 8).area_um2


def test_register_file_with_more_ports_has_a_multiplexer_tree_for_each():
    one, three = (registers(16, 8, ports=ports) for ports in (1, 3))
    more = register_file(three, CONSTANTS).area_um2 - register_file(one, CONSTANTS).area_um2
    assert more == pytest.approx(2 * 120 * 1.962)


@given(st.integers(1, 16), st.integers(1, 8))
def test_register_file_of_more_words_costs_more_area_and_the_same_energy(words, word_bytes):
    small, large = (registers(n * word_bytes, 8 * word_bytes) for n in (words, words + 1))
    less, more = (register_file(level, CONSTANTS) for level in (small, large))
    assert less.area_um2 < more.area_um2
    assert less.energy_pj == more.energy_pj == pytest.approx(8 * word_bytes * TOGGLE)
