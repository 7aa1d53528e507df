import pytest

from accelsim.cost.arithmetic import adder, comparator, multiplier, register, relu, requantiser
from accelsim.cost.floating import float_adder, float_multiplier
from accelsim.cost.operands import (
    WIDTHS,
    BrainWidths,
    FloatWidths,
    Widths,
    accumulation,
    mac_ps,
    output_stage,
    product,
    vector_lane,
)

INT8 = Widths(8, 8, 32)


def test_integers_are_multiplied_and_added_as_wide_as_they_are():
    assert product(INT8) == multiplier(8, 8)
    assert accumulation(INT8) == adder(32)


@pytest.mark.parametrize(
    ("name", "widths"),
    [("fp16", (16, 16, 16)), ("bf16", (16, 16, 16)), ("fp32", (32, 32, 32))],
)
def test_floats_are_multiplied_and_added_in_their_format(name, widths):
    made = WIDTHS[name](*widths)
    assert made.number == name
    assert product(made) == float_multiplier(name)
    assert accumulation(made) == float_adder(name)
    assert mac_ps(made) == float_multiplier(name).delay_ps + float_adder(name).delay_ps


def test_sums_of_32_bits_are_added_as_fp32():
    assert accumulation(BrainWidths(16, 16, 32)) == float_adder("fp32")


def test_exchanged_operands_keep_their_format():
    widths = BrainWidths(16, 16, 32)._replace(accumulator_bits=16)
    assert widths.number == "bf16"


def test_vector_lane_energy_is_an_addition_and_its_registers():
    lane = vector_lane(INT8)
    assert lane.energy_pj == pytest.approx(0.1 + 48 * 0.0105)
    built = (multiplier(8, 8), comparator(32), relu(32), adder(32), register(48, kind="enable"))
    assert lane.area_um2 == pytest.approx(sum(part.area_um2 for part in built))
    assert lane.delay_ps == adder(32).delay_ps


def test_output_stage_scales_integers_and_rounds_floats():
    assert output_stage(INT8, 8) == requantiser(32, 16, 8)
    rounded = output_stage(FloatWidths(16, 16, 32), 16)
    assert rounded.area_um2 == pytest.approx(adder(16).area_um2 + register(16).area_um2)
