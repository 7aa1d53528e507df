import pytest

from accelsim.errors import HardwareError
from accelsim.hardware.yaml_io import load_hardware
from tests.oracles.deep_accelerator import deep_accelerator


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


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("array.planes", "2", lambda hw: hw.peak_macs_per_cycle == 48),
        ("dataflows.mine.cols", "[P, Q]", lambda hw: hw.dataflow("mine").cols == ("P", "Q")),
        ("dataflows.mine.rows", [], lambda hw: hw.dataflow("mine").rows == ()),
        ("dataflows.new", "{cols: [G]}", lambda hw: hw.dataflow("new").cols == ("G",)),
        ("memory.first_sum", "read", lambda hw: hw.memory.first_sum == "read"),
        ("memory.levels.glb.holds", "[input, output]", lambda hw: len(hw.chain("weight")) == 1),
        ("memory.levels.weight_spad.per", "[rows]", lambda hw: hw.on_chip[1].per == ("rows",)),
        ("memory.levels.psum_spad.size", "8 B", lambda hw: hw.on_chip[2].size_bytes == 8),
        ("memory.levels.3.latency", 5, lambda hw: hw.scratchpad.latency_cycles == 5),
        ("memory.levels.dram.read_pj", 700.0, lambda hw: hw.dram.read_pj == 700.0),
    ],
)
def test_replace_reaches_levels_and_own_dataflows_by_name(key, value, read):
    changes = {key: value}
    if key == "memory.levels.glb.holds":
        changes["memory.levels.glb.bypass"] = []
    assert read(deep_accelerator(changes))


def test_replace_with_a_new_dataflow_and_its_use_gives_both():
    changes = {"dataflows.by_group": {"cols": ["G"]}, "array.dataflows": "[by_group]"}
    changed = deep_accelerator(changes)
    assert changed.array.dataflows == ("by_group",)
    assert changed.sources["dataflows.by_group.cols"] == "set by the user"
    assert list(changed.dataflows) == ["mine", "by_group"]


def test_replace_with_a_level_that_cannot_be_names_the_level():
    with pytest.raises(HardwareError) as error:
        deep_accelerator({"memory.levels.glb.per": ["rows"], "memory.levels.psum_spad.per": []})
    assert str(error.value).startswith("memory.levels.glb.per: has copies along rows, but 'psum_")


@pytest.mark.parametrize("flow", ["mine", "yours"])
def test_replace_with_an_unknown_dataflow_suggests_those_of_the_file(flow):
    with pytest.raises(HardwareError, match=r"unknown dataflow 'mien'; allowed: .*did you mean 'm"):
        deep_accelerator({"array.dataflows": ["mien"], f"dataflows.{flow}": {"rows": ["C"]}})


@pytest.mark.parametrize("deep", [False, True])
def test_flat_keys_are_exactly_what_replace_takes(edge, deep):
    hardware = deep_accelerator() if deep else edge
    keys = hardware.flat_keys()
    assert not any(key.startswith(("schema", "sources")) for key in keys)
    for key, value in keys.items():
        assert hardware.replace({key: value}).digest == hardware.digest


def test_flat_keys_have_the_values_of_the_file(edge):
    keys = edge.flat_keys()
    assert keys["array.rows"] == 16
    assert keys["memory.levels.sram.size"] == "256 KiB"
    assert keys["clock"] == "500 MHz"
    deep = deep_accelerator().flat_keys()
    assert deep["dataflows.mine.rows"] == ["C", "R"]
    assert deep["memory.levels.weight_spad.per"] == ["rows", "cols", "planes"]
    assert deep["memory.levels.glb.bypass"] == ["weight"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"array.row": 3},
            "unknown key 'array.row'; allowed: array.rows, array.cols, array.planes, "
            "array.interconnect, array.dataflows, array.input_feed, array.overlap, "
            "array.convention, array.trim, array.depthwise_packing, array.tree; "
            "did you mean 'array.rows'?",
        ),
        (
            {"arry.rows": 3},
            "unknown key 'arry.rows'; allowed: name, description, clock, technology, precision, "
            "array, dataflows, memory, vector_unit, dma, cores, operator_overhead, constants.NAME; "
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
