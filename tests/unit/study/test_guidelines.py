import csv
import json

import pytest

from accelsim.errors import UsageError
from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.study.guideline_blocks import network_of
from accelsim.study.guideline_findings import ALL_ROWS, findings, is_met
from accelsim.study.guideline_rows import measured
from accelsim.study.guidelines import PRESETS, study_guidelines
from accelsim.study.ranks import spearman


@pytest.fixture(scope="module")
def study():
    return study_guidelines({"arm": [load_hardware("pixel_1")]}, "sweep", ("G2", "G4"))


@pytest.fixture(scope="module")
def groups():
    """G2 on two phones and on the GPU, searched little."""
    hardware = {device: list(map(load_hardware, names)) for device, names in PRESETS.items()}
    return study_guidelines(hardware, "sweep", ("G2",))


def test_study_rows_are_relative_to_the_first_of_their_guideline_and_scale(study):
    assert len(study.rows) == (4 + 4) * 3
    for guideline, first in (("G2", "1 group"), ("G4", "with ReLU, with shortcut")):
        for scale in (1, 2, 4):
            own = [row for row in study.rows if (row["guideline"], row["scale"])
                   == (guideline, scale)]  # fmt: skip
            assert own[0]["case"] == first
            for row in own:
                for kind in ("measured", "predicted"):
                    ratio = row[f"{kind}_per_s"] / own[0][f"{kind}_per_s"]
                    assert row[f"{kind}_relative"] == pytest.approx(ratio)
                assert row["error"] == row["predicted_relative"] - row["measured_relative"]


def test_agreement_is_recomputed_from_the_rows(study):
    assert [row["guideline"] for row in study.agreement] == ["G2", "G4"]
    for row in study.agreement:
        own = [one for one in study.rows if one["guideline"] == row["guideline"]]
        assert row["rows"] == len(own) == 12
        errors = [abs(one["predicted_relative"] - one["measured_relative"]) for one in own]
        assert row["mean_absolute_error"] == pytest.approx(sum(errors) / 12)
        pairs = [(one["measured_relative"], one["predicted_relative"]) for one in own]
        assert row["spearman"] == pytest.approx(spearman(*zip(*pairs, strict=True)))
        pairs = [
            [one[f"{kind}_per_s"] / own[0][f"{kind}_per_s"] for kind in ("measured", "predicted")]
            for one in own
        ]
        assert row["spearman_all_rows"] == pytest.approx(spearman(*zip(*pairs, strict=True)))
        errors = [abs(one - other) for one, other in pairs]
        assert row["mean_absolute_error_all_rows"] == pytest.approx(sum(errors) / 12)


def test_paper_phone_and_mobile_cpu_like_are_scored_each_for_itself(groups):
    assert load_hardware("mobile_cpu_like").label == "pixel_1"
    assert [(row["device"], row["accelerator"]) for row in groups.agreement] == [
        ("gpu", "gpu_like"), ("arm", "snapdragon_810"), ("arm", "pixel_1")
    ]  # fmt: skip
    for name in ("snapdragon_810", "pixel_1"):
        own = [row for row in groups.rows if row["accelerator"] == name]
        assert len(own) == 12
        assert [row["predicted_relative"] for row in own if row["case"] == "1 group"] == [1, 1, 1]


def test_tensors_stay_in_the_cache_of_the_paper_phone_alone(groups):
    found = {row["accelerator"]: row["residency"] for row in groups.rows}
    assert found == {"gpu_like": "none", "snapdragon_810": "greedy", "pixel_1": "none"}
    figure = next(one for one in measured("arm") if one.guideline == "G2")
    network = network_of(figure.block, figure.channels)
    alone = simulate(network, "snapdragon_810", effort="sweep", residency="greedy")
    (row,) = [row for row in groups.rows if (row["accelerator"], row["case"], row["scale"])
              == ("snapdragon_810", "1 group", 1)]  # fmt: skip
    assert row["predicted_per_s"] == pytest.approx(1e3 / alone.latency_ms)
    assert row["macs"] == network.macs


def test_row_that_the_launch_was_read_off_is_printed_and_not_scored(groups):
    (row,) = [row for row in groups.rows if row["read_off"]]
    assert (row["accelerator"], row["case"], row["scale"]) == ("gpu_like", "8 groups", 1)
    assert row["read_off"] == "operator_overhead.launch_cycles"
    assert [(met["rows"], met["rows_left_out"]) for met in groups.agreement] == [
        (11, 1), (12, 0), (12, 0)
    ]  # fmt: skip
    own = [one for one in groups.rows if one["device"] == "gpu" and one is not row]
    pairs = [(one["measured_relative"], one["predicted_relative"]) for one in own]
    assert groups.agreement[0]["spearman"] == pytest.approx(spearman(*zip(*pairs, strict=True)))
    assert any("8 groups, x1: that row is printed" in text for text in groups.sections[0].sentences)


def test_rows_name_the_table_of_the_paper(study):
    assert {(row["guideline"], row["source"]) for row in study.rows} == {
        ("G2", "table 2"), ("G4", "table 4")
    }  # fmt: skip


def test_an_accelerator_given_twice_is_refused():
    phone = load_hardware("pixel_1")
    with pytest.raises(UsageError, match="more than once"):
        study_guidelines({"arm": [phone, phone]}, "sweep")


@pytest.mark.parametrize(
    ("ranks", "error", "met"),
    [(0.95, 0.1, True), (0.89, 0.1, False), (0.95, 0.16, False), (None, 0.0, False)],
)
def test_is_met_needs_both_the_ranks_and_the_error(ranks, error, met):
    assert is_met({"spearman": ranks, "mean_absolute_error": error}) is met
    all_rows = {"spearman_all_rows": ranks, "mean_absolute_error_all_rows": error}
    assert is_met(all_rows, ALL_ROWS) is met


def test_findings_say_what_is_met_and_what_is_not(study):
    verdicts = findings(study.rows, study.agreement)[-1].sentences[1:]
    for row, sentence in zip(study.agreement, verdicts, strict=True):
        assert sentence.startswith(f"{row['guideline']} on the phone")
        within, overall, _ = sentence.split("; ")
        for part, reading in ((within, ""), (overall, ALL_ROWS)):
            assert (": not met" in part) == (not is_met(row, reading))
            assert f"{row[f'spearman{reading}']:.3f}" in part


def test_save_writes_tables_findings_and_manifest(study, tmp_path):
    folder = study.save(tmp_path / "out")
    with (folder / "guidelines.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows] == [row["case"] for row in study.rows]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(rows[0]) <= set(manifest["columns"])
    assert (folder / "findings.md").read_text().startswith("# ShuffleNet V2's guidelines")
    assert (folder / "agreement.csv").exists()
