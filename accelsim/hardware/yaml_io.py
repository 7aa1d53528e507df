"""Hardware files: finding them by preset name or path, reading and writing them."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from os.path import isfile
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from accelsim.documents import read_yaml, validate
from accelsim.errors import InputError, Problem, UsageError, suggestion
from accelsim.hardware.accelerator import Accelerator

FOLDER = "hw_configs"
SUFFIXES = (".yaml", ".yml")
ALIASES = {"mobile_cpu_like": "pixel_1"}
"""Other names of presets."""


def load_hardware(text: str | Path) -> Accelerator:
    """The accelerator of a preset name or of the path of a YAML file.

    A name is looked up in hw_configs/ of the working folder, then among the presets that come with
    accelsim. Raises UsageError for an unknown name and InputError for a file with faults.
    """
    return validate(read_yaml(_find(str(text))), Accelerator)


def preset_names() -> list[str]:
    """Names that `load_hardware` knows here, sorted."""
    return sorted(
        {
            path.relative_to(folder).with_suffix("").as_posix()
            for folder in _folders()
            for path in folder.rglob("*.yaml")
        }
    )


def hardware_to_yaml(hardware: Accelerator) -> str:
    """The accelerator as the text of a hardware file; reading it gives the same accelerator."""
    data = hardware.model_dump(mode="json", by_alias=True, exclude_none=True)
    yaml = YAML()
    yaml.width = 2**20  # ruamel.yaml 0.19 folds some escaped text into another text
    yaml.allow_unicode = False  # else it writes U+0085 as a line break
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    yaml.dump(_in_lines(data), text)
    return text.getvalue()


def _in_lines(value: Any) -> Any:
    """Plain data whose lists of words are written in one line: `dataflows: [ws, os]`."""
    if isinstance(value, dict):
        return {key: _in_lines(item) for key, item in value.items()}
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [_in_lines(item) for item in value]
    if isinstance(value, list):
        line = CommentedSeq(value)
        line.fa.set_flow_style()
        return line
    return value


def _folders() -> Iterator[Path]:
    """Where presets are: the working folder, then the installed package or its source tree."""
    package = Path(__file__).parents[1]
    packaged = package / "_data" / FOLDER
    yield Path(FOLDER)
    yield packaged if packaged.is_dir() else package.parent / FOLDER


def _find(text: str) -> str:
    if isfile(text):
        return text
    for folder in _folders():
        if isfile(preset := folder / f"{ALIASES.get(text, text)}.yaml"):
            return str(preset)
    names = preset_names()
    if not text.endswith(SUFFIXES) and Path(text).name == text:
        raise UsageError(
            f"unknown hardware '{text}'; allowed: {', '.join(names)}, or the path of a YAML file"
            f"{suggestion(text, names)}"
        )
    if hint := suggestion(Path(text).stem, names):
        raise InputError([Problem(text, 1, 1, "", f"no such file{hint}")])
    return text
