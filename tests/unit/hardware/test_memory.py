"""The hierarchy: order of levels, chains of the operands, copies and bypass."""

import pytest
from pydantic import ValidationError

from accelsim.documents import explain
from accelsim.hardware.accelerator import Accelerator
from accelsim.schedule.machine import target_of
from tests.oracles.deep_accelerator import deep_accelerator, deep_file

INPUT, WEIGHT, PSUM, GLB, DRAM = range(5)


def faults_of(data):
    with pytest.raises(ValidationError) as error:
        Accelerator.model_validate(data)
    faults = explain(error.value, Accelerator, data)
    return [f"{'.'.join(map(str, fault.loc))}: {fault.message}" for fault in faults]


def changed(*changes):
    """The deep file with values set: (level, key, value)."""
    data = deep_file()
    for level, key, value in changes:
        data["memory"]["levels"][level][key] = value
    return data


def names(levels):
    return [level.name for level in levels]


def test_chain_of_an_operand_is_the_levels_that_hold_it_from_the_pe_outward():
    hardware = deep_accelerator()
    assert names(hardware.on_chip) == ["input_spad", "weight_spad", "psum_spad", "glb"]
    assert names(hardware.chain("input")) == ["input_spad", "glb"]
    assert names(hardware.chain("weight")) == ["weight_spad", "glb"]
    assert names(hardware.chain("output")) == ["psum_spad", "glb"]
    assert (hardware.scratchpad.name, hardware.dram.name) == ("glb", "dram")


def test_copies_of_a_level_are_one_per_place_on_its_axes():
    hardware = deep_accelerator({"array.planes": 3})
    assert [hardware.copies(level) for level in hardware.on_chip] == [72, 72, 72, 1]
    assert hardware.on_chip_bytes == 72 * (24 + 448 + 48) + 65536
    row_buffers = deep_accelerator({"memory.levels.weight_spad.per": ["cols", "rows"]})
    assert row_buffers.on_chip[WEIGHT].per == ("rows", "cols")
    assert row_buffers.copies(row_buffers.on_chip[WEIGHT]) == 24


def test_scratchpad_without_any_shared_level_is_the_outermost_one():
    hardware = deep_accelerator(
        {f"memory.levels.{name}.per": ["rows", "cols"] for name in ("input_spad", "glb")}
        | {f"memory.levels.{name}.per": ["rows", "cols"] for name in ("weight_spad", "psum_spad")}
    )
    assert hardware.scratchpad.name == "glb"


@pytest.mark.parametrize(
    ("order", "here"),
    [
        ((GLB,), "sram"),
        ((DRAM,), "dram"),
        ((DRAM, GLB), "dram, sram"),
        ((GLB, DRAM, DRAM), "sram, dram, dram"),
        ((), "none"),
    ],
)
def test_levels_must_be_on_chip_ones_and_then_one_dram(order, here):
    data = deep_file()
    data["memory"]["levels"] = [data["memory"]["levels"][index] for index in order]
    (fault,) = faults_of(data)
    assert fault == (
        "memory.levels: must be one or more on-chip levels (kind: register or sram) from the PE "
        f"outward, then one kind: dram; here: {here}"
    )


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        (
            [(GLB, "name", "weight_spad")],
            ["memory.levels.3.name: two levels are named 'weight_spad'"],
        ),
        (
            [(PSUM, "holds", ["input"]), (GLB, "holds", ["input", "weight"])],
            ["memory.levels: no on-chip level holds 'output'; add it to holds of one"],
        ),
        (
            [(WEIGHT, "bypass", ["weight"])],
            [
                "memory.levels.3.bypass: 'weight' may skip every on-chip level; take it out of "
                "one bypass"
            ],
        ),
        (
            [(PSUM, "per", ["rows", "cols"]), (GLB, "per", ["cols", "planes"])],
            [
                "memory.levels.3.per: has copies along planes, but 'psum_spad', which it feeds "
                "with 'output', has not; a level may have no more axes than those inside it"
            ],
        ),
        (
            [(INPUT, "per", []), (GLB, "per", ["rows"]), (DRAM, "name", "glb")],
            [
                "memory.levels.4.name: two levels are named 'glb'",
                "memory.levels.3.per: has copies along rows, but 'input_spad', which it feeds "
                "with 'input', has not; a level may have no more axes than those inside it",
            ],
        ),
    ],
)
def test_hierarchy_that_cannot_exist_is_refused_with_all_its_reasons(changes, messages):
    assert faults_of(changed(*changes)) == messages


def test_bypass_of_one_level_of_a_chain_is_accepted():
    hardware = deep_accelerator({"memory.levels.input_spad.bypass": ["input"]})
    assert hardware.on_chip[INPUT].bypass == ("input",)


def test_faults_of_levels_array_and_dataflow_names_come_in_one_pass():
    data = changed((WEIGHT, "size", "-1 B"), (GLB, "banks", 0))
    data["array"] |= {"rows": 0, "dataflows": ["row_stationry", "mine", "yours"]}
    data["dataflows"]["mine"]["rows"] = ["X"]
    places = sorted(fault.split(": ")[0] for fault in faults_of(data))
    assert places == [
        "array.dataflows.0",
        "array.dataflows.2",
        "array.rows",
        "dataflows.mine.rows.0",
        "memory.levels.1.size",
        "memory.levels.3.banks",
    ]


ROWS_OF_MAP = ["W", "H", "C"]


def shared_levels(*levels: dict) -> dict:
    """A weight stationary machine with these levels between array and DRAM."""
    data = deep_file()
    data["array"]["dataflows"] = ["ws"]
    buffer, dram = data["memory"]["levels"][GLB] | {"bypass": []}, data["memory"]["levels"][DRAM]
    data["memory"]["levels"] = [*(buffer | own for own in levels), dram]
    return data


def test_layout_of_the_level_that_feeds_the_array_is_accepted_and_kept():
    inner = {"name": "inner", "layout": ROWS_OF_MAP}
    hardware = Accelerator.model_validate(shared_levels(inner, {}))
    assert hardware.on_chip[0].layout == ("W", "H", "C")
    assert hardware.flat_keys()["memory.levels.inner.layout"] == ROWS_OF_MAP
    assert hardware.flat_keys()["memory.levels.glb.layout"] == "conflict_free"
    again = hardware.replace({"memory.levels.inner.layout": "[C, W, H]"})
    assert again.on_chip[0].layout == ("C", "W", "H")
    assert again.digest != hardware.digest


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (
            changed((GLB, "layout", ROWS_OF_MAP)),
            "memory.levels.3.layout: dataflow 'row_stationary' has timing: loops and reads no "
            "vectors of a fold; a layout works with ws, os, is",
        ),
        (
            shared_levels({"name": "inner"}, {"layout": ROWS_OF_MAP}),
            "memory.levels.1.layout: no array reads its inputs from here; give it to the level "
            "inside",
        ),
        (
            shared_levels({"layout": ROWS_OF_MAP, "word_bits": 8, "banks": 256}),
            "memory.levels.0.layout: a word of 8 bits holds no input of 16 bits",
        ),
    ],
)
def test_layout_that_nothing_reads_by_is_refused(data, fault):
    assert faults_of(data) == [fault]


def test_level_that_serves_a_dataflow_is_used_by_no_other():
    hardware = Accelerator.model_validate(changed((PSUM, "serves", ["mine"])))
    assert "psum_spad" in target_of(hardware, "mine").level_names
    assert "psum_spad" not in target_of(hardware, "row_stationary").level_names
    assert target_of(hardware, "vector").level_names == ("glb", "dram")


def test_level_that_serves_an_unknown_dataflow_is_a_fault_with_a_suggestion():
    (fault,) = faults_of(changed((PSUM, "serves", ["mien"])))
    assert fault.startswith("memory.levels.2.serves.0: unknown dataflow 'mien'; allowed: ")
    assert fault.endswith("did you mean 'mine'?")


def test_dataflow_that_no_level_of_an_operand_serves_is_a_fault():
    data = changed((PSUM, "serves", ["mine"]), (GLB, "holds", ["input", "weight"]))
    assert faults_of(data) == [
        "memory.levels: no on-chip level that serves dataflow 'row_stationary' holds 'output'"
    ]
