"""study memory, on one network of each kind."""

import json

import pytest

from accelsim.study import memory
from accelsim.study.memory_cases import pairs


@pytest.fixture
def few(monkeypatch):
    """One pair of each group, the cheapest, on the accelerator's own size and twice that."""
    wanted = ("mobilenet_v2", "inception_v1/inception5a", "shufflenet_v2_x1_0")
    chosen = [pair for pair in pairs() if pair.subject in wanted]
    monkeypatch.setattr(memory, "pairs", lambda: chosen)
    monkeypatch.setattr(memory, "SIZES", (1.0, 2.0))


@pytest.mark.usefixtures("few")
def test_study_memory_writes_its_folder_and_prints_csv(call, tmp_path):
    result = call("study", "memory", "--out", tmp_path / "m", "--format", "csv")
    assert result.exit_code == 0, result.output
    assert result.stdout == (tmp_path / "m" / "memory.csv").read_text()
    names = {str(path.relative_to(tmp_path / "m")) for path in (tmp_path / "m").rglob("*.*")}
    assert names == {
        "memory.csv", "findings.md", "manifest.json", "plots/memory_edge_16x16.svg",
        "plots/memory_edge_16x16.png",
    }  # fmt: skip
    assert "## Skip connections" in (tmp_path / "m" / "findings.md").read_text()


@pytest.mark.usefixtures("few")
def test_study_memory_prints_json_and_sentences(call):
    data = json.loads(call("study", "memory", "--format", "json", "--quiet").stdout)
    assert {row["group"] for row in data["rows"]} == {"skip", "branch", "concat"}
    table = call("study", "memory", "--quiet").stdout
    for section in data["findings"]:
        assert section["title"] in table
    assert "edge_16x16, 256 KiB where tensors may stay" in table
    assert "inception_v1/inception5a" in table


def test_study_memory_mistakes_are_told_at_once(refused):
    lines = refused("study", "memory", "--hw", "nvdla_small", "--hw", "edge_16x17")
    assert "nvdla_small has no on-chip level" in lines[0]
    assert "edge_16x17" in lines[1]
