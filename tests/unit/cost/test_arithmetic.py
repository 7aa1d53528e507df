import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.cost.arithmetic import (
    adder,
    adder_tree,
    address_generator,
    comparator,
    fifo,
    multiplexer,
    multiplier,
    multiply_accumulate,
    multiply_add_ps,
    register,
    relu,
    requantiser,
    several,
    tree_widths,
    unmodelled_energy,
)
from accelsim.errors import HardwareError

BITS = st.integers(2, 32)


def test_multiplier_8_bits_costs_the_0_2_pj_of_horowitz():
    assert multiplier(8, 8).energy_pj == pytest.approx(0.2)


def test_multiplier_32_bits_is_near_the_3_1_pj_of_horowitz():
    assert multiplier(32, 32).energy_pj == pytest.approx(3.1, rel=0.04)


@pytest.mark.parametrize(
    ("bits", "pj", "within"), [(8, 0.03, 1e-9), (32, 0.1, 1e-9), (16, 0.05, 0.07)]
)
def test_adder_costs_what_horowitz_says(bits, pj, within):
    assert adder(bits).energy_pj == pytest.approx(pj, rel=within)


@given(BITS, BITS)
def test_multiplier_is_symmetric_and_grows_with_either_width(a_bits, b_bits):
    assert multiplier(a_bits, b_bits)[:2] == pytest.approx(multiplier(b_bits, a_bits)[:2])
    assert multiplier(a_bits + 1, b_bits).area_um2 > multiplier(a_bits, b_bits).area_um2


def test_multiplier_of_one_bit_is_its_product_gates():
    # the fitted line gives 7.42 * 1 - 5.85 * 2 < 0 here
    assert multiplier(1, 1).area_um2 == 0.798


def test_adder_below_the_fitted_range_is_a_chain_of_full_adders():
    assert adder(2).area_um2 == pytest.approx(2 * 4.256)


def test_component_without_bits_raises():
    with pytest.raises(HardwareError, match="adder: 0 bits"):
        adder(0)


def test_multiply_accumulate_is_multiplier_adder_and_cleared_register():
    # (7.42*64 - 5.85*16) + (6.26*32 - 10.6) + 5.952*32
    assert multiply_accumulate(8, 8, 32).area_um2 == pytest.approx(381.28 + 189.72 + 190.464)
    assert multiply_accumulate(8, 8, 32).energy_pj == pytest.approx(0.2 + 0.1 + 32 * 0.0105)


def test_tree_widths_of_nine_16_bit_operands():
    # 9 -> 4 sums + 1; 5 -> 2 sums + 1; 3 -> 1 sum + 1; 2 -> 1 sum
    assert tree_widths(9, 16) == [16, 16, 16, 16, 17, 17, 18, 19]


@given(st.integers(1, 200), BITS)
def test_tree_has_one_adder_less_than_operands(operands, bits):
    assert len(tree_widths(operands, bits)) == operands - 1


def test_adder_tree_adds_its_adders():
    assert adder_tree(3, 16).area_um2 == pytest.approx(adder(16).area_um2 + adder(17).area_um2)


def test_requantiser_energy_is_product_rounding_and_output_register():
    # 32 x 16: 0.2 * 512 / 64; rounding adder of 48 bits; 8 register bits
    expected = 1.6 + (48 * 0.07 / 24 + 0.02 / 3) + 8 * 0.0105
    assert requantiser(32, 16, 8).energy_pj == pytest.approx(expected)


def test_address_generator_configuration_is_held_in_registers_with_enable():
    # a further loop: counter, bound and stride registers, counting logic, one more choice
    one_more = address_generator(7, 16, 24).area_um2 - address_generator(6, 16, 24).area_um2
    assert one_more == pytest.approx((2 * 16 + 24) * 6.484 + 16 * 3.726 + 24 * 1.962)


def test_fifo_energy_is_one_word():
    assert fifo(64, 8).energy_pj == pytest.approx(8 * 0.0105)


def test_unknown_energy_stays_unknown_in_a_sum():
    total = unmodelled_energy(10.0, "control").energy_pj + multiplexer(8).energy_pj
    assert math.isnan(total)


def test_multiply_add_path_is_the_multiplier_and_the_carry_above_the_product():
    # int8 into 32 bits: 16 bits above the product
    path = multiply_add_ps(8, 8, 32)
    assert path == pytest.approx(multiplier(8, 8).delay_ps + 244 + adder(16).delay_ps)
    assert multiply_add_ps(8, 8, 16) == pytest.approx(multiplier(8, 8).delay_ps + 244)
    assert multiply_accumulate(8, 8, 32).delay_ps == path


@given(BITS, BITS)
def test_delay_of_every_operator_rises_with_its_width(bits, more):
    for made in (lambda n: multiplier(n, n), adder, relu, comparator):
        assert made(bits + more).delay_ps > made(bits).delay_ps > 0


def test_adder_tree_is_slower_by_its_levels_and_not_by_its_adders():
    assert adder_tree(2, 16).delay_ps == adder(16).delay_ps
    assert adder_tree(8, 16).delay_ps == pytest.approx(adder(16).delay_ps + 2 * 210)


def test_components_beside_each_other_are_as_fast_as_one():
    three = several(3, adder(8))
    assert three.delay_ps == adder(8).delay_ps
    assert three.area_um2 == 3 * adder(8).area_um2


def test_flip_flops_have_no_path():
    assert math.isnan(register(8).delay_ps)
