import math

import pytest

from accelsim.cost.arithmetic import adder
from accelsim.cost.arrays import (
    Widths,
    circuit,
    controller,
    edge_saving_um2,
    loops_pe,
    output_pe,
    pe,
    shared_pe,
    skew_bits,
    stationary_pe,
)
from accelsim.dataflows import DATAFLOWS
from accelsim.errors import HardwareError

INT8 = Widths(8, 8, 32)
MIXED = Widths(input_bits=8, weight_bits=4, accumulator_bits=24)
REGISTER, ENABLE, MULTIPLEXER, TOGGLE = 4.522, 6.484, 1.962, 0.0105


def test_stationary_pe_energy_counts_input_and_partial_sum_registers():
    energy = stationary_pe(INT8, double_buffered=True).energy_pj
    assert energy == pytest.approx(0.2 + 0.1 + (8 + 32) * TOGGLE)
    assert energy == stationary_pe(INT8, double_buffered=False).energy_pj


def test_output_pe_energy_counts_both_operands_and_accumulator():
    assert output_pe(INT8, separate_drain=False).energy_pj == pytest.approx(
        0.2 + 0.1 + (16 + 32) * TOGGLE
    )


def test_double_buffering_adds_a_weight_register_and_two_token_bits():
    single = stationary_pe(INT8, double_buffered=False).area_um2
    double = stationary_pe(INT8, double_buffered=True).area_um2
    assert double - single == pytest.approx(8 * ENABLE + 2 * REGISTER)


def test_input_stationary_pe_is_the_weight_stationary_one_with_operands_exchanged():
    swapped = Widths(input_bits=4, weight_bits=8, accumulator_bits=24)
    assert pe("is", "pipelined", MIXED) == pe("ws", "pipelined", swapped)
    assert pe("is", "pipelined", MIXED).area_um2 != pe("ws", "pipelined", MIXED).area_um2


def test_broadcast_loading_needs_the_double_buffered_pe():
    assert pe("ws", "broadcast", INT8) == pe("ws", "pipelined", INT8)


def test_shared_pe_of_one_dataflow_is_its_pe():
    assert shared_pe(["os"], "serial", INT8) == pe("os", "serial", INT8)


def test_shared_pe_of_ws_and_is_needs_no_multiplexers():
    assert shared_pe(["ws", "is"], "serial", INT8).area_um2 == pe("ws", "serial", INT8).area_um2


def test_shared_pe_of_two_circuits_is_the_largest_plus_a_multiplexer_per_port_bit():
    both = shared_pe(["ws", "os"], "serial", INT8)
    assert both.area_um2 == pytest.approx(pe("os", "serial", INT8).area_um2 + 48 * MULTIPLEXER)
    assert both.energy_pj > pe("os", "serial", INT8).energy_pj


def test_edge_saving_of_a_stationary_array_drops_adders_sign_bits_and_last_column():
    # per column: row 0 has no 32-bit adder and 15 sign bits less; row 1 adds 17 bits, not 32;
    # per row: the last column passes 8 operand bits on to nobody
    wide, narrow = adder(32).area_um2, adder(17).area_um2
    per_column = wide + 15 * REGISTER + wide - narrow
    saved = edge_saving_um2(["ws"], (4, 8), INT8)
    assert saved == pytest.approx(8 * per_column + 4 * 8 * REGISTER)


def test_edge_saving_of_one_row_has_no_second_row():
    per_column = adder(32).area_um2 + 15 * REGISTER
    assert edge_saving_um2(["ws"], (1, 3), INT8) == pytest.approx(3 * per_column + 8 * REGISTER)


def test_edge_saving_of_an_output_stationary_array():
    saved = edge_saving_um2(["os"], (4, 8), INT8)
    assert saved == pytest.approx(4 * 9 * REGISTER + 8 * (8 * REGISTER + 32 * MULTIPLEXER))


def test_edge_saving_of_a_pe_with_two_circuits_is_nothing():
    assert edge_saving_um2(["ws", "os"], (4, 8), INT8) == 0.0


@pytest.mark.parametrize(
    ("dataflows", "overlap", "bits"),
    [
        (["ws"], "serial", 6 * 8),  # 4 rows: 0 + 1 + 2 + 3 words of input
        (["ws"], "pipelined", 6 * 8 + 28 * 4),  # and 8 columns of weights
        (["is"], "serial", 6 * 4),  # weights stream
        (["os"], "serial", 6 * 8 + 28 * 4),
        (["ws", "is", "os"], "serial", 6 * 8 + 28 * 4),
        (["is"], "pipelined", 6 * 4 + 28 * 8),
        (["loops"], "serial", 6 * 8 + 28 * 4),
    ],
)
def test_skew_bits_of_a_4_by_8_array(dataflows, overlap, bits):
    assert skew_bits(dataflows, overlap, (4, 8), MIXED) == bits


def test_controller_is_the_largest_and_its_energy_unknown():
    both = controller(["os", "ws"])
    assert both.area_um2 == controller(["ws"]).area_um2 > controller(["os"]).area_um2
    assert math.isnan(both.energy_pj)


def test_unknown_dataflow_is_refused_with_a_suggestion():
    with pytest.raises(HardwareError, match=r"'wss' has no area model.*did you mean 'ws'"):
        pe("wss", "serial", INT8)


def test_circuit_of_every_loop_nest_is_the_same_and_of_folds_their_own():
    circuits = {name: circuit(flow) for name, flow in DATAFLOWS.items()}
    assert [circuits.pop(name) for name in ("ws", "os", "is")] == ["ws", "os", "is"]
    assert circuits.pop("streaming") == "streaming"
    assert set(circuits.values()) == {"loops"}


def test_loops_pe_has_a_multiplier_an_adder_and_the_registers_named():
    whole = loops_pe(INT8, INT8)
    bare = loops_pe(INT8, Widths(0, 0, 0))
    assert bare.energy_pj == pytest.approx(0.2 + 0.1)
    assert whole.energy_pj - bare.energy_pj == pytest.approx(48 * TOGGLE)
    assert whole.area_um2 - bare.area_um2 == pytest.approx(16 * REGISTER + 32 * 5.952)
    assert pe("loops", "pipelined", INT8) == whole


def test_shared_pe_of_loop_nests_needs_multiplexers_only_beside_another_circuit():
    assert shared_pe(["loops", "loops"], "serial", INT8) == pe("loops", "serial", INT8)
    both = shared_pe(["ws", "loops"], "serial", INT8, running="loops")
    assert both.energy_pj == pytest.approx(pe("loops", "serial", INT8).energy_pj + 48 * 0.0009)


def test_edge_saving_of_loop_nests_is_nothing():
    assert edge_saving_um2(["loops"], (4, 8), INT8) == 0.0


def test_controller_of_loop_nests_has_a_counter_and_its_bound_per_dimension():
    um2 = controller(["loops"]).area_um2
    assert um2 == pytest.approx(8 * 16 * (2 * ENABLE + 3.726))
    assert 0.9 < um2 / controller(["ws"]).area_um2 < 1.1  # as the synthesised fold counters
