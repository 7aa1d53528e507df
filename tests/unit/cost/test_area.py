import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.cost.area import PARTS, area_breakdown
from accelsim.cost.energy import unit_energies
from accelsim.cost.floating import float_adder, float_multiplier
from accelsim.cost.memories import sram
from accelsim.cost.technology import area_factor
from accelsim.errors import HardwareError
from tests.oracles.deep_accelerator import deep_accelerator
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
        ("scratchpad, address generators", 4),
        ("scratchpad, bank switches", 4),
        ("DMA channels", 2),
        ("scratchpad, SRAM macros", 4),
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
    assert row(breakdown, "scratchpad, address generators").count == 4 + 3


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


def test_every_level_is_a_row_with_all_its_copies():
    breakdown = area_breakdown(deep_accelerator({"array.planes": 2}))
    memory = [(entry.name, entry.count) for entry in breakdown.rows if entry.part == "memory"]
    assert memory == [
        ("input_spad, flip-flops", 48),
        ("psum_spad, flip-flops", 48),
        ("weight_spad, SRAM macros", 48),  # 448 B
        ("glb, SRAM macros", 4),
    ]
    assert row(breakdown, "PE").count == 48
    generators = [entry for entry in breakdown.rows if "address" in entry.name]
    assert [(entry.name, entry.count) for entry in generators] == [
        ("input_spad, address generators", 1),
        ("weight_spad, address generators", 1),
        ("psum_spad, address generators", 2),
        ("glb, address generators", 4),
    ]
    assert breakdown.total_mm2 == sum(entry.area_mm2 for entry in breakdown.rows)
    assert breakdown.total_mm2 == pytest.approx(sum(map(breakdown.part_mm2, PARTS)), rel=1e-12)
    assert any("weight_spad: 448 B of registers are counted as SRAM" in n for n in breakdown.notes)


def test_flip_flops_are_placed_cells_and_macros_are_not():
    # 24 B of 16 bits: 192 enabled bits and 11 words x 16 multiplexers; CACTI 45 nm, 16 KiB x 64
    breakdown = area_breakdown(deep_accelerator())
    cells = 192 * 6.484 + 176 * 1.962
    assert row(breakdown, "input_spad, flip-flops").unit_area_um2 == pytest.approx(cells / 0.7)
    macro = sram(16 * 1024, 64, 1, 1, 45)
    assert row(breakdown, "glb, SRAM macros").area_mm2 == pytest.approx(4 * macro.area_mm2)


def test_single_word_has_no_address_and_no_multiplexer():
    changes = {"memory.levels.psum_spad.size": "2 B", "memory.levels.input_spad.size": "4 B"}
    changes["memory.levels.input_spad.double_buffered"] = True
    breakdown = area_breakdown(deep_accelerator(changes))
    names = [entry.name for entry in breakdown.rows if "address" in entry.name]
    assert names == ["weight_spad, address generators", "glb, address generators"]
    psum = row(breakdown, "psum_spad, flip-flops")
    assert psum.unit_area_um2 == pytest.approx(16 * 6.484 / 0.7)


def test_loop_nest_array_is_multicast_pes_without_registers_that_their_levels_hold():
    breakdown = area_breakdown(deep_accelerator({"memory.levels.weight_spad.size": "64 B"}))
    assert [entry.name for entry in breakdown.rows if entry.part == "array"] == [
        "PE",
        "array controller",
    ]
    # 16 x 16 multiplier 7.42 x 256 - 5.85 x 32, adder 6.26 x 16 - 10.6, no register
    cells = 7.42 * 256 - 5.85 * 32 + 6.26 * 16 - 10.6
    assert row(breakdown, "PE").unit_area_um2 == pytest.approx(cells / 0.7)


def test_levels_that_are_no_register_per_pe_leave_the_pe_its_pipeline_register():
    held = deep_accelerator({"memory.levels.weight_spad.size": "64 B"})
    shared = held.replace({"memory.levels.weight_spad.per": ["rows"]})
    of_sram = held.replace({"memory.levels.weight_spad.kind": "sram"})
    plain = row(area_breakdown(held), "PE").unit_area_um2
    for hw in (shared, of_sram):
        more = row(area_breakdown(hw), "PE").unit_area_um2 - plain
        assert more == pytest.approx(16 * 4.522 / 0.7)


def test_systolic_loop_nest_skews_both_sides_of_every_plane():
    changes = {"array.dataflows": ["any"], "array.planes": 3, "array.overlap": "serial"}
    breakdown = area_breakdown(small_accelerator(changes))
    assert row(breakdown, "skew register bits").count == 3 * 2 * 120 * 8


def test_window_per_column_has_line_registers_and_a_port_register():
    changes = {"array.dataflows": ["depthwise"], "array.input_feed": "per_column"}
    breakdown = area_breakdown(small_accelerator(changes))
    assert row(breakdown, "line registers").count == 256
    line_um2 = 8 * (4.522 + 1.962) / 0.7
    assert row(breakdown, "line registers").unit_area_um2 == pytest.approx(line_um2)
    assert row(breakdown, "input port register bits").count == 8 * 8  # 8 B per cycle are stated
    free = changes | {"memory.levels.scratchpad.read_bytes_per_cycle": None}
    free["memory.levels.scratchpad.write_bytes_per_cycle"] = None
    wide = area_breakdown(small_accelerator(free))
    assert row(wide, "input port register bits").count == 256 * 8
    # 256 B read, twice 64 B of sums, 12.8e9 / 700e6 B of DRAM per cycle: 402.3 B, 16 B words
    assert row(wide, "scratchpad, SRAM macros").count == 26
    shared = area_breakdown(small_accelerator())
    assert not any("line" in entry.name or "port" in entry.name for entry in shared.rows)


def test_bank_switches_are_a_tree_from_the_banks_to_every_stream():
    # 4 banks of 128 bits, one input, one weight and two output streams; placed in 0.70
    switches = row(area_breakdown(small_accelerator()), "scratchpad, bank switches")
    assert switches.unit_area_um2 == pytest.approx(3 * 128 * 1.962 / 0.70)
    one_bank = {"memory.levels.scratchpad.banks": 1, "memory.levels.scratchpad.word_bits": 2048}
    names = [entry.name for entry in area_breakdown(small_accelerator(one_bank)).rows]
    assert "scratchpad, bank switches" not in names


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"technology.node_nm": 5.0}, "warning: 5 nm is outside"),
        ({"technology.voltage_v": 2.5}, "warning: 2.5 V is outside"),
        (
            {
                "clock": "640 MHz",
                "memory.levels.scratchpad.banks": 16,
                "array.dataflows": ["ws", "os"],
            },
            "warning: clock 640 MHz is too fast",
        ),
    ],
)
def test_what_the_data_does_not_cover_is_a_warning_and_no_error(changes, warning):
    breakdown = area_breakdown(small_accelerator({"clock": "500 MHz", **changes}))
    assert [note for note in breakdown.notes if note.startswith("warning")] == [
        note for note in breakdown.notes if note.startswith(warning)
    ]
    assert any(note.startswith(warning) for note in breakdown.notes)
    assert breakdown.total_mm2 > 0


FLOATS = {
    "bf16": {"input_bits": 16, "weight_bits": 16, "accumulator_bits": 32, "output_bits": 16},
    "fp16": {"input_bits": 16, "weight_bits": 16, "accumulator_bits": 32, "output_bits": 16},
    "fp32": {"input_bits": 32, "weight_bits": 32, "accumulator_bits": 32, "output_bits": 32},
}


def of_format(name, dataflow="ws"):
    widths = {f"precision.{key}": value for key, value in FLOATS[name].items()}
    changes = {**widths, "precision.format": name, "array.dataflows": [dataflow]}
    return small_accelerator(changes)


@pytest.mark.parametrize("name", FLOATS)
def test_pe_of_floats_has_their_multiplier_adder_and_registers(name):
    bits = FLOATS[name]["input_bits"]
    whole = row(area_breakdown(of_format(name, "os")), "PE")
    registers = (2 * bits) * 4.522 + 32 * 5.952 + 32 * 6.484 + 3 * 4.522  # separate drain
    edges = (16 * (bits + 1) * 4.522 + 16 * (bits * 4.522 + 32 * 1.962)) / 256
    cells = float_multiplier(name).area_um2 + float_adder("fp32").area_um2 + registers - edges
    assert whole.unit_area_um2 * 0.70 == pytest.approx(cells)


def test_floats_cost_more_than_integers_of_half_the_width_and_their_order_is_that_of_synthesis():
    areas = {name: area_breakdown(of_format(name)).part_mm2("array") for name in FLOATS}
    assert area_breakdown(small_accelerator()).part_mm2("array") < areas["bf16"]
    assert areas["bf16"] < areas["fp16"] < areas["fp32"]
    energies = [unit_energies(of_format(name)).mac_pj for name in ("bf16", "fp16", "fp32")]
    assert energies == sorted(energies)
    # fp32: 3.7 + 0.9 pJ, and the registers of input and partial sum
    assert energies[-1] == pytest.approx(3.7 + 0.9 + 64 * 0.0105)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"precision.format": "fp16"}, "must be 16 with format: fp16"),
        ({"precision.format": "fp64"}, "precision.format"),
    ],
)
def test_format_without_its_widths_is_refused(changes, message):
    with pytest.raises(HardwareError, match=message):
        small_accelerator(changes)
