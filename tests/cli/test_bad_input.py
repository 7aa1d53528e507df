"""Mistakes: one line each with place and remedy, exit code 2, nothing written."""

from pathlib import Path

import pytest

from accelsim.hardware.yaml_io import hardware_to_yaml, load_hardware

SMALL = (
    "--set", "memory.levels.sram.size=64", "--set", "memory.levels.sram.banks=1",
    "--set", "memory.levels.sram.read_bytes_per_cycle=8",
    "--set", "memory.levels.sram.write_bytes_per_cycle=8",
)  # fmt: skip


def hardware_file(folder: Path, old: str, new: str) -> Path:
    """The default accelerator's file with one change."""
    text = hardware_to_yaml(load_hardware("edge_16x16"))
    assert text.count(old) == 1
    path = folder / "hw.yaml"
    path.write_text(text.replace(old, new))
    return path


def test_run_misspelt_network_names_the_nearest(refused):
    (line,) = refused("run", "mobilenet_v22")
    assert "'mobilenet_v22'" in line
    assert "did you mean 'mobilenet_v2'?" in line


def test_run_misspelt_preset_names_the_nearest(refused, tiny):
    (line,) = refused("run", tiny, "--hw", "edge_16x61")
    assert "'edge_16x61'" in line
    assert "did you mean 'edge_16x16'?" in line


def test_run_many_mistakes_are_all_shown(refused, tmp_path):
    lines = refused("run", "mixnet_z", "mixnet_s:kernel=4", "--hw", "edge", "--set", "array.rows=2")
    assert len(lines) == 3
    assert "mixnet_z" in lines[0]
    assert "kernel" in lines[1]
    assert "edge" in lines[2]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  rows: 16\n", "  rows: 16\n  colls: 3\n", "array.colls: unknown key 'colls'"),
        ("  rows: 16\n", "  rows: 16\n  rows: 8\n", "array.rows: duplicate key"),
        ("  rows: 16\n", "  rows: -4\n", "array.rows: must be >= 1, is -4"),
        ("clock: 500 MHz", "clock: 500 MB", "clock: must be a clock, is '500 MB'"),
        ("size: 256 KiB\n", "size: -256 KiB\n", "size: must be >= 1 B, is '-256 KiB'"),
    ],
)
def test_run_fault_in_a_hardware_file_has_line_and_remedy(
    refused, tiny, tmp_path, old, new, message
):
    path = hardware_file(tmp_path, old, new)
    lines = [line.strip() for line in path.read_text().splitlines()]
    changed = lines.index(new.strip().splitlines()[-1].strip())
    (line,) = refused("run", tiny, "--hw", path)
    assert line.startswith(f"{path}:{changed + 1}:")
    assert message in line


def test_run_layer_larger_than_any_tile_names_layer_and_space(refused, tiny):
    (line,) = refused("run", tiny, *SMALL)
    assert line.startswith("tiny: layer wide: ")
    assert "64 B" in line
    assert line.endswith("larger")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "the file is empty"),
        (b"\x7fELF\x02\x01\x01\x00\xff\xfe", "is not a text file"),
        (b"- 1\n- 2\n", "must be a mapping"),
    ],
)
@pytest.mark.parametrize("option", ["network", "hardware"])
def test_run_file_that_is_none_says_so(refused, tiny, tmp_path, content, message, option):
    path = tmp_path / "odd.yaml"
    if content is not None:
        path.write_bytes(content)
    words = (path,) if option == "network" else (tiny, "--hw", path)
    (line,) = refused("run", *words)
    assert line.startswith(f"{path}:1:1: ")
    assert message in line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--set", "array.rwos=8"), "did you mean 'array.rows'?"),
        (("--set", "array.rows=-8"), "--set: array.rows: must be >= 1, is -8"),
        (("--set", "memory.levels.sram.size=4 GHz"), "is '4 GHz'; allowed units: B, kB"),
        (("--set", "array.rows"), "must be KEY=VALUE"),
        (("--set", "array.rows=8", "--set", "array.rows=16"), "is given twice"),
        (("--dataflow", "atuo"), "did you mean 'auto'?"),
        (("--dataflow", "rs"), "allowed: auto, ws, os, is"),
    ],
)
def test_run_bad_setting_says_what_is_allowed(refused, tiny, words, message):
    (line,) = refused("run", tiny, *words)
    assert message in line


def test_run_one_network_twice_is_refused(refused, tiny):
    (line,) = refused("run", tiny, tiny)
    assert "'tiny' is given more than once" in line


@pytest.mark.parametrize("command", [("run",), ("sweep", "--axis", "array.rows=8")])
def test_out_that_is_a_file_is_refused_before_simulating(call, tiny, tmp_path, command):
    target = tmp_path / "taken"
    target.write_text("mine")
    result = call(*command, tiny, "--out", target / "deeper")
    assert result.exit_code == 2
    assert (
        result.stderr == f"Error: --out {target / 'deeper'}: '{target}' is a file; name a folder\n"
    )
    assert target.read_text() == "mine"


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        ("array.rwos=8", "did you mean 'array.rows'?"),
        ("array.rows", "must be KEY=VALUES"),
        ("array.rows=8,,16", "the values cannot be read"),
        ("array.rows=8,8", "the value 8 is given twice"),
        ("array.rows=16:8:4", "holds nothing"),
        ("array.rows=[8", "the values cannot be read"),
        ("array.rows=8,abc", "axis array.rows: must be a whole number, is 'abc'"),
        ("array.rows=8,0", "axis array.rows: must be >= 1, is 0"),
        ("clock=3 GB", "axis clock: must be a clock, is '3 GB'; allowed units: Hz, kHz, MHz, GHz"),
        (
            "array.dataflows=[wss]",
            "axis array.dataflows=[wss]: array.dataflows.0: unknown dataflow "
            "'wss'; allowed: ws, os,",
        ),
        (
            "constants.mac_pjj=3",
            "axis constants.mac_pjj: no such constant; did you mean 'mac_pj'?",
        ),
    ],
)
def test_sweep_bad_axis_says_what_is_wrong(refused, tiny, axis, message):
    (line,) = refused("sweep", tiny, "--axis", axis)
    assert message in line


def test_sweep_shows_every_bad_value_of_every_axis(refused, tiny):
    words = ("--axis", "array.rows=8,0,x", "--axis", "array.cols=8", "--axis", "clock=3 GB,1 GHz")
    assert refused("sweep", tiny, *words) == [
        "axis array.rows: must be >= 1, is 0",
        "axis array.rows: must be a whole number, is 'x'",
        "axis clock: must be a clock, is '3 GB'; allowed units: Hz, kHz, MHz, GHz",
    ]


def test_sweep_uneven_pairs_are_refused(refused, tiny):
    words = ("--paired", "--axis", "array.rows=8,16", "--axis", "array.cols=8")
    (line,) = refused("sweep", tiny, *words)
    assert "array.rows has 2, array.cols has 1" in line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rn", "mixnet_s"), "did you mean 'run'?"),
        (("run", "mixnet_s", "--engin", "fast"), "--engine"),
        (("run", "mixnet_s", "--engine", "fsat"), "did you mean 'fast'?"),
        (("run", "mixnet_s", "--format", "jsn"), "did you mean 'json'?"),
        (("run", "mixnet_s", "--batch", "0"), "1<=x"),
        (("run",), "NETWORK"),
        (("list", "network"), "did you mean 'networks'?"),
        (("explain", "utilisation"), "did you mean 'utilization'?"),
    ],
)
def test_wrong_word_is_refused_with_a_hint(call, words, message):
    result = call(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr.splitlines()[-1]


def test_debug_shows_the_traceback_and_keeps_the_exit_code(call):
    result = call("run", "mixnet_z", "--debug")
    assert result.exit_code == 2
    assert "Traceback" in result.stderr
    assert "Traceback" not in call("run", "mixnet_z").stderr


def test_interrupt_exits_with_130_and_writes_nothing(call, tiny, tmp_path, monkeypatch):
    def stop(*_args, **_settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("accelsim.cli.run.simulate", stop)
    result = call("run", tiny, "--out", tmp_path / "out")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (130, "Error: interrupted")
    assert not (tmp_path / "out").exists()
