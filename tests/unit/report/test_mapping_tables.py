"""Rows and sentences of a mapping add up to what the layer costs."""

from dataclasses import replace

import pytest

from accelsim.evaluate import evaluate_layer
from accelsim.execution.works import Setting
from accelsim.networks.registry import load_network
from accelsim.operator_map import map_operator
from accelsim.pareto import pareto_maps
from accelsim.report import mapping_tables as tables
from tests.oracles.small_accelerator import small_accelerator

HARDWARE = small_accelerator(
    {"memory.levels.scratchpad.size": "8 KiB", "operator_overhead.launch_cycles": 50}
)
NETWORK = load_network("mobilenet_v1:alpha=0.25,resolution=64")


def measured(number, objective="cycles", **choices):
    operator = NETWORK.operators[number]
    found = map_operator(operator, HARDWARE, objective=objective, neighbour=True, **choices)
    run = Setting(HARDWARE, "fast", ("ws",), objective, 1, "normal", {operator.name: found.mapping})
    return found, evaluate_layer(operator, run, (NETWORK.name, 1))[0]


@pytest.fixture(scope="module", params=[0, 1, 2])
def pair(request):
    return measured(request.param)


def test_levels_are_filled_with_their_tiles(pair):
    found, layer = pair
    rows = tables.level_rows(found)
    assert {row["level"] for row in rows} == {"scratchpad"}
    claimed = sum(row["tile_bytes"] * row["tiles"] for row in rows)
    assert rows[0]["filled_bytes"] == claimed == layer.buffer_bytes
    assert rows[0]["capacity_bytes"] == 8192
    assert rows[0]["share_of_level"] == claimed / 8192
    assert all(row["filled_bytes"] is None for row in rows[1:])


def test_accesses_add_up_to_the_energy_and_bytes_of_the_layer(pair):
    found, layer = pair
    rows = tables.access_rows(found, layer)
    assert sum(row["energy_pj"] for row in rows) == pytest.approx(layer.energy_pj, rel=1e-12)
    assert sum(row["share_of_energy"] for row in rows) == pytest.approx(1)
    dram = [row for row in rows if row["level"] == "dram"]
    assert sum(row["read_bytes"] for row in dram) == layer.dram_read_bytes
    assert sum(row["write_bytes"] for row in dram) == layer.dram_write_bytes
    on_chip = [row for row in rows if row["level"] == "scratchpad"]
    assert sum(row["read_bytes"] for row in on_chip) == layer.sram_read_bytes
    assert sum(row["write_bytes"] for row in on_chip) == layer.sram_write_bytes
    assert all(row["moved_bytes"] == row["read_bytes"] + row["write_bytes"] for row in on_chip)


def test_cycles_add_up_to_those_of_the_layer(pair):
    _, layer = pair
    rows = tables.cycle_rows(layer)
    assert sum(row["cycles"] for row in rows) == layer.cycles
    assert {"cause": "launch of the operator", "cycles": 50}.items() <= rows[-1].items()
    assert sum(row["share_of_cycles"] for row in rows) == pytest.approx(1)


def test_bound_names_the_largest_cause_with_its_share(pair):
    _, layer = pair
    half = replace(
        layer, compute_cycles=20, fill_drain_cycles=0, stall_input_cycles=20,
        stall_weight_cycles=20, stall_output_cycles=10, stall_bank_cycles=0,
        stall_launch_cycles=30, cycles=100,
    )  # fmt: skip
    assert tables.bound_text(half) == "dram: the array waits for DRAM in 50 % of the cycles"
    launched = replace(half, stall_launch_cycles=60, cycles=130)
    assert tables.bound_text(launched).startswith("launch: ")
    assert "46 %" in tables.bound_text(launched)


def test_search_text_says_what_is_proved_and_how_fast():
    found, _ = measured(1)
    found = replace(found, evaluated=3000, pruned=7, seconds=2.0, optimal=True)
    assert tables.search_text(found) == (
        "proved optimum of the space 'normal'; 3,000 candidates costed and 7 left out by bounds "
        "in 2.00 s, 1,500 per second"
    )
    assert "not proved optimal" in tables.search_text(replace(found, optimal=False))
    edp = tables.search_text(replace(found, objective="edp"))
    assert "space 'normal', edp compared without the 50 cycles of the launch; 3,000" in edp
    assert "launch" not in tables.search_text(replace(found, objective="edp", launch_cycles=0))
    assert tables.search_text(replace(found, given=True)) == "given, not searched for"
    assert "remembered" in tables.search_text(replace(found, evaluated=0))


def test_neighbour_text_has_the_change_of_the_objective_first():
    found, _ = measured(1, objective="edp")
    near = found.neighbour
    dearer = replace(near.cost, cycles=2 * found.cost.cycles, energy_pj=found.cost.energy_pj * 1.5)
    text = tables.neighbour_text(replace(found, neighbour=replace(near, cost=dearer)))
    assert text.startswith(
        "best change of one loop, cut or factor: +200 % edp, +100 % cycles, +50 % energy: "
    )
    assert near.change in text
    assert text.endswith(
        f"of {near.costed} legal changes {near.alike} cost the same as the mapping"
    )


def test_neighbour_that_beats_a_proved_optimum_is_said_to_be_outside_its_space():
    found, _ = measured(1)
    cheaper = replace(found.neighbour.cost, cycles=found.cost.cycles // 2)
    better = replace(found, optimal=True, neighbour=replace(found.neighbour, cost=cheaper))
    assert "-50 % cycles" in tables.neighbour_text(better)
    assert "(a mapping outside the space 'normal')" in tables.neighbour_text(better)
    assert "outside the space" not in tables.neighbour_text(replace(better, optimal=False))
    assert tables.neighbour_text(replace(found, neighbour=None)).startswith("no change")


def test_front_rows_number_the_points_and_name_what_they_are_best_at():
    front = pareto_maps(NETWORK.operators[1], HARDWARE, most=100)
    rows = tables.front_rows(front)
    assert [row["point"] for row in rows] == list(range(1, len(front.points) + 1))
    assert [row["cycles"] for row in rows] == [point.cycles for point in front.points]
    assert f"{len(rows)} point" in tables.front_text(front)
    ended = "no single change" if front.complete else "cut off"
    assert ended in tables.front_text(front)
