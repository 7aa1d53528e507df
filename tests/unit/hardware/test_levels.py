"""One on-chip level: its defaults, its axes and operands, its ports, its stated energies."""

import pytest
from pydantic import ValidationError

from accelsim.documents import explain
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.levels import Dram, OnChip
from tests.oracles.deep_accelerator import deep_accelerator, deep_file

LEAST = {"name": "regs", "kind": "register", "size": "4 B", "word_bits": 16}


def faults_of(**changes):
    with pytest.raises(ValidationError) as error:
        OnChip.model_validate(LEAST | changes)
    faults = explain(error.value, OnChip, LEAST | changes)
    return [f"{'.'.join(map(str, fault.loc))}: {fault.message}" for fault in faults]


def test_register_level_of_least_file_has_the_documented_defaults():
    level = OnChip.model_validate(LEAST)
    assert (level.holds, level.per, level.bypass) == (("input", "weight", "output"), (), ())
    assert (level.banks, level.ports, level.access_bits, level.latency_cycles) == (1, 1, 8, 0)
    assert (level.shared_port, level.double_buffered) == (False, False)
    rates = (level.read_bytes_per_cycle, level.write_bytes_per_cycle)
    assert (*rates, level.read_pj, level.write_pj) == (None,) * 4
    assert level.total_bytes == level.capacity_bytes("weight") == 4


def test_dram_of_least_file_has_words_of_64_bits():
    data = {"name": "ddr", "kind": "dram", "bandwidth": "1 GB/s", "latency": "0 ns"}
    dram = Dram.model_validate(data)
    assert (dram.word_bits, dram.access_bits, dram.read_pj, dram.write_pj) == (64, 8, None, None)


@pytest.mark.parametrize(
    ("per", "axes"),
    [
        ("pe", ("rows", "cols", "planes")),
        (["planes", "rows"], ("rows", "planes")),
        ([], ()),
        (["cols"], ("cols",)),
    ],
)
def test_per_names_the_axes_in_one_order(per, axes):
    assert OnChip.model_validate(LEAST | {"per": per}).per == axes


@pytest.mark.parametrize("layout", ["conflict_free", ["C", "W", "H"], ["W", "H", "C"]])
def test_layout_is_one_word_or_an_order_that_is_kept(layout):
    level = OnChip.model_validate(LEAST | {"layout": layout})
    assert level.layout == (layout if isinstance(layout, str) else tuple(layout))
    assert OnChip.model_validate(LEAST).layout == "conflict_free"


def test_holds_keeps_one_order():
    level = OnChip.model_validate(LEAST | {"holds": ["output", "input"]})
    assert level.holds == ("input", "output")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"per": "row"}, "per: must be pe or a list of rows, cols, planes, is 'row'"),
        ({"per": ["row"]}, "per.0: unknown value 'row'; allowed: rows, cols, planes; did you"),
        ({"per": ["rows", "rows"]}, "per: names 'rows' more than once"),
        ({"holds": []}, "holds: must have at least 1 items, has 0"),
        ({"holds": ["weights"]}, "holds.0: unknown value 'weights'; allowed: input, weight, out"),
        ({"holds": ["input", "input"]}, "holds: names 'input' more than once"),
        (
            {"holds": ["input"], "bypass": ["weight"]},
            "bypass: 'weight' is not held here; holds: input",
        ),
        ({"kind": "sram"}, "banks: missing, but required for kind: sram"),
        ({"word_bits": 64}, "size: 4 bytes are less than one 64-bit word for each of 1 banks"),
        (
            {"read_bytes_per_cycle": 2, "write_bytes_per_cycle": 2},
            "read_bytes_per_cycle: with write_bytes_per_cycle, 4 bytes per cycle are more than "
            "banks x ports x word_bits = 2; add banks or ports, or widen the word",
        ),
        (
            {"read_bytes_per_cycle": 4},
            "read_bytes_per_cycle: 4 bytes per cycle are more than banks x ports x word_bits = 2",
        ),
        (
            {"write_bytes_per_cycle": 4},
            "write_bytes_per_cycle: 4 bytes per cycle are more than banks x ports x word_bits = 2",
        ),
        (
            {"shared_port": True},
            "shared_port: true needs read_bytes_per_cycle, the rate of that port",
        ),
        (
            {"shared_port": True, "read_bytes_per_cycle": 2, "write_bytes_per_cycle": 2},
            "write_bytes_per_cycle: with shared_port: true, is part of read_bytes_per_cycle",
        ),
        ({"latency": -1}, "latency: must be >= 0, is -1"),
        ({"read_pj": -0.1}, "read_pj: must be >= 0"),
        ({"access_bits": 0}, "access_bits: must be >= 1, is 0"),
        (
            {"layout": "conflictfree"},
            "layout: must be conflict_free, or C, W and H in some order from the innermost "
            "outward, as [C, W, H] (channels last) or [W, H, C] (channels first); is "
            "'conflictfree'; did you mean 'conflict_free'?",
        ),
        ({"layout": ["C", "W"]}, "layout: must be conflict_free, or C, W and H in some order"),
        ({"layout": ["C", "W", "N"]}, "layout: must be conflict_free, or C, W and H in some"),
        ({"layout": 5}, "layout: must be conflict_free, or C, W and H in some order"),
        (
            {"layout": ["C", "W", "H"], "holds": ["weight"]},
            "layout: is that of the inputs, which are not held here",
        ),
        (
            {"layout": ["C", "W", "H"], "per": "pe"},
            "layout: a level with copies feeds single PEs, not an array by vectors",
        ),
        (
            {
                "layout": ["C", "W", "H"],
                "size": None,
                "partition": {"input": 4, "weight": 4, "output": 4},
            },
            "layout: banks of a part are not stated; give inputs a level of their own",
        ),
    ],
)
def test_level_that_cannot_be_built_is_refused_with_its_reason(changes, message):
    (fault,) = faults_of(**changes)
    assert fault.startswith(message)


def test_level_with_several_faults_names_them_all():
    changes = {"kind": "sram", "holds": ["input"], "bypass": ["output"], "shared_port": True}
    places = [fault.split(": ")[0] for fault in faults_of(**changes)]
    assert sorted(places) == ["banks", "bypass", "shared_port"]


@pytest.mark.parametrize("changes", [{"per": "pe"}, {"holds": ["input", "weight"]}])
def test_partition_is_for_a_shared_level_that_holds_all_operands(changes):
    parts = {"input": 4, "weight": 4, "output": 4}
    (fault,) = faults_of(size=None, partition=parts, **changes)
    assert fault.startswith("partition: a buffer per operand is for a level that holds all three")


def test_shared_port_needs_bandwidth_for_one_rate_only():
    level = OnChip.model_validate(LEAST | {"shared_port": True, "read_bytes_per_cycle": 2})
    assert level.read_bytes_per_cycle == 2


def test_stated_energy_without_a_source_is_refused_at_its_level():
    data = deep_file()
    data["memory"]["levels"][1] |= {"read_pj": 0.5, "write_pj": 0.5}
    data["memory"]["levels"][4]["read_pj"] = 700.0
    data["sources"] = {"memory.levels.weight_spad.write_pj": "a paper"}
    with pytest.raises(ValidationError) as error:
        Accelerator.model_validate(data)
    assert [tuple(fault) for fault in explain(error.value, Accelerator, data)] == [
        (
            ("memory", "levels", 1, "read_pj"),
            "needs a source: sources.memory.levels.weight_spad.read_pj",
        ),
        (("memory", "levels", 4, "read_pj"), "needs a source: sources.memory.levels.dram.read_pj"),
    ]


def test_energy_set_by_the_user_has_the_user_as_its_source():
    hardware = deep_accelerator({"memory.levels.weight_spad.read_pj": 0.25})
    assert hardware.on_chip[1].read_pj == 0.25
    assert hardware.sources["memory.levels.weight_spad.read_pj"] == "set by the user"
