"""`accelsim sweep`: rows, failed points, folder."""

import csv
import io
import json


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_sweep_csv_has_a_row_per_network_and_point(call, tiny):
    axes = ("--axis", "array.rows=4,8", "--axis", "array.cols=4:12:8")
    result = call("sweep", tiny, f"{tiny}:kernel=3", *axes, "--format", "csv")
    assert result.exit_code == 0, result.output
    rows = rows_of(result.stdout)
    assert list(rows[0])[:4] == ["point", "array.rows", "array.cols", "network"]
    assert list(rows[0])[-1] == "error"
    found = [(row["array.rows"], row["array.cols"], row["network"]) for row in rows]
    assert found == [
        (height, width, network)
        for height in ("4", "8")
        for width in ("4", "12")
        for network in ("tiny", "tiny:kernel=3")
    ]


def test_sweep_point_equals_run_with_set(call, tiny):
    words = ("--axis", "array.rows=4,8", "--format", "csv")
    swept = {row["array.rows"]: row for row in rows_of(call("sweep", tiny, *words).stdout)}
    for height, row in swept.items():
        words = ("run", tiny, "--set", f"array.rows={height}", "--format", "json")
        (result,) = json.loads(call(*words).stdout)
        assert int(row["cycles"]) == result["summary"]["cycles"]
        assert float(row["energy_uj"]) == result["summary"]["energy_uj"]
        assert float(row["area_mm2"]) == result["summary"]["area_mm2"]


def test_sweep_paired_walks_axes_together(call, tiny):
    words = (
        "--paired",
        "--axis",
        "array.rows=4,8",
        "--axis",
        "array.cols=16,2",
        "--format",
        "json",
    )
    rows = json.loads(call("sweep", tiny, *words).stdout)
    assert [(row["array.rows"], row["array.cols"]) for row in rows] == [(4, 16), (8, 2)]


def test_sweep_failed_point_is_a_row_and_exit_code_1(call, tiny):
    feeds = (
        "--axis",
        "array.input_feed=per_column,shared",
        "--axis",
        "array.dataflows=[depthwise]",
    )
    result = call("sweep", tiny, *feeds, "--format", "csv")
    assert result.exit_code == 1
    good, bad = rows_of(result.stdout)
    assert "'depthwise' needs an input window in every column" in bad["error"]
    assert (bad["network"], bad["cycles"], bad["area_mm2"]) == ("tiny", "", "")
    assert good["error"] == ""
    assert int(good["cycles"]) > 0
    assert "1 of 2 results failed" in result.stderr


def test_sweep_layer_that_fits_nowhere_fails_its_point_only(call, tiny):
    words = (
        "--set", "memory.levels.sram.banks=1", "--set", "memory.levels.sram.read_bytes_per_cycle=8",
        "--set", "memory.levels.sram.write_bytes_per_cycle=8",
        "--axis", "memory.levels.sram.size=64 B,64 KiB", "--format", "csv",
    )  # fmt: skip
    result = call("sweep", tiny, *words)
    assert result.exit_code == 1
    small, large = rows_of(result.stdout)
    assert "tiny: layer wide: " in small["error"]
    assert (large["memory.levels.sram.size"], large["error"]) == ("64 KiB", "")


def test_sweep_out_writes_table_and_plots_that_plot_draws_again(call, tiny, tmp_path):
    out = tmp_path / "out"
    words = ("--paired", "--axis", "array.rows=4,8", "--axis", "array.cols=4,8", "--out", out)
    printed = call("sweep", tiny, *words, "--format", "csv")
    assert printed.exit_code == 0, printed.output
    assert {path.name for path in out.iterdir()} == {"sweep.csv", "sweep.json", "plots"}
    assert (out / "sweep.csv").read_text() == printed.stdout
    drawn = {path.name: path.read_bytes() for path in (out / "plots").iterdir()}
    assert drawn
    for path in (out / "plots").iterdir():
        path.unlink()
    assert call("plot", out).exit_code == 0
    assert {path.name: path.read_bytes() for path in (out / "plots").iterdir()} == drawn
