"""Slots: every one has one cause, and differences to a reference add up."""

from dataclasses import replace
from fractions import Fraction

import pytest

import accelsim as ac
from accelsim.evaluate import simulate
from accelsim.study.gap_causes import CAUSES, extra_slots, milliseconds, promised_slots, slots

EDGE = ac.load_hardware("edge_16x16")
COPYING = EDGE.replace(
    {
        "memory.concat": "copy",
        "memory.split": "copy",
        "vector_unit.fuse_activation": False,
        "operator_overhead.launch_cycles": 300,
    }
)


@pytest.fixture(scope="module")
def mixed():
    return simulate("mixnet_s", COPYING, effort="sweep")


@pytest.fixture(scope="module")
def dense():
    return simulate("resnet18", COPYING, effort="sweep")


def test_slots_of_a_network_add_up_to_cycles_times_peak(mixed):
    assert sum(slots(mixed).values()) == mixed.cycles * 256


def test_slots_equal_sums_over_the_rows_of_layers_csv(mixed):
    rows = mixed.table("layer")
    weighty = [row for row in rows if row["macs"]]
    found = slots(mixed)

    def total(chosen, *columns):
        return 256 * sum(row[column] for row in chosen for column in columns)

    assert found["macs"] == mixed.macs
    launched = [row for row in rows if row["dataflow"] != "none"]
    assert found["launch"] == 256 * 300 * len(launched)
    assert found["fill_drain"] == total(weighty, "fill_drain_cycles")
    waits = ("stall_input_cycles", "stall_weight_cycles", "stall_output_cycles")
    assert found["dram"] == total(weighty, *waits)
    depthwise = [row for row in weighty if row["type"] == "dw"]
    unused = total(depthwise, "compute_cycles") - sum(row["macs"] for row in depthwise)
    assert found["depthwise"] == unused > 0
    joins = [row for row in rows if row["operator"] in ("concat", "move")]
    assert found["joins"] == total(joins, "cycles") - total(joins, "stall_launch_cycles") > 0


def test_idle_cores_have_their_own_slots():
    hardware = EDGE.replace({"cores.count": 2})
    result = simulate("mobilenet_v1", hardware, effort="sweep")
    assert slots(result)["idle"] == 256 * result.cycles
    assert sum(slots(result).values()) == 2 * 256 * result.cycles


@pytest.mark.parametrize(
    ("columns", "cause", "expected"),
    [
        ({"type": "dw"}, "depthwise", 256 * 10 - 40),
        ({"type": "pw"}, "array", 256 * 10 - 40),
        ({"operator": "elementwise", "type": "elementwise", "macs": 0}, "elementwise", 256 * 65),
        ({"operator": "softmax", "type": "softmax", "macs": 0}, "elementwise", 256 * 65),
        ({"operator": "concat", "type": "concat", "macs": 0}, "joins", 256 * 65),
        ({"operator": "pool", "type": "pool", "macs": 0}, "pooling", 256 * 65),
    ],
)
def test_one_operator_by_hand(mixed, columns, cause, expected):
    cycles = {
        "cycles": 75, "compute_cycles": 10, "fill_drain_cycles": 7, "stall_input_cycles": 20,
        "stall_weight_cycles": 12, "stall_output_cycles": 11, "stall_bank_cycles": 5,
        "stall_launch_cycles": 10, "stall_idle_cycles": 0,
    }  # fmt: skip
    conv = next(layer for layer in mixed.layers if layer.type == "dw")
    layer = replace(conv, **cycles, **{"macs": 40, **columns})
    found = slots(replace(mixed, layers=(layer,)))
    assert found[cause] == expected
    assert found["launch"] == 256 * 10
    if layer.macs:
        assert (found["fill_drain"], found["dram"]) == (256 * 7, 256 * 43)
        assert found["ports"] == 256 * 5
    assert sum(found.values()) == 256 * 75


def test_extra_slots_and_the_promise_add_up_exactly(mixed, dense):
    extra = extra_slots(mixed, dense)
    assert set(extra) == set(CAUSES) - {"macs"}
    assert promised_slots(mixed, dense) + sum(extra.values()) == 256 * mixed.cycles
    rate = Fraction(dense.macs, dense.cycles)
    assert promised_slots(mixed, dense) == 256 * mixed.macs / rate


def test_a_network_has_nothing_beyond_itself(mixed):
    assert set(extra_slots(mixed, mixed).values()) == {0}
    assert promised_slots(mixed, mixed) == 256 * mixed.cycles


def test_milliseconds_of_all_slots_are_the_latency(mixed):
    assert milliseconds(256 * mixed.cycles, mixed) == pytest.approx(mixed.latency_ms, rel=1e-12)
