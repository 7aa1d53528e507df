from pathlib import Path

import pytest

from accelsim.documents import read_yaml
from accelsim.hardware.yaml_io import load_hardware

FOLDER = Path(__file__).parents[3] / "hw_configs"
PRESETS = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def figures(value, way=()):
    """Dotted keys of all numbers and quantities of a hardware file, levels by name."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from figures(inner, (*way, key))
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from figures(item, (*way, item["name"]))
    elif not isinstance(value, bool) and str(value)[:1].isdigit():
        yield ".".join(way)


@pytest.mark.parametrize("name", PRESETS)
def test_preset_gives_a_source_for_every_figure(name):
    data = read_yaml(FOLDER / f"{name}.yaml").data
    sources = data.pop("sources")
    del data["schema"], data["name"], data["description"]
    constants = data.pop("constants", {})
    stated = set(figures(data))
    assert len(stated) >= 18
    assert stated - set(sources) == set()
    assert all(len(text) > 10 for text in sources.values())
    assert all(constant["source"] for constant in constants.values())


@pytest.mark.parametrize("name", PRESETS)
def test_preset_leaves_no_figure_to_a_default(name):
    """What a file does not say has no source; only an unknown supply voltage may be absent."""
    data = read_yaml(FOLDER / f"{name}.yaml").data
    stated = set(figures({key: data[key] for key in data if key not in ("sources", "constants")}))
    hardware = load_hardware(FOLDER / f"{name}.yaml")
    numbers = {
        key
        for key, value in hardware.flat_keys().items()
        if not isinstance(value, bool) and str(value)[:1].isdigit()
    }
    assert numbers - stated == {key for key in hardware.flat_keys() if key.startswith("constants.")}


@pytest.mark.parametrize("name", PRESETS)
def test_preset_is_named_as_its_file_and_says_what_it_is(name):
    hardware = load_hardware(FOLDER / f"{name}.yaml")
    assert hardware.name == name
    assert len(hardware.description) > 80


def test_edge_preset_has_rows_for_the_first_time_as_the_key_itself():
    text = (FOLDER / "edge_16x16.yaml").read_text()
    line = text.count("\n", 0, text.index("rows")) + 1
    assert text.split("\n")[line - 1] == "  rows: 16"
    assert read_yaml(FOLDER / "edge_16x16.yaml").position(("array", "rows"))[0] == line


def test_edge_preset_figures():
    edge = load_hardware("edge_16x16")
    assert edge.peak_macs_per_cycle == 256
    assert edge.clock_hz == 500_000_000
    assert edge.scratchpad.total_bytes == 256 * 1024
    assert edge.dram.bandwidth_bytes_per_s == 3200 * 10**6 * 32 // 8
    assert edge.dram_latency_cycles == 50
    assert edge.array.dataflows == ("ws",)
    assert edge.sram_read_bytes_per_cycle == 16 + 16
    assert edge.sram_write_bytes_per_cycle == 16 * 4
    assert edge.sram_banks == 16


def test_edge_preset_with_a_larger_array_gets_wider_ports_and_more_banks():
    """64 x 64: 128 B read, 256 B added to and 25.6 B of DRAM per cycle: 665.6 B, 16 B words."""
    large = load_hardware("edge_16x16").replace({"array.rows": 64, "array.cols": 64})
    assert (large.sram_read_bytes_per_cycle, large.sram_write_bytes_per_cycle) == (128, 256)
    assert large.sram_banks == 42
    narrow = large.replace({"memory.levels.sram.read_bytes_per_cycle": 32})
    assert narrow.sram_read_bytes_per_cycle == 32


def test_tpu_preset_reaches_the_published_92_tops():
    tpu = load_hardware("tpu_v1")
    tops = 2 * tpu.peak_macs_per_cycle * tpu.clock_hz / 1e12
    assert round(tops) == 92  # Jouppi et al., ISCA 2017, table 2
    assert tpu.scratchpad.capacity_bytes("input") == 24 * 2**20
    assert tpu.scratchpad.capacity_bytes("output") == 4096 * 256 * 32 // 8
    assert tpu.scratchpad.capacity_bytes("weight") == 4 * 256 * 256


def test_scalesim_preset_moves_ten_words_per_cycle():
    machine = load_hardware("scalesim_32x32")
    assert machine.dram.bandwidth_bytes_per_s / machine.clock_hz == 10.0
    assert (machine.array.convention, machine.array.overlap) == ("scalesim", "serial")
    assert machine.scratchpad.total_bytes == 3 * 64 * 1024
