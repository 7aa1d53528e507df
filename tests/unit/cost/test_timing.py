import pytest

from accelsim.cost.arithmetic import multiply_add_ps
from accelsim.cost.constants import CONSTANTS
from accelsim.cost.memories import port_area_factor, sram
from accelsim.cost.technology import delay_factor
from accelsim.cost.timing import clock_note, memory_notes, pe_paths
from tests.oracles.small_accelerator import small_accelerator


def note(changes):
    return clock_note(small_accelerator(changes), CONSTANTS)


def test_path_of_the_pe_is_multiplier_and_adder_at_the_supply():
    paths = pe_paths(small_accelerator(), CONSTANTS)
    assert paths.relaxed_ps == pytest.approx(multiply_add_ps(8, 8, 32) * delay_factor(45, 0.9))
    assert paths.fast_ps == pytest.approx(0.9 * paths.relaxed_ps)


def test_pe_for_two_circuits_has_a_multiplexer_in_its_path():
    one = pe_paths(small_accelerator(), CONSTANTS).relaxed_ps
    hw = small_accelerator({"array.dataflows": ["ws", "os"]})
    assert pe_paths(hw, CONSTANTS).relaxed_ps - one == pytest.approx(175 * delay_factor(45, 0.9))


@pytest.mark.parametrize(
    ("clock", "begins"),
    [
        # 1,688 ps x 1.012: 585 MHz relaxed, 650 MHz fast
        ("500 MHz", "clock 500 MHz: the longest path"),
        ("620 MHz", "clock 620 MHz needs 5 % more logic"),
        ("1 GHz", "warning: clock 1000 MHz is too fast"),
    ],
)
def test_clock_is_compared_with_both_delay_classes(clock, begins):
    assert note({"clock": clock}).startswith(begins)


def test_smaller_node_reaches_a_clock_that_45_nm_does_not():
    changes = {"technology.node_nm": 7.0, "technology.voltage_v": 0.7, "clock": "1 GHz"}
    assert note(changes).startswith("clock 1000 MHz: the longest path")


def test_clock_at_a_supply_without_data_is_not_judged():
    changes = {"technology.node_nm": 65.0, "technology.voltage_v": 0.3}
    assert "is not checked: no delay is known at this supply" in note(changes)


def test_macros_slower_than_the_clock_are_a_warning():
    # four macros of 64 KiB x 128 bits at 45 nm: CACTI's cycle is 1.8932 ns
    assert memory_notes(small_accelerator({"clock": "520 MHz"})) == ()
    (note,) = memory_notes(small_accelerator({"clock": "540 MHz"}))
    assert note.startswith("warning: macros of scratchpad take 1.89 ns per access, longer than")


def test_more_ports_make_a_macro_slower_by_the_length_of_its_wires():
    one, two = (sram(64 * 1024, 128, 1, ports, 45) for ports in (1, 2))
    assert two.cycle_ns / one.cycle_ns == pytest.approx(port_area_factor(2) ** 0.5)
