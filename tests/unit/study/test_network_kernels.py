"""Whole networks with other depthwise kernels: changes against plain runs, engines beside."""

import pytest

import accelsim as ac
from accelsim.study.figures import Bench
from accelsim.study.network_kernels import COLUMNS, NETWORKS, OWN, network_tables, variants

NAME = "mixnet_s:resolution=32"
TIMED = ["area_mm2", "area_time_mm2_ms", "cycles", "latency_ms"]


@pytest.fixture(scope="module")
def tables(bench):
    return network_tables(bench, NAME)


def row_of(tables, kernel, place):
    (row,) = (
        row for row in tables.changes if (row["kernel"], row["depthwise_on"]) == (kernel, place)
    )
    return row


@pytest.mark.parametrize("kernel", [5, 9])
def test_changes_on_the_array_are_those_of_plain_runs(tables, kernel):
    net = ac.load_network(NAME)
    base, own = net.with_kernels((3,)), net.with_kernels((kernel,))
    first = ac.simulate(base, "edge_16x16", effort="sweep")
    second = ac.simulate(own, "edge_16x16", effort="sweep")
    row = row_of(tables, f"{kernel}x{kernel}", "array")
    for name, change in (
        ("params", own.params / base.params),
        ("macs", own.macs / base.macs),
        ("cycles", second.cycles / first.cycles),
        ("energy", second.energy_uj / first.energy_uj),
        ("area_time", second.area_time_mm2_ms / first.area_time_mm2_ms),
    ):
        assert row[f"{name}_change_percent"] == pytest.approx(100 * (change - 1), abs=1e-9)


def test_share_of_depthwise_is_that_of_the_layers(tables):
    result = ac.simulate(ac.load_network(NAME), "edge_16x16", effort="sweep")
    layers = [layer for layer in result.layers if layer.type == "dw"]
    row = row_of(tables, OWN, "array")
    assert row["depthwise_share_of_params"] == sum(x.params for x in layers) / result.params
    assert row["depthwise_share_of_cycles"] == sum(x.cycles for x in layers) / result.cycles


def test_engines_beside_floating_point_are_blank_with_the_reason():
    tables = network_tables(
        Bench(ac.load_hardware("gpu_like"), "sweep"), "mobilenet_v1:alpha=0.25,resolution=32"
    )
    for row in tables.changes:
        on_array = row["depthwise_on"] == "array"
        blank = [name for name in TIMED if row[name] is None]
        assert blank == ([] if on_array else TIMED)
        assert ("no window engine" in row["reason"]) is not on_array
    assert all(row["engine_area_mm2"] is row["gap_area"] is None for row in tables.costs)
    assert all("no window engine" in row["reason"] for row in tables.costs)
    assert all(row["gap_cycles"] for row in tables.costs)


def test_engines_replace_the_cycles_of_depthwise_layers_only(tables):
    array, engines = row_of(tables, "5x5", "array"), row_of(tables, "5x5", "largest")
    rest = array["cycles"] * (1 - array["depthwise_share_of_cycles"])
    left = engines["cycles"] * (1 - engines["depthwise_share_of_cycles"])
    assert rest == pytest.approx(left, rel=1e-12)
    assert engines["area_mm2"] > array["area_mm2"]
    assert engines["energy_uj"] is None
    assert "energy" in engines["reason"]


def test_engines_of_every_kind_are_relative_to_three_by_three_engines(tables):
    base = row_of(tables, "3x3", "largest")
    for place in ("largest", "side_by_side", "passes"):
        row = row_of(tables, OWN, place)
        change = 100 * (row["area_time_mm2_ms"] / base["area_time_mm2_ms"] - 1)
        assert row["area_time_change_percent"] == pytest.approx(change)
    assert row_of(tables, "3x3", "passes")["cycles"] == base["cycles"]


def test_area_time_is_area_times_latency_in_every_row(tables):
    for row in tables.changes:
        assert list(row) == [column.name for column in COLUMNS]
        assert row["area_time_mm2_ms"] == pytest.approx(row["area_mm2"] * row["latency_ms"])
        assert row["latency_ms"] == pytest.approx(row["cycles"] / 500e6 * 1e3)


def test_gap_divides_by_parameters_only_where_they_differ(tables):
    for row in tables.changes:
        params = 1 + row["params_change_percent"] / 100
        cycles = 1 + row["cycles_change_percent"] / 100
        divisor = params if abs(params - 1) > 0.05 else 1
        assert row["gap_cycles"] == pytest.approx(cycles / divisor)


def test_own_kernels_stand_where_they_are_not_all_three_by_three():
    assert [variant.kernel for variant in variants("mobilenet_v2")] == ["3x3", "5x5", "7x7", "9x9"]
    assert [variant.kernel for variant in variants("mixnet_s")][-1] == OWN
    assert variants("mixnet_s")[-1].largest == 11


def test_networks_are_the_mobilenets_and_mixnets():
    assert {"mixnet_s", "mixnet_m", "mixnet_l", "mobilenet_v1", "mobilenet_v2"} <= set(NETWORKS)
    for name in NETWORKS:
        assert variants(name)[0].network.params <= ac.load_network(name).params
