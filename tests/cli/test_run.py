"""`accelsim run`: what is printed, in which format, and what is written."""

import csv
import io
import json

import pytest

from accelsim.results.columns import COLUMNS

CONTRACT = [
    "network", "index", "layer", "operator", "kernel_h", "kernel_w", "stride", "groups",
    "in_c", "in_h", "in_w", "out_c", "out_h", "out_w", "macs", "params", "dataflow",
    "cycles", "compute_cycles", "fill_drain_cycles", "stall_cycles", "utilization", "bound",
    "dram_read_bytes", "dram_write_bytes", "sram_read_bytes", "sram_write_bytes", "energy_pj",
]  # fmt: skip
"""First columns of layers.csv, as design.md section 9 fixes them."""

TINY_MACS = {
    "stem": 8 * 3 * 9 * 64, "narrow": 8 * 9 * 64, "wide": 8 * 25 * 64, "mix": 12 * 8 * 64,
    "pool": 0, "classes": 10 * 12,
}  # fmt: skip


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_run_csv_has_the_columns_of_the_contract_in_order(call, tiny):
    result = call("run", tiny, "--format", "csv")
    assert result.exit_code == 0
    header = result.stdout.splitlines()[0].split(",")
    assert header[: len(CONTRACT)] == CONTRACT
    assert header == [column.name for column in COLUMNS]
    assert {row["layer"]: int(row["macs"]) for row in rows_of(result.stdout)} == TINY_MACS


def test_run_csv_causes_of_cycles_add_up(call, tiny):
    for row in rows_of(call("run", tiny, "--format", "csv").stdout):
        parts = ("compute_cycles", "fill_drain_cycles", "stall_cycles")
        assert sum(int(row[part]) for part in parts) == int(row["cycles"])


def test_run_json_has_summary_layers_and_kernels(call, tiny):
    (result,) = json.loads(call("run", tiny, "--format", "json").stdout)
    assert result["summary"]["macs"] == sum(TINY_MACS.values())
    assert result["summary"]["cycles"] == sum(layer["cycles"] for layer in result["layers"])
    assert result["summary"]["cycles"] == sum(group["cycles"] for group in result["kernels"])
    assert [group["kernel"] for group in result["kernels"]][:2] == ["1x1", "1x1"]


def test_run_both_engines_give_the_same_layers(call, tiny):
    fast, events = (
        call("run", tiny, "--format", "csv", "--engine", engine).stdout
        for engine in ("fast", "events")
    )
    assert fast == events


def test_run_table_shows_network_and_kernels_and_layers_on_request(call, tiny):
    short, long = call("run", tiny).stdout, call("run", tiny, "--layers").stdout
    for text in ("tiny", "edge_16x16", "5x5", "linear"):
        assert text in short
    assert "narrow" not in short
    assert all(layer in long for layer in TINY_MACS)


def test_run_low_utilization_gets_a_reason_on_stderr(call, tiny):
    (line,) = call("run", tiny).stderr.splitlines()[-1:]
    assert line.startswith("tiny uses ")
    assert "Most cycles: " in line
    assert call("run", tiny, "--quiet").stderr == ""


def test_run_set_changes_the_hardware(call, tiny):
    def summary(*words: str) -> dict[str, float]:
        (result,) = json.loads(call("run", tiny, "--format", "json", *words).stdout)
        return result["summary"]

    small = summary("--set", "array.rows=4", "--set", "array.cols=4")
    assert small["area_mm2"] < summary()["area_mm2"]
    assert small["cycles"] > summary()["cycles"]
    assert summary("--batch", "3")["macs"] == 3 * summary()["macs"]
    assert summary("--dataflow", "os")["dataflow"] == "os"


def test_run_out_writes_the_folder_and_plots(call, tiny, tmp_path):
    out = tmp_path / "deep" / "out"
    result = call("run", tiny, "--out", out)
    assert result.exit_code == 0, result.output
    names = {path.name for path in out.iterdir()}
    assert names == {
        "manifest.json", "summary.csv", "layers.csv", "kernels.csv", "mapping.yaml", "plots"
    }  # fmt: skip
    assert (out / "layers.csv").read_text() == call("run", tiny, "--format", "csv").stdout
    pictures = {path.name for path in (out / "plots").iterdir()}
    assert {"latency_per_kernel.svg", "latency_per_kernel.png", "layers_tiny.svg"} <= pictures
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_run_no_plots_writes_tables_only_and_keeps_other_files(call, tiny, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert call("run", tiny, "--out", tmp_path / "out", "--no-plots").exit_code == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert "plots" not in names
    assert {"notes.txt", "layers.csv"} <= names


def test_run_relative_divides_by_the_first_network(call, tiny, tmp_path):
    words = ("run", tiny, f"{tiny}:kernel=5", "--relative", "--no-plots", "--out", tmp_path / "out")
    assert call(*words).exit_code == 0
    rows = rows_of((tmp_path / "out" / "relative.csv").read_text())
    found = {(row["network"], row["scope"]): row for row in rows}
    depthwise = found["tiny:kernel=5", "dw"]
    assert float(depthwise["macs_ratio"]) == pytest.approx((25 + 25) / (9 + 25))
    assert float(found["tiny", "network"]["cycles_ratio"]) == 1
    base, changed = found["tiny", "dw"], found["tiny:kernel=5", "dw"]
    expected = int(changed["cycles"]) / int(base["cycles"])
    assert float(changed["cycles_ratio"]) == pytest.approx(expected)
