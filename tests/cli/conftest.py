"""A small network, a call of the command line in this process, and what mistakes look like."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accelsim.cli.main import main

TINY = """\
schema: 1
name: tiny
inputs:
  image: [3, 16, 16]
outputs: [classes]
operators:
  - {name: stem, op: conv, in: [image], out: 8, kernel: 3, stride: 2, pad: 1, act: relu}
  - {name: narrow, op: conv, in: [stem], out: 8, kernel: 3, pad: 1, groups: 8, act: relu}
  - {name: wide, op: conv, in: [narrow], out: 8, kernel: 5, pad: 2, groups: 8, act: relu}
  - {name: mix, op: conv, in: [wide], out: 12, kernel: 1}
  - {name: pool, op: global_pool, in: [mix]}
  - {name: classes, op: linear, in: [pool], out: 10}
"""

Call = Callable[..., Result]


@pytest.fixture
def call() -> Call:
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture
def refused(call: Call, tmp_path: Path) -> Callable[..., list[str]]:
    """Call with --out; check exit code 2, silence on stdout and nothing written; give the lines."""

    def check(*words: object) -> list[str]:
        before = sorted(tmp_path.rglob("*"))
        result = call(*words, "--out", tmp_path / "out", "--quiet")
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        assert sorted(tmp_path.rglob("*")) == before
        lines = result.stderr.splitlines()
        assert all(line.startswith("Error: ") for line in lines), lines
        return [line.removeprefix("Error: ") for line in lines]

    return check
