"""gap.csv: counts, ratios, promises, and sentences that follow from them."""

import csv
import json

import pytest

import accelsim as ac
from accelsim.errors import UsageError
from accelsim.evaluate import simulate
from accelsim.study.gap import COLUMNS, activations, study_gap
from accelsim.study.gap_causes import CAUSES, IDEAL
from accelsim.study.runs import Runs
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

EDGE, TPU = (ac.load_hardware(name) for name in ("edge_16x16", "tpu_v1"))
NAMES = ("mixnet_s", "shufflenet_v2_x1_0")
NETWORKS = [ac.load_network(name) for name in NAMES]
REFERENCES = [ac.load_network(name) for name in ("resnet18", "mobilenet_v2")]


@pytest.fixture(scope="module")
def study():
    return study_gap(Runs([EDGE, TPU], "sweep"), NETWORKS, REFERENCES)


@pytest.fixture(scope="module")
def row(study):
    (found,) = (
        row
        for row in study.rows
        if (row["reference"], row["network"], row["accelerator"])
        == ("resnet18", "mixnet_s", "edge_16x16")
    )
    return found


def test_rows_are_all_networks_and_the_reference_on_all_accelerators(study):
    keys = [(row["reference"], row["accelerator"], row["network"]) for row in study.rows]
    assert keys == [
        (reference, accelerator, network)
        for reference in ("resnet18", "mobilenet_v2")
        for accelerator in ("edge_16x16", "tpu_v1")
        for network in (*NAMES, reference)
    ]


def test_ratios_are_the_references_over_the_networks(row):
    own, other = (simulate(name, EDGE, effort="sweep") for name in ("mixnet_s", "resnet18"))
    assert row["params_ratio"] == 11_689_512 / 4_134_606
    assert row["macs_ratio"] == other.macs / own.macs
    assert row["time_ratio"] == pytest.approx(other.cycles / own.cycles, rel=1e-12)
    assert row["energy_ratio"] == pytest.approx(other.energy_uj / own.energy_uj, rel=1e-12)
    assert row["promised_ms"] == pytest.approx(own.macs / other.macs * other.latency_ms, rel=1e-12)
    assert row["gap"] == pytest.approx(row["macs_ratio"] / row["time_ratio"], rel=1e-12)


def test_causes_add_up_to_the_latency_and_to_the_difference(study):
    for row in study.rows:
        parts = [row[f"{cause}_ms"] for cause in CAUSES]
        extras = [row[f"extra_{cause}_ms"] for cause in CAUSES if cause != IDEAL]
        assert sum(parts) == pytest.approx(row["latency_ms"], rel=1e-9)
        assert sum(extras) == pytest.approx(row["extra_ms"], rel=1e-9, abs=1e-12)
        assert row["extra_ms"] == pytest.approx(
            row["latency_ms"] - row["promised_ms"], rel=1e-9, abs=1e-9
        )


def test_a_reference_beside_itself_has_no_gap(study):
    for row in study.rows:
        if row["network"] == row["reference"]:
            ratios = [row[name] for name in row if name.endswith("_ratio")]
            assert [*ratios, row["gap"]] == pytest.approx([1.0] * 6, rel=1e-12)


def test_activations_are_the_outputs_of_operators_with_macs():
    net = NetworkBuilder("three")
    x = net.conv("a", net.input("x", (3, 8, 8)), 4, window(3, stride=2, padding="same"))
    x = net.pool("b", x, "max", window(2, stride=2))
    net.conv("c", x, 5, window(1))
    assert activations(net.build()) == 4 * 4 * 4 + 5 * 2 * 2


def test_a_network_that_does_not_fit_is_blank_with_a_reason():
    tiny = EDGE.replace({"memory.levels.sram.size": 256})
    study = study_gap(Runs([tiny], "sweep"), NETWORKS[:1], REFERENCES[:1])
    for row in study.rows:
        assert row["latency_ms"] is None
        assert row["gap"] is None
        assert row["params_ratio"]
        assert row["reason"]
    assert any("No accelerator runs both" in s for section in study.sections for s in section[1])


def test_sentences_state_the_figures_of_the_table(study, row):
    text = "\n".join(sentence for section in study.sections for sentence in section.sentences)
    assert f"mixnet_s has 1/{row['params_ratio']:.3g} of the parameters" in text
    assert f"1/{row['macs_ratio']:.3g} of the MACs" in text
    assert (
        f"On edge_16x16: {row['latency_ms']:.3g} ms, promised {row['promised_ms']:.3g} ms, gap "
        f"{row['gap']:.2f}; the difference of {row['extra_ms']:+.3g} ms is PEs unused by depthwise "
        f"convolutions {row['extra_depthwise_ms']:+.3g} ms" in text
    )
    for section in study.sections:
        assert section.sentences, section.title


def test_saved_folder_holds_the_table_the_page_and_the_meaning_of_columns(study, tmp_path):
    study.save(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "gap.csv", "findings.md", "manifest.json",
    }  # fmt: skip
    with (tmp_path / "out/gap.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert len(read) == len(study.rows)
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert list(read[0]) == [column.name for column in COLUMNS] == list(manifest["columns"])


@pytest.mark.parametrize(
    ("networks", "references", "fault"),
    [([], REFERENCES, "at least one network"), (NETWORKS, [], "one reference")],
)
def test_nothing_to_compare_is_refused(networks, references, fault):
    with pytest.raises(UsageError, match=fault):
        study_gap(Runs([EDGE], "sweep"), networks, references)


def test_a_reference_without_macs_is_refused():
    net = NetworkBuilder("pools")
    net.pool("pool", net.input("x", (3, 8, 8)), "max", window(2, stride=2))
    with pytest.raises(UsageError, match="pools has no MACs"):
        study_gap(Runs([EDGE], "sweep"), NETWORKS, [net.build()])


@pytest.mark.parametrize(
    ("hardware", "effort", "fault"),
    [
        ([], "sweep", "at least one accelerator"),
        ([EDGE, EDGE], "sweep", "more than once"),
        ([EDGE], "harder", "effort"),
    ],
)
def test_runs_refuse_what_they_cannot_do(hardware, effort, fault):
    with pytest.raises(UsageError, match=fault):
        Runs(hardware, effort)
