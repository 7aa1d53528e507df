import csv
import json

import pytest

from accelsim.hardware.yaml_io import load_hardware
from accelsim.study.guideline_findings import findings, is_met
from accelsim.study.guidelines import PRESETS, study_guidelines
from accelsim.study.ranks import spearman


@pytest.fixture(scope="module")
def study():
    hardware = load_hardware(PRESETS["arm"])
    return study_guidelines({"arm": hardware}, "sweep", ("G2", "G4"))


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


@pytest.mark.parametrize(
    ("ranks", "error", "met"),
    [(0.95, 0.1, True), (0.89, 0.1, False), (0.95, 0.16, False), (None, 0.0, False)],
)
def test_is_met_needs_both_the_ranks_and_the_error(ranks, error, met):
    assert is_met({"spearman": ranks, "mean_absolute_error": error}) is met


def test_findings_say_what_is_met_and_what_is_not(study):
    verdicts = findings(study.rows, study.agreement)[-1].sentences[1:]
    for row, sentence in zip(study.agreement, verdicts, strict=True):
        assert sentence.startswith(f"{row['guideline']} on the phone")
        assert (": not met" in sentence) == (not is_met(row))
        assert f"{row['spearman']:.3f}" in sentence


def test_save_writes_tables_findings_and_manifest(study, tmp_path):
    folder = study.save(tmp_path / "out")
    with (folder / "guidelines.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows] == [row["case"] for row in study.rows]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(rows[0]) <= set(manifest["columns"])
    assert (folder / "findings.md").read_text().startswith("# ShuffleNet V2's guidelines")
    assert (folder / "agreement.csv").exists()
