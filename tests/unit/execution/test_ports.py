"""Ports of levels that cores share: which there are, and what waits at them."""

from __future__ import annotations

import pytest

from accelsim.evaluate import simulate
from accelsim.execution.ports import port_cycles, shared_ports
from accelsim.execution.works import Setting, work_of
from accelsim.hardware.yaml_io import load_hardware
from accelsim.results.trace import tracks_of
from accelsim.schedule.kernels import Column
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

EDGE = load_hardware("edge_16x16")
READ, WRITE = (f"memory.levels.sram.{way}_bytes_per_cycle" for way in ("read", "write"))
TWO = {"cores.count": 2, "memory.levels.dram.channels": 2}
OF_ONE_ARRAY = {READ: 32, WRITE: 64}


def branches(count):
    """Equal branches from one image."""
    net = NetworkBuilder("branches", "test")
    image = net.input("image", (16, 28, 28))
    for n in range(count):
        net.conv(f"branch{n}", image, 64, window(3, padding="same"))
    return net.build()


def run(changes, policy="branch_parallel", count=2, **choices):
    hardware = EDGE.replace({**TWO, "cores.shared": ["sram"], **changes})
    return simulate(branches(count), hardware, engine="events", policy=policy, **choices)


def bank(result):
    return [layer.stall_bank_cycles for layer in result.layers]


def names(changes):
    return [port.name for port in shared_ports(EDGE.replace(changes))]


def test_shared_ports_are_those_that_the_file_states_of_shared_levels():
    shared = {"cores.count": 2, "cores.shared": ["sram"]}
    assert names(shared) == []
    assert names({"cores.count": 2, **OF_ONE_ARRAY}) == []
    assert names({**shared, READ: 32}) == ["sram read port"]
    assert names({**shared, **OF_ONE_ARRAY}) == ["sram read port", "sram write port"]
    both = {"memory.levels.sram.shared_port": True, READ: 64}
    assert names({**shared, **both}) == ["sram port"]


def of_layer(hardware):
    """(work, port cycles) of one convolution."""
    work = work_of(
        branches(1).operators[0], Setting(hardware, "events", hardware.array.dataflows, "cycles", 1)
    )
    return work, port_cycles(work, hardware)


def test_port_cycles_are_the_bytes_at_the_edge_over_the_port():
    work, held = of_layer(EDGE.replace({**TWO, "cores.shared": ["sram"], READ: 7, WRITE: 9}))
    read = work.program[:, Column.EDGE_INPUT] + work.program[:, Column.EDGE_WEIGHT]
    assert held[:, 0].tolist() == [-(-int(step) // 7) for step in read]
    written = work.program[:, Column.EDGE_SUM_WRITE]
    assert held[:, 1].tolist() == [-(-int(step) // 9) for step in written]


def test_port_cycles_of_one_port_for_both_are_of_all_bytes():
    both = {"memory.levels.sram.shared_port": True, READ: 7}
    work, held = of_layer(EDGE.replace({**TWO, "cores.shared": ["sram"], **both}))
    columns = [Column.EDGE_INPUT, Column.EDGE_WEIGHT, Column.EDGE_SUM_WRITE]
    moved = work.program[:, columns].sum(axis=1)
    assert held.tolist() == [[-(-int(step) // 7)] for step in moved]


def test_port_cycles_at_a_level_that_the_dataflow_does_not_use_are_none():
    spare = {"name": "spare", "kind": "sram", "size": "8 KiB", "word_bits": 64, "banks": 4,
             "read_bytes_per_cycle": 8, "serves": ["os"]}  # fmt: skip
    levels = [level.model_dump(mode="json", by_alias=True) for level in EDGE.memory.levels]
    hardware = EDGE.replace({"memory.levels": [spare, *levels], **OF_ONE_ARRAY})
    hardware = hardware.replace({"cores.count": 2, "cores.shared": ["spare", "sram"]})
    assert [port.level for port in shared_ports(hardware)] == ["spare", "sram", "sram"]
    work, held = of_layer(hardware)
    assert held.shape == (len(work.program), 3)
    assert held[:, 0].sum() == 0
    assert held[:, 1:].min() > 0


def test_branches_on_a_port_of_one_array_wait_for_its_banks():
    apart, together = run({}), run(OF_ONE_ARRAY)
    assert bank(apart) == [0, 0]
    assert all(bank(together))
    # the port is what bounds them: one array alone writes in nearly every cycle
    assert apart.cycles < together.cycles_lower_bound <= together.cycles
    for one, other in zip(apart.layers, together.layers, strict=True):
        assert one.compute_cycles == other.compute_cycles
        assert one.dram_bytes == other.dram_bytes


def test_branches_on_ports_that_carry_both_at_once_hardly_wait():
    wide = run({READ: 64, WRITE: 128, "memory.levels.sram.banks": 32})
    assert run({}).cycles <= wide.cycles < 1.1 * run({}).cycles


@pytest.mark.parametrize("engine", ["fast", "events"])
@pytest.mark.parametrize("ports", [OF_ONE_ARRAY, {READ: 5, WRITE: 11}])
def test_one_operator_at_a_time_is_as_on_a_core_of_its_own(engine, ports):
    hardware = EDGE.replace({**TWO, **ports})
    own = simulate(branches(2), hardware, engine=engine)
    shared = simulate(branches(2), hardware.replace({"cores.shared": ["sram"]}), engine=engine)
    assert [layer.cycles for layer in shared.layers] == [layer.cycles for layer in own.layers]
    assert bank(shared) == bank(own)


def test_trace_shows_ports_and_waits_for_them():
    trace = run(OF_ONE_ARRAY, trace=True).trace
    assert tracks_of(trace) == [
        "core 0", "core 1", "DRAM channel 0", "DRAM channel 1", "sram read port", "sram write port",
    ]  # fmt: skip
    waited = sum(item.end - item.start for item in trace.slices if item.what == "stall_bank")
    assert waited == sum(bank(run(OF_ONE_ARRAY)))
    at_ports = [item for item in trace.slices if item.track.endswith("port")]
    assert {item.what for item in at_ports} == {"access", "conflict"}
    for item in at_ports:
        assert len(item.in_turn) == (2 if item.what == "conflict" else 0)


def test_trace_names_all_that_take_turns_at_a_port():
    trace = run(OF_ONE_ARRAY, trace=True).trace
    steps = {
        (f"{item.track}: {item.layer}, step {item.step}", item.start, item.end)
        for item in trace.slices
        if item.track.startswith("core") and item.step >= 0
    }
    conflicts = [item for item in trace.slices if item.what == "conflict"]
    assert {name.split(",")[0] for item in conflicts for name in item.in_turn} == {
        "core 0: branch0", "core 1: branch1",
    }  # fmt: skip
    for item in conflicts:
        assert f": {item.layer}, step {item.step}" in item.in_turn[0]
        for name in item.in_turn:
            own = [(start, end) for who, start, end in steps if who == name]
            assert min(own)[0] <= item.start
            assert item.end <= max(end for _, end in own)
