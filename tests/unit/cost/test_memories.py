import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.cost.memories import macro, port_area_factor, sram
from accelsim.cost.technology import area_factor, energy_factor
from accelsim.errors import HardwareError

REFERENCE = Path(__file__).parents[2] / "reference" / "sram_cacti.csv"
KIB, MIB = 1024, 1024 * 1024


def reference_rows():
    """Rows of the full CACTI table that lie inside CACTI's limits; 40 nm is a wrapper's line."""
    with REFERENCE.open() as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if not row["scaled_outside_cacti_limits"]]


def test_macro_on_every_grid_point_is_what_cacti_printed():
    rows = reference_rows()
    assert len(rows) == 196
    for row in rows:
        got = macro(float(row["size_kb"]) * KIB, float(row["width_bits"]), float(row["tech_nm"]))
        names = ("read_pj", "write_pj", "area_mm2", "leak_mw", "cycle_ns")
        printed = [row[name] for name in names]
        assert got == pytest.approx([float(value) for value in printed], rel=1e-9)


def test_macro_between_sizes_is_the_geometric_mean_at_the_geometric_middle():
    # 45 nm, 64 bits: 64 KiB 25.87 pJ, 128 KiB 32.286 pJ
    middle = macro(64 * KIB * 2**0.5, 64, 45)
    assert middle.read_pj == pytest.approx((25.87 * 32.286) ** 0.5)


def test_macro_at_28_nm_lies_between_22_and_32_nm():
    at_22, at_28, at_32 = (macro(64 * KIB, 64, node) for node in (22, 28, 32))
    assert at_22.area_mm2 < at_28.area_mm2 < at_32.area_mm2
    assert at_22.read_pj < at_28.read_pj < at_32.read_pj


def test_macro_below_the_grid_scales_the_22_nm_row_like_logic():
    at_7, at_22 = macro(64 * KIB, 64, 7), macro(64 * KIB, 64, 22)
    assert at_7.area_mm2 / at_22.area_mm2 == pytest.approx(area_factor(7) / area_factor(22))
    assert at_7.read_pj / at_22.read_pj == pytest.approx(energy_factor(7) / energy_factor(22))


def test_sram_splits_a_bank_above_2_mib_into_macros_of_which_one_answers():
    large, small = sram(8 * MIB, 64, 1, 1, 45), sram(2 * MIB, 64, 1, 1, 45)
    assert large.macros == 4
    assert large.area_mm2 == pytest.approx(4 * small.area_mm2)
    assert large.leakage_mw == pytest.approx(4 * small.leakage_mw)
    assert large.read_pj == small.read_pj


def test_sram_splits_a_wide_word_over_macros_that_all_answer():
    wide, narrow = sram(64 * KIB, 512, 1, 1, 45), sram(32 * KIB, 256, 1, 1, 45)
    assert wide.macros == 2
    assert wide.read_pj == pytest.approx(2 * narrow.read_pj)
    assert wide.area_mm2 == pytest.approx(2 * narrow.area_mm2)


def test_sram_of_four_banks_is_four_macros_of_a_quarter():
    banked, quarter = sram(256 * KIB, 128, 4, 1, 45), macro(64 * KIB, 128, 45)
    assert banked.macros == 4
    assert banked.area_mm2 == 4 * quarter.area_mm2
    assert (banked.read_pj, banked.write_pj) == (quarter.read_pj, quarter.write_pj)


def test_second_port_doubles_the_cell():
    # cell 14.6 F x 10 F; two more wires of pitch 2.5 F each way: 19.6 x 15 = 294 against 146 F2
    assert port_area_factor(1) == 1.0
    assert port_area_factor(2) == pytest.approx(294 / 146)


def test_sram_with_two_ports_pays_area_energy_and_says_so():
    one, two = sram(32 * KIB, 64, 1, 1, 45), sram(32 * KIB, 64, 1, 2, 45)
    assert two.area_mm2 == pytest.approx(one.area_mm2 * 294 / 146)
    assert two.read_pj == pytest.approx(one.read_pj * (294 / 146) ** 0.5)
    assert one.notes == ()
    assert "2 ports" in two.notes[0]


def test_sram_notes_say_what_lies_outside_the_grid():
    notes = " ".join(sram(256, 16, 1, 1, 28).notes)
    for words in ("macros of 256 B", "words of 16 bits", "interpolated between CACTI nodes"):
        assert words in notes
    assert "scaled like logic" in sram(64 * KIB, 64, 1, 1, 7).notes[0]


def test_macro_with_narrow_words_costs_what_32_bits_do():
    assert macro(8 * KIB, 16, 45) == macro(8 * KIB, 32, 45)


def test_sram_without_bytes_raises():
    with pytest.raises(HardwareError, match="SRAM of 0 bytes"):
        sram(0, 64, 1, 1, 45)


@given(
    st.integers(64, 4 * MIB),
    st.sampled_from([16, 32, 48, 64, 128, 200, 256]),
    st.sampled_from([16, 22, 28, 45, 65, 90]),
)
def test_macro_of_twice_the_size_costs_more(size_bytes, word_bits, node_nm):
    small, large = macro(size_bytes, word_bits, node_nm), macro(2 * size_bytes, word_bits, node_nm)
    for less, more in zip(small[:-1], large[:-1], strict=True):
        assert 0 < less < more
    assert small.cycle_ns > 0  # CACTI divides large macros anew: their cycle may fall
