from collections.abc import Callable

import pytest

from accelsim.report.groups import (
    CAUSES,
    area_by_part,
    cycles_by_cause,
    kernel_groups,
    panel_names,
    setting,
)
from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult

Make = Callable[..., LayerResult]


def test_cycles_by_cause_array_layer_splits_compute_by_how_full_the_array_is(layer: Make) -> None:
    # 14400 MACs / 64 = 225 of 300 compute cycles are useful; stalls 10 + 20 + 30 are DRAM.
    assert cycles_by_cause([layer()]) == dict(
        zip(CAUSES, (225, 75, 60, 60, 40, 0, 40), strict=True)
    )


def test_cycles_by_cause_vector_layer_has_no_array_cycles(layer: Make) -> None:
    found = cycles_by_cause([layer(dataflow="vector", macs=0)])
    assert found["vector unit"] == 300
    assert found["useful MACs"] == found["PEs without work"] == 0


def test_cycles_by_cause_adds_up_to_the_network(mixed: NetworkResult) -> None:
    assert sum(cycles_by_cause(mixed.layers).values()) == pytest.approx(1300)


def test_kernel_groups_merge_what_has_no_filter_and_drop_what_takes_no_time(
    mixed: NetworkResult,
) -> None:
    groups = kernel_groups(mixed)
    assert [(group.label, group.cycles) for group in groups] == [
        ("linear", 500), ("3x3 conv", 500), ("3x3 dw", 100), ("5x5 dw", 160), ("other", 40),
    ]  # fmt: skip


def test_kernel_groups_add_up_to_the_result(mixed: NetworkResult) -> None:
    groups = kernel_groups(mixed)
    assert sum(group.cycles for group in groups) == mixed.cycles == 1300
    assert sum(group.macs for group in groups) == mixed.macs == 30976
    assert sum(group.latency_ms for group in groups) == pytest.approx(mixed.latency_ms)
    assert sum(group.dram_bytes for group in groups) == mixed.dram_bytes == 4064
    assert sum(group.sram_bytes for group in groups) == mixed.sram_bytes == 24064
    assert sum(group.compulsory_bytes for group in groups) == 3264


def test_kernel_groups_agree_with_kernels_csv(mixed: NetworkResult) -> None:
    rows = {(row["kernel"], row["type"]): row for row in mixed.table("kernel")}
    for group in kernel_groups(mixed)[:-1]:
        row = rows[group.kernel, group.type]
        assert group.latency_ms == pytest.approx(row["latency_ms"])
        assert (group.cycles, group.macs) == (row["cycles"], row["macs"])
        assert (group.dram_bytes, group.sram_bytes) == (row["dram_bytes"], row["sram_bytes"])


def test_group_utilization_is_macs_over_peak_times_cycles(mixed: NetworkResult) -> None:
    by_label = {group.label: group for group in kernel_groups(mixed)}
    assert by_label["5x5 dw"].utilization == pytest.approx(1600 / (64 * 160))
    assert by_label["other"].utilization is None


def test_area_by_part_sums_components_before_the_colon(mixed: NetworkResult) -> None:
    assert area_by_part(mixed) == {"array": 0.5, "memory": 1.5}


def test_setting_and_panel_names_share_out_what_differs(
    layer: Make, result: Callable[..., NetworkResult]
) -> None:
    one, other = result(layer()), result(layer(), hardware="chip", batch=2)
    assert setting([one, one]) == "box, 1 MHz, dataflow auto, batch 1"
    assert panel_names([one]) == ["net"]
    assert setting([one, other]) == "several accelerators, 1 MHz, dataflow auto"
    assert panel_names([one, other]) == ["net on box, batch 1", "net on chip, batch 2"]
