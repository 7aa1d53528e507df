"""SCALE-Sim configurations as changes of the preset that describes its default machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from accelsim.errors import InputError
from accelsim.hardware.scalesim_cfg import changes_from_cfg, hardware_from_cfg
from accelsim.hardware.yaml_io import hardware_to_yaml, load_hardware

CFG = """\
[general]
run_name = my_run

[architecture_presets]
ArrayHeight:    16
ArrayWidth:     8
IfmapSramSzkB:   64
FilterSramSzkB:   32
OfmapSramSzkB:   16
IfmapOffset:    0
FilterOffset:   10000000
OfmapOffset:    20000000
Dataflow : ws
Bandwidth : 20

[run_presets]
InterfaceBandwidth: USER
"""


def written(folder: Path, text: str) -> Path:
    (folder / "scale.cfg").write_text(text)
    return folder / "scale.cfg"


def test_configuration_is_an_accelerator_that_its_file_gives_back(tmp_path: Path) -> None:
    hardware = hardware_from_cfg(written(tmp_path, CFG))
    assert (hardware.name, hardware.array.rows, hardware.array.cols) == ("my_run", 16, 8)
    assert hardware.array.dataflows == ("ws",) or list(hardware.array.dataflows) == ["ws"]
    parts = hardware.scratchpad.partition
    assert (parts.input, parts.weight, parts.output) == (65536, 32768, 16384)
    assert hardware.dram.bandwidth_bytes_per_s == 20 * hardware.clock_hz
    (tmp_path / "hw.yaml").write_text(hardware_to_yaml(hardware))
    assert load_hardware(tmp_path / "hw.yaml") == hardware


def test_what_the_configuration_leaves_open_is_the_presets(tmp_path: Path) -> None:
    text = CFG.replace("Bandwidth : 20\n", "").replace("run_name = my_run\n", "")
    name, changes = changes_from_cfg(written(tmp_path, text))
    assert name == "scale"
    assert sorted(changes) == [
        "array.cols", "array.dataflows", "array.rows", "memory.levels.sram.partition.input",
        "memory.levels.sram.partition.output", "memory.levels.sram.partition.weight",
    ]  # fmt: skip


def test_default_configuration_is_the_preset(tmp_path: Path) -> None:
    # configs/scale.cfg of scale-sim-v2@7039cde: 32x32, 64 kB each, os, 10 words per cycle.
    text = CFG.replace(" 16\n", " 32\n", 1).replace(" 8\n", " 32\n").replace("   32\nO", "   64\nO")
    text = text.replace("Szk", "SzkB").replace("SzkBB", "SzkB").replace("   16\n", "   64\n")
    text = text.replace(": ws", ": os").replace("Bandwidth : 20", "Bandwidth : 10")
    hardware, preset = hardware_from_cfg(written(tmp_path, text)), load_hardware("scalesim_32x32")
    same = preset.replace({"array.dataflows": ["os"]})
    for part in ("array", "memory", "precision", "dma", "vector_unit"):
        assert getattr(hardware, part) == getattr(same, part)


FAULTS = {
    "missing": (
        ("Dataflow : ws\n", ""),
        ["1:1: Dataflow: missing, but required in [architecture_presets]"],
    ),
    "no number": (
        ("ArrayHeight:    16", "ArrayHeight: big"),
        ["5:1: ArrayHeight: must be a whole number >= 1"],
    ),
    "zero": (
        ("ArrayWidth:     8", "ArrayWidth: 0"),
        ["6:1: ArrayWidth: must be a whole number >= 1"],
    ),
    "dataflow": (
        ("Dataflow : ws", "Dataflow : wos"),
        ["13:1: Dataflow: 'wos'; allowed: ws, os, is"],
    ),
    "sparsity": (
        ("[run_presets]", "[sparsity]\nSparsitySupport : true\n[run_presets]"),
        ["17:1: SparsitySupport: sparsity is not modelled; set it to false"],
    ),
    "no section": (("[general]\n", ""), ["1:1: File contains no section headers"]),
    "another file": (
        (CFG, "[a]\nb = 1\n"),
        [
            f"1:1: {key}: missing"
            for key in (
                "ArrayHeight",
                "ArrayWidth",
                "IfmapSramSzkB",
                "FilterSramSzkB",
                "OfmapSramSzkB",
                "Dataflow",
            )
        ],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faulty_configuration_is_refused_at_every_place(tmp_path: Path, case: str) -> None:
    (old, new), messages = FAULTS[case]
    assert old in CFG
    with pytest.raises(InputError) as raised:
        hardware_from_cfg(written(tmp_path, CFG.replace(old, new)))
    assert len(raised.value.problems) == len(messages)
    for problem, message in zip(raised.value.problems, messages, strict=True):
        assert f"scale.cfg:{message}" in str(problem)


def test_missing_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.cfg:1:1: cannot be read"):
        hardware_from_cfg(tmp_path / "none.cfg")
