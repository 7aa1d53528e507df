"""`accelsim study guidelines`: what it prints, writes and refuses."""

import csv
import json

import pytest

from accelsim.hardware.yaml_io import load_hardware
from accelsim.study.guideline_rows import GUIDELINES
from accelsim.study.guidelines import study_guidelines


@pytest.fixture(scope="module")
def study():
    """Two guidelines on the phone, and on a GPU that is searched little."""
    hardware = {"gpu": [load_hardware("gpu_like")], "arm": [load_hardware("snapdragon_810")]}
    return study_guidelines(hardware, "sweep", GUIDELINES[1:3])


@pytest.fixture(autouse=True)
def made(monkeypatch, study):
    monkeypatch.setattr("accelsim.cli.study_guidelines.study_guidelines", lambda *_, **__: study)


def test_guidelines_as_csv_are_the_rows_of_the_study(call, study):
    result = call("study", "guidelines", "--format", "csv", "--quiet")
    assert result.exit_code == 0
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert len(rows) == len(study.rows) == 2 * (4 + 5) * 3
    assert [float(row["error"]) for row in rows] == [row["error"] for row in study.rows]


def test_guidelines_as_json_have_rows_agreement_and_findings(call, study):
    data = json.loads(call("study", "guidelines", "--format", "json", "--quiet").stdout)
    assert data["agreement"] == list(study.agreement)
    assert data["findings"][0]["title"] == "How to read this"


def test_guidelines_with_out_write_tables_and_picture(call, tmp_path):
    result = call("study", "guidelines", "--out", tmp_path / "out", "--quiet")
    assert result.exit_code == 0
    written = {path.name for path in (tmp_path / "out").rglob("*.*")}
    assert {"guidelines.csv", "agreement.csv", "findings.md", "guidelines.png"} <= written
    assert "G2 on the GPU" in result.stdout


def test_guidelines_refuse_unknown_hardware_of_both_devices_at_once(refused):
    lines = refused("study", "guidelines", "--gpu", "gpu_liked", "--arm", "phone_9")
    assert len(lines) == 2
