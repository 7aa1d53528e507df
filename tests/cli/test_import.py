"""`accelsim import`, and the other commands on files of other tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from accelsim.hardware.yaml_io import load_hardware
from accelsim.networks.registry import load_network
from accelsim.results.folder import load_result

REFERENCE = Path(__file__).parents[1] / "reference" / "onnx"
CSV = "Layer, M, N, K,\na, 4, 5, 6,\n"
CFG = (
    "[architecture_presets]\nArrayHeight: 8\nArrayWidth: 4\nIfmapSramSzkB: 64\n"
    "FilterSramSzkB: 64\nOfmapSramSzkB: 64\nDataflow: ws\n"
)


def test_import_of_onnx_prints_a_workload_file_that_is_the_same_network(call, tmp_path) -> None:
    result = call("import", REFERENCE / "mobilenetv2_100.onnx")
    assert result.exit_code == 0
    (tmp_path / "net.yaml").write_text(result.stdout)
    assert load_network(tmp_path / "net.yaml") == load_network(REFERENCE / "mobilenetv2_100.onnx")


def test_import_into_a_folder_keeps_what_is_there(call, tmp_path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    result = call("import", tmp_path / "a.csv", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stderr.strip() == f"wrote {tmp_path / 'out' / 'a.yaml'}"
    assert load_network(tmp_path / "out" / "a.yaml").macs == 120
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_import_of_a_configuration_writes_a_hardware_file(call, tmp_path) -> None:
    (tmp_path / "small.cfg").write_text(CFG)
    assert call("import", tmp_path / "small.cfg", "--out", tmp_path, "-q").exit_code == 0
    hardware = load_hardware(tmp_path / "small.yaml")
    assert (hardware.array.rows, hardware.array.cols) == (8, 4)


@pytest.mark.parametrize(
    "words", [["--input-shape", "3x160x160"], ["--input-shape", "input=3x160x160"]]
)
def test_options_say_what_the_graph_leaves_open(call, words) -> None:
    path = REFERENCE / "mobilenetv2_100_dynbatch.onnx"
    result = call("import", path, "--batch", "2", *words)
    assert "  input: [3, 160, 160]\n" in result.stdout


REFUSALS = {
    "shape in words": (["--input-shape", "big"], "must be sizes >= 1 with x between them"),
    "zero": (["--input-shape", "3x0x4"], "must be sizes >= 1"),
    "two without names": (
        ["--input-shape", "3x4x4", "--input-shape", "3x4x4"],
        "need names, NAME=3x4x4",
    ),
    "input that is not there": (
        ["--input-shape", "z=3x4x4"],
        "no input is named 'z'; it has input",
    ),
    "node that is not there": (["--skip", "Covn"], "did you mean 'Conv'"),
    "batch of zero": (["--batch", "0"], "0"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_bad_option_is_refused_with_exit_2(call, case) -> None:
    words, message = REFUSALS[case]
    result = call("import", REFERENCE / "mobilenetv2_100.onnx", *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_truncated_file_is_refused_with_exit_2(call, tmp_path) -> None:
    content = (REFERENCE / "resnet50.onnx").read_bytes()
    (tmp_path / "cut.onnx").write_bytes(content[:20000])
    for command in ("import", "check", "run"):
        result = call(command, tmp_path / "cut.onnx")
        assert result.exit_code == 2
        assert "cut.onnx:1:1: is not a complete ONNX file" in result.stderr


def test_check_says_what_files_of_other_tools_are(call, tmp_path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "b.cfg").write_text(CFG)
    result = call("check", tmp_path / "a.csv", tmp_path / "b.cfg", REFERENCE / "mixnet_s.onnx")
    assert result.exit_code == 0
    first, second, third = result.stdout.splitlines()
    assert "network a, 1 operators" in first
    assert "hardware b, 8x4 PEs" in second
    assert "network mixnet_s, 230 operators, 239.2 M MACs" in third


def test_run_takes_a_topology_as_it_is(call, tmp_path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    result = call(
        "run", tmp_path / "a.csv", "--hw", "scalesim_32x32", "--dataflow", "ws", "--format", "csv"
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].startswith("a,")


def test_export_writes_a_topology_that_was_imported(call, tmp_path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    result = call("export", tmp_path / "a.csv", "--format", "scalesim")
    assert (result.exit_code, result.stdout) == (0, CSV)
    result = call("export", tmp_path / "a.csv", "--format", "scalesim", "--out", tmp_path / "out")
    assert (tmp_path / "out" / "a.csv").read_text() == CSV


def test_export_refuses_what_a_topology_cannot_say(call) -> None:
    result = call("export", "mobilenet_v2", "--format", "scalesim")
    assert result.exit_code == 2
    assert "cannot be written as a SCALE-Sim topology" in result.stderr


def test_run_takes_the_options_of_scale_sim(call, tmp_path) -> None:
    """-c, -t and -p: M = 4, K = 6 filters, D = 5 words on 8 x 4 is two folds of M + 2H + W - 2."""
    (tmp_path / "mine.cfg").write_text(f"[general]\nrun_name = mine\n{CFG}")
    (tmp_path / "one.csv").write_text("Layer, M, N, K,\na, 4, 6, 5,\n")
    files = ("-c", tmp_path / "mine.cfg", "-t", tmp_path / "one.csv", "-p", tmp_path / "o")
    done = call("run", *files, "--no-plots")
    assert done.exit_code == 0, done.output
    result = load_result(tmp_path / "o")
    assert (result.network, result.hardware) == ("one", "mine")
    (layer,) = result.layers
    assert (layer.dataflow, layer.macs) == ("ws", 120)
    assert layer.compute_cycles + layer.fill_drain_cycles == 2 * (4 + 2 * 8 + 4 - 2)
