"""SCALE-Sim configurations (.cfg) as changes of the preset `scalesim_32x32`.

A configuration has an array, three buffers, a dataflow and a bandwidth in words per cycle; what it
leaves open is the preset's: 1 GHz, one byte per word, 45 nm. SCALE-Sim ignores Bandwidth when
InterfaceBandwidth is CALC and never stalls; here it limits the DRAM either way.
Source: scalesim-project/scale-sim-v2, scalesim/scale_config.py and configs/.
"""

from __future__ import annotations

import re
from configparser import ConfigParser, Error
from pathlib import Path
from typing import NamedTuple

from accelsim.errors import InputError, Problem, suggestion
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.keys import USER
from accelsim.hardware.yaml_io import load_hardware

PRESET = "scalesim_32x32"
SECTION = "architecture_presets"
DATAFLOWS = ("ws", "os", "is")
WORDS_AT_1_GHZ = "{} GB/s"
"""One word of one byte per cycle of 1 ns."""


class Key(NamedTuple):
    """A key of the hardware file, and how it writes the number of the configuration."""

    hardware: str
    form: str
    required: bool = True


KEYS = {
    "ArrayHeight": Key("array.rows", "{}"),
    "ArrayWidth": Key("array.cols", "{}"),
    "IfmapSramSzkB": Key("memory.levels.sram.partition.input", "{} KiB"),
    "FilterSramSzkB": Key("memory.levels.sram.partition.weight", "{} KiB"),
    "OfmapSramSzkB": Key("memory.levels.sram.partition.output", "{} KiB"),
    "Bandwidth": Key("memory.levels.dram.bandwidth", WORDS_AT_1_GHZ, required=False),
}
"""Key of a configuration -> what it sets."""


def hardware_from_cfg(path: str | Path) -> Accelerator:
    """The accelerator of a configuration; InputError names every value that cannot be used."""
    name, changes = changes_from_cfg(path)
    file = Path(path).name
    changes = {"name": name, "description": f"SCALE-Sim {file}", **changes}
    hardware = load_hardware(PRESET).replace(changes)
    sources = {key: file if source == USER else source for key, source in hardware.sources.items()}
    return hardware.model_copy(update={"sources": sources})


def changes_from_cfg(path: str | Path) -> tuple[str, dict[str, object]]:
    """Name of the run, and hardware key -> value, for the preset `scalesim_32x32`."""
    text = _text(str(path))
    config = ConfigParser(strict=False, inline_comment_prefixes=("#", ";"))
    try:
        config.read_string(text)
    except Error as error:
        raise InputError([Problem(str(path), 1, 1, "", " ".join(str(error).split()))]) from None
    reader = _Reader(str(path), text, config)
    changes = {key.hardware: reader.number(name, key) for name, key in KEYS.items()}
    changes["array.dataflows"] = reader.dataflow()
    reader.check_sparsity()
    if reader.problems:
        raise InputError(reader.problems)
    run = config.get("general", "run_name", fallback=Path(path).stem).strip("\"' ")
    return run, {key: value for key, value in changes.items() if value is not None}


class _Reader:
    """Values of a configuration, with every problem and its line."""

    def __init__(self, path: str, text: str, config: ConfigParser) -> None:
        self.path, self.config = path, config
        self.lines = text.splitlines()
        self.problems: list[Problem] = []

    def number(self, name: str, key: Key) -> object:
        text = self._value(name, key.required)
        if text is None:
            return None
        if not re.fullmatch(r"\d+", text) or int(text) < 1:
            self._report(name, f"must be a whole number >= 1, is '{text}'")
            return None
        return int(text) if key.form == "{}" else key.form.format(text)

    def dataflow(self) -> object:
        text = self._value("Dataflow", required=True)
        if text is None or text in DATAFLOWS:
            return None if text is None else [text]
        hint = suggestion(text, DATAFLOWS)
        self._report("Dataflow", f"'{text}'; allowed: {', '.join(DATAFLOWS)}{hint}")
        return None

    def check_sparsity(self) -> None:
        """Refuse what would be computed as if it were dense."""
        if self.config.get("sparsity", "SparsitySupport", fallback="false").lower() == "true":
            self._report("SparsitySupport", "sparsity is not modelled; set it to false")

    def _value(self, name: str, required: bool) -> str | None:
        text = self.config.get(SECTION, name, fallback=None)
        if text is None and required:
            self._report(name, f"missing, but required in [{SECTION}]")
        return text

    def _report(self, name: str, message: str) -> None:
        places = [
            number
            for number, line in enumerate(self.lines, start=1)
            if re.match(rf"\s*{name}\s*[:=]", line, re.IGNORECASE)
        ]
        self.problems.append(Problem(self.path, (places or [1])[0], 1, name, message))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([Problem(path, 1, 1, "", f"is not a text file: {error}")]) from None
    except OSError as error:
        raise InputError([Problem(path, 1, 1, "", f"cannot be read: {error.strerror}")]) from None
