"""What an accelerator says of mappings in a file, with the place of each."""

import pytest

from accelsim.errors import InputError, UsageError
from accelsim.evaluate import executed, simulate
from accelsim.networks.registry import load_network
from accelsim.written_mappings import MappingBook, chain_names
from tests.oracles.deep_accelerator import deep_accelerator

NETWORK = """\
schema: 1
name: net
inputs: {image: [4, 8, 8]}
outputs: [out]
operators:
  - {name: conv, op: conv, in: [image], out: 8, kernel: 3, pad: 1}
  - {name: max, op: max_pool, in: [conv], kernel: 2, stride: 2}
  - {name: cat, op: concat, in: [max, max]}
  - {name: out, op: conv, in: [cat], out: 4, kernel: 1}
"""

CONV = """\
schema: 1
mappings:
  - network: net
    layer: conv
    dataflow: mine
    rows: [[C, 4]]
    cols: [[K, 4]]
    temporal: [[S, 3], [R, 3], [P, 8], [Q, 8], [K, 2]]
    cuts:
      output: {psum_spad: 2, glb: 5}
      input: {input_spad: 2, glb: 4}
      weight: {weight_spad: 2, glb: 5}
"""

OUT = """\
  - network: net
    layer: out
    dataflow: mine
    rows: [[C, 4]]
    cols: [[K, 4]]
    temporal: [[C, 4], [P, 4], [Q, 4]]
    cuts:
      output: {psum_spad: 1, glb: 3}
      input: {input_spad: 1, glb: 3}
      weight: {weight_spad: 3, glb: 3}
"""


@pytest.fixture
def network(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(NETWORK)
    return load_network(path)


@pytest.fixture
def mappings(tmp_path, network):
    """Mappings of the network by the text of a file."""

    def read(text, hardware=None, policy="split"):
        path = tmp_path / "m.yaml"
        path.write_text(text)
        hardware = hardware or deep_accelerator()
        operators = executed(network, hardware)
        return MappingBook(path).of_network("net", operators, hardware, 1, policy)

    return read


@pytest.fixture
def refusal(mappings, tmp_path):
    """The one problem of a text, as `line:column: field: message`."""

    def refuse(text):
        with pytest.raises(InputError) as caught:
            mappings(text)
        (problem,) = caught.value.problems
        return str(problem).removeprefix(f"{tmp_path / 'm.yaml'}:")

    return refuse


def test_chain_names_are_those_that_hold_the_operand_under_the_dataflow():
    assert chain_names(deep_accelerator(), "mine") == {
        "output": ("psum_spad", "glb"),
        "input": ("input_spad", "glb"),
        "weight": ("weight_spad", "glb"),
    }
    assert chain_names(deep_accelerator(), "vector")["output"] == ("glb",)


def test_mappings_of_a_file_are_what_simulate_runs(mappings, network):
    given = mappings(CONV + OUT)
    assert list(given) == ["conv", "out"]
    result = simulate(network, deep_accelerator(), mappings=given)
    assert {name: result.mappings[name] for name in given} == given
    proved = {layer.layer: layer.mapping_proved for layer in result.layers}
    assert proved == {"conv": None, "max": 1, "cat": None, "out": None}
    assert result.chains["mine"] == chain_names(deep_accelerator(), "mine")
    # a PE does one MAC per cycle: 4 x 4 of them for conv, and 4 x 4 for out
    assert [result.layers[place].compute_cycles for place in (0, 3)] == [
        8 * 4 * 9 * 64 // 16, 4 * 16 * 16 // 16,
    ]  # fmt: skip


def test_order_of_levels_in_the_file_does_not_matter(mappings):
    text = CONV.replace("{psum_spad: 2, glb: 5}", "{psum_spad: 5, glb: 5}")
    turned = CONV.replace("{psum_spad: 2, glb: 5}", "{glb: 5, psum_spad: 5}")
    wide = deep_accelerator({"memory.levels.psum_spad.size": "4 KiB"})
    assert mappings(turned, wide) == mappings(text, wide)


def test_bypass_is_taken_where_the_level_lets_it(mappings):
    text = CONV.replace("{weight_spad: 2, glb: 5}", "{weight_spad: 2, glb: null}")
    assert mappings(text)["conv"].cuts["weight"] == (2, None)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "layer: conv", "layer: cnv",
            "4:5: mappings.0.layer: network net has no layer 'cnv'; allowed: conv, max, cat, out; "
            "did you mean 'conv'?",
        ),
        (
            "layer: conv", "layer: cat",
            "4:5: mappings.0.layer: cat is only addressing on deep_4x6: nothing to map",
        ),
        (
            "layer: conv", "layer: max",
            "5:5: mappings.0.dataflow: deep_4x6 does not run max under 'mine'; allowed: vector",
        ),
        (
            "dataflow: mine", "dataflow: row_stationry",
            "5:5: mappings.0.dataflow: deep_4x6 does not run conv under 'row_stationry'; allowed: "
            "row_stationary, mine; did you mean 'row_stationary'?",
        ),
        (
            "input_spad: 2, ", "",
            "11:7: mappings.0.cuts.input: no cut for level input_spad; give the number of temporal "
            "loops inside the tile there",
        ),
        (
            "cols: [[K, 4]]", "cols: [[K, 7]]",
            "3:5: mappings.0: layer conv: cols: the factors need 7 PEs, deep_4x6 has 6 along cols",
        ),
        (
            "rows: [[C, 4]]", "rows: [[P, 4]]",
            "3:5: mappings.0: layer conv: C: the factors reach 1 of 4; raise one of them; rows: P "
            "may not lie there under mine; allowed: C, R",
        ),
        (
            "psum_spad: 2", "psum_spad: 4",
            "3:5: mappings.0: layer conv: level psum_spad: the tiles need 128 B (output 128 B), "
            "there are 48 B",
        ),
        (
            "input_spad: 2, glb: 4", "input_spad: 2, glb: null",
            "3:5: mappings.0: layer conv: cuts of 'input': level glb does not let it bypass",
        ),
    ],
)  # fmt: skip
def test_what_the_accelerator_refuses_has_its_line(refusal, old, new, problem):
    assert CONV.count(old) == 1
    assert refusal(CONV.replace(old, new)) == problem


def test_misspelt_level_is_named_with_the_right_one(mappings):
    with pytest.raises(InputError) as caught:
        mappings(CONV.replace("input_spad: 2", "input_spd: 2"))
    (unknown,) = caught.value.problems
    assert (unknown.line, unknown.field) == (11, "mappings.0.cuts.input.input_spd")
    assert unknown.message.endswith("allowed: input_spad, glb; did you mean 'input_spad'?")


def test_problems_of_several_entries_are_shown_together(mappings):
    entry = CONV[CONV.index("  - network") :].replace("layer: conv", "layer: out")
    with pytest.raises(InputError) as caught:
        mappings(CONV.replace("psum_spad: 2", "psum_spad: 4") + entry)
    assert [problem.field for problem in caught.value.problems] == ["mappings.0", "mappings.1"]


def test_mapping_of_too_many_steps_is_refused(mappings, monkeypatch):
    monkeypatch.setattr("accelsim.written_mappings.MOST_STEPS", 8)
    text = CONV.replace("glb: 5", "glb: 3").replace("glb: 4", "glb: 3")
    with pytest.raises(InputError, match="16 steps of tiles from DRAM, at most 8 are simulated"):
        mappings(text)


def test_entries_of_other_networks_are_counted_not_read(mappings, tmp_path):
    assert mappings(CONV.replace("network: net", "network: other")) == {}
    book = MappingBook(tmp_path / "m.yaml")
    assert (book.other_networks(("net",)), book.other_networks(("other",))) == (1, 0)


def test_of_layer_without_an_entry_says_which_there_are(network, tmp_path, mappings):
    mappings(CONV)
    book = MappingBook(tmp_path / "m.yaml")
    with pytest.raises(UsageError, match="no mapping of net/out; it has net/conv"):
        book.of_layer("net", network.operators[3], deep_accelerator(), 1)
    assert (
        book.of_layer("net", network.operators[0], deep_accelerator(), 1) == mappings(CONV)["conv"]
    )


CUT = """\
schema: 1
mappings: []
shards:
  - network: net
    layer: conv
    loop: K
    count: 3
    mappings:
      - dataflow: mine
        rows: [[C, 4]]
        cols: [[K, 3]]
        temporal: [[S, 3], [R, 3], [P, 8], [Q, 8]]
        cuts:
          output: {psum_spad: 2, glb: 4}
          input: {input_spad: 2, glb: 4}
          weight: {weight_spad: 2, glb: 4}
      - dataflow: mine
        rows: [[C, 4]]
        cols: [[K, 2]]
        temporal: [[S, 3], [R, 3], [P, 8], [Q, 8]]
        cuts:
          output: {psum_spad: 2, glb: 4}
          input: {input_spad: 2, glb: 4}
          weight: {weight_spad: 2, glb: 4}
"""
THREE = {"cores.count": 3, "cores.shared": ["glb"]}


def test_shards_of_a_file_are_what_split_runs(mappings, network):
    hardware = deep_accelerator(THREE)
    given = mappings(CUT, hardware)
    assert (given["conv"].loop, given["conv"].count, len(given["conv"].mappings)) == ("K", 3, 2)
    result = simulate(
        network, hardware, engine="events", policy="split", mappings=given, effort="sweep"
    )
    assert result.shards["conv"] == given["conv"]
    conv = result.layers[0]
    # 8 filters as 3, 3 and 2, each a column: 64 pixels x 9 taps on all three cores
    assert (conv.unit, conv.compute_cycles) == ("core 0 to 2", 3 * 64 * 9)


@pytest.mark.parametrize(
    ("old", "new", "changes", "problem"),
    [
        (
            "count: 3", "count: 4", THREE,
            "7:5: shards.0.count: layer conv: 4 shards, deep_4x6 has 3 cores"
            "",
        ),
        (
            "loop: K", "loop: N", THREE,
            "6:5: shards.0.loop: layer conv: its loop N cannot be cut into 3 shards",
        ),
        (
            "count: 3", "count: 2", THREE,
            "8:5: shards.0.mappings: layer conv: 2 given; needed is one for each "
            "different shard, in the order of the cores: K 4 on 2 cores",
        ),
        (
            "layer: conv", "layer: cat", THREE,
            "5:5: shards.0.layer: cat is only addressing on deep_4x6: nothing to map",
        ),
        (
            "cols: [[K, 2]]", "cols: [[K, 7]]", THREE,
            "17:9: shards.0.mappings.1: layer conv: cols: the factors need 7 PEs, deep_4x6 has 6 "
            "along cols",
        ),
        (
            "loop: K", "loop: K", {**THREE, "memory.levels.glb.size": "2 KiB"},
            "9:9: shards.0.mappings.0: layer conv: level glb: the tiles need 1112 B (output 384 B, "
            "input 512 B, weight 216 B), there are 682 B",
        ),
    ],
)  # fmt: skip
def test_shards_that_the_accelerator_refuses_have_their_line(
    mappings, tmp_path, old, new, changes, problem
):
    with pytest.raises(InputError) as caught:
        mappings(CUT.replace(old, new), deep_accelerator(changes))
    told = str(caught.value.problems[0]).removeprefix(f"{tmp_path / 'm.yaml'}:")
    assert told == problem


@pytest.mark.parametrize("policy", ["split", "branch_parallel"])
def test_whole_layers_are_checked_in_the_share_of_a_core(mappings, policy):
    hardware = deep_accelerator({**THREE, "memory.levels.glb.size": "2112 B"})
    assert list(mappings(CONV + OUT, hardware, "in_order")) == ["conv", "out"]
    assert list(mappings(CONV + OUT, hardware, "auto")) == ["conv", "out"]
    with pytest.raises(InputError) as caught:
        mappings(CONV + OUT, hardware, policy)
    assert [problem.line for problem in caught.value.problems] == [3, 13]


def test_auto_checks_whole_layers_in_the_share_of_a_core_where_there_are_shards(mappings):
    hardware = deep_accelerator({**THREE, "memory.levels.glb.size": "2112 B"})
    text = "schema: 1\nmappings:\n" + OUT + CUT[CUT.index("shards:") :]
    with pytest.raises(InputError) as caught:
        mappings(text, hardware, "auto")
    # 704 B of glb are left to a core
    assert [problem.field for problem in caught.value.problems] == [
        "mappings.0", "shards.0.mappings.0", "shards.0.mappings.1",
    ]  # fmt: skip


def test_of_layer_that_is_there_in_shards_only_says_so(network, tmp_path, mappings):
    mappings(CUT, deep_accelerator(THREE))
    book = MappingBook(tmp_path / "m.yaml")
    with pytest.raises(UsageError, match="net/conv is there in shards only, which 'run --policy"):
        book.of_layer("net", network.operators[0], deep_accelerator(), 1)
