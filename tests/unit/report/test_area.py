import math
from xml.etree import ElementTree

import pytest

from accelsim.cost.area import area_breakdown
from accelsim.cost.catalogue import entries
from accelsim.hardware.yaml_io import load_hardware
from accelsim.report.area import POWER_PARTS, area_rows, component_rows, power_rows
from accelsim.report.area_figure import CLASSES, class_areas, draw_area
from accelsim.results.layer import Idle
from tests.oracles.deep_accelerator import deep_accelerator
from tests.oracles.small_accelerator import small_accelerator


def test_shares_of_area_add_up():
    rows = area_rows("small", area_breakdown(small_accelerator()))
    assert sum(row["share_of_area"] for row in rows) == pytest.approx(1)


def test_power_of_the_parts_is_the_energy_over_the_latency(layer, result):
    # 0.5 ms each: 6 + 4 + 20 + 30 + 0 + 5 = 65 pJ and 95 pJ: 160 pJ in 1 ms are 1.6e-4 mW
    found = result(layer(), layer(index=2, layer="other", energy_dram_pj=60.0))
    rows = {row["part"]: row for row in power_rows(found)}
    assert tuple(rows) == POWER_PARTS
    assert rows["dram"]["power_mw"] == pytest.approx(90e-6)
    assert rows["mac"]["energy_uj"] == pytest.approx(12e-6)
    assert sum(row["power_mw"] for row in rows.values()) == pytest.approx(160e-6)
    assert found.power_mw == pytest.approx(160e-6)
    assert sum(row["share_of_energy"] for row in rows.values()) == pytest.approx(1)


def test_power_of_idle_units_is_leakage(layer, result):
    # two units, 500 cycles each: one works, the other leaks 5 pJ in the same time
    idle = Idle(cycles=500, energy_leakage_pj=5.0)
    found = result(layer(), cores=2, units=2, idle=idle)
    rows = {row["part"]: row for row in power_rows(found)}
    assert rows["leakage"]["energy_uj"] == pytest.approx(10e-6)
    assert sum(row["power_mw"] for row in rows.values()) == pytest.approx(found.power_mw)
    assert sum(row["share_of_energy"] for row in rows.values()) == pytest.approx(1)


def test_power_of_a_network_that_takes_no_time_is_blank(layer, result):
    idle = dict.fromkeys(("compute_cycles", "fill_drain_cycles"), 0)
    stalls = ("input", "weight", "output", "bank", "launch", "idle")
    found = result(layer(**idle, **{f"stall_{cause}_cycles": 0 for cause in stalls}))
    assert found.power_mw is None
    assert {row["power_mw"] for row in power_rows(found)} == {None}


def test_unknown_energy_or_delay_of_a_component_is_blank():
    rows = {row["component"]: row for row in component_rows(entries())}
    assert rows["register 32, plain"]["relaxed_ps"] is None
    assert rows["wire 128 bits x 1 mm"]["area_um2"] is None
    assert rows["multiplier int8"]["fast_ps"] == pytest.approx(
        0.9 * rows["multiplier int8"]["relaxed_ps"]
    )
    assert all(value is None or isinstance(value, str) or not math.isnan(value)
               for row in rows.values() for value in row.values())  # fmt: skip


@pytest.mark.parametrize(
    "make", [small_accelerator, deep_accelerator, lambda: load_hardware("kernel_engines/k5")]
)
def test_classes_of_the_picture_add_up_to_the_total(make):
    breakdown = area_breakdown(make())
    areas = class_areas(breakdown)
    assert tuple(areas) == tuple(CLASSES)
    assert sum(areas.values()) == pytest.approx(breakdown.total_mm2)
    assert areas["other"] == 0


def test_picture_names_accelerators_and_totals(tmp_path):
    breakdowns = {
        "small": area_breakdown(small_accelerator()),
        "deep": area_breakdown(deep_accelerator()),
    }
    svg, png = draw_area(breakdowns, tmp_path)
    texts = {node.text for node in ElementTree.parse(svg).iter() if node.text}
    assert {"small", "deep", "PEs", "SRAM", "share of the area, %"} <= texts
    assert f"{breakdowns['small'].total_mm2:.2f} mm²" in texts
    assert png.stat().st_size > 10_000
