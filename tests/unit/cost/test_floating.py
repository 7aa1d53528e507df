import pytest

from accelsim.cost.floating import FORMATS, float_adder, float_multiplier
from accelsim.errors import HardwareError


@pytest.mark.parametrize(
    ("name", "multiply_pj", "add_pj"), [("fp16", 1.1, 0.4), ("fp32", 3.7, 0.9)]
)
def test_energy_is_that_of_horowitz_where_he_has_one(name, multiply_pj, add_pj):
    assert float_multiplier(name).energy_pj == pytest.approx(multiply_pj)
    assert float_adder(name).energy_pj == pytest.approx(add_pj)


def test_energy_of_bf16_lies_on_the_line_through_the_published_ones():
    # significands of 8, 11 and 24 bits: 1.1 - (121 - 64) * 2.6 / 455; fractions of 7, 10 and 23
    assert float_multiplier("bf16").energy_pj == pytest.approx(1.1 - 57 * 2.6 / 455)
    assert float_adder("bf16").energy_pj == pytest.approx(0.4 - 3 * 0.5 / 13)


def test_bf16_multiplies_in_less_area_than_fp16_and_adds_as_slowly_as_its_exponent_asks():
    assert float_multiplier("bf16").area_um2 < float_multiplier("fp16").area_um2
    assert float_adder("bf16").area_um2 < float_adder("fp16").area_um2


def test_unknown_format_is_refused_with_a_suggestion():
    with pytest.raises(HardwareError, match="'fp61'; allowed: bf16, fp16, fp32; did you mean"):
        float_adder("fp61")
    assert set(FORMATS) == {"bf16", "fp16", "fp32"}
