import copy
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from accelsim.dataflows import DATAFLOWS
from accelsim.documents import explain
from accelsim.hardware.accelerator import DATAFLOW_NAMES, Accelerator
from accelsim.hardware.ports import banks_of, scratchpad_read_bytes, scratchpad_write_bytes
from tests.oracles.deep_accelerator import deep_accelerator, deep_file

SMALL = {
    "schema": 1,
    "name": "small",
    "clock": "250 MHz",
    "technology": {"node_nm": 45},
    "array": {
        "rows": 4,
        "cols": 8,
        "interconnect": "systolic",
        "dataflows": ["ws", "os"],
        "overlap": "serial",
        "convention": "rtl",
        "trim": False,
        "depthwise_packing": False,
    },
    "memory": {
        "levels": [
            {
                "name": "spad",
                "kind": "sram",
                "size": "8 KiB",
                "word_bits": 64,
                "banks": 4,
                "read_bytes_per_cycle": 16,
                "write_bytes_per_cycle": 16,
                "double_buffered": True,
            },
            {"name": "ddr", "kind": "dram", "bandwidth": "1 GB/s", "latency": "10 ns"},
        ]
    },
    "vector_unit": {"lanes": 8, "placement": "in_line", "fuse_activation": True},
    "dma": {"burst_bytes": 32},
}


def with_value(key, value):
    """SMALL with the value at a dotted key (indices for list items) set, or removed for ..."""
    data = copy.deepcopy(SMALL)
    *parents, last = key.split(".")
    node = data
    for part in parents:
        node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
    if value is ...:
        del node[last]
    else:
        node[int(last) if isinstance(node, list) else last] = value
    return data


def faults_of(data):
    with pytest.raises(ValidationError) as error:
        Accelerator.model_validate(data)
    faults = explain(error.value, Accelerator, data)
    return [f"{'.'.join(map(str, fault.loc))}: {fault.message}" for fault in faults]


def test_accelerator_of_least_file_has_the_documented_defaults():
    hardware = Accelerator.model_validate(SMALL)
    assert hardware.schema_version == 1
    assert hardware.description == ""
    assert hardware.clock_hz == 250_000_000
    assert hardware.technology.voltage_v is None
    assert hardware.precision.model_dump() == {
        "format": "int",
        "input_bits": 8,
        "weight_bits": 8,
        "accumulator_bits": 32,
        "output_bits": 8,
    }
    assert hardware.array.dataflows == ("ws", "os")
    assert (hardware.memory.concat, hardware.memory.split) == ("in_place", "view")
    assert hardware.memory.halo == "refetch"
    assert hardware.scratchpad.ports == 1
    assert hardware.operator_overhead.launch_cycles == 0
    assert (hardware.constants, hardware.sources) == ({}, {})
    assert (hardware.array.planes, hardware.array.input_feed) == (1, "shared")
    assert (hardware.dataflows, hardware.memory.first_sum) == ({}, "skip")


def test_array_of_least_file_has_the_documented_controller():
    data = with_value("array.overlap", ...)
    for key in ("convention", "trim", "depthwise_packing"):
        del data["array"][key]
    array = Accelerator.model_validate(data).array
    assert (array.overlap, array.convention) == ("pipelined", "rtl")
    assert (array.trim, array.depthwise_packing) == (False, False)


def test_accelerator_properties_follow_from_its_fields():
    hardware = Accelerator.model_validate(SMALL)
    assert hardware.peak_macs_per_cycle == 32
    assert (hardware.scratchpad.name, hardware.dram.name) == ("spad", "ddr")
    assert hardware.scratchpad.total_bytes == 8192
    assert hardware.dram.bandwidth_bytes_per_s == 10**9
    assert hardware.dram.latency_ns == 10.0
    assert hardware.dram_latency_cycles == 3  # 2.5 cycles, rounded up


def test_capacity_bytes_of_shared_memory_is_all_of_it_for_every_operand():
    pad = Accelerator.model_validate(SMALL).scratchpad
    assert [pad.capacity_bytes(operand) for operand in ("input", "weight", "output")] == [8192] * 3


def test_capacity_bytes_of_partition_is_the_part_of_each_operand():
    data = with_value("memory.levels.0.size", ...)
    data["memory"]["levels"][0]["partition"] = {"input": "4 KiB", "weight": 2048, "output": "1 KiB"}
    pad = Accelerator.model_validate(data).scratchpad
    assert [pad.capacity_bytes(operand) for operand in ("input", "weight", "output")] == [
        4096,
        2048,
        1024,
    ]
    assert pad.total_bytes == 7168


@given(
    st.integers(1000, 10**10),
    st.decimals(0, 10**6, places=3, allow_nan=False, allow_infinity=False),
)
def test_dram_latency_cycles_is_the_exact_ceiling(clock_hz, latency_ns):
    data = with_value("clock", clock_hz)
    data["memory"]["levels"][1]["latency"] = f"{latency_ns} ns"
    expected = math.ceil(latency_ns * clock_hz / Decimal(10**9))
    assert Accelerator.model_validate(data).dram_latency_cycles == expected


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("schema", 2, "schema: unknown value 2; allowed: 1"),
        ("name", ..., "name: missing, but required"),
        (
            "name",
            "my chip",
            "name: must be 1 to 64 letters, digits or any of _ . + -, is 'my chip'",
        ),
        ("clock", "0 Hz", "clock: must be >= 1 kHz, is '0 Hz'"),
        (
            "clock",
            "1 GB",
            "clock: must be a clock, is '1 GB'; allowed units: Hz, kHz, MHz, GHz",
        ),
        ("clock_hz", 5, "clock_hz: unknown key 'clock_hz'"),
        ("technology.node_nm", 0, "technology.node_nm: must be >= 1.0, is 0"),
        ("technology.voltage_v", "1.1", "technology.voltage_v: must be a number, is '1.1'; remove"),
        ("array.rows", 0, "array.rows: must be >= 1, is 0"),
        ("array.cols", -4, "array.cols: must be >= 1, is -4"),
        ("array.cols", 10**6, "array.cols: must be <= 65536, is 1000000"),
        ("array.rows", 4.5, "array.rows: must be a whole number, is 4.5"),
        ("array.rows", True, "array.rows: must be a whole number, is true"),
        ("array.row", 4, "array.row: unknown key 'row'; allowed: rows, cols, planes, in"),
        ("array.interconnect", "bus", "array.interconnect: unknown value 'bus'; allowed: systolic"),
        ("array.dataflows", [], "array.dataflows: must have at least 1 items, has 0"),
        ("array.dataflows", ["ws", "ws"], "array.dataflows: names 'ws' more than once"),
        (
            "array.dataflows",
            ["ws", "WS"],
            "array.dataflows.1: unknown dataflow 'WS'; allowed: ws, os, is, row_stationary, ",
        ),
        ("array.dataflows", "ws", "array.dataflows: must be a list, is 'ws'"),
        ("array.overlap", "broadcast", "array.overlap: broadcast loads a stationary operand ahead"),
        ("array.trim", 1, "array.trim: must be true or false, is 1"),
        (
            "precision.accumulator_bits",
            4,
            "precision.accumulator_bits: must be at least as wide as every operand (8 bits), is 4",
        ),
        ("memory.levels.0.size", "-1 KiB", "memory.levels.0.size: must be >= 1 B, is '-1 KiB'"),
        ("memory.levels.0.size", "1 TiB", "memory.levels.0.size: must be <= 64 GiB, is '1 TiB'"),
        (
            "memory.levels.0.size",
            "31 B",
            "memory.levels.0.size: 31 bytes are less than one 64-bit word for each of 4 banks",
        ),
        ("memory.levels.0.size", ..., "memory.levels.0.size: give size (shared) or partition"),
        (
            "memory.levels.0.partition",
            {"input": 8, "weight": 8, "output": 8},
            "memory.levels.0.size: give size (shared) or partition (a buffer per operand), not b",
        ),
        (
            "memory.levels.0.banks",
            3,
            "memory.levels.0.read_bytes_per_cycle: with write_bytes_per_cycle, 32 bytes per cycle "
            "are more than banks x ports x word_bits = 24; add banks or ports, or widen the word",
        ),
        ("memory.levels.0.kind", "rram", "memory.levels.0.kind: unknown value 'rram'; allowed:"),
        ("memory.levels.0.name", "1st", "memory.levels.0.name: must be 1 to 32 of a-z, 0-9 and _"),
        ("memory.levels.0.name", "ddr", "memory.levels.1.name: two levels are named 'ddr'"),
        (
            "memory.levels.1.latency",
            "-1 ns",
            "memory.levels.1.latency: must be >= 0 ns, is '-1 ns'",
        ),
        (
            "memory.levels.1.size",
            5,
            "memory.levels.1.size: unknown key 'size'; allowed: kind, name",
        ),
        ("vector_unit.placement", "separate", "vector_unit.fuse_activation: true needs placement"),
        ("dma.burst_bytes", 0, "dma.burst_bytes: must be >= 1, is 0"),
        (
            "operator_overhead.launch_cycles",
            -1,
            "operator_overhead.launch_cycles: must be >= 0, is -1",
        ),
        ("constants.mac_pj", 3, "constants.mac_pj: must be a mapping of keys to values, is 3"),
        (
            "constants.mac_pj",
            {"value": float("inf"), "source": "x"},
            "constants.mac_pj.value: must be a finite number, is inf",
        ),
        ("constants.mac_pj", {"value": 1.0}, "constants.mac_pj.source: missing, but required"),
        ("sources.clok", "x", "sources.clok: no value of this file is named so; did you mean"),
    ],
)
def test_accelerator_that_cannot_exist_is_refused_with_its_reason(key, value, message):
    (fault,) = faults_of(with_value(key, value))
    assert fault.startswith(message)


def test_sources_with_several_dangling_keys_reports_each():
    assert len(faults_of(with_value("sources", {"x": "a", "clock": "b", "array.z": "c"}))) == 2


def test_broadcast_without_output_stationary_is_accepted():
    data = with_value("array.overlap", "broadcast")
    data["array"]["dataflows"] = ["is", "ws"]
    assert Accelerator.model_validate(data).array.overlap == "broadcast"


def test_accelerator_is_frozen_and_hashable():
    hardware = Accelerator.model_validate(SMALL)
    with pytest.raises(ValidationError):
        hardware.name = "other"
    with pytest.raises(ValidationError):
        hardware.array.rows = 3
    assert len({hardware, Accelerator.model_validate(copy.deepcopy(SMALL))}) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"name": "other"},
        {"description": "text"},
        {"clock": "1 GHz"},
        {"constants": {"mac_pj": {"value": 1.0, "source": "another"}}},
    ],
)
def test_accelerators_that_differ_in_anything_are_not_equal(other):
    same = {"constants": {"mac_pj": {"value": 1.0, "source": "one"}}}
    hardware, twin = (Accelerator.model_validate({**SMALL, **same}) for _ in range(2))
    assert hardware == twin
    assert hardware != Accelerator.model_validate({**SMALL, **same, **other})
    assert hardware != "small"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "other"),
        ("description", "text"),
        ("sources", {"clock": "text"}),
        ("clock", "0.25 GHz"),
        ("memory.levels.0.size", 8192),
        ("precision", {"input_bits": 8}),
    ],
)
def test_digest_of_the_same_machine_in_other_words_is_equal(key, value):
    data = with_value(key, value)
    assert Accelerator.model_validate(data).digest == Accelerator.model_validate(SMALL).digest


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("clock", "251 MHz"),
        ("array.rows", 5),
        ("array.dataflows", ["os", "ws"]),
        ("memory.levels.1.latency", "11 ns"),
        ("technology.voltage_v", 1.0),
        ("constants", {"mac_pj": {"value": 1.0, "source": ""}}),
    ],
)
def test_digest_of_another_machine_differs(key, value):
    data = with_value(key, value)
    assert Accelerator.model_validate(data).digest != Accelerator.model_validate(SMALL).digest


def test_digest_is_64_hex_digits():
    digest = Accelerator.model_validate(SMALL).digest
    assert len(digest) == 64
    assert int(digest, 16) >= 0


def test_dataflow_names_are_the_built_in_ones():
    assert tuple(DATAFLOWS) == DATAFLOW_NAMES


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("array.planes", 2),
        ("dataflows.mine.cols", ["P"]),
        ("memory.first_sum", "read"),
        ("memory.levels.weight_spad.per", ["rows", "cols"]),
        ("memory.levels.glb.bypass", []),
        ("memory.levels.glb.access_bits", 16),
        ("memory.levels.dram.word_bits", 32),
        ("memory.levels.dram.write_pj", 700.0),
    ],
)
def test_digest_covers_levels_and_own_dataflows(key, value):
    assert deep_accelerator({key: value}).digest != deep_accelerator().digest


def test_digest_does_not_depend_on_titles_and_on_the_words_for_the_same():
    data = deep_file()
    data["dataflows"]["mine"]["title"] = "another"
    data["memory"]["levels"][0]["per"] = ["planes", "cols", "rows"]
    data["memory"]["levels"][3]["holds"] = ["output", "weight", "input"]
    assert Accelerator.model_validate(data).digest == deep_accelerator().digest


def test_window_per_column_asks_for_a_word_per_pe():
    data = with_value("array.input_feed", "per_column")
    data["memory"]["levels"][0]["read_bytes_per_cycle"] = None
    assert scratchpad_read_bytes(Accelerator.model_validate(data)) == 4 * 8


def test_port_that_reads_and_writes_share_is_one_rate():
    data = with_value("memory.levels.0.shared_port", True)
    del data["memory"]["levels"][0]["write_bytes_per_cycle"]
    hardware = Accelerator.model_validate(data)
    assert (scratchpad_read_bytes(hardware), scratchpad_write_bytes(hardware)) == (16, 16)
    assert (
        banks_of(hardware, hardware.scratchpad) == 4
    )  # (16 + 4) B per cycle, 8 B words: 3, and 4 are stated
    (alone,) = hardware.on_chip
    assert alone is hardware.scratchpad


def test_banks_of_several_levels_are_those_stated():
    changes = {"memory.levels.glb.read_bytes_per_cycle": None, "array.rows": 512}
    hardware = deep_accelerator(changes)
    assert banks_of(hardware, hardware.scratchpad) == 4
