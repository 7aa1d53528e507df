import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.cost.technology import (
    NODES,
    area_factor,
    default_voltage_v,
    energy_factor,
    log_interpolated,
    notes,
)
from accelsim.errors import HardwareError


def test_area_factor_at_45_nm_is_one():
    assert area_factor(45) == 1.0


@pytest.mark.parametrize(("node", "printed"), [(130, 0.16), (65, 0.66), (32, 2.2), (7, 17.0)])
def test_area_factor_agrees_with_the_printed_factor_back_to_45_nm(node, printed):
    # Stillmaker and Baas print both directions, rounded to two digits.
    assert 1 / area_factor(node) == pytest.approx(printed, rel=0.025)


def test_area_factor_at_28_nm_lies_on_the_log_log_line_between_20_and_32():
    # slope ln(0.46 / 0.21) / ln(32 / 20) = 1.668; 0.46 * (28 / 32) ** 1.668 = 0.368
    assert area_factor(28) == pytest.approx(0.368, abs=0.0005)


def test_energy_factor_at_45_nm_and_0_9_v_is_one():
    assert energy_factor(45, 0.9) == 1.0
    assert energy_factor(45) == 1.0


def test_energy_factor_at_32_nm_is_the_ratio_of_the_polynomials():
    at_32 = 0.9559 * 0.81 - 0.7823 * 0.9 + 0.471
    at_45 = 1.103 * 0.81 - 0.362 * 0.9 + 0.2767
    assert energy_factor(32, 0.9) == pytest.approx(at_32 / at_45, rel=1e-12)


@given(st.sampled_from(NODES), st.floats(0.6, 1.7))
def test_energy_factor_rises_with_voltage(node, voltage):
    assert energy_factor(node.nm, voltage + 0.1) > energy_factor(node.nm, voltage)


@given(st.floats(7, 129), st.floats(1.001, 1.3))
def test_area_factor_rises_with_the_node(node, ratio):
    assert area_factor(node) < area_factor(min(node * ratio, 130))


@pytest.mark.parametrize("node", [5, 180])
def test_area_factor_outside_the_table_raises(node):
    with pytest.raises(HardwareError, match="from 7 to 130 nm"):
        area_factor(node)


@pytest.mark.parametrize("voltage", [0.3, 2.5])
def test_energy_factor_at_an_impossible_voltage_raises(voltage):
    with pytest.raises(HardwareError, match=r"energy model of 65 nm holds from 0\.59 to 1\.8 V"):
        energy_factor(65, voltage)


def test_notes_name_the_neighbours_of_a_node_between_rows():
    (note,) = notes(28, 0.9)
    assert "interpolated between 20 and 32 nm" in note


def test_notes_state_the_voltage_that_is_assumed():
    (note,) = notes(65)
    assert "1.10 V assumed" in note
    assert notes(65, 1.0) == ()


def test_default_voltage_is_the_one_that_energy_uses():
    assert energy_factor(14) == energy_factor(14, default_voltage_v(14))


def test_log_interpolated_beyond_the_points_keeps_the_slope():
    assert log_interpolated(8, (1, 3), (2, 6)) == pytest.approx(24)
