"""What is saved is what is loaded."""

from __future__ import annotations

import csv
import json

import pytest

from accelsim.errors import UsageError
from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.results.columns import COLUMNS
from accelsim.results.folder import load_result, load_results, save_results


@pytest.fixture(scope="module")
def result():
    return simulate("mobilenet_v2")


def test_save_and_load_gives_the_same_result(result, tmp_path):
    result.save(tmp_path / "out")
    again = load_result(tmp_path / "out")
    assert again == result
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "kernels.csv", "layers.csv", "manifest.json", "mapping.yaml", "summary.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("residency", ["none", "optimal"])
def test_save_and_load_of_a_split_run_gives_the_same_result(residency, tmp_path):
    hardware = load_hardware("edge_16x16").replace({"cores.count": 2})
    result = simulate(
        "mobilenet_v2", hardware, engine="events", policy="split", residency=residency
    )
    assert len(result.shards) > 40
    assert not result.shards.keys() & result.mappings.keys()
    result.save(tmp_path / "out")
    assert load_result(tmp_path / "out") == result


def test_save_layers_csv_has_the_columns_of_the_contract_in_order(result, tmp_path):
    result.save(tmp_path / "out")
    header = next(csv.reader((tmp_path / "out" / "layers.csv").open(encoding="utf-8")))
    assert header == [column.name for column in COLUMNS]
    assert " ".join(header[:28]) == (
        "network index layer operator kernel_h kernel_w stride groups in_c in_h in_w "
        "out_c out_h out_w macs params dataflow cycles compute_cycles fill_drain_cycles "
        "stall_cycles utilization bound dram_read_bytes dram_write_bytes sram_read_bytes "
        "sram_write_bytes energy_pj"
    )


def test_save_two_networks_load_asks_for_a_name(result, tmp_path):
    save_results([result, simulate("mobilenet_v1")], tmp_path)
    assert [item.network for item in load_results(tmp_path)] == ["mobilenet_v2", "mobilenet_v1"]
    with pytest.raises(UsageError, match="mobilenet_v2, mobilenet_v1"):
        load_result(tmp_path)
    assert load_result(tmp_path, "mobilenet_v1").network == "mobilenet_v1"


def test_save_into_used_folder_leaves_other_files_alone(result, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    result.save(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert json.loads((tmp_path / "manifest.json").read_text())["schema"] == 1


def test_save_where_a_file_stands_is_refused(result, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageError, match="cannot write"):
        result.save(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "a file"


def test_load_empty_folder_says_what_is_missing(tmp_path):
    with pytest.raises(UsageError, match=r"manifest\.json is missing"):
        load_result(tmp_path)


def test_load_broken_manifest_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text("{")
    (tmp_path / "layers.csv").write_text("network\n")
    with pytest.raises(UsageError, match="not a result"):
        load_result(tmp_path)
