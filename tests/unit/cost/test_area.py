import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.cost.area import PARTS, area_breakdown
from accelsim.cost.technology import area_factor
from accelsim.errors import HardwareError
from tests.oracles.small_accelerator import small_accelerator


def row(breakdown, name):
    (found,) = [row for row in breakdown.rows if row.name == name]
    return found


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([["ws"], ["os"], ["is"], ["ws", "os", "is"]]),
    st.sampled_from([7, 28, 45, 130]),
)
def test_total_is_the_sum_of_the_rows_and_of_the_parts(rows, cols, dataflows, node):
    changes = {
        "array.rows": rows,
        "array.cols": cols,
        "array.dataflows": dataflows,
        "technology.node_nm": float(node),
        "technology.voltage_v": None,
    }
    breakdown = area_breakdown(small_accelerator(changes))
    assert breakdown.total_mm2 == sum(row.area_mm2 for row in breakdown.rows)
    assert breakdown.total_mm2 == pytest.approx(sum(map(breakdown.part_mm2, PARTS)), rel=1e-12)
    for entry in breakdown.rows:
        assert entry.area_mm2 == entry.count * entry.unit_area_um2 * 1e-6
        assert entry.area_mm2 >= 0


def test_every_component_of_the_small_accelerator_is_a_row_with_a_source():
    breakdown = area_breakdown(small_accelerator())
    assert [(entry.name, entry.count) for entry in breakdown.rows] == [
        ("PE", 256),
        ("array controller", 1),
        ("skew register bits", 2 * 120 * 8),  # both sides of 16 lanes, 8 bits
        ("partial-sum adders", 16),
        ("requantisers", 16),
        ("vector lanes", 16),
        ("address generators", 4),
        ("DMA channels", 2),
        ("SRAM macros", 4),
    ]
    assert all(entry.source for entry in breakdown.rows)


def test_sram_row_is_the_macro_of_cacti():
    # CACTI 7, 64 KiB x 128 bits at 45 nm: 0.18795 mm2, four of them
    assert area_breakdown(small_accelerator()).part_mm2("memory") == pytest.approx(4 * 0.18795)


def test_logic_is_divided_by_the_placement_utilisation():
    placed, cells = (
        area_breakdown(small_accelerator(constants={"placement_utilisation": share}))
        for share in (0.5, 1.0)
    )
    for part in ("array", "vector", "control"):
        assert placed.part_mm2(part) == pytest.approx(2 * cells.part_mm2(part))
    assert placed.part_mm2("memory") == cells.part_mm2("memory")


def test_logic_scales_with_the_node():
    at_45 = area_breakdown(small_accelerator())
    at_28 = area_breakdown(small_accelerator({"technology.node_nm": 28.0}))
    ratio = at_28.part_mm2("array") / at_45.part_mm2("array")
    assert ratio == pytest.approx(area_factor(28))
    assert any("28 nm is not in Stillmaker" in note for note in at_28.notes)


def test_larger_array_has_more_area_and_the_same_memory():
    small, large = (
        area_breakdown(small_accelerator({"array.rows": rows, "array.cols": rows}))
        for rows in (16, 32)
    )
    assert large.part_mm2("array") > 3.9 * small.part_mm2("array")
    assert large.part_mm2("memory") == small.part_mm2("memory")


def test_multicast_array_has_no_skew_registers():
    names = [
        entry.name
        for entry in area_breakdown(small_accelerator({"array.interconnect": "multicast"})).rows
    ]
    assert "skew register bits" not in names


def test_output_stationary_array_has_no_partial_sum_adders():
    breakdown = area_breakdown(small_accelerator({"array.dataflows": ["os"]}))
    assert "partial-sum adders" not in [entry.name for entry in breakdown.rows]


def test_separate_vector_unit_has_address_generators_of_its_own():
    changes = {"vector_unit.fuse_activation": False, "vector_unit.placement": "separate"}
    breakdown = area_breakdown(small_accelerator(changes))
    assert row(breakdown, "address generators").count == 4 + 3


def test_constant_override_reaches_the_area():
    plain = row(area_breakdown(small_accelerator()), "skew register bits").unit_area_um2
    changed = row(
        area_breakdown(small_accelerator(constants={"register_um2_per_bit": 9.044})),
        "skew register bits",
    ).unit_area_um2
    assert changed == pytest.approx(2 * plain)


@pytest.mark.parametrize(
    ("constants", "message"),
    [
        ({"placement_utilisation": 1.2}, r"placement_utilisation = 1\.2: must be in"),
        ({"adder_um2_per_bit": -1.0}, "must be >= 0"),
        ({"ader_um2": 1.0}, "did you mean 'adder_um2'"),
    ],
)
def test_impossible_constant_raises(constants, message):
    with pytest.raises(HardwareError, match=message):
        area_breakdown(small_accelerator(constants=constants))
