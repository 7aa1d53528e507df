"""Rows of kernel_costs.csv: ratios and gaps recomputed from the figures beside them."""

from dataclasses import replace

import pytest

import accelsim as ac
from accelsim.study.cases import KERNELS, TYPES, Case, Size, sizes
from accelsim.study.figures import Figures
from accelsim.study.kernel_costs import (
    COLUMNS,
    Subject,
    cases,
    cost_row,
    gap_divisor,
    medians,
)

CONTRACT = [
    "kernel", "type", "accelerator", "scope", "in_h", "channels", "param_ratio", "mac_ratio",
    "engine_area_mm2", "area_time_mm2_ms", "buffer_area_mm2", "cycles", "sram_bytes", "dram_bytes",
    "energy_uj", "gap_area", "gap_area_time", "gap_buffer", "gap_cycles", "gap_energy",
]  # fmt: skip

COST_OF = {
    "gap_area": "engine_area_mm2", "gap_area_time": "area_time_mm2_ms",
    "gap_buffer": "buffer_area_mm2", "gap_cycles": "cycles", "gap_energy": "energy_uj",
}  # fmt: skip


def test_columns_begin_with_the_contract(costs):
    assert [column.name for column in COLUMNS][: len(CONTRACT)] == CONTRACT
    assert all(list(row) == [column.name for column in COLUMNS] for row in costs)


def test_every_case_and_variant_has_one_row_per_accelerator(costs):
    keys = [tuple(row[k] for k in ("kernel", "type", "accelerator", "scope")) for row in costs]
    assert len(set(keys)) == len(keys)
    assert len([key for key in keys if key[3] != "network"]) == 2 * len(TYPES) * len(KERNELS)


@pytest.mark.parametrize("gap", COST_OF)
def test_gaps_are_cost_ratio_over_parameter_ratio(costs, gap):
    for row in costs:
        (base,) = (
            other for other in costs
            if other["param_ratio"] == 1 and other["kernel"] == "3x3"
            and all(other[k] == row[k] for k in ("accelerator", "scope", "in_h", "channels"))
            and (other["type"] == row["type"] or row["scope"] == "network")
        )  # fmt: skip
        params = row["params"] / base["params"]
        assert row["param_ratio"] == params
        assert row["mac_ratio"] == row["macs"] / base["macs"]
        expected = row[COST_OF[gap]] / base[COST_OF[gap]]
        if abs(params - 1) > 0.05:
            expected /= params
        assert row[gap] == pytest.approx(expected, rel=1e-12)


def test_area_time_gap_is_the_cycle_gap_on_one_accelerator(costs):
    for row in costs:
        assert row["gap_area_time"] == pytest.approx(row["gap_cycles"], rel=1e-12)


@pytest.mark.parametrize(("params", "divisor"), [
    (1.0, 1.0), (1.049, 1.0), (0.951, 1.0), (1.06, 1.06), (0.5, 0.5), (25 / 9, 25 / 9),
])  # fmt: skip
def test_gap_divisor_is_one_where_parameters_hardly_differ(params, divisor):
    assert gap_divisor(params) == divisor


def test_unknown_figures_are_blank_with_their_reason():
    base = Figures(params=9, macs=90, engine_area_mm2=0.5, cycles=10, energy_uj=2.0)
    own = replace(base, params=25, macs=250, cycles=None, energy_uj=4.0, reasons=("nothing fits",))
    row = cost_row(Subject(5, "dw", "operator", 8, 4), "box", own, base)
    assert row["gap_cycles"] is row["cycles"] is row["gap_buffer"] is None
    assert row["gap_energy"] == pytest.approx(2.0 / (25 / 9))
    assert row["reason"] == "nothing fits"


def test_dense_and_depthwise_rows_are_plain_runs(costs):
    from accelsim.workload.builder import NetworkBuilder  # noqa: PLC0415
    from accelsim.workload.window import window  # noqa: PLC0415

    for kind, groups in (("conv", 1), ("dw", 24)):
        net = NetworkBuilder("by hand")
        x = net.input("map", (24, 8, 8))
        net.conv("conv", x, 24, window(7, padding=3), groups=groups)
        result = ac.simulate(net.build(), "edge_16x16", effort="sweep")
        (row,) = (
            row for row in costs
            if (row["type"], row["kernel"], row["accelerator"]) == (kind, "7x7", "edge_16x16")
            and row["scope"] == "operator"
        )  # fmt: skip
        assert (row["cycles"], row["energy_uj"]) == (result.cycles, result.energy_uj)


def test_cases_are_all_kernels_of_all_types_on_all_sizes():
    families = cases()
    assert len(families) == len(TYPES) * len(sizes())
    assert all([case.kernel for case in family] == list(KERNELS) for family in families)
    assert all(len({(case.type, case.size) for case in family}) == 1 for family in families)


def test_medians_are_over_sizes_and_leave_networks_out():
    rows = []
    for channels, cycles in ((4, 20), (8, 30), (16, 70)):
        base = Figures(params=9, macs=9, cycles=10)
        own = Figures(params=27, macs=27, cycles=cycles)
        case = Case(5, "dw", Size(8, channels))
        rows.append(cost_row(Subject(5, "dw", case.scope, *case.size), "box", own, base))
    rows.append(cost_row(Subject(5, "dw", "network", 224), "box", own, base))
    (found,) = medians(rows)
    assert found["gap_cycles"] == pytest.approx(1.0)
    assert found["gap_energy"] is None
    assert found["param_ratio"] == 3
