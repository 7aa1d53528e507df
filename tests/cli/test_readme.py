"""The README's commands are real: every one parses, and in order they all run."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from accelsim.cli.main import main

ROOT = Path(__file__).parents[2]


def readme_commands() -> list[list[str]]:
    """Words after `accelsim` of each line of the README that starts with it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^accelsim +(.*)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


def test_readme_shows_every_command():
    assert {words[0] for words in readme_commands()} == set(main.commands)


@pytest.mark.parametrize("words", readme_commands(), ids=" ".join)
def test_readme_command_parses(words):
    command = main.commands[words[0]]
    with command.make_context(words[0], words[1:], parent=main.make_context("accelsim", ["list"])):
        pass


def test_readme_says_what_another_objective_changes(call):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    layer, objective, less, slower = re.search(
        r"accelsim map (\S+) --objective (\w+) .*# (\d+) % less energy, (\d+) % slower", text
    ).groups()
    plain, other = (
        json.loads(call("map", layer, *words, "--format", "json").stdout)
        for words in ((), ("--objective", objective))
    )
    assert round(100 * (1 - other["energy_pj"] / plain["energy_pj"])) == int(less) > 0
    assert round(100 * (other["cycles"] / plain["cycles"] - 1)) == int(slower) > 0


def test_readme_shows_the_loop_nest_that_map_prints(call):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command, nest = re.search(
        r"`accelsim (map [^`]+)`:\n\n```\n(dram: .*?)```", text, re.DOTALL
    ).groups()
    assert nest in call(*shlex.split(command)).stdout


@pytest.mark.slow
def test_readme_commands_run_in_order(call, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "hw_configs", tmp_path / "hw_configs")
    shutil.copy(ROOT / "tests/reference/onnx/mobilenetv2_100.onnx", tmp_path / "net.onnx")
    monkeypatch.chdir(tmp_path)
    for words in readme_commands():
        result = call(*words)
        assert result.exit_code == 0, (words, result.output)
        assert result.stdout or words[0] in ("export", "import")
