"""accelsim area: components, calibration, published chips, power of a run."""

import csv
import io
import json

import pytest

from accelsim.cost.calibration import comparisons
from accelsim.validation.chips import chip_areas


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_area_out_writes_the_table_and_the_picture(call, tmp_path):
    out = tmp_path / "area"
    result = call("area", "edge_16x16", "eyeriss", "--out", out, "--format", "csv")
    assert result.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["area.csv", "area.png", "area.svg"]
    assert (out / "area.csv").read_text() == result.stdout
    assert {row["hardware"] for row in rows_of(result.stdout)} == {"edge_16x16", "eyeriss"}


def test_area_calibration_prints_every_error(call):
    rows = rows_of(call("area", "--calibration", "--format", "csv").stdout)
    expected = comparisons()
    assert len(rows) == len(expected)
    for row, item in zip(rows, expected, strict=True):
        assert (row["component"], row["quantity"]) == (item.component, item.quantity)
        error = float(row["model"]) / float(row["reference"]) * 100 - 100
        assert float(row["error_percent"]) == pytest.approx(error)


def test_area_calibration_json_has_library_comparisons_and_medians(call):
    data = json.loads(call("area", "--calibration", "--format", "json").stdout)
    assert set(data) == {"components", "comparisons", "medians"}
    fitted = data["medians"][0]
    assert (fitted["against"], fitted["kind"]) == ("45 nm, relaxed", "fitted")
    assert fitted["median_error_percent"] < abs(fitted["worst_error_percent"]) <= 10


def test_area_calibration_table_says_which_rows_are_fitted(call):
    text = call("area", "--calibration").stdout
    assert "45 nm, relaxed: area" in text
    assert "7 nm, ASAP7: delay" in text
    (line,) = [
        found for found in text.splitlines() if "multiplier int24" in found and "3,929" in found
    ]
    assert line.split()[2:] == ["fitted", "3,929", "3,993", "1.64"]


def test_area_chips_prints_published_beside_ours(call):
    rows = rows_of(call("area", "--chips", "--format", "csv").stdout)
    assert [row["chip"] for row in rows] == [area.chip for area in chip_areas()]
    for row in rows:
        ratio = float(row["published_mm2"]) / float(row["area_mm2"])
        assert float(row["published_over_ours"]) == pytest.approx(ratio)


def test_area_of_a_result_is_its_power_by_part(call, tiny, tmp_path):
    out = tmp_path / "run"
    run = call("run", tiny, "--out", out, "--no-plots", "--format", "json")
    summary = json.loads(run.stdout)[0]["summary"]
    rows = rows_of(call("area", "--result", out, "--format", "csv").stdout)
    power = sum(float(row["power_mw"]) for row in rows)
    assert power == pytest.approx(summary["power_mw"])
    assert power == pytest.approx(summary["energy_uj"] / summary["latency_ms"])
    assert "dram is off chip" in call("area", "--result", out).stdout


def test_area_of_a_result_with_idle_cores_adds_up_to_its_power(call, tiny, tmp_path):
    out = tmp_path / "run"
    words = ("--policy", "branch_parallel", "--cores", "3", "--out", out, "--no-plots")
    run = call("run", tiny, *words, "--format", "json")
    summary = json.loads(run.stdout)[0]["summary"]
    assert summary["stall_idle_cycles"] > 0
    rows = rows_of(call("area", "--result", out, "--format", "csv").stdout)
    power = sum(float(row["power_mw"]) for row in rows)
    assert power == pytest.approx(summary["power_mw"])


def test_area_without_or_with_two_subjects_is_refused(call):
    for words in ((), ("edge_16x16", "--chips"), ("--chips", "--calibration")):
        result = call("area", *words)
        assert result.exit_code == 2
        assert "name hardware, or one of --calibration, --chips and --result DIR" in result.stderr


def test_area_of_a_node_without_data_warns(call):
    result = call("area", "edge_16x16", "--set", "technology.node_nm=5")
    assert result.exit_code == 0
    assert "warning: 5 nm is outside Stillmaker and Baas" in result.stderr
