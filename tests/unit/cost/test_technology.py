import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.cost.technology import (
    NODES,
    area_factor,
    default_voltage_v,
    delay_factor,
    energy_factor,
    log_interpolated,
    notes,
    supply_range,
)


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


def test_area_factor_beyond_the_table_goes_on_along_its_last_two_rows():
    # below: slope ln(0.10 / 0.059) / ln(10 / 7) = 1.479; 0.059 * (5 / 7) ** 1.479 = 0.0359
    assert area_factor(5) == pytest.approx(0.0359, abs=0.0001)
    # above: slope ln(6.4 / 2.8) / ln(130 / 90) = 2.248; 6.4 * (180 / 130) ** 2.248 = 13.3
    assert area_factor(180) == pytest.approx(13.3, abs=0.05)


@pytest.mark.parametrize("node", [5, 180])
def test_node_beyond_the_table_is_a_warning(node):
    (note,) = notes(node, 1.0)
    assert note.startswith(f"warning: {node} nm is outside Stillmaker and Baas (7 to 130 nm)")


def test_energy_at_a_voltage_beyond_the_polynomial_is_c_v_squared():
    lowest_v = supply_range(65).lowest_v
    assert lowest_v == pytest.approx(4.398 / (2 * 3.755))
    half = energy_factor(65, lowest_v / 2)
    assert half == pytest.approx(energy_factor(65, lowest_v) / 4)
    assert energy_factor(65, 3.6) == pytest.approx(4 * energy_factor(65, 1.8))


@pytest.mark.parametrize("voltage", [0.3, 2.5])
def test_voltage_beyond_the_polynomial_is_a_warning(voltage):
    (note,) = notes(65, voltage)
    assert note.startswith(f"warning: {voltage} V is outside the scaling data of 65 nm (0.59 to")


def test_delay_factor_is_one_where_the_library_was_characterised():
    assert delay_factor(45, 1.1) == 1.0


def test_delay_factor_of_65_nm_is_the_ratio_of_the_polynomials():
    at_65 = -53.3 + 230.4 - 333.9 + 178.6  # at 1 V
    v = 0.94921  # where that of 45 nm is lowest
    at_45 = -501.6 * v**3 + 1567 * v**2 - 1619 * v + 566.1
    assert delay_factor(65, 1.0) == pytest.approx(at_65 / at_45, rel=1e-4)


@given(st.sampled_from(NODES), st.floats(0.6, 1.7))
def test_delay_falls_with_voltage_and_stays_above_nothing(node, voltage):
    slow, fast = delay_factor(node.nm, voltage), delay_factor(node.nm, voltage + 0.1)
    assert slow >= fast > 0


def test_delay_at_a_voltage_below_the_data_is_not_known():
    assert delay_factor(65, 0.5) is None


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
