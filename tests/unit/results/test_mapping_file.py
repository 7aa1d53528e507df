"""mapping.yaml: what is written is what is read, and every fault has its place."""

from pathlib import Path

import pytest

from accelsim.errors import InputError, MappingError
from accelsim.mapping import Loop, Mapping, Sharded
from accelsim.results.mapping_file import read_entries
from accelsim.results.mapping_text import Placed, PlacedShards, mappings_to_yaml, placed_data

CHAINS = {"output": ("spad", "glb"), "input": ("glb",), "weight": ("spad", "glb")}
MAPPING = Mapping(
    dataflow="mine",
    rows=(Loop("C", 2), Loop("R", 3)),
    cols=(Loop("K", 4),),
    planes=(Loop("N", 2),),
    temporal=(Loop("Q", 5), Loop("P", 7), Loop("K", 2)),
    cuts={"output": (1, 3), "input": (2,), "weight": (None, 3)},
)

GOOD = """\
schema: 1
mappings:
  - network: net
    layer: conv
    dataflow: ws
    rows: [[C, 2]]
    cols: [[K, 4]]
    temporal: [[P, 3], [Q, 5]]
    cuts:
      output: {sram: 1}
      input: {sram: 1}
      weight: {sram: 0}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "m.yaml"
    path.write_text(text)
    return path


def test_written_mappings_read_back_the_same(tmp_path):
    names = ("net", 'odd "name", with: signs', "true")
    placed = [Placed(name, f"layer of {name}", MAPPING, CHAINS) for name in names]
    entries = read_entries(written(tmp_path, mappings_to_yaml(placed))).whole
    assert [entry.network for entry in entries] == list(names)
    assert [entry.mapping() for entry in entries] == [MAPPING] * 3
    assert [entry.chains for entry in entries] == [CHAINS] * 3
    assert [entry.layer for entry in entries] == [f"layer of {name}" for name in names]


def test_written_line_has_level_names_and_null_for_a_bypass():
    text = mappings_to_yaml([Placed("net", "conv", MAPPING, CHAINS)])
    (line,) = [line for line in text.splitlines() if line.startswith("  - ")]
    assert line == (
        "  - {network: net, layer: conv, dataflow: mine, rows: [[C, 2], [R, 3]], cols: [[K, 4]], "
        "planes: [[N, 2]], temporal: [[Q, 5], [P, 7], [K, 2]], cuts: {output: {spad: 1, glb: 3}, "
        "input: {glb: 2}, weight: {spad: null, glb: 3}}}"
    )


def test_no_mappings_are_a_file_too(tmp_path):
    assert read_entries(written(tmp_path, mappings_to_yaml([]))).whole == ()


def test_cuts_follow_the_order_of_the_chain_not_of_the_file(tmp_path):
    text = GOOD.replace("output: {sram: 1}", "output: {spad: 0, glb: 2}")
    (entry,) = read_entries(written(tmp_path, text)).whole
    chains = {"output": ("glb", "spad"), "input": ("sram",), "weight": ("sram",)}
    with pytest.raises(MappingError, match="must not decrease"):
        entry.mapping(chains)
    assert entry.mapping().cuts == {"output": (0, 2), "input": (1,), "weight": (0,)}


def test_cuts_that_do_not_go_with_their_levels_are_not_written():
    with pytest.raises(MappingError, match=r"2 cuts of 'output' for the levels glb"):
        placed_data(Placed("net", "conv", MAPPING, {**CHAINS, "output": ("glb",)}))


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("schema: 1", "schema: 2", "1:1: schema", "unknown value 2; allowed: 1"),
        ("rows:", "row:", "6:5: mappings.0.row", "did you mean 'rows'?"),
        ("    dataflow: ws\n", "", "3:5: mappings.0.dataflow", "missing, but required"),
        ("[C, 2]", "[D, 2]", "6:12: mappings.0.rows.0", "unknown dimension 'D'; allowed: N, G, K"),
        ("[C, 2]", "[c, 2]", "6:12: mappings.0.rows.0", "unknown dimension 'c'"),
        ("[C, 2]", "[C, 0]", "6:12: mappings.0.rows.0", "factor of C must be a whole number >= 1"),
        ("[C, 2]", "[C, 2.5]", "6:12: mappings.0.rows.0", "is 2.5"),
        ("[C, 2]", "[C, true]", "6:12: mappings.0.rows.0", "is true"),
        ("[C, 2]", "[C]", "6:12: mappings.0.rows.0", "must be [dimension, factor]"),
        ("[C, 2]", "C", "6:12: mappings.0.rows.0", "must be [dimension, factor]"),
        ("[C, 2]", "[[C], 2]", "6:12: mappings.0.rows.0", "unknown dimension a list"),
        ("[P, 3]", "[P, 4294967296]", "8:5: mappings.0.temporal", "more than 2,147,483,648"),
        ("input: {sram: 1}", "input: {sram: 3}", "11:7: mappings.0.cuts.input", "lie in 0..2"),
        ("input: {sram: 1}", "input: {sram: -1}", "11:15: mappings.0.cuts.input.sram", ">= 0"),
        ("input: {sram: 1}", "input: {sram: null}", "11:7: mappings.0.cuts.input", "no on-chip"),
        ("input: {sram: 1}", "input: {a: 2, b: 1}", "11:7: mappings.0.cuts.input", "not decrease"),
        ("input: {sram: 1}", "input: {}", "11:7: mappings.0.cuts.input", "at least 1"),
        ("input: {sram: 1}", "inputs: {sram: 1}", "11:7: mappings.0.cuts.inputs", "'input'?"),
    ],
)
def test_fault_has_its_place_and_what_is_allowed(tmp_path, old, new, place, message):
    assert GOOD.count(old) == 1
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_entries(path)
    lines = [str(problem) for problem in caught.value.problems]
    assert any(line.startswith(f"{path}:{place}: ") and message in line for line in lines), lines


def test_all_faults_are_shown_at_once(tmp_path):
    text = GOOD.replace("[C, 2]", "[D, 2]").replace("[P, 3]", "[P, x]").replace("layer:", "lyer:")
    with pytest.raises(InputError) as caught:
        read_entries(written(tmp_path, text))
    assert [problem.line for problem in caught.value.problems] == [3, 4, 6, 8]


def test_one_layer_twice_is_refused_with_both_lines(tmp_path):
    entry = GOOD[GOOD.index("  - network") :]
    with pytest.raises(InputError) as caught:
        read_entries(written(tmp_path, GOOD + entry))
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (14, "mappings.1.layer")
    assert problem.message == "net, layer conv: mapped in line 3 already"


SHARDED = Sharded(loop="P", count=3, mappings=(MAPPING, MAPPING))
CUT = """\
schema: 1
mappings: []
shards:
  - network: net
    layer: conv
    loop: K
    count: 3
    mappings:
      - dataflow: ws
        temporal: [[P, 3], [Q, 5]]
        cuts: {output: {sram: 1}, input: {sram: 1}, weight: {sram: 0}}
"""


def test_written_shards_read_back_the_same_beside_whole_layers(tmp_path):
    cut = PlacedShards('odd "name"', "conv", SHARDED, {"mine": CHAINS})
    text = mappings_to_yaml([Placed("net", "conv", MAPPING, CHAINS)], [cut])
    entries = read_entries(written(tmp_path, text))
    assert [entry.mapping() for entry in entries.whole] == [MAPPING]
    (entry,) = entries.shards
    assert (entry.network, entry.layer, entry.sharded()) == ('odd "name"', "conv", SHARDED)
    assert [own.chains for own in entry.mappings] == [CHAINS] * 2


def test_written_layers_without_shards_say_nothing_of_them():
    assert "shards" not in mappings_to_yaml([Placed("net", "conv", MAPPING, CHAINS)])


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("loop: K", "loop: C", "6:5: shards.0.loop", "unknown loop 'C'; allowed: N, G, K, P"),
        ("count: 3", "count: 1", "7:5: shards.0.count", ">= 2"),
        ("count: 3", "", "4:5: shards.0.count", "missing"),
        ("[P, 3]", "[X, 3]", "10:20: shards.0.mappings.0.temporal.0", "unknown dimension 'X'"),
        ("{output: {sram: 1}", "{output: {sram: 9}", "11:16: shards.0.mappings.0.cuts.output",
         "0..2"),
        ("layer: conv", "layer: conv\n    dataflow: ws", "6:5: shards.0.dataflow", "unknown"),
    ],
)  # fmt: skip
def test_fault_of_shards_has_its_place(tmp_path, old, new, place, message):
    assert CUT.count(old) == 1
    path = written(tmp_path, CUT.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_entries(path)
    lines = [str(problem) for problem in caught.value.problems]
    assert any(line.startswith(f"{path}:{place}: ") and message in line for line in lines), lines


def test_one_layer_whole_and_in_shards_is_refused_with_both_lines(tmp_path):
    text = GOOD + CUT[CUT.index("shards:") :]
    with pytest.raises(InputError) as caught:
        read_entries(written(tmp_path, text))
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (15, "shards.0.layer")
    assert problem.message == "net, layer conv: mapped in line 3 already"
