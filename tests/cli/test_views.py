"""What a network is: list networks, explain NETWORK, plot NETWORK --kind structure."""

import csv
import io
import json
import subprocess
import sys

import pytest

from accelsim.networks.registry import ALIASES, NETWORKS, load_network

SIZES = ("1x1", "3x3", "5x5", "7x7", "other")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_list_networks_shares_are_those_of_the_operators(call):
    rows = {
        row["network"]: row
        for row in rows_of(call("list", "networks", "-q", "--format", "csv").stdout)
    }
    for name in ("mixnet_s", "inception_v3", "vgg16"):
        network = load_network(name)
        assert int(rows[name]["operators"]) == len(network.operators)
        macs = dict.fromkeys(SIZES, 0)
        for operator in network:
            size = "{}x{}".format(*(operator.kernel or (0, 0)))
            macs[size if size in macs else "other"] += operator.macs
        for size, count in macs.items():
            share = float(rows[name][f"share_of_macs_{size}"])
            assert share == pytest.approx(count / network.macs, abs=1e-12)
    for row in rows.values():
        assert sum(float(row[f"share_of_macs_{size}"]) for size in SIZES) == pytest.approx(1)
        assert row["source"]


def test_list_networks_mobilenet_is_nearly_all_pointwise(call):
    rows = json.loads(call("list", "networks", "--format", "json").stdout)
    (row,) = [row for row in rows if row["network"] == "mobilenet_v1"]
    assert row["share_of_macs_1x1"] == pytest.approx(0.9504, abs=1e-4)


def test_list_networks_table_has_every_name_and_alias(call):
    table = call("list", "networks").stdout
    words = set(table.split())
    assert set(NETWORKS) <= words
    assert set(ALIASES) <= words


def test_list_networks_simulates_nothing():
    program = (
        "import sys\n"
        "from accelsim.cli.main import main\n"
        "main(['list', 'networks'], standalone_mode=False)\n"
        "print([name for name in ('numba', 'matplotlib', 'simpy') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", ["mixnet_s", "inception_v3", "densenet121"])
def test_explain_network_adds_up_to_the_network(call, name):
    network = load_network(name)
    found = json.loads(call("explain", name, "--format", "json").stdout)
    rows = found["layers"]
    assert [row["index"] for row in rows] == list(range(1, len(network.operators) + 1))
    assert sum(row["macs"] for row in rows) == network.macs == found["macs"]
    assert sum(row["params"] for row in rows) == network.params == found["params"]
    assert [row["layer"] for row in rows] == [operator.name for operator in network]


def test_explain_network_rows_say_what_the_operator_is(call):
    rows = rows_of(call("explain", "inception_v3", "--format", "csv").stdout)
    concat = rows[15]
    assert (concat["layer"], concat["operator"]) == ("Mixed_5b.concat", "concat")
    assert concat["reads"] == "8, 10, 13, 15"
    assert concat["reads_names"].split(", ")[0] == "Mixed_5b.branch1x1.conv"
    assert concat["input"] == "2*(64x35x35) + 96x35x35 + 32x35x35"
    stem = rows[0]
    assert [stem[key] for key in ("input", "output", "kernel", "stride", "groups", "padding")] == [
        "3x299x299", "32x149x149", "3x3", "2x2", "1", "0"
    ]  # fmt: skip
    assert (stem["macs"], stem["params"], stem["norm_params"]) == ("19181664", "928", "64")
    assert stem["reads"] == "image"


def test_explain_network_table_ends_with_totals(call):
    lines = call("explain", "mixnet_s").stdout.rstrip().splitlines()
    assert lines[0].startswith("mixnet_s: 230 operators, 239,173,360 MACs, 4,134,606 parameters")
    assert lines[-1].split() == ["total", "239,173,360", "4,134,606"]
    assert any("blocks.5.0.conv_dw.split" in line for line in lines)


def test_explain_takes_settings_aliases_and_files(call, tiny):
    small = json.loads(call("explain", "mobilenet_v1:alpha=0.5", "--format", "json").stdout)
    assert small["macs"] == load_network("mobilenet_v1:alpha=0.5").macs
    alias = json.loads(call("explain", "googlenet", "--format", "json").stdout)
    assert alias["params"] == 6_624_904
    rows = rows_of(call("explain", tiny, "--format", "csv").stdout)
    assert [row["layer"] for row in rows] == ["stem", "narrow", "wide", "mix", "pool", "classes"]


def test_explain_word_that_is_a_column_and_a_file_is_the_column(call, tiny, monkeypatch):
    monkeypatch.chdir(tiny.parent)
    tiny.rename("cycles")
    assert call("explain", "cycles").stdout.startswith("column: cycles")
    assert "6 operators" in call("explain", "./cycles").stdout


def test_explain_params_has_the_textbook_numbers(call):
    result = call("explain", "params", "--format", "json")
    values = [row["value"] for row in json.loads(result.stdout)]
    assert values[:4] == [3584, 30, 512, 542]
    assert values[4] == pytest.approx(1 / 128 + 1 / 9)
    assert "column params" in result.stderr


def test_explain_unknown_word_lists_all_it_could_be(call):
    result = call("explain", "mixnet_z")
    assert result.exit_code == 2
    assert result.stdout == ""
    for word in ("cost, params", "fill_drain_cycles", "densenet121", "workload file"):
        assert word in result.stderr
    assert "did you mean 'mixnet_" in result.stderr


def test_explain_missing_file_says_so(call, tmp_path):
    result = call("explain", tmp_path / "none.yaml")
    assert result.exit_code == 2
    assert "none.yaml" in result.stderr


def test_plot_structure_writes_both_formats_and_leaves_other_files(call, tiny, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "structure_tiny_page3.svg").write_text("old")
    (out / "notes.txt").write_text("mine")
    result = call("plot", tiny, "--kind", "structure", "--out", out)
    assert result.exit_code == 0, result.output
    names = {path.name for path in out.iterdir()}
    assert names == {"structure_tiny.svg", "structure_tiny.png", "notes.txt"}
    assert result.stdout.splitlines() == [
        str(out / "structure_tiny.svg"), str(out / "structure_tiny.png")
    ]  # fmt: skip
    assert "5x5 dw" in (out / "structure_tiny.svg").read_text()


def test_plot_structure_of_a_part_has_its_own_name(call, tmp_path):
    words = ("--kind", "structure", "--blocks", "Mixed_5b", "--format", "svg", "--out", tmp_path)
    result = call("plot", "inception_v3", *words)
    assert result.exit_code == 0, result.output
    (path,) = tmp_path.iterdir()
    assert path.name == "structure_inception_v3_Mixed_5b.svg"
    assert "9 operators" in path.read_text()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--kind", "structure", "--blocks", "blocks.9"), "blocks.0.0, blocks.1"),
        (("--kind", "structure", "--by", "layer"), "--by is for folders"),
        (("--blocks", "blocks.2"), "--blocks is for networks; add --kind structure"),
    ],
)
def test_plot_mistake_is_told_and_nothing_is_written(refused, words, problem):
    assert problem in "\n".join(refused("plot", "mixnet_s", *words))


def test_plot_unknown_kind_names_the_known_one(call):
    result = call("plot", "mixnet_s", "--kind", "structur")
    assert result.exit_code == 2
    assert "did you mean 'structure'?" in result.stderr
