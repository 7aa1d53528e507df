"""The hardware file that docs/hardware.md shows, with its own dataflow, through every command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import accelsim as ac
from accelsim.cli.main import main
from accelsim.mapping import AXES

DOCUMENT = Path(__file__).parents[2] / "docs" / "hardware.md"
NETWORK = "squeezenet1_1:resolution=64"


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    text = re.search(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S).group(1)
    path = tmp_path_factory.mktemp("hardware") / "my_machine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def test_check_of_the_documented_file_accepts_it(machine):
    result = run("check", machine)
    assert result.exit_code == 0, result.output


def test_own_dataflow_on_a_network_both_engines_agree_and_lay_only_what_it_allows(machine):
    hardware = ac.load_hardware(machine)
    results = [
        ac.simulate(NETWORK, hardware, engine=engine, dataflow="window_rows", effort="sweep")
        for engine in ("fast", "events")
    ]
    assert [layer.cycles for layer in results[0].layers] == [
        layer.cycles for layer in results[1].layers
    ]
    allowed = {"rows": {"R", "C"}, "cols": {"P"}, "planes": set()}
    used = [m for m in results[0].mappings.values() if m.dataflow == "window_rows"]
    assert used
    for mapping in used:
        for axis in AXES:
            assert {loop.dim for loop in getattr(mapping, axis)} <= allowed[axis]


def test_own_dataflow_in_run_command_is_named_in_its_layers(machine):
    result = run(
        "run", NETWORK, "--hw", machine, "--effort", "sweep", "--dataflow", "window_rows",
        "--format", "json", "--quiet",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)


def test_own_dataflow_in_map_command_prints_its_levels(machine):
    result = run("map", "squeezenet1_1:1", "--hw", machine, "--effort", "sweep")
    assert result.exit_code == 0, result.output
    for level in ("weight_regs", "sum_regs", "buffer", "dram"):
        assert level in result.output


def test_own_dataflow_in_sweep_command_has_a_row_per_point(machine):
    result = run(
        "sweep", NETWORK, "--hw", machine, "--effort", "sweep", "--axis", "array.rows=4,8",
        "--dataflow", "window_rows", "--format", "csv", "--quiet",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert len(result.output.strip().splitlines()) == 3
