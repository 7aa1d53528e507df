"""list, check, plot, export, area, explain."""

import csv
import io
import json
from pathlib import Path

import pytest

from accelsim.dataflows import DATAFLOWS
from accelsim.networks.registry import NETWORKS
from accelsim.results.columns import COLUMNS

PRESET = Path(__file__).parents[2] / "hw_configs" / "edge_16x16.yaml"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_list_networks_has_every_network_with_its_size(call):
    rows = rows_of(call("list", "networks", "--format", "csv").stdout)
    assert [row["network"] for row in rows] == list(NETWORKS)
    (small,) = [row for row in rows if row["network"] == "mobilenet_v2"]
    assert (small["macs"], small["params"]) == ("300774272", "3504872")
    assert "alpha" in small["settings"]


def test_list_hardware_has_the_presets(call):
    rows = json.loads(call("list", "hardware", "--format", "json").stdout)
    arrays = {row["hardware"]: row["array"] for row in rows}
    assert arrays["edge_16x16"] == "16x16"
    assert arrays["tpu_v1"] == "256x256"


def test_list_dataflows_and_columns_are_complete(call):
    dataflows = rows_of(call("list", "dataflows", "--format", "csv").stdout)
    assert [row["dataflow"] for row in dataflows] == list(DATAFLOWS)
    (row_stationary,) = [row for row in dataflows if row["dataflow"] == "row_stationary"]
    assert (row_stationary["rows"], row_stationary["cols"]) == ("R C K G P", "P K G")
    assert (row_stationary["timing"], row_stationary["adds_along"]) == ("loops", "rows")
    columns = rows_of(call("list", "columns", "--format", "csv").stdout)
    named = [(row["file"], row["name"]) for row in columns]
    assert named[: len(COLUMNS)] == [("layers.csv", column.name) for column in COLUMNS]
    assert {file for file, _ in named} == {"layers.csv", "kernels.csv", "summary.csv"}


@pytest.mark.parametrize("what", ["networks", "hardware", "dataflows", "columns"])
def test_list_table_is_printed(call, what):
    result = call("list", what)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 5


def test_check_good_files_says_what_they_are(call, tiny):
    result = call("check", tiny, PRESET)
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()
    assert first.startswith(f"{tiny}: ok: network tiny, 6 operators")
    assert "hardware edge_16x16, 16x16 PEs, 256 KiB" in second


def test_check_shows_all_problems_of_all_files(call, tiny, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(tiny.read_text().replace("kernel: 5", "kernl: 5").replace("out: 10", "out: -1"))
    other = tmp_path / "other.yaml"
    other.write_text("schema: 1\n")
    result = call("check", bad, tiny, other)
    assert result.exit_code == 2
    assert result.stdout.startswith(f"{tiny}: ok: ")
    places = [line.removeprefix("Error: ").split(": ")[0] for line in result.stderr.splitlines()]
    lines = bad.read_text().splitlines()
    wide = 1 + next(index for index, line in enumerate(lines) if "kernl" in line)
    classes = 1 + next(index for index, line in enumerate(lines) if "out: -1" in line)
    assert {place.rpartition(":")[0] for place in places} == {
        f"{bad}:{wide}", f"{bad}:{classes}", f"{other}:1"
    }  # fmt: skip


def test_check_cost_constant_that_nothing_knows_is_a_problem(call, tmp_path):
    path = tmp_path / "hw.yaml"
    text = PRESET.read_text()
    path.write_text(f"{text}\nconstants:\n  ader_um2: {{value: 1, source: test}}\n")
    result = call("check", path)
    assert result.exit_code == 2
    assert "ader_um2" in result.stderr


def test_export_writes_a_file_that_runs_like_the_network(call, tmp_path):
    out = tmp_path / "out"
    result = call("export", "mobilenet_v1:alpha=0.25,resolution=32", "--out", out)
    assert result.exit_code == 0, result.output
    (path,) = out.iterdir()
    assert str(path) in result.stderr
    words = ("--format", "json")
    (built,) = json.loads(call("run", "mobilenet_v1:alpha=0.25,resolution=32", *words).stdout)
    (read,) = json.loads(call("run", path, *words).stdout)
    assert read == built


def test_export_without_out_prints_one_network(call, tiny):
    result = call("export", tiny)
    assert result.exit_code == 0
    assert "name: tiny" in result.stdout
    assert call("export", tiny, "mixnet_s").exit_code == 2


def test_area_components_add_up_to_the_total(call):
    (result,) = json.loads(call("area", "edge_16x16", "--format", "json").stdout)
    assert sum(row["area_mm2"] for row in result["components"]) == pytest.approx(result["area_mm2"])
    assert sum(row["share_of_area"] for row in result["components"]) == pytest.approx(1)
    assert result["notes"]


def test_area_of_a_larger_array_has_more_of_pe(call):
    words = ("area", "edge_16x16", "--format", "csv", "--set")
    small, large = (
        {row["component"]: row for row in rows_of(call(*words, f"array.rows={rows}").stdout)}
        for rows in (16, 32)
    )
    assert (small["PE"]["count"], large["PE"]["count"]) == ("256", "512")


def test_area_table_has_total_and_notes_go_to_stderr(call):
    result = call("area", "edge_16x16", "tpu_v1")
    assert result.stdout.count("total") == 2
    assert "uncertainty" in result.stderr
    assert call("area", "edge_16x16", "--quiet").stderr == ""


def test_explain_column_gives_unit_and_meaning(call):
    result = call("explain", "utilization")
    assert result.exit_code == 0
    assert "macs / (peak MACs per cycle x cycles)" in result.stdout
    (row,) = json.loads(call("explain", "cycles", "--format", "json").stdout)
    assert row["unit"] == "cycles"


def test_explain_cost_lists_energies_with_sources(call):
    words = ("explain", "cost", "--format", "csv", "--hw", "tpu_v1")
    rows = {row["name"]: row for row in rows_of(call(*words).stdout)}
    assert float(rows["mac_pj"]["value"]) > 0
    assert all(row["source"] for row in rows.values())


def test_plot_subject_draws_only_that(call, tiny, tmp_path):
    out = tmp_path / "out"
    assert call("run", tiny, "--out", out, "--no-plots").exit_code == 0
    result = call("plot", out, "--by", "layer", "--format", "svg")
    assert result.exit_code == 0, result.output
    assert [path.name for path in (out / "plots").iterdir()] == ["layers_tiny.svg"]
    assert result.stdout == f"{out / 'plots' / 'layers_tiny.svg'}\n"
    assert call("plot", out, "--by", "array").exit_code == 2


def test_plot_all_removes_pictures_of_what_is_no_longer_there(call, tiny, tmp_path):
    out = tmp_path / "out"
    assert call("run", tiny, "--out", out, "--no-plots").exit_code == 0
    (out / "plots").mkdir()
    (out / "plots" / "layers_gone.svg").write_text("old")
    (out / "plots" / "notes.txt").write_text("mine")
    assert call("plot", out, "--format", "svg").exit_code == 0
    names = {path.name for path in (out / "plots").iterdir()}
    assert "layers_gone.svg" not in names
    assert {"notes.txt", "layers_tiny.svg", "latency_per_kernel.svg"} <= names


def test_plot_folder_without_results_says_how_to_make_one(call, tmp_path):
    result = call("plot", tmp_path)
    assert result.exit_code == 2
    assert "accelsim run NETWORK --out" in result.stderr
