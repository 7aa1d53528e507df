"""`accelsim study gap` and `accelsim study claims` on the command line."""

import csv
import io
import json


def test_gap_prints_gap_csv_and_writes_the_folder(call, tiny, tmp_path):
    words = ("study", "gap", tiny, "--reference", "mobilenet_v1", "--hw", "edge_16x16")
    result = call(*words, "--out", tmp_path / "out", "--format", "csv", "--quiet")
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["network"] for row in rows] == ["tiny", "mobilenet_v1"]
    assert (tmp_path / "out/gap.csv").read_text() == result.stdout
    drawn = {path.name for path in (tmp_path / "out/plots").glob("*.png")}
    assert drawn == {"ladder_mobilenet_v1.png", "waterfall_tiny_beside_mobilenet_v1.png"}


def test_gap_changes_every_accelerator(call, tiny):
    result = call(
        "study", "gap", tiny, "-r", "mobilenet_v1", "-c", "edge_16x16", "-c", "tpu_v1",
        "--set", "memory.concat=copy", "--format", "json", "--quiet",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    names = {row["accelerator"] for row in data["rows"]}
    assert names == {"edge_16x16 (memory.concat=copy)", "tpu_v1 (memory.concat=copy)"}
    assert data["findings"][1]["title"] == "Beside mobilenet_v1"


def test_gap_table_has_the_sentences_below(call, tiny):
    result = call("study", "gap", tiny, "-r", "mobilenet_v1", "-c", "edge_16x16", "--quiet")
    assert result.exit_code == 0, result.output
    assert "gap = latency / promised at mobilenet_v1's MAC rate" in result.stdout
    assert "Beside mobilenet_v1\ntiny has 1/" in result.stdout


def test_every_mistake_of_gap_is_told_at_once(refused):
    lines = refused("study", "gap", "mixnet_z", "--reference", "resnet1", "--hw", "edge_16x61")
    assert len(lines) == 3
    names = ("mixnet_s", "resnet18", "edge_16x16")
    assert all(name in line for name, line in zip(names, lines, strict=True))


def test_claims_named_are_the_rows_printed(call, tmp_path):
    words = ("study", "claims", "mixnet_s_params", "kernel_5x5_engine", "--hw", "edge_16x16")
    result = call(*words, "--out", tmp_path / "out", "--format", "csv", "--quiet")
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["claim"] for row in rows] == ["mixnet_s_params", "kernel_5x5_engine"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "claims.csv", "claims.md", "manifest.json",
    }  # fmt: skip


def test_claims_table_has_the_page_below(call):
    result = call("study", "claims", "mixnet_s_params", "--hw", "edge_16x16", "--quiet")
    assert result.exit_code == 0, result.output
    assert "MixNet-S has 1/12 of the parameters of ResNet-152" in result.stdout


def test_unknown_claim_and_accelerator_are_told_at_once(refused):
    lines = refused("study", "claims", "mixnet_s_parms", "--hw", "edge_16x61")
    assert len(lines) == 2
    assert "mixnet_s_params" in lines[0]
