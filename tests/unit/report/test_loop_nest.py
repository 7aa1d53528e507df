"""The loop nest as text, line by line, on mappings made by hand."""

from dataclasses import replace

import pytest

from accelsim.mapping import Loop, Mapping
from accelsim.networks.registry import load_network
from accelsim.operator_map import map_operator
from accelsim.report.loop_nest import dims_text, level_text, loop_nest, size_text, tile_text
from accelsim.schedule.kernels import Column
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window
from tests.oracles.deep_accelerator import deep_accelerator
from tests.oracles.small_accelerator import small_accelerator

TEXT = """\
schema: 1
name: net
inputs: {image: [4, 8, 8]}
outputs: [max]
operators:
  - {name: conv, op: conv, in: [image], out: 8, kernel: 3, pad: 1}
  - {name: max, op: max_pool, in: [conv], kernel: 2, stride: 2}
"""
MAPPING = Mapping(
    dataflow="mine",
    rows=(Loop("C", 4),),
    cols=(Loop("K", 4),),
    temporal=(
        Loop("S", 3), Loop("R", 3), Loop("N", 1), Loop("P", 3), Loop("Q", 8), Loop("K", 2),
        Loop("P", 3),
    ),
    cuts={"output": (2, 6), "input": (2, 5), "weight": (3, None)},
)  # fmt: skip


@pytest.fixture(scope="module")
def operators(tmp_path_factory):
    path = tmp_path_factory.mktemp("net") / "net.yaml"
    path.write_text(TEXT)
    return load_network(path).operators


@pytest.fixture(scope="module")
def mapped(operators):
    return map_operator(operators[0], deep_accelerator(), mapping=MAPPING)


def test_nest_of_uneven_cuts_line_by_line(mapped):
    assert loop_nest(mapped) == [
        "dram: all operands",
        "  for P in 3  (ragged: 9 for 8)",
        "    glb: output 384 B x 2",
        "    for K in 2",
        "      glb: input 320 B x 2",
        "      for Q in 8",
        "        for P in 3",
        "          weight_spad (per PE): weight 18 B",
        "          psum_spad (per PE): output 2 B",
        "          input_spad (per PE): input 18 B",
        "          for R in 3",
        "            for S in 3",
        "              on rows: C 4 (4 of 4 PEs)",
        "              on cols: K 4 (4 of 6 PEs)",
        "                multiply and add",
    ]


def test_tiles_are_those_of_one_instance(mapped):
    tiles = {
        (level_text(mapped, fill.level), fill.operand): (tile_text(mapped, fill), size_text(fill))
        for fill in mapped.fills
    }
    assert tiles == {
        ("input_spad (per PE)", "input"): ("R3 S3", "18 B"),
        ("weight_spad (per PE)", "weight"): ("R3 S3", "18 B"),
        ("psum_spad (per PE)", "output"): ("1 element", "2 B"),
        ("glb", "input"): ("C4 P3 Q8 R3 S3", "320 B x 2"),
        ("glb", "output"): ("K8 P3 Q8", "384 B x 2"),
    }


def test_dims_are_named_in_words(mapped):
    assert dims_text(mapped) == (
        "filters K 8, channels C 4, output rows P 8, output columns Q 8, filter rows R 3, "
        "filter columns S 3"
    )


def test_folds_are_said_where_the_axis_is_exceeded(operators):
    mapping = replace(
        MAPPING,
        dataflow="ws",
        rows=(Loop("C", 4), Loop("R", 3), Loop("S", 3)),
        cols=(Loop("K", 8),),
        temporal=(Loop("Q", 8), Loop("P", 8)),
        cuts={"output": (2,), "input": (2,), "weight": (2,)},
    )
    found = map_operator(operators[0], small_accelerator(), mapping=mapping)
    # 36 rows on 16: sums of 4 bytes rest in the scratchpad between the folds
    assert loop_nest(found)[:4] == [
        "dram: all operands",
        "  scratchpad: output 2,048 B, input 256 B, weight 288 B",
        "  for P in 8",
        "    for Q in 8",
    ]
    assert loop_nest(found)[-3:] == [
        "      on rows: C 4 x R 3 x S 3 (16 of 16 PEs in 3 folds)",
        "      on cols: K 8 (8 of 16 PEs)",
        "        multiply and add",
    ]


def test_groups_that_share_a_fold_are_said_and_counted():
    """16 rows hold two filter rows, 2 x 3 taps, of two channels; the last filter row of five."""
    net = NetworkBuilder("net")
    net.conv("dw", net.input("image", (16, 8, 8)), 16, window(3, padding="same"), groups=16)
    (operator,) = net.build().operators
    hardware = small_accelerator({"array.depthwise_packing": True, "array.trim": False})
    mapping = Mapping(
        dataflow="ws",
        rows=(Loop("S", 3), Loop("R", 2)),
        temporal=(Loop("Q", 8), Loop("P", 8), Loop("G", 16), Loop("R", 2)),
        cuts={"output": (4,), "input": (4,), "weight": (4,)},
    )
    found = map_operator(operator, hardware, mapping=mapping)
    assert loop_nest(found) == [
        "dram: all operands",
        "  scratchpad: output 4,096 B, input 1,024 B, weight 144 B",
        "  for R in 2  (ragged: 4 for 3)",
        "    for G in 16",
        "      for P in 8",
        "        for Q in 8",
        "          on rows: S 3 x R 2 of 2 groups (12 of 16 PEs)",
        "          on cols: 2 groups (2 of 16 PEs)",
        "            multiply and add",
    ]
    assert found.cost.program[:, Column.COMPUTE].sum() == (16 // 2 + -(-16 // 5)) * 64
    single = replace(mapping, rows=(Loop("S", 3),), temporal=(*mapping.temporal[:3], Loop("R", 3)))
    assert loop_nest(map_operator(operator, hardware, mapping=single))[-3:] == [
        "          on rows: S 3 of 5 groups (15 of 16 PEs)",
        "          on cols: 5 groups (5 of 16 PEs)",
        "            multiply and add",
    ]


def test_vector_unit_has_lanes_instead_of_axes(operators):
    found = map_operator(operators[1], small_accelerator())
    assert loop_nest(found)[-1].strip() == "on the vector unit: 16 lanes"
