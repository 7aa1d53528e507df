"""Figures of a bench: those of simulate, what an operator holds, and reasons for blanks."""

import pytest

import accelsim as ac
from accelsim.cost.area import area_breakdown
from accelsim.errors import MappingError
from accelsim.study.cases import Case, Size, network_of
from accelsim.study.figures import Bench, claimed_bytes, holdings, occupied_mm2, reason_text

CASE = Case(5, "dws", Size(8, 24))


def figures_of(bench: Bench, case: Case = CASE):
    network = network_of(case)
    outcome = bench.run(network)
    return bench.figures(network, outcome, 0.5), outcome


def test_figures_are_those_of_a_plain_run(bench):
    figures, _ = figures_of(bench)
    plain = ac.simulate(network_of(CASE), "edge_16x16", effort="sweep")
    assert figures.cycles == plain.cycles
    assert figures.energy_uj == plain.energy_uj
    assert (figures.sram_bytes, figures.dram_bytes) == (plain.sram_bytes, plain.dram_bytes)
    assert figures.area_time_mm2_ms == pytest.approx(plain.area_mm2 * plain.latency_ms, rel=1e-12)
    assert figures.engine_area_mm2 == 0.5
    assert figures.reasons == ()


def test_occupied_area_time_adds_up_over_operators(bench):
    figures, outcome = figures_of(bench)
    breakdown = area_breakdown(bench.hardware)
    expected = 0.0
    for layer in outcome.layers:
        held = breakdown.part_mm2("memory") * layer.buffer_bytes / (256 * 1024)
        area = breakdown.part_mm2("array") + breakdown.part_mm2("vector") + held
        expected += area * layer.cycles / 500e6 * 1e3
    assert figures.occupied_area_time_mm2_ms == pytest.approx(expected, rel=1e-12)
    assert figures.occupied_area_time_mm2_ms < figures.area_time_mm2_ms


@pytest.mark.parametrize("name", ["edge_16x16", "eyeriss", "tpu_v1", "shidiannao"])
def test_holdings_and_control_add_up_to_the_accelerator(name):
    hardware = ac.load_hardware(name)
    breakdown, parts = area_breakdown(hardware), holdings(hardware)
    known = parts.array + parts.vector + sum(parts.sram.values()) + breakdown.part_mm2("control")
    assert known == pytest.approx(breakdown.total_mm2, rel=1e-12)


@pytest.mark.parametrize("name", ["eyeriss", "shidiannao", "kernel_engines/k3", "gemmini_16x16"])
def test_occupied_area_takes_of_each_level_the_share_that_its_own_tiles_claim(name):
    hardware, network = ac.load_hardware(name), network_of(Case(3, "dw", Size(8, 16)))
    result = ac.simulate(network, hardware, effort="sweep")
    (operator,), (layer,) = network.operators, result.layers
    mapping = result.mappings[layer.layer]
    claims = claimed_bytes(operator, mapping, hardware)
    found = ac.map_operator(operator, hardware, mapping=mapping)
    breakdown, expected, held = area_breakdown(hardware), 0.0, 0
    for row in breakdown.rows:
        level = next((x for x in hardware.on_chip if row.name == f"{x.name}, SRAM macros"), None)
        if level and level.name in found.flow.target.level_names:
            index = found.flow.target.level_names.index(level.name)
            own = sum(fill.claimed_bytes for fill in found.fills if fill.level == index)
            expected, held = expected + row.area_mm2 * own / level.total_bytes, held + own
        elif row.part != "control":  # line buffers of window engines too
            expected += row.area_mm2
    assert held == layer.buffer_bytes
    assert occupied_mm2(layer, claims, hardware) == pytest.approx(expected, rel=1e-12)


def test_occupied_area_leaves_an_idle_separate_vector_unit_out():
    hardware = ac.load_hardware("edge_16x16").replace({
        "vector_unit.placement": "separate", "vector_unit.fuse_activation": False,
    })  # fmt: skip
    (layer,) = ac.simulate(network_of(Case(3, "dw", Size(8, 24))), hardware, effort="sweep").layers
    parts, claims = holdings(hardware), {"sram": layer.buffer_bytes}
    held = parts.sram["sram"] * layer.buffer_bytes / (256 * 1024)
    assert occupied_mm2(layer, claims, hardware) == pytest.approx(parts.array + held, rel=1e-12)


def test_area_needed_replaces_shared_memory_by_the_buffer(bench):
    figures, _ = figures_of(bench)
    breakdown = area_breakdown(bench.hardware)
    rest = breakdown.total_mm2 - breakdown.part_mm2("memory")
    expected = rest + bench.buffers.area_mm2(figures.buffer_bytes)
    assert bench.area_needed_mm2(figures) == pytest.approx(expected, rel=1e-12)


def test_figures_of_what_cannot_be_mapped_are_blank_with_the_reason(bench):
    network = network_of(CASE)
    figures = bench.figures(network, MappingError("nothing\nfits"), 0.5)
    assert figures.cycles is figures.energy_uj is figures.area_time_mm2_ms is None
    assert figures.params == network.params
    assert "nothing fits" in reason_text([figures, figures])
    assert reason_text([figures, figures]).count("nothing fits") == 1


@pytest.mark.parametrize("name", ["shidiannao", "kernel_engines/k3"])
def test_figures_are_known_on_arrays_that_do_not_fold(name):
    other = Bench(ac.load_hardware(name), "sweep")
    figures, _ = figures_of(other, Case(5, "dw", Size(8, 16)))
    assert figures.reasons == ()
    assert figures.cycles > 0
    assert 2 * 8 * 8 <= figures.buffer_bytes <= 4 * 16 * 8 * 8 + 2 * 16 * 25
