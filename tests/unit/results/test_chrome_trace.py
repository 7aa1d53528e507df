"""Trace files: in the format that Perfetto reads, exact, and sampled when they are large."""

from __future__ import annotations

import gzip
import json

import pytest

from accelsim.errors import UsageError
from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.results.chrome_trace import FILE, load_traces, sampled
from accelsim.results.folder import load_result, save_results
from accelsim.results.trace import Slice, Trace, tracks_of
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window
from tests.oracles.trace_checker import check_trace


def branches():
    """A stem, two branches and their sum."""
    net = NetworkBuilder("branches", "test")
    stem = net.conv("stem", net.input("image", (8, 12, 12)), 8, window(3, padding="same"))
    left = net.conv("left", stem, 8, window(1))
    right = net.conv("right", stem, 8, window(5, padding="same"))
    net.add("sum", left, right)
    return net.build()


@pytest.fixture(scope="module")
def result():
    return simulate(branches(), _two_cores(), engine="events", policy="branch_parallel", trace=True)


def _two_cores():
    return load_hardware("edge_16x16").replace({"cores.count": 2})


@pytest.mark.parametrize("policy", ["in_order", "branch_parallel", "split"])
def test_trace_file_of_any_policy_is_in_the_trace_event_format(tmp_path, policy):
    traced = simulate(branches(), _two_cores(), engine="events", policy=policy, trace=True)
    save_results([traced], tmp_path)
    data = json.loads(gzip.decompress((tmp_path / FILE).read_bytes()))
    count = check_trace(data)
    assert count["X"] == len(traced.trace.slices)
    assert count["s"] == count["f"] == 4  # stem -> left, right; left, right -> sum
    operators = [e for e in data["traceEvents"] if e["ph"] == "X" and e["cat"] == "operator"]
    assert {event["name"] for event in operators} == {"stem", "left", "right", "sum"}
    assert max(event["ts"] + event["dur"] for event in operators) == traced.cycles
    stalls = {e["cname"] for e in data["traceEvents"] if e.get("cat", "").startswith("stall_")}
    assert stalls <= {"terrible", "bad", "yellow"}


def test_trace_file_comes_back_and_repeats_itself(tmp_path, result):
    save_results([result], tmp_path / "a")
    save_results([result], tmp_path / "b")
    assert (tmp_path / "a" / FILE).read_bytes() == (tmp_path / "b" / FILE).read_bytes()
    assert load_traces(tmp_path / "a") == {"branches": Trace(result.trace.slices, ())}
    assert tracks_of(result.trace) == ["core 0", "core 1", "DRAM channel 0"]


def test_trace_file_names_a_conflict_by_how_many_and_lists_them(tmp_path):
    port = {"cores.shared": ["sram"], "memory.levels.sram.write_bytes_per_cycle": 8}
    hardware = _two_cores().replace(port)
    traced = simulate(branches(), hardware, engine="events", policy="branch_parallel", trace=True)
    save_results([traced], tmp_path)
    events = json.loads(gzip.decompress((tmp_path / FILE).read_bytes()))["traceEvents"]
    conflicts = [event for event in events if event.get("cat") == "conflict"]
    assert {event["name"] for event in conflicts} == {"conflict of 2"}
    named = {name.split(",")[0] for event in conflicts for name in event["args"]["in_turn"]}
    assert named == {"core 0: right", "core 1: left"}
    assert load_traces(tmp_path)["branches"].slices == traced.trace.slices


def test_trace_file_of_an_earlier_run_goes(tmp_path, result):
    save_results([result], tmp_path)
    save_results([simulate(branches())], tmp_path)
    with pytest.raises(UsageError, match="no trace here"):
        load_traces(tmp_path)


def test_result_with_idle_units_comes_back_from_its_folder(tmp_path, result):
    save_results([result], tmp_path)
    back = load_result(tmp_path)
    assert back == result
    assert (back.cycles, back.idle, back.units) == (result.cycles, result.idle, 2)
    assert result.idle.cycles > 0
    assert result.table("layer")[-1]["stall_idle_cycles"] == result.idle.cycles
    assert sum(row["share_of_cycles"] for row in back.table("kernel")) == pytest.approx(1)


def test_sampled_large_trace_keeps_all_operators_and_the_steps_of_some():
    slices = [
        item
        for layer in range(10)
        for item in (
            Slice("core 0", str(layer), "operator", -1, 100 * layer, 100 * layer + 100),
            *(Slice("core 0", str(layer), "compute", s, 0, 1) for s in range(99)),
        )
    ]
    shown, every = sampled(Trace(tuple(slices), ()), most=500)
    assert every == 3
    assert len(shown.slices) == 10 + 4 * 99  # layers 0, 3, 6 and 9
    assert sum(item.what == "operator" for item in shown.slices) == 10
    assert sampled(Trace(tuple(slices), ()), most=1000) == (Trace(tuple(slices), ()), 1)


def _of_layers(*counts):
    """A trace of layers with so many slices each, one of them of the operator."""
    return Trace(
        tuple(
            Slice("core 0", str(layer), "compute" if step else "operator", step, 0, 1)
            for layer, count in enumerate(counts)
            for step in range(count)
        ),
        (),
    )


@pytest.mark.parametrize(
    ("counts", "every", "shown"),
    [
        ((1000, 20, 20, 20), 2, {"1", "3"}),
        ((20, 1000), 2, {"0"}),
        ((20, 1000, 1000), 3, {"0"}),
        ((1000, 1000), 3, set()),
        ((1000,), 2, set()),
    ],
)
def test_sampled_trace_keeps_to_its_limit_wherever_the_large_layers_are(counts, every, shown):
    trace, nth = sampled(_of_layers(*counts), most=100)
    assert len(trace.slices) <= 100
    assert nth == every
    assert {item.layer for item in trace.slices if item.what != "operator"} == shown
    assert sum(item.what == "operator" for item in trace.slices) == len(counts)


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-20], lambda data: data[:20] + b"\xff" * 40 + data[60:]]
)
def test_broken_trace_file_is_refused(tmp_path, result, spoil):
    save_results([result], tmp_path)
    path = tmp_path / FILE
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(UsageError, match="not a trace of this release"):
        load_traces(tmp_path)


def test_checker_refuses_what_perfetto_would():
    name = {"ph": "M", "name": "thread_name", "pid": 1, "tid": 1, "args": {"name": "x"}}
    slice_ = {"ph": "X", "name": "a", "pid": 1, "tid": 1, "ts": 0, "dur": 10}
    check_trace({"traceEvents": [name, slice_]})
    for broken in (
        [slice_],
        [name, {**slice_, "dur": -1}],
        [name, slice_, {**slice_, "ts": 5}],
        [name, slice_, {**slice_, "ph": "s", "cat": "flow", "id": 1}],
    ):
        with pytest.raises((AssertionError, ValueError)):
            check_trace({"traceEvents": broken})
