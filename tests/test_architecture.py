"""Which module may import which, and whether the README's map shows the tree as it is."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "accelsim"


def test_import_contracts_hold():
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def readme_map() -> list[str]:
    """Files and folders that the README's map shows: `accelsim/cli/`, `accelsim/mapping.py`...

    The map is the block with a line `accelsim/`; one entry per line, two spaces per level.
    """
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if block.startswith("accelsim/\n")]
    shown, folder = [], ""
    for line in block.splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else name
        shown.append(f"{folder}{name}" if line.startswith(" ") else name)
    return shown


def test_readme_map_shows_what_is_there():
    for name in readme_map():
        path = ROOT / name
        assert path.is_dir() if name.endswith("/") else path.is_file(), name


def test_readme_map_shows_every_package_once():
    packages = {f"accelsim/{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    shown = readme_map()
    assert packages <= set(shown)
    assert len(set(shown)) == len(shown)
