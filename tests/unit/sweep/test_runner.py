"""Points of a sweep are what simulate says; failures stay in their row."""

import json

import pytest

import accelsim as ac
from accelsim.errors import AccelsimError, UsageError
from accelsim.sweep import runner
from accelsim.sweep.runner import load_sweep
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window
from tests.oracles.deep_accelerator import deep_accelerator
from tests.oracles.small_accelerator import small_accelerator

NETWORK = "mobilenet_v1:alpha=0.25,resolution=32"
AXES = {"array.rows": [4, 8], "array.cols": [4, 16]}
FEEDS = {
    "array.dataflows": [["depthwise"], ["ws"]],
    "array.input_feed": ["per_column", "shared"],
}
"""Of the four accelerators only depthwise with a shared input cannot be."""


def depthwise():
    net = NetworkBuilder("depthwise")
    net.conv("conv", net.input("image", (4, 8, 8)), 4, window((7, 7)), groups=4)
    return net.build()


def test_sweep_rows_equal_simulate_on_each_point():
    hardware = small_accelerator()
    swept = ac.sweep(NETWORK, hardware, AXES)
    assert len(swept.points) == 4
    for row in swept.points:
        changes = {key: row[key] for key in AXES}
        expected = ac.simulate(NETWORK, hardware.replace(changes)).summary()
        assert {name: row[name] for name in expected} == expected | {"hardware": hardware.label}
        assert row["error"] is None
    assert swept.failed == ()
    assert swept.table() == list(swept.points)


def test_sweep_networks_by_name_and_object_in_order():
    names = [NETWORK, f"{NETWORK},kernel=5"]
    networks = [names[0], ac.load_network(names[1])]
    swept = ac.sweep(networks, small_accelerator(), {"array.rows": [8, 16]}, engine="events")
    assert [row["network"] for row in swept.points] == names * 2
    assert swept.provenance["networks"] == names


def test_sweep_point_that_cannot_be_keeps_the_rest():
    swept = ac.sweep(depthwise(), small_accelerator(), FEEDS)
    good, bad, plain, unused = swept.points
    assert list(good) == list(bad)
    assert str(bad["error"]).startswith("array.dataflows.0: 'depthwise' needs an input window")
    assert bad["cycles"] is None
    assert swept.failed == (bad,)
    assert plain["error"] is unused["error"] is None


def test_sweep_only_failed_points_still_have_rows():
    tight = small_accelerator({"memory.levels.scratchpad.banks": 1})
    (row,) = ac.sweep(depthwise(), tight, {"memory.levels.scratchpad.size": ["64 B"]}).points
    assert row["memory.levels.scratchpad.size"] == "64 B"
    assert "does not fit the on-chip level" in str(row["error"])


def test_sweep_value_is_refused_only_if_no_point_with_it_can_be():
    assert ac.sweep(depthwise(), small_accelerator(), FEEDS).points[0]["error"] is None
    alone = {key: values[:1] if "dataflows" in key else values[1:] for key, values in FEEDS.items()}
    with pytest.raises(UsageError, match=r"^axis array.dataflows=\[depthwise\]: array.dataflows.0"):
        ac.sweep(depthwise(), small_accelerator(), alone)


def test_sweep_paired_values_are_judged_in_their_pairs():
    swept = ac.sweep(depthwise(), small_accelerator(), FEEDS, paired=True)
    assert swept.failed == ()
    crossed = {**FEEDS, "array.input_feed": FEEDS["array.input_feed"][::-1]}
    with pytest.raises(UsageError, match="needs an input window"):
        ac.sweep(depthwise(), small_accelerator(), crossed, paired=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"engine": "slow"}, "engine 'slow'; allowed: fast, events"),
        ({"objective": "cycle"}, "did you mean 'cycles'?"),
        ({"dataflow": "rs"}, "allowed: auto, ws, os, is"),
        ({"batch": 0}, "must be >= 1"),
        ({"axes": {"array.rwos": [8]}}, "did you mean 'array.rows'?"),
        ({"axes": {}}, "no axis"),
        ({"axes": {"array.rows": [8, -1]}}, "axis array.rows: must be >= 1, is -1"),
        ({"axes": {"constants.mac_pj": [1, -1]}}, "axis constants.mac_pj=-1: "),
        ({"networks": []}, "no network"),
        ({"networks": ["mobilenet_v11"]}, "did you mean 'mobilenet_v1'?"),
    ],
)
def test_sweep_what_no_point_can_cure_is_refused_first(monkeypatch, changes, message):
    monkeypatch.setattr(runner, "simulate", None)
    given = {"networks": NETWORK, "hardware": small_accelerator(), "axes": AXES, **changes}
    with pytest.raises(AccelsimError) as caught:
        ac.sweep(**given)
    assert message in str(caught.value)


def test_sweep_dataflow_of_the_file_itself_is_known():
    (row,) = ac.sweep(
        depthwise(), deep_accelerator(), {"array.rows": [4]}, dataflow="mine", effort="sweep"
    ).points
    assert row["dataflow"] == "mine"
    with pytest.raises(UsageError, match="dataflow 'mine'; allowed: auto, ws, os, is"):
        ac.sweep(NETWORK, small_accelerator(), {"array.rows": [8]}, dataflow="mine")


def test_sweep_constants_and_whole_sections_are_axes():
    hardware = small_accelerator()
    swept = ac.sweep(NETWORK, hardware, {"constants.dram_pj_per_byte": [10, 100]})
    cheap, dear = (float(row["energy_uj"]) for row in swept.points)
    assert dear > cheap


def test_sweep_progress_counts_to_the_end():
    seen = []
    ac.sweep(
        NETWORK,
        small_accelerator(),
        {"array.rows": [8, 16]},
        progress=lambda *step: seen.append(step),
    )
    assert [step[:2] for step in seen] == [(0, 2), (1, 2), (2, 2)]
    assert seen[0][2] == f"{NETWORK} array.rows=8"


def test_sweep_saved_reads_back(tmp_path):
    axes = {"memory.levels.scratchpad.size": ["64 KiB", "64 B"], "array.rows": [8, 16]}
    swept = ac.sweep(depthwise(), small_accelerator(), axes)
    assert len(swept.failed) == 2
    assert load_sweep(swept.save(tmp_path / "out")) == swept


def test_load_sweep_axes_and_columns_must_agree(tmp_path):
    ac.sweep(NETWORK, small_accelerator(), {"array.rows": [8]}).save(tmp_path)
    manifest = json.loads((tmp_path / "sweep.json").read_text())
    (tmp_path / "sweep.json").write_text(json.dumps({**manifest, "axes": ["array.cols"]}))
    with pytest.raises(UsageError, match="do not agree"):
        load_sweep(tmp_path)
