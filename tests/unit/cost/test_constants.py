from types import SimpleNamespace

import pytest

from accelsim.cost.constants import CONSTANTS, MEASURED, library
from accelsim.cost.technology import energy_factor
from accelsim.errors import HardwareError


def test_every_constant_has_a_unit_a_source_and_a_known_mark():
    for name, constant in CONSTANTS.items():
        assert constant.unit, name
        assert constant.source, name
        assert constant.mark in {"own", "read", "derived", "weak"}, name


def test_library_override_replaces_value_and_source_and_keeps_the_unit():
    lib = library({"dram_pj_per_byte": SimpleNamespace(value=200.0, source="DDR3, Horowitz")})
    assert lib["dram_pj_per_byte"] == (200.0, "pJ/B", "DDR3, Horowitz", "file")
    assert CONSTANTS["dram_pj_per_byte"].value == 64.0


def test_library_measured_unit_energy_is_accepted():
    lib = library({"mac_pj": SimpleNamespace(value=2.0, source="measured")})
    assert lib["mac_pj"].unit == MEASURED["mac_pj"]


def test_library_unknown_name_suggests_the_known_one():
    with pytest.raises(HardwareError, match="did you mean 'dram_pj_per_byte'"):
        library({"dram_pj_per_bytes": SimpleNamespace(value=1.0, source="?")})


def test_register_energy_is_the_40_nm_value_brought_to_45_nm():
    # Aladdin: 0.009 pJ per bit at 40 nm, taken at 0.9 V like everything else.
    at_45 = 0.009 / energy_factor(40, 0.9)
    assert CONSTANTS["register_pj_per_bit"].value == pytest.approx(at_45, rel=0.005)


def test_multiplexer_area_is_a_register_with_enable_less_a_plain_one():
    value = {name: constant.value for name, constant in CONSTANTS.items()}
    difference = value["register_enable_um2_per_bit"] - value["register_um2_per_bit"]
    assert value["multiplexer_um2_per_bit"] == pytest.approx(difference)
    energy = value["adder_pj_per_bit"] * difference / value["adder_um2_per_bit"]
    assert value["multiplexer_pj_per_bit"] == pytest.approx(energy, rel=0.03)
