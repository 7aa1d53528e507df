import math

import pytest

from accelsim.cost.arithmetic import adder, multiplier, register
from accelsim.cost.energy import explain
from accelsim.cost.engines import (
    STORAGES,
    engine,
    is_engine,
    line_buffers,
    path_ps,
    row_engine,
    streaming_engine,
)
from accelsim.cost.operands import BrainWidths, Widths
from accelsim.errors import HardwareError
from accelsim.hardware.yaml_io import load_hardware
from tests.oracles.small_accelerator import small_accelerator

INT8 = Widths(8, 8, 32)


@pytest.mark.parametrize("registered_tree", [False, True])
def test_area_is_the_sum_of_the_parts(registered_tree):
    built = streaming_engine(5, registered_tree=registered_tree)
    areas = [part.count * part.component.area_um2 for part in built.parts]
    assert built.area_um2 == pytest.approx(sum(areas))
    assert min(areas) > 0


def test_nine_taps_have_nine_multipliers_and_a_tree_of_eight_adders():
    built = streaming_engine(3)
    assert built.part("multipliers").count == 9
    assert built.part("multipliers").component == multiplier(8, 8)
    tree = [part.component.area_um2 for part in built.parts if part.name.startswith("tree")]
    # 9 products: 4 sums of 16 bits and one over; 2 of 17; 1 of 18; the odd one joins the last
    levels = [4 * adder(16).area_um2, 2 * adder(17).area_um2, adder(18).area_um2]
    assert tree == pytest.approx([*levels, adder(19).area_um2])


def test_registered_tree_holds_every_value_between_its_levels():
    plain, held = streaming_engine(3), streaming_engine(3, registered_tree=True)
    names = {part.name for part in held.parts} - {part.name for part in plain.parts}
    assert names == {f"tree level {level}, registers" for level in (1, 2, 3, 4)}
    # by hand: 4 x 17 + 16, 2 x 18 + 16, 19 + 16, 20 bits; one valid bit per level
    bits = 84 + 52 + 35 + 20
    more = held.area_um2 - plain.area_um2
    assert more == pytest.approx(register(bits + 4).area_um2 + 1.3 * bits)


def test_engine_of_one_tap_has_no_tree():
    assert not [part for part in streaming_engine(1).parts if part.name.startswith("tree")]


def test_row_engine_is_an_engine_of_one_row():
    assert row_engine(7).parts == engine((1, 7), INT8).parts


def test_shadow_weights_double_the_weight_registers_alone():
    plain, shadow = engine((3, 3), INT8), engine((3, 3), INT8, shadow_weights=True)
    assert shadow.area_um2 - plain.area_um2 == pytest.approx(
        register(9 * 8, kind="enable").area_um2
    )
    assert shadow.energy_pj == plain.energy_pj


def test_energy_of_a_result_is_that_of_what_switches():
    built = streaming_engine(1)
    wanted = (
        register(8).energy_pj  # window
        + 8 * 0.0009  # its multiplexer
        + multiplier(8, 8).energy_pj
        + register(16).energy_pj  # product
        + adder(32).energy_pj
        + register(32).energy_pj
    )
    assert built.energy_pj == pytest.approx(wanted)


@pytest.mark.parametrize("registered_tree", [False, True])
def test_energy_names_every_part_that_it_leaves_out(registered_tree):
    built = streaming_engine(3, registered_tree=registered_tree)
    unknown = [part.name for part in built.parts if math.isnan(part.component.energy_pj)]
    assert built.without_energy == tuple(unknown)
    assert unknown == ["padding masks", "weight registers", "control"]
    assert all(part.component.energy_pj != 0 for part in built.parts)


def test_mac_energy_of_an_engine_says_what_it_leaves_out():
    (mac,) = (row for row in explain(load_hardware("kernel_engines/k3")) if row.name == "mac_pj")
    assert "without padding masks, weight registers, control" in mac.source
    assert math.isfinite(mac.value)


def test_every_part_has_a_source():
    assert all(part.component.source for part in streaming_engine(3, registered_tree=True).parts)


@pytest.mark.parametrize("window", [(0, 3), (3, 0)])
def test_engine_without_taps_is_refused(window):
    with pytest.raises(HardwareError, match="taps: both must be >= 1"):
        engine(window, INT8)


def test_engine_of_floating_point_is_refused():
    with pytest.raises(HardwareError, match="window engine of bf16: only integers"):
        engine((3, 3), BrainWidths(16, 16, 32))


@pytest.mark.parametrize("storage", STORAGES)
def test_line_buffers_are_linear_in_rows_width_and_bits(storage):
    one = line_buffers(2, 1, 1, storage).area_um2
    assert one > 0
    assert line_buffers(5, 28, 8, storage).area_um2 == pytest.approx(4 * 28 * 8 * one)
    assert line_buffers(1, 28, 8, storage).area_um2 == 0
    assert math.isnan(line_buffers(3, 28, 8, storage).energy_pj)


def test_unknown_storage_is_refused_with_a_suggestion():
    with pytest.raises(HardwareError, match=r"'srams'; allowed: sram.*did you mean 'sram'"):
        line_buffers(3, 28, storage="srams")


def test_line_buffers_of_nothing_are_refused():
    with pytest.raises(HardwareError, match="every figure must be >= 1"):
        line_buffers(3, 0)


def test_critical_path_is_known_for_synthesised_windows_only():
    array = load_hardware("kernel_engines/k7").array
    assert path_ps(array, INT8) == 1670
    assert path_ps(array.model_copy(update={"tree": "one_stage"}), INT8) == 2244
    assert path_ps(array.model_copy(update={"rows": 5}), INT8) is None
    assert path_ps(array.model_copy(update={"rows": 4, "cols": 4}), INT8) is None
    assert path_ps(array, Widths(4, 4, 32)) is None


def test_only_arrays_of_the_streaming_dataflow_are_engines():
    assert is_engine(load_hardware("kernel_engines/k3"))
    assert not is_engine(small_accelerator())
