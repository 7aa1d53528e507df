"""`accelsim study kernels`: what it prints, writes and refuses."""

import csv
import io
import json

import pytest

from accelsim.report.study_bars import engine_figure
from accelsim.study import kernels, network_kernels
from accelsim.study.cases import KERNELS, Case, Size
from tests.oracles.study_tables import made_study


@pytest.fixture
def quick(monkeypatch):
    """One size, one type, one small network."""
    family = tuple(Case(kernel, "dw", Size(8, 16)) for kernel in KERNELS)
    monkeypatch.setattr(kernels, "cases", lambda: (family,))
    monkeypatch.setattr(network_kernels, "NETWORKS", ("mobilenet_v1:alpha=0.25,resolution=32",))


@pytest.fixture
def made(monkeypatch):
    """A finished study, without a simulation."""
    monkeypatch.setattr("accelsim.cli.study_kernels.study_kernels", lambda *_: made_study())


@pytest.mark.usefixtures("quick")
def test_csv_on_stdout_is_the_file_in_the_folder(call, tmp_path):
    out = tmp_path / "out"
    words = ["--hw", "edge_16x16", "--out", out, "--format", "csv", "--quiet", "--no-plots"]
    result = call("study", "kernels", *words)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert result.stdout == (out / "kernel_costs.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["kernel"] for row in rows if row["scope"] == "operator"] == [
        f"{k}x{k}" for k in KERNELS
    ]
    assert {row["network"] for row in rows if row["scope"] == "network"} == {
        "mobilenet_v1:alpha=0.25,resolution=32"
    }
    assert {path.name for path in out.iterdir()} == {
        "kernel_costs.csv", "network_costs.csv", "engine_areas.csv", "findings.md", "manifest.json",
    }  # fmt: skip


@pytest.mark.usefixtures("made")
def test_folder_has_pictures_unless_told_otherwise(call, tmp_path, monkeypatch):
    pictures = "accelsim.report.study_kernels._figures"
    monkeypatch.setattr(pictures, lambda study: {"engine_area": engine_figure()})
    result = call("study", "kernels", "--out", tmp_path / "out", "--quiet")
    assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "out/plots").iterdir()}
    assert names == {"engine_area.svg", "engine_area.png"}


@pytest.mark.usefixtures("made")
def test_table_shows_medians_networks_and_sentences(call):
    result = call("study", "kernels", "--quiet")
    assert result.exit_code == 0, result.output
    assert "whole networks with other depthwise kernels" in result.stdout
    assert '"5x5 and 7x7 cost far more than their parameters"' in result.stdout
    assert "A fixed-function engine of one output per cycle grows 2.52 times" in result.stdout
    tables = result.stdout.split("medians over map sizes and channels")
    assert [text.rstrip(": ").rpartition("\n")[2] for text in tables[:-1]] == ["box", "crate"]
    heading = " ".join(tables[1].splitlines()[2].split())
    assert heading.endswith("engine area gap buffer area gap cycles gap energy gap")
    assert "engine area: a dedicated engine" in result.stdout
    assert "**" not in result.stdout


@pytest.mark.usefixtures("made")
def test_json_holds_all_tables_and_findings(call):
    data = json.loads(call("study", "kernels", "--format", "json").stdout)
    assert set(data) == {"costs", "networks", "engines", "findings"}
    assert len(data["costs"]) == len(made_study().costs)


def test_mistakes_come_together_before_anything_runs(refused):
    lines = refused("study", "kernels", "--hw", "edge_17x17", "--hw", "tpu_v9")
    assert len(lines) == 2
    assert "edge_17x17" in lines[0]
    assert "tpu_v9" in lines[1]


def test_an_accelerator_twice_is_refused(refused):
    (line,) = refused("study", "kernels", "--hw", "edge_16x16", "--hw", "edge_16x16")
    assert "more than once" in line


def test_unknown_study_and_effort_are_refused(call):
    assert call("study", "kernel").exit_code == 2
    assert "allowed: kernels" in call("study", "kernel").stderr
    assert call("study", "kernels", "--effort", "full").exit_code == 2
