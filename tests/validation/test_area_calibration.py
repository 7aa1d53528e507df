"""Component library against synthesis (own run), CACTI grid against itself, chips as published."""

import csv
import re
import statistics
from pathlib import Path

import pytest

from accelsim.cost.arithmetic import (
    adder,
    adder_tree,
    address_generator,
    comparator,
    fifo,
    multiplier,
    multiply_accumulate,
    register,
    relu,
    requantiser,
    tree_widths,
)
from accelsim.cost.arrays import Widths, controller, edge_saving_um2, pe, skew_bits
from accelsim.cost.memories import sram
from accelsim.cost.technology import area_factor, log_interpolated

REFERENCE = Path(__file__).parents[1] / "reference"
INT8 = Widths(8, 8, 32)


def synthesised_um2(library="nangate45", period_ps="10000"):
    """Cell area of every component that yosys 0.23 mapped to one library."""
    with (REFERENCE / "rtl_area.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["yosys"] == "0.23"]
    return {
        row["component"]: float(row["area_um2"])
        for row in rows
        if (row["library"], row["period_ps"]) == (library, period_ps)
    }


SYNTHESIS = synthesised_um2()

BASE = {
    **{f"multiplier int{bits}": multiplier(bits, bits) for bits in (4, 6, 8, 12, 16, 24)},
    **{f"adder {bits}": adder(bits) for bits in (8, 12, 16, 20, 24, 32)},
    "register 32, plain": register(32),
    "register 32, with enable": register(32, kind="enable"),
    "register 32, with sync reset": register(32, kind="clear"),
    "FIFO 16x8": fifo(16, 8),
    "ReLU int32": relu(32),
    "ReLU int8": relu(8),
    "max comparator int8": comparator(8),
    "requantise int32->int8, 16-bit multiplier": requantiser(32, 16, 8),
    "requantise int32->int8, 32-bit multiplier": requantiser(32, 32, 8),
    "address generator 6 loops x16b, 24b address, config registers": address_generator(6, 16, 24),
}
"""Components with a fitted coefficient of their own."""

PREDICTED = {
    **{
        f"MAC int{bits} acc{sum_bits}": multiply_accumulate(bits, bits, sum_bits)
        for bits, sum_bits in ((4, 16), (4, 32), (8, 24), (8, 32), (16, 40), (16, 48))
    },
    **{
        f"{name}, psum {bits}": pe(dataflow, overlap, Widths(8, 8, bits))
        for name, dataflow, overlap in (
            ("weight-stationary PE int8, single weight register", "ws", "serial"),
            ("weight-stationary PE int8, double-buffered weight", "ws", "pipelined"),
            ("output-stationary PE int8, accumulator is drain chain", "os", "serial"),
            ("output-stationary PE int8, separate drain register", "os", "pipelined"),
        )
        for bits in (24, 32)
    },
    **{
        f"adder tree {operands} x16b, combinational": adder_tree(operands, 16)
        for operands in (9, 25, 49, 81, 121)
    },
}
"""Sums of base components, with nothing fitted to their own synthesis."""


@pytest.mark.parametrize("name", BASE)
def test_base_component_is_within_10_percent_of_synthesis(name):
    assert BASE[name].area_um2 == pytest.approx(SYNTHESIS[name], rel=0.10)


@pytest.mark.parametrize("name", PREDICTED)
def test_predicted_component_is_within_5_percent_of_synthesis(name):
    assert PREDICTED[name].area_um2 == pytest.approx(SYNTHESIS[name], rel=0.05)


def test_multiplier_of_2_bits_is_known_to_be_too_small():
    deviation = multiplier(2, 2).area_um2 / SYNTHESIS["multiplier int2"] - 1
    assert -0.30 < deviation < -0.20


@pytest.mark.parametrize("operands", [9, 25, 49, 81, 121])
def test_registered_adder_tree_is_its_adders_and_a_register_per_level(operands):
    bits, values = 0, [16] * operands
    while len(values) > 1:
        values = [left + 1 for left in values[: len(values) // 2 * 2 : 2]] + values[
            len(values) // 2 * 2 :
        ]
        bits += sum(values)
    area = adder_tree(operands, 16).area_um2 + register(bits).area_um2
    assert len(tree_widths(operands, 16)) == operands - 1
    name = f"adder tree {operands} x16b, registered levels"
    assert area == pytest.approx(SYNTHESIS[name], rel=0.01)


def array_um2(dataflow, overlap, size):
    """PEs of a square array less its edges."""
    shape = (size, size)
    saved = edge_saving_um2([dataflow], shape, INT8)
    return size * size * pe(dataflow, overlap, INT8).area_um2 - saved


@pytest.mark.parametrize("size", [2, 4, 8])
@pytest.mark.parametrize(
    ("name", "overlap"), [("single weight", "serial"), ("double-buffered", "pipelined")]
)
def test_weight_stationary_array_is_within_4_percent_of_synthesis(name, overlap, size):
    # without the edges: +36, +17, +8 % for the single weight
    synthesised = SYNTHESIS[f"WS array {name} {size}x{size}"]
    assert array_um2("ws", overlap, size) == pytest.approx(synthesised, rel=0.04)


@pytest.mark.parametrize(("size", "within"), [(2, 0.06), (4, 0.04), (8, 0.025)])
@pytest.mark.parametrize(
    ("name", "dataflow", "overlap"),
    [
        ("WS array + controller + skew, serial", "ws", "serial"),
        ("WS array + controller + skew, double-buffered", "ws", "pipelined"),
        ("OS array + controller + skew, serial", "os", "serial"),
        ("OS array + controller + skew, overlapped drain", "os", "pipelined"),
    ],
)
def test_array_with_controller_and_skew_comes_closer_with_size(
    name, dataflow, overlap, size, within
):
    skew = register(skew_bits([dataflow], overlap, (size, size), INT8)).area_um2
    area = array_um2(dataflow, overlap, size) + skew + controller([dataflow]).area_um2
    assert area == pytest.approx(SYNTHESIS[f"{name} {size}x{size}"], rel=within)


@pytest.mark.parametrize("size", [2, 4, 8])
def test_skew_registers_are_counted_exactly(size):
    # one side; serial weight stationary skews only its rows
    bits = skew_bits(["ws"], "serial", (size, size), INT8)
    name = f"skew registers {size} lanes x8"
    assert register(bits).area_um2 == pytest.approx(SYNTHESIS[name], rel=1e-4)


@pytest.mark.parametrize(
    ("library", "period_ps", "node", "low", "high"),
    [("sky130hd", "20000", 130, 1.1, 1.3), ("asap7", "10000", 7, 0.75, 0.85)],
)
def test_stillmaker_against_our_synthesis_in_other_libraries(library, period_ps, node, low, high):
    # sky130 is denser and ASAP7 less dense than the published factors say: 7x7 engine, 32-bit PE
    other = synthesised_um2(library, period_ps)
    names = ("streaming engine 7x7", "weight-stationary PE int8, single weight register, psum 32")
    for name in names:
        published_over_measured = area_factor(node) / (other[name] / SYNTHESIS[name])
        assert low < published_over_measured < high


def cacti_curves():
    """(node, width) -> {size: row} inside CACTI's limits."""
    curves: dict[tuple[str, str], dict[float, dict[str, str]]] = {}
    with (REFERENCE / "sram_cacti.csv").open() as file:
        for row in csv.DictReader(file):
            if not row["scaled_outside_cacti_limits"]:
                curve = curves.setdefault((row["tech_nm"], row["width_bits"]), {})
                curve[float(row["size_kb"])] = row
    return curves


@pytest.mark.parametrize("column", ["read_pj", "write_pj", "area_mm2", "leak_mw"])
def test_cacti_point_left_out_is_recovered_from_its_neighbours(column):
    deviations = []
    for curve in cacti_curves().values():
        points = sorted((size, float(row[column])) for size, row in curve.items())
        for below, (size, value), above in zip(points, points[1:], points[2:], strict=False):
            deviations.append(abs(log_interpolated(size, below, above) / value - 1))
    print(f"{column}: median {statistics.median(deviations):.1%}, worst {max(deviations):.1%}")
    assert len(deviations) == 196 - 2 * 16  # all but the ends of 4 nodes x 4 widths
    assert statistics.median(deviations) <= 0.10
    assert max(deviations) <= 0.30


def test_eyeriss_gate_count_is_predicted_within_15_percent():
    # Eyeriss, JSSC 2017: 1176 k NAND2 gates of logic, 168 PEs with 16-bit MACs, registers for
    # 12 x 16 bits of feature map and 24 x 16 bits of partial sums in each PE. NAND2_X1 0.798 um2.
    registers = register((12 + 24) * 16, kind="enable").area_um2
    one_pe = multiply_accumulate(16, 16, 32).area_um2 + registers
    assert 168 * one_pe / 0.798 == pytest.approx(1_176_000, rel=0.15)


def test_eyeriss_core_is_three_to_four_times_its_gates_and_srams():
    # core 12.25 mm2 at 65 nm; SRAM: 168 x 448 B and 108 kB in 27 banks of 64 bits (bank count:
    # from memory). The rest is wiring, utilisation and network, which the model leaves out.
    logic_mm2 = 1_176_000 * 0.798 * area_factor(65) / 0.7 * 1e-6
    spads = sram(168 * 448, 16, 168, 1, 65).area_mm2
    buffer = sram(108 * 1024, 64, 27, 1, 65).area_mm2
    assert 3.0 < 12.25 / (logic_mm2 + spads + buffer) < 4.0


def test_every_base_component_is_a_row_of_the_synthesis():
    pattern = re.compile(r"multiplier int\d+$|adder \d+$")
    rows = {name for name in SYNTHESIS if pattern.match(name)}
    assert rows - set(BASE) == {"multiplier int2"}
