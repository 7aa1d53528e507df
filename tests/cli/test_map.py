"""`accelsim map`: one layer, its mapping as text, data and file, and the way back."""

import csv
import io
import json
import re
from math import prod
from pathlib import Path

import pytest

FAR = ("--set", "memory.levels.sram.size=8 KiB")
"""A buffer that holds no layer of the small network whole."""


def test_table_has_nest_levels_accesses_cycles_and_how_it_was_found(call, tiny):
    result = call("map", f"{tiny}/stem", *FAR)
    assert result.exit_code == 0, result.output
    text = result.stdout
    assert text.startswith("tiny/stem on edge_16x16 (memory.levels.sram.size=8 KiB), dataflow ")
    assert re.search(r"^dram: all operands$", text, re.MULTILINE)
    assert re.search(r"^ +on rows: .*\(\d+ of 16 PEs", text, re.MULTILINE)
    assert re.search(r"^ +sram: output [\d,]+ B", text, re.MULTILINE)
    for title in ("how full the levels are", "accesses", "cycles by cause"):
        assert title in text
    for start in (
        "total:",
        "bound:",
        "found:      proved optimum of the space 'normal'",
        "next best:",
    ):
        assert re.search(f"^{start}", text, re.MULTILINE), start
    assert max(map(len, text.splitlines())) <= 100


def test_json_equals_the_row_of_run(call, tiny):
    found = json.loads(call("map", f"{tiny}:2", "--objective", "edp", "--format", "json").stdout)
    (ran,) = json.loads(call("run", tiny, "--objective", "edp", "--format", "json").stdout)
    layer = ran["layers"][1]
    assert found["mapping"]["layer"] == layer["layer"] == "narrow"
    for name in ("cycles", "energy_pj", "utilization", "bound"):
        assert found[name] == layer[name]
    assert found["dram_bytes"] == layer["dram_read_bytes"] + layer["dram_write_bytes"]
    assert found["edp"] == layer["cycles"] * layer["energy_pj"]
    assert sum(row["energy_pj"] for row in found["accesses"]) == pytest.approx(layer["energy_pj"])
    assert sum(row["cycles"] for row in found["cycles_by_cause"]) == layer["cycles"]
    search = found["search"]
    assert search["evaluated"] > 0
    assert (search["given"], search["optimal"], search["effort"]) == (False, True, "normal")


def test_csv_is_the_access_table(call, tiny):
    rows = list(csv.DictReader(io.StringIO(call("map", f"{tiny}/mix", "--format", "csv").stdout)))
    assert {(row["network"], row["layer"]) for row in rows} == {("tiny", "mix")}
    assert {row["level"] for row in rows} >= {"dram", "sram", "MACs"}
    shares = [float(row["share_of_energy"]) for row in rows]
    assert sum(shares) == pytest.approx(1)


def test_layer_by_name_and_by_index_are_the_same(call, tiny):
    by_name = json.loads(call("map", f"{tiny}/mix", "--format", "json").stdout)
    by_index = json.loads(call("map", f"{tiny}:4", "--format", "json").stdout)
    under = json.loads(call("map", f"{tiny}/4", "--format", "json").stdout)
    assert by_name["mapping"] == by_index["mapping"] == under["mapping"]


def test_layer_of_a_network_with_settings(call, tiny):
    found = json.loads(call("map", f"{tiny}:kernel=5/narrow", "--format", "json").stdout)
    assert found["mapping"]["network"] == "tiny:kernel=5"
    loops = [*found["mapping"]["rows"], *found["mapping"]["temporal"]]
    assert prod(factor for dim, factor in loops if dim == "R") >= 5


def test_written_mapping_costs_the_same_when_given_back(call, tiny, tmp_path):
    path = tmp_path / "new" / "m.yaml"
    found = json.loads(call("map", f"{tiny}/stem", *FAR, "--out", path, "--format", "json").stdout)
    words = ("map", f"{tiny}/stem", *FAR, "--mapping", path, "--format", "json")
    again = json.loads(call(*words).stdout)
    assert again["search"]["given"]
    own = ("search",)
    assert {k: v for k, v in again.items() if k not in own} == {
        k: v for k, v in found.items() if k not in own
    }
    assert [entry.name for entry in path.parent.iterdir()] == ["m.yaml"]


def test_run_takes_given_mappings_for_their_layers_only(call, tiny, tmp_path):
    path = tmp_path / "m.yaml"
    words = ("--objective", "dram_bytes", *FAR)
    call("map", f"{tiny}/stem", *words, "--out", path)
    given = call("run", tiny, *FAR, "--mapping", path, "--format", "json")
    (mixed,) = json.loads(given.stdout)
    (plain,) = json.loads(call("run", tiny, *FAR, "--format", "json").stdout)
    (least,) = json.loads(call("run", tiny, *words, "--format", "json").stdout)
    assert mixed["layers"][1:] == plain["layers"][1:]
    stem = {**least["layers"][0], "mapping_proved": None}
    assert mixed["layers"][0] == stem != plain["layers"][0]


def test_run_takes_its_own_mapping_file_back(call, tiny, tmp_path):
    call("run", tiny, *FAR, "--out", tmp_path / "out", "--no-plots")
    path = tmp_path / "out" / "mapping.yaml"
    (again,) = json.loads(call("run", tiny, *FAR, "--mapping", path, "--format", "json").stdout)
    (plain,) = json.loads(call("run", tiny, *FAR, "--format", "json").stdout)
    assert again["summary"] == plain["summary"]
    assert {layer["mapping_proved"] for layer in again["layers"]} == {None}


def test_run_leaves_mappings_of_other_networks_aside_and_says_so(call, tiny, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(tiny.read_text().replace("name: tiny", "name: other"))
    call("run", tiny, other, "--out", tmp_path / "out", "--no-plots")
    path = tmp_path / "out" / "mapping.yaml"
    result = call("run", other, "--mapping", path, "--format", "json")
    assert result.exit_code == 0
    assert "6 mappings of other networks are not used" in result.stderr


def test_effort_is_passed_on_by_run_and_sweep(call, tiny):
    axis = ("--axis", "array.rows=8")
    for words in (("run", tiny), ("sweep", tiny, *axis)):
        assert call(*words, "--effort", "sweep", "--quiet").exit_code == 0
        result = call(*words, "--effort", "ful")
        assert result.exit_code == 2
        assert "did you mean 'full'?" in result.stderr


def test_pareto_prints_points_from_best_to_best(call, tiny):
    words = ("map", f"{tiny}/stem", *FAR, "--pareto", "cycles,dram_bytes")
    table = call(*words)
    assert table.exit_code == 0
    assert "stem" in table.stdout
    assert "local search" in table.stdout
    front = json.loads(call(*words, "--format", "json").stdout)
    cycles = [point["cycles"] for point in front["points"]]
    moved = [point["dram_bytes"] for point in front["points"]]
    assert cycles == sorted(cycles)
    assert moved == sorted(moved, reverse=True)
    assert all(point["mapping"]["layer"] == "stem" for point in front["points"])
    rows = list(csv.DictReader(io.StringIO(call(*words, "--format", "csv").stdout)))
    assert [int(row["cycles"]) for row in rows] == cycles


def test_pareto_and_map_print_the_same_cycles_of_the_same_mapping(call, tiny):
    slow = ("--set", "operator_overhead.launch_cycles=5000", "--format", "json")
    best = json.loads(call("map", f"{tiny}/stem", *slow).stdout)
    front = json.loads(call("map", f"{tiny}/stem", *slow, "--pareto", "cycles,energy").stdout)
    for name in ("cycles", "dram_bytes"):
        assert front["points"][0][name] == best[name]
    assert front["points"][0]["energy_uj"] == pytest.approx(best["energy_pj"] * 1e-6)
    assert best["cycles"] > 5000


@pytest.mark.parametrize(
    ("layer", "words", "message"),
    [
        ("{tiny}/stm", (), "tiny: layer 'stm'; allowed: stem, narrow, wide, mix, pool, classes; "
         "did you mean 'stem'?"),
        ("{tiny}:7", (), "tiny: layer 7; allowed: 1 to 6, or a name"),
        ("{tiny}:0", (), "tiny: layer 0; allowed: 1 to 6, or a name"),
        ("{tiny}", (), "which layer?"),
        ("mixnet_z/a", (), "network 'mixnet_z' is unknown"),
        ("{tiny}/stem", ("--hw", "edge_16x61"), "did you mean 'edge_16x16'?"),
        ("{tiny}/stem", ("--dataflow", "atuo"), "did you mean 'auto'?"),
        ("{tiny}/stem", ("--pareto", "cycles"), "two different objectives, as in cycles,energy"),
        ("{tiny}/stem", ("--pareto", "cycles,enrgy"), "did you mean 'energy'?"),
        ("{tiny}/stem", ("--pareto", "cycles,energy"), "a front is no one mapping"),
        ("{tiny}/stem", ("--mapping", "nowhere.yaml"), "nowhere.yaml:1:1: no such file"),
    ],
)  # fmt: skip
def test_bad_words_are_refused_with_what_is_allowed(refused, tiny, layer, words, message):
    (line,) = refused("map", layer.format(tiny=tiny), *words)
    assert message in line


def test_many_mistakes_are_shown_together(refused):
    lines = refused("map", "mixnet_z/a", "--hw", "edge")
    assert len(lines) == 2


def test_layer_that_only_moves_addresses_is_refused(refused, tmp_path):
    path = tmp_path / "cat.yaml"
    path.write_text(
        "schema: 1\nname: cat\ninputs: {a: [2, 4, 4], b: [3, 4, 4]}\noutputs: [c]\noperators:\n"
        "  - {name: c, op: concat, in: [a, b]}\n"
    )
    (line,) = refused("map", f"{path}/c")
    assert line == "cat/c: c is only addressing on edge_16x16: nothing to map"


def test_out_that_is_a_folder_is_refused(call, tiny, tmp_path):
    result = call("map", f"{tiny}/stem", "--out", tmp_path)
    assert result.exit_code == 2
    assert f"--out {tmp_path}: is a folder; name a file" in result.stderr
    assert result.stdout == ""


def test_pareto_and_mapping_together_are_refused(call, tiny):
    result = call("map", f"{tiny}/stem", "--pareto", "cycles,energy", "--mapping", "m.yaml")
    assert result.exit_code == 2
    assert "take one of them" in result.stderr


MAPPING = """\
schema: 1
mappings:
  - network: tiny
    layer: stem
    dataflow: ws
    rows: [[C, 3], [R, 3], [S, 3]]
    cols: [[K, 8]]
    temporal: [[Q, 8], [P, 8]]
    cuts: {output: {sram: 2}, input: {sram: 2}, weight: {sram: 2}}
"""


@pytest.mark.parametrize("command", ["map", "run"])
@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("[C, 3]", "[D, 3]", "6:12: mappings.0.rows.0: ", "unknown dimension 'D'"),
        ("ws", "wss", "5:5: mappings.0.dataflow: ", "did you mean 'ws'?"),
        ("output: {sram", "output: {sran", "9:21: mappings.0.cuts.output.sran: ", "'sram'?"),
        ("[P, 8]", "[P, 4]", "3:5: mappings.0: ", "P: the factors reach 4 of 8"),
        ("rows:", "rows: []\n    rows:", "7:5: mappings.0.rows: ", "duplicate key"),
    ],
)
def test_bad_mapping_file_is_refused_with_its_line(
    call, tiny, tmp_path, command, old, new, place, message
):
    path = tmp_path / "m.yaml"
    path.write_text(MAPPING.replace(old, new, 1))
    subject = f"{tiny}/stem" if command == "map" else tiny
    result = call(command, subject, "--mapping", path)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert any(line.startswith(f"Error: {path}:{place}") and message in line for line in lines), (
        lines
    )


@pytest.mark.parametrize("command", ["map", "run"])
def test_tile_that_does_not_fit_names_level_operand_and_bytes(call, tiny, tmp_path, command):
    path = tmp_path / "m.yaml"
    path.write_text(MAPPING)
    subject = f"{tiny}/stem" if command == "map" else tiny
    small = ("--set", "memory.levels.sram.size=2 KiB")
    result = call(command, subject, "--mapping", path, *small)
    assert result.exit_code == 2
    # 27 rows on 16: 512 sums of 4 bytes rest in the buffer, beside 3*16*16 inputs and 216 weights
    assert result.stderr.splitlines() == [
        f"Error: {path}:3:5: mappings.0: layer stem: level sram: the tiles need 3032 B "
        "(output 2048 B, input 768 B, weight 216 B), there are 2048 B"
    ]


def test_run_with_mappings_of_another_network_only_is_refused(refused, tiny, tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text(MAPPING.replace("network: tiny", "network: other"))
    (line,) = refused("run", tiny, "--mapping", path)
    assert line == f"{path}: no mapping of tiny; it has those of other"


def test_check_says_what_a_mapping_file_holds_and_what_is_wrong(call, tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text(MAPPING)
    assert call("check", path).stdout == f"{path}: ok: 1 mappings of tiny\n"
    path.write_text(MAPPING.replace("[P, 8]", "[X, 8]"))
    result = call("check", path)
    assert result.exit_code == 2
    assert f"{path}:8:24: mappings.0.temporal.1: unknown dimension 'X'" in result.stderr


def test_example_of_the_docs_prints_the_nest_of_the_docs(call, tmp_path):
    text = (Path(__file__).parents[2] / "docs/mapping.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    file, nest = blocks[0][1], blocks[1][1]
    path = tmp_path / "m.yaml"
    path.write_text(file)
    layer = "mobilenet_v2/blocks.0.0.conv_dw"
    result = call("map", layer, "--hw", "eyeriss", "--mapping", path)
    assert result.exit_code == 0, result.output
    assert nest in result.stdout
    path.write_text(file.replace("[Q, 10]", "[Q, 1000]").replace("psum_spad: 2", "psum_spad: 0"))
    refusal = call("map", layer, "--hw", "eyeriss", "--mapping", path).stderr
    assert "level input_spad: the tiles need 224 B (input 224 B), there are 24 B" in refusal
