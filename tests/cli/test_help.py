"""Every command has help; help is quick because nothing slow is imported."""

import subprocess
import sys

import pytest

from accelsim.cli import options
from accelsim.cli.main import main
from accelsim.mapper.search import EFFORTS, OBJECTIVES
from accelsim.measure import ENGINES

COMMANDS = (
    "list", "check", "run", "map", "sweep", "plot", "export", "import", "area", "validate",
    "explain", "study",
)  # fmt: skip
SLOW = ("numpy", "numba", "rich", "pydantic", "matplotlib", "simpy", "ruamel")


def test_commands_are_those_of_this_release():
    assert tuple(main.commands) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_says_what_it_does_and_every_option(call, command):
    result = call(command, "--help")
    assert result.exit_code == 0
    documented = main.commands[command]
    assert documented.help.splitlines()[0] in result.stdout
    for parameter in documented.params:
        if parameter.param_type_name == "option":
            assert parameter.opts[0] in result.stdout
            assert parameter.help, f"{parameter.name} has no help"


def test_help_lists_commands_with_one_line_each(call):
    lines = call("--help").stdout.splitlines()
    for command in COMMANDS:
        assert sum(line.startswith(f"  {command} ") for line in lines) == 1


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["sweep", "--help"]])
def test_help_imports_nothing_slow(words):
    program = (
        "import sys\n"
        "from accelsim.cli.main import main\n"
        f"main({words!r}, standalone_mode=False)\n"
        f"print([name for name in {SLOW!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_python_m_accelsim_is_the_command_line():
    words = [sys.executable, "-m", "accelsim", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout


def test_choices_of_options_are_those_of_the_simulator():
    assert tuple(ENGINES) == options.ENGINES
    assert tuple(OBJECTIVES) == options.OBJECTIVES
    assert options.EFFORTS == EFFORTS
