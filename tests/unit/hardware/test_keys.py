import pytest

from accelsim.errors import HardwareError
from accelsim.hardware.yaml_io import load_hardware


@pytest.fixture(scope="module")
def edge():
    return load_hardware("edge_16x16")


def test_replace_with_dotted_keys_changes_these_and_nothing_else(edge):
    changed = edge.replace({"array.rows": 32, "array.cols": 8})
    assert (changed.array.rows, changed.array.cols) == (32, 8)
    assert changed.replace({"array.rows": 16, "array.cols": 16}).digest == edge.digest
    assert edge.array.rows == 16


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("array.rows", "32", lambda hw: hw.array.rows == 32),
        ("array.trim", "true", lambda hw: hw.array.trim is True),
        ("array.dataflows", "[os, ws]", lambda hw: hw.array.dataflows == ("os", "ws")),
        ("array.dataflows", ("is",), lambda hw: hw.array.dataflows == ("is",)),
        ("clock", "1.5 GHz", lambda hw: hw.clock_hz == 1_500_000_000),
        ("clock", 10**9, lambda hw: hw.clock_hz == 10**9),
        ("memory.levels.sram.size", "1 MiB", lambda hw: hw.scratchpad.size_bytes == 2**20),
        ("memory.levels.0.size", 4096, lambda hw: hw.scratchpad.size_bytes == 4096),
        ("memory.levels.1.latency", "0", lambda hw: hw.dram_latency_cycles == 0),
        ("memory.halo", "keep", lambda hw: hw.memory.halo == "keep"),
        ("technology.voltage_v", None, lambda hw: hw.technology.voltage_v is None),
        ("name", "16", lambda hw: hw.name == "16"),
        ("description", "a: [b", lambda hw: hw.description == "a: [b"),
        ("constants.mac_pj", "0.2", lambda hw: hw.constants["mac_pj"].value == 0.2),
    ],
)
def test_replace_with_text_or_data_reads_it_as_the_file_would(edge, key, value, read):
    assert read(edge.replace({key: value}))


def test_replace_marks_the_source_of_each_changed_figure(edge):
    changed = edge.replace({"memory.levels.0.size": "1 MiB", "array.rows": 8, "name": "mine"})
    ours = {key for key, source in changed.sources.items() if source == "set by the user"}
    assert ours == {"memory.levels.sram.size", "array.rows"}
    assert set(changed.sources) == set(edge.sources)
    assert edge.replace({"constants.x": 1.0}).constants["x"].source == "set by the user"


def test_replace_from_shared_to_partitioned_memory_moves_the_sources_too(edge):
    parts = {"input": "64 KiB", "weight": "64 KiB", "output": "128 KiB"}
    changed = edge.replace({"memory.levels.sram.size": None, "memory.levels.sram.partition": parts})
    assert changed.scratchpad.capacity_bytes("output") == 131072
    assert changed.sources["memory.levels.sram.partition.weight"] == "set by the user"
    back = changed.replace(
        {"memory.levels.sram.partition": None, "memory.levels.sram.size": "256 KiB"}
    )
    assert back.digest == edge.digest
    assert "memory.levels.sram.partition.weight" not in back.sources


def test_flat_keys_are_exactly_what_replace_takes(edge):
    keys = edge.flat_keys()
    assert keys["array.rows"] == 16
    assert keys["memory.levels.sram.size"] == "256 KiB"
    assert keys["clock"] == "500 MHz"
    assert not any(key.startswith(("schema", "sources")) for key in keys)
    for key, value in keys.items():
        assert edge.replace({key: value}).digest == edge.digest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"array.row": 3},
            "unknown key 'array.row'; allowed: array.rows, array.cols, array.interconnect, "
            "array.dataflows, array.overlap, array.convention, array.trim, "
            "array.depthwise_packing; did you mean 'array.rows'?",
        ),
        (
            {"arry.rows": 3},
            "unknown key 'arry.rows'; allowed: name, description, clock, technology, precision, "
            "array, memory, vector_unit, dma, operator_overhead, constants.NAME; "
            "did you mean 'array.rows'?",
        ),
        (
            {"memory.levels.spad.size": 3},
            "unknown key 'memory.levels.spad.size'; allowed: memory.levels.sram, "
            "memory.levels.dram; did you mean 'memory.levels.sram.size'?",
        ),
        ({"array.rows.x": 3}, "unknown key 'array.rows.x': 'array.rows' is a value and has no"),
        ({"memory.levels.7.size": 3}, "unknown key 'memory.levels.7.size'; allowed: memory.lev"),
        ({"schema": 2}, "unknown key 'schema'; allowed: name"),
        ({"sources.clock": "x"}, "unknown key 'sources.clock'; allowed: name"),
        ({"": 1}, "unknown key ''; allowed: name"),
        ({"array.rows": -4}, "array.rows: must be >= 1, is -4"),
        ({"array.rows": "abc"}, "array.rows: must be a whole number, is 'abc'"),
        ({"array.rows": ""}, "array.rows: must be a whole number, is empty"),
        ({"array.dataflows": "[ws"}, "array.dataflows: is not YAML: "),
        ({"array": 3}, "array: must be a mapping of keys to values, is 3"),
        (
            {"clock": "500 KiB", "memory.levels.0.banks": 0},
            "clock: must be a clock, is '500 KiB'; allowed units: Hz, kHz, MHz, GHz\n"
            "memory.levels.sram.banks: must be >= 1, is 0",
        ),
        ({"constants.mac_pj": "much"}, "constants.mac_pj.value: must be a number, is 'much'"),
    ],
)
def test_replace_that_cannot_be_raises_hardware_error_with_the_cure(edge, changes, message):
    with pytest.raises(HardwareError) as error:
        edge.replace(changes)
    assert str(error.value).startswith(message)
