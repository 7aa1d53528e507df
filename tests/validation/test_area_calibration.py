"""Component library against synthesis (own run), CACTI grid against itself.

The package ships the rows that it needs (`accelsim/cost/synthesis.csv`); here they are compared
with the runs themselves, so that `accelsim area --calibration` prints no figure of its own.
"""

import csv
import re
import statistics
from collections import Counter
from pathlib import Path

import pytest

from accelsim.cost.area import area_breakdown
from accelsim.cost.arithmetic import adder_tree, multiply_accumulate, register, tree_widths
from accelsim.cost.arrays import skew_bits
from accelsim.cost.calibration import RUNS, area_note, comparisons, logic_comparisons, summaries
from accelsim.cost.catalogue import entries, synthesised
from accelsim.cost.constants import CONSTANTS
from accelsim.cost.memories import sram
from accelsim.cost.operands import Widths
from accelsim.cost.technology import area_factor, log_interpolated
from accelsim.hardware.yaml_io import load_hardware

REFERENCE = Path(__file__).parents[1] / "reference"
INT8 = Widths(8, 8, 32)
RELAXED, FAST, SKY130, ASAP7 = (run.name for run in RUNS)


def synthesis_rows():
    """(component, library, period) -> area and path of yosys 0.23; engines told by their tree."""
    found = {}
    with (REFERENCE / "rtl_area.csv").open() as file:
        for row in csv.DictReader(file):
            name = row["component"]
            if row["yosys"] != "0.23":
                continue
            if re.match(r"(streaming|row) engine \d+x\d+$", name):
                name += ", registered tree" if "PIPE=1" in row["params"] else ", one-stage tree"
            found[name, row["library"], row["period_ps"]] = row["area_um2"], row["crit_path_ps"]
    return found


ROWS = synthesis_rows()
SYNTHESIS = {
    name: float(area)
    for (name, library, period), (area, _) in ROWS.items()
    if (library, period) == ("nangate45", "10000")
}


def compared(against, quantity, kind=None):
    return {
        item.component: item
        for item in logic_comparisons()
        if (item.against, item.quantity) == (against, quantity) and kind in {None, item.kind}
    }


def test_shipped_rows_are_those_of_the_synthesis():
    path = Path(__file__).parents[2] / "accelsim" / "cost" / "synthesis.csv"
    shipped = list(csv.reader(path.read_text().splitlines()[2:]))
    assert len(shipped) == 231
    for name, library, period, area, path_ps in shipped:
        assert ROWS[name, library, period] == (area, path_ps)
    assert {row[0] for row in shipped} == {entry.name for entry in synthesised()}


def test_every_multiplier_adder_and_float_that_was_synthesised_is_in_the_catalogue():
    pattern = re.compile(r"multiplier int\d+$|adder \d+$|(bf16|fp16|fp32) |MAC |.* PE int8")
    rows = {name for name in SYNTHESIS if pattern.match(name)}
    assert rows <= {entry.name for entry in entries()}


def test_base_components_are_within_10_percent_of_synthesis():
    errors = {n: item.error_percent for n, item in compared(RELAXED, "area_um2", "fitted").items()}
    assert len(errors) == 28
    assert max(map(abs, errors.values())) <= 10, errors


def test_predicted_components_are_within_5_percent_of_synthesis():
    predicted = compared(RELAXED, "area_um2", "predicted")
    names = Counter(re.split(r"[ ,]", name)[0] for name in predicted)
    assert names == {"MAC": 6, "weight-stationary": 4, "output-stationary": 4, "adder": 5, "WS": 6}
    assert max(abs(item.error_percent) for item in predicted.values()) <= 5


def test_arrays_with_controller_come_closer_with_size():
    partly = compared(RELAXED, "area_um2", "partly")
    for size, within in ((2, 6), (4, 4), (8, 2.5)):
        arrays = [item for name, item in partly.items() if name.endswith(f" {size}x{size}")]
        assert len(arrays) == 4
        assert max(abs(item.error_percent) for item in arrays) <= within


def test_multiplier_of_2_bits_is_known_to_be_too_small():
    (item,) = compared(RELAXED, "area_um2", "outside").values()
    assert -30 < item.error_percent < -20


def test_delay_of_base_components_is_within_10_percent_and_of_macs_and_pes_within_12():
    fitted = compared(RELAXED, "delay_ps", "fitted").values()
    assert max(abs(item.error_percent) for item in fitted) <= 10
    predicted = compared(RELAXED, "delay_ps", "predicted")
    chained = [item for name, item in predicted.items() if "MAC" in name or " PE " in name]
    assert len(chained) == 14
    assert max(abs(item.error_percent) for item in chained) <= 12


def test_fast_delay_class_is_the_mean_of_the_pes_that_were_synthesised_for_speed():
    names = [entry.name for entry in synthesised() if " PE int8" in entry.name]
    ratios = [
        [
            float(fast) / float(relaxed)
            for fast, relaxed in zip(
                ROWS[name, "nangate45", "1000"], ROWS[name, "nangate45", "10000"], strict=True
            )
        ]
        for name in names
    ]
    area, delay = (statistics.mean(column) for column in zip(*ratios, strict=True))
    assert CONSTANTS["fast_area_factor"].value == pytest.approx(area, abs=0.01)
    assert CONSTANTS["fast_delay_factor"].value == pytest.approx(delay, abs=0.01)


@pytest.mark.parametrize(
    ("against", "low", "high"), [(FAST, -11, 3), (SKY130, -12, 45), (ASAP7, -34, 5)]
)
def test_other_timing_and_libraries_are_deviations_that_are_printed(against, low, high):
    # areas by the published factors: most of sky130 is denser than they say, ASAP7 less dense
    errors = [item.error_percent for item in compared(against, "area_um2").values()]
    assert len(errors) >= 45
    assert low < min(errors) <= max(errors) < high


@pytest.mark.parametrize(("against", "times"), [(SKY130, (1.8, 2.5)), (ASAP7, (2.0, 2.6))])
def test_delay_of_pes_in_other_libraries_is_longer_than_published_factors_say(against, times):
    pes = [item for name, item in compared(against, "delay_ps").items() if " PE int8" in name]
    assert len(pes) == 8
    slower = [item.reference / item.model for item in pes]
    assert times[0] < min(slower) <= max(slower) < times[1]


def test_summary_has_the_median_and_the_worst_of_every_group():
    every = comparisons()
    medians = summaries(every)
    assert sum(summary.components for summary in medians) == len(every)
    first = medians[0]
    errors = sorted(
        abs(item.error_percent) for item in compared(RELAXED, "area_um2", "fitted").values()
    )
    assert (first.against, first.kind) == (RELAXED, "fitted")
    assert first.median_error_percent == pytest.approx(statistics.median(errors))
    assert abs(first.worst_error_percent) == pytest.approx(errors[-1])
    assert first.worst == "adder 20"


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


@pytest.mark.parametrize("size", [2, 4, 8])
def test_skew_registers_are_counted_exactly(size):
    # one side; serial weight stationary skews only its rows
    bits = skew_bits(["ws"], "serial", (size, size), INT8)
    name = f"skew registers {size} lanes x8"
    assert register(bits).area_um2 == pytest.approx(SYNTHESIS[name], rel=1e-4)


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


def test_printed_sram_errors_are_those_of_the_grid():
    shipped = {
        (item.against, item.component): item.error_percent
        for item in comparisons()
        if item.quantity == "area_mm2"
    }
    assert len(shipped) == 196 - 2 * 16
    for (node, width), curve in cacti_curves().items():
        points = sorted((size, float(row["area_mm2"])) for size, row in curve.items())
        for below, (size, value), above in zip(points, points[1:], points[2:], strict=False):
            error = (log_interpolated(size, below, above) / value - 1) * 100
            name = f"CACTI, {node} nm", f"{size:g} KiB x {width} bits"
            assert shipped[name] == pytest.approx(error, abs=0.05)


@pytest.mark.parametrize(("node_nm", "library"), [(45, "45 nm"), (130, "130 nm"), (7, "7 nm")])
def test_note_of_an_area_gives_medians_and_worst_error_of_its_node(node_nm, library):
    errors = {}
    for item in logic_comparisons():
        inside = item.quantity == "area_um2" and item.kind != "outside"
        if inside and item.against.startswith(library):
            off = abs(item.error_percent)
            errors.setdefault((item.against, item.kind), []).append((off, item.component))
    medians = [statistics.median(off for off, _ in group) for group in errors.values()]
    worst, component = max(max(group) for group in errors.values())
    note = area_note(node_nm)
    assert f"at {library} median {min(medians):.2g} to {max(medians):.2g} %" in note
    assert f"worst {worst:.2g} % ({component})" in note


@pytest.mark.parametrize(("node_nm", "neighbours"), [
    (28, ("7 nm", "45 nm")), (65, ("45 nm", "130 nm")), (5, ("7 nm",)), (180, ("130 nm",)),
])  # fmt: skip
def test_note_of_an_area_elsewhere_gives_the_nodes_around_it(node_nm, neighbours):
    note = area_note(node_nm)
    assert f"nothing was synthesised at {node_nm} nm" in note
    found = [name for name in ("7 nm", "45 nm", "130 nm") if f" at {name} median" in note]
    assert found == list(neighbours)


@pytest.mark.parametrize(("node_nm", "worst"), [(45.0, "worst 11 %"), (130.0, "worst 45 %")])
def test_notes_of_an_accelerator_are_those_of_its_node(node_nm, worst):
    hardware = load_hardware("edge_16x16").replace({"technology.node_nm": node_nm})
    (note,) = (note for note in area_breakdown(hardware).notes if note.startswith("uncertainty"))
    assert worst in note
    assert "published chips are 1.7 to 3.1 times as large" in note


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
