"""`accelsim run` with policies, cores, residency, order and trace; `plot --kind timeline`."""

import gzip
import json

import pytest

from accelsim.cli import options
from accelsim.execution.policies import POLICIES
from accelsim.execution.running import SCHEDULES
from accelsim.lifetime.plan import RESIDENCY


def summary(call, network, *words):
    """Summary of a run, from its json."""
    result = call("run", network, "--format", "json", "--quiet", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)[0]["summary"]


def test_options_offer_what_the_engines_know():
    assert (options.POLICIES, options.RESIDENCY) == (POLICIES, RESIDENCY)
    assert options.SCHEDULES == SCHEDULES


def test_run_policy_other_than_in_order_takes_events_by_itself(call, tiny):
    split = summary(call, tiny, "--policy", "split", "--cores", 2)
    assert (split["engine"], split["policy"], split["cores"]) == ("events", "split", 2)
    in_order = summary(call, tiny)
    assert (in_order["engine"], in_order["policy"], in_order["cores"]) == ("fast", "in_order", 1)
    assert split["cycles_lower_bound"] <= split["cycles"] < in_order["cycles"]


def test_run_split_takes_its_own_mapping_file_back(call, tiny, tmp_path):
    words = ("--policy", "split", "--cores", 3)
    first = summary(call, tiny, *words, "--out", tmp_path / "out", "--no-plots")
    path = tmp_path / "out" / "mapping.yaml"
    assert "shards:" in path.read_text()
    assert summary(call, tiny, *words, "--mapping", path) == first
    refused = call("run", tiny, "--cores", 3, "--mapping", path)
    assert refused.exit_code == 2
    assert "policy in_order runs operators whole" in refused.stderr


def test_run_split_refuses_whole_layers_beyond_a_cores_share_all_at_once(
    call, refused, tiny, tmp_path
):
    shared = ("--cores", 4, "--set", "cores.shared=[sram]", "--set", "memory.levels.sram.size=4KiB")
    assert call("run", tiny, *shared, "--out", tmp_path / "in_order").exit_code == 0
    path = tmp_path / "in_order" / "mapping.yaml"
    faults = refused("run", tiny, *shared, "--policy", "split", "--mapping", path)
    assert [line.partition(", there are ")[2] for line in faults] == ["1024 B"] * len(faults)
    layers = [line.partition(": layer ")[2].partition(":")[0] for line in faults]
    assert layers[:2] == ["stem", "narrow"]
    at = [f"{path}:{number}:5: mappings." for number in range(3, 9)]
    assert all(line.startswith(tuple(at)) for line in faults)


def test_run_policy_auto_names_what_it_took(call, tiny):
    auto = summary(call, tiny, "--policy", "auto", "--cores", 2)
    each = {
        policy: summary(call, tiny, "--policy", policy, "--cores", 2)["cycles"]
        for policy in ("in_order", "branch_parallel", "split")
    }
    assert auto["cycles"] == each[auto["policy"]] == min(each.values())


def test_run_cores_is_short_for_set(call, tiny):
    short = summary(call, tiny, "--policy", "split", "--cores", 3)
    assert short == summary(call, tiny, "--policy", "split", "--set", "cores.count=3")


def test_run_residency_moves_fewer_bytes_on_both_engines(call, tiny):
    fast = summary(call, tiny, "--residency", "optimal")
    events = summary(call, tiny, "--residency", "optimal", "--engine", "events")
    assert {**fast, "engine": "events"} == events
    assert fast["dram_bytes"] < summary(call, tiny)["dram_bytes"]
    assert fast["avoided_bytes"] > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--policy", "split", "--engine", "fast"], "policy split: the fast engine runs operators"),
        (["--trace", "--engine", "fast"], "trace: the fast engine keeps no events"),
        (
            ["--policy", "split", "--residency", "greedy", "--hw", "gemmini_16x16"],
            "gemmini_16x16 has no on-chip level that ends the way of both inputs and outputs",
        ),
        (["--cores", "2", "--set", "cores.count=3"], "--set cores.count: is given twice"),
    ],
)
def test_run_choices_that_do_not_go_together_are_refused(refused, tiny, words, told):
    (line,) = refused("run", tiny, *words)
    assert told in line


def test_run_trace_without_a_folder_is_refused(call, tiny):
    result = call("run", tiny, "--trace")
    assert result.exit_code == 2
    assert "--trace: name a folder to write it to" in result.stderr


def test_run_trace_is_written_and_drawn(call, tiny, tmp_path):
    out = tmp_path / "out"
    result = call("run", tiny, "--trace", "--out", out, "--no-plots", "--quiet")
    assert result.exit_code == 0, result.output
    data = json.loads(gzip.decompress((out / "trace.json.gz").read_bytes()))
    tracks = [e["args"]["name"] for e in data["traceEvents"] if e["name"] == "thread_name"]
    assert tracks == ["core 0", "DRAM channel 0"]
    drawn = call("plot", out, "--kind", "timeline", "--format", "png")
    assert drawn.exit_code == 0, drawn.output
    assert (out / "plots" / "timeline_tiny.png").stat().st_size > 10_000


def test_plot_timeline_of_a_run_without_trace_says_how_to_get_one(call, tiny, tmp_path):
    call("run", tiny, "--out", tmp_path / "out", "--no-plots", "--quiet")
    result = call("plot", tmp_path / "out", "--kind", "timeline")
    assert result.exit_code == 2
    assert "no trace here; 'accelsim run NETWORK --trace --out DIR' writes one" in result.stderr
