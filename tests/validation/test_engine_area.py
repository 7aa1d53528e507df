"""Window engines added up from components against their synthesis (own run)."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from accelsim.cost.engines import (
    CRITICAL_PATH_PS,
    engine,
    line_buffers,
    row_engine,
    streaming_engine,
)
from accelsim.cost.operands import Widths
from accelsim.cost.technology import area_factor

REFERENCE = Path(__file__).parents[1] / "reference"


def rows_of(name, **wanted):
    with (REFERENCE / name).open() as file:
        return [
            row
            for row in csv.DictReader(file)
            if all(row[key] == value for key, value in wanted.items())
        ]


def engines_in(library, period_ps):
    """Synthesised engines of one library and timing, by our own yosys."""
    return rows_of(
        "rtl_area.csv", top="conv_engine", library=library, period_ps=period_ps, yosys="0.23"
    )


def named(row):
    return f"{row['component']} {row['params']}"


def modelled(row):
    """The engine that a row of the synthesis is of."""
    figures = dict(word.split("=") for word in row["params"].split())
    bits = int(figures.get("DW", 8))
    return engine(
        (int(figures["KR"]), int(figures["KC"])),
        Widths(bits, bits, int(figures.get("AW", 32))),
        registered_tree=figures["PIPE"] == "1",
    )


RELAXED = engines_in("nangate45", "10000")


def test_every_synthesised_engine_is_compared():
    assert len(RELAXED) == 26
    assert {row["params"].split()[1] for row in RELAXED} == {f"KC={k}" for k in (3, 5, 7, 9, 11)}


@pytest.mark.parametrize("row", RELAXED, ids=named)
def test_engine_area_is_within_3_percent_of_synthesis(row):
    assert modelled(row).area_um2 == pytest.approx(float(row["area_um2"]), rel=0.03)


@pytest.mark.parametrize("row", RELAXED, ids=named)
def test_engine_has_exactly_the_flip_flops_of_synthesis(row):
    figures = dict(word.split("=") for word in row["params"].split())
    bits, sums = int(figures.get("DW", 8)), int(figures.get("AW", 32))
    taps = int(figures["KR"]) * int(figures["KC"])
    registers = [part for part in modelled(row).parts if part.name.endswith("registers")]
    tree = sum(bits_in(part) for part in registers if part.name.startswith("tree"))
    control = bits_in(modelled(row).part("control"))
    assert 4 * bits * taps + tree + sums + control == int(row["ff_count"])


def bits_in(part):
    """Flip-flops that a part's own text states: `register 52 bits, plain`."""
    words = part.component.source.replace(",", "").split()
    return int(words[words.index("bits" if "bits" in words else "flip-flops") - 1])


@pytest.mark.parametrize(
    ("library", "period_ps", "node_nm", "low", "high"),
    [
        ("nangate45", "1000", 45, -0.07, 0.02),  # faster circuits are larger
        ("sky130hd", "20000", 130, 0.24, 0.34),  # denser than the published factor says
        ("asap7", "10000", 7, -0.21, -0.14),  # less dense
    ],
)
def test_other_libraries_deviate_by_what_their_node_factor_does(
    library, period_ps, node_nm, low, high
):
    rows = engines_in(library, period_ps)
    assert len(rows) == 12
    for row in rows:
        deviation = modelled(row).area_um2 * area_factor(node_nm) / float(row["area_um2"]) - 1
        print(f"{library} {period_ps} ps, {named(row)}: {deviation:+.1%}")
        assert low < deviation < high


@pytest.mark.parametrize(("kernel", "synthesised"), [(5, 2.55), (7, 4.82), (9, 7.86), (11, 11.7)])
def test_one_stage_engine_grows_with_the_kernel_as_synthesised(kernel, synthesised):
    ratio = streaming_engine(kernel).area_um2 / streaming_engine(3).area_um2
    assert ratio == pytest.approx(synthesised, rel=0.02)
    assert ratio < kernel**2 / 9


@pytest.mark.parametrize("kernel", [3, 5, 7, 9, 11])
def test_critical_paths_are_those_of_synthesis(kernel):
    rows = {row["params"]: float(row["crit_path_ps"]) for row in RELAXED}
    wanted = [rows[f"KR={kernel} KC={kernel} PIPE={pipe}"] for pipe in (0, 1)]
    assert CRITICAL_PATH_PS[kernel] == pytest.approx(wanted, abs=0.5)


STORAGE = {
    "SRAM macro": "sram",
    "flip-flop shift register": "shift_register",
    "flip-flop shift register with stall enable": "stalling_shift_register",
    "flip-flop addressed array": "fifo",
}


@pytest.mark.parametrize("storage", STORAGE)
def test_line_buffers_and_their_share_are_those_of_the_synthesis_table(storage):
    rows = rows_of("rtl_linebuffers.csv", storage=storage, pipe="0")
    assert len(rows) == 20
    totals = {}
    for row in rows:
        kernel, width = int(row["K"]), int(row["W"])
        lines = line_buffers(kernel, width, storage=STORAGE[storage])
        assert lines.area_um2 == pytest.approx(float(row["line_buffer_um2"]), rel=1e-3, abs=0.1)
        totals[kernel, width] = streaming_engine(kernel).area_um2 + lines.area_um2
        assert totals[kernel, width] == pytest.approx(float(row["total_um2"]), rel=0.03)
        ratio = totals[kernel, width] / totals[3, width]
        assert ratio == pytest.approx(float(row["ratio_to_3x3"]), rel=0.02)


def test_row_engine_grows_with_its_length_alone():
    areas = [row_engine(kernel).area_um2 for kernel in (3, 5, 7, 9, 11)]
    steps = [after - before for before, after in pairwise(areas)]
    assert max(steps) / min(steps) < 1.02
