"""Verdicts follow from the figures of their row; figures are what other parts say."""

import csv
import shlex
from fractions import Fraction

import click
import pytest

import accelsim as ac
from accelsim.cli.main import main
from accelsim.errors import UsageError
from accelsim.study.cases import Case, Size, network_of, sizes
from accelsim.study.claim_rules import (
    FAILS,
    HOLDS,
    PARTLY,
    UNKNOWN,
    Claim,
    Evidence,
    Quotation,
    claim_row,
    on_point,
    on_quotation,
    over_accelerators,
)
from accelsim.study.claims import all_claims, claims_of, study_claims
from accelsim.study.claims_blocks import RESIDUAL, block_claims
from accelsim.study.claims_networks import network_claims
from accelsim.study.claims_page import places_of, sections
from accelsim.study.guidelines import PRESETS, study_guidelines
from accelsim.study.runs import Runs, known_network

EDGE, TPU = (ac.load_hardware(name) for name in ("edge_16x16", "tpu_v1"))


@pytest.fixture(scope="module")
def study():
    return study_claims(Runs([EDGE, TPU], "sweep"), (*network_claims(), *block_claims()))


@pytest.fixture(scope="module")
def rows(study):
    return {row["claim"]: row for row in study.rows}


@pytest.mark.parametrize(
    ("quoted", "computed", "verdict"),
    [
        (12, 12.0, HOLDS), (12, 13.1, HOLDS), (12, 11.0, HOLDS), (12, 14.6, PARTLY),
        (12, 8.1, PARTLY), (28, 48.1, FAILS), (28, 9.6, FAILS), (20, -3.0, FAILS),
        (12, None, UNKNOWN), (None, 3.0, ""),
    ],
)  # fmt: skip
def test_quotation_verdict_by_ratio_of_computed_and_quoted(quoted, computed, verdict):
    assert on_quotation(quoted, computed) == verdict


@pytest.mark.parametrize(
    ("figures", "relation", "limit", "verdict"),
    [
        ([2.0, 3.0], ">=", 2, HOLDS), ([1.9, 3.0], ">=", 2, PARTLY), ([1.9, 1.0], ">=", 2, FAILS),
        ([2.0, 1.0], "<=", 2, HOLDS), ([2.1, 1.0], "<=", 2, PARTLY), ([2.1], "<=", 2, FAILS),
        ([None, 3.0], ">=", 2, HOLDS), ([None], ">=", 2, UNKNOWN), ([], ">=", 2, UNKNOWN),
    ],
)  # fmt: skip
def test_point_verdict_by_side_of_the_limit(figures, relation, limit, verdict):
    assert on_point(figures, relation, limit) == verdict


def test_row_without_accelerators_is_judged_by_its_computed_figure():
    claim = Claim("a", "b", Quotation("", None, "c"), "d", ">=", lambda runs: None, "e")
    assert claim_row(claim, Evidence(10, 14.6), [])["verdict_on_point"] == HOLDS
    assert claim_row(claim, Evidence(10, 9.9), [])["verdict_on_point"] == FAILS


def test_computed_of_accelerators_is_the_median_of_known_figures():
    assert over_accelerators({"a": 1.0, "b": None, "c": 5.0, "d": 2.0}, 3).computed == 2.0
    assert over_accelerators({"a": None}, 3, "why").computed is None


def test_every_verdict_follows_from_the_figures_of_its_row(study):
    for row in study.rows:
        known = [row[place] for place in places_of(row) if row[place] is not None]
        tested = known or ([row["computed"]] if row["computed"] is not None else [])
        right = [
            figure - row["limit"] >= 0 if row["relation"] == ">=" else figure <= row["limit"]
            for figure in tested
        ]
        point = {0: FAILS, len(right): HOLDS}.get(sum(right), PARTLY) if right else UNKNOWN
        assert row["verdict_on_point"] == point, row["claim"]
        if row["quoted_figure"] is None:
            assert row["verdict_on_quotation"] == "", row["claim"]
            continue
        ratio = row["computed"] / row["quoted_figure"]
        words = HOLDS if 1 / 1.1 <= ratio <= 1.1 else PARTLY if 1 / 1.5 <= ratio <= 1.5 else FAILS
        assert row["verdict_on_quotation"] == words, row["claim"]


def test_blank_figures_have_a_reason_and_claims_differ_in_name(study):
    names = [row["claim"] for row in study.rows]
    assert len(set(names)) == len(names)
    for row in study.rows:
        assert row["statement"]
        assert row["source"]
        assert row["computed"] is not None or row["reason"], row["claim"]


@pytest.mark.parametrize("claim", all_claims(), ids=lambda claim: claim.name)
def test_command_of_a_claim_is_one_that_accelsim_has(claim):
    words = shlex.split(claim.command)
    assert words[0] == "accelsim"
    command, words = main, words[1:]
    while isinstance(command, click.Group):
        name, command, words = command.resolve_command(click.Context(command), words)
        assert name
    command.make_context(claim.name, words)


def test_quoted_and_computed_figures_of_mixnet(rows):
    assert rows["mixnet_s_params"]["computed"] == 60_192_808 / 4_134_606
    assert rows["mixnet_m_params"]["computed"] == pytest.approx(12.0, abs=0.05)
    assert rows["mixnet_s_macs"]["computed"] == pytest.approx(48, abs=0.5)
    assert rows["mixnet_m_macs"]["computed"] == pytest.approx(34, abs=0.5)
    quoted = [rows[f"mixnet_{size}_{what}"]["quoted_figure"] for size in "sm"
              for what in ("params", "macs")]  # fmt: skip
    assert quoted == [12, 28, 12, 28]


def test_time_of_mixnet_is_the_ratio_of_two_simulations_with_joins_as_stated(rows):
    for end, concat, split in (("in_place", "in_place", "view"), ("copied", "copy", "copy")):
        hardware = TPU.replace({"memory.concat": concat, "memory.split": split})
        cycles = [
            ac.simulate(name, hardware, effort="sweep").cycles for name in ("resnet152", "mixnet_s")
        ]
        row = rows[f"mixnet_s_time_{end}"]
        assert row["tpu_v1"] == pytest.approx(cycles[0] / cycles[1], rel=1e-12)
        assert row["limit"] == pytest.approx(0.8 * rows["mixnet_s_macs"]["computed"], rel=1e-12)
        assert f"--set memory.concat={concat} --set memory.split={split}" in row["command"]


def test_separable_block_has_exactly_the_operations_of_the_formula():
    for size in sizes():
        dense, block = (network_of(Case(3, kind, Size(*size))) for kind in ("conv", "dws"))
        assert Fraction(block.macs, dense.macs) == Fraction(1, size.channels) + Fraction(1, 9)


def test_networks_have_as_many_macs_without_their_skips():
    for name in RESIDUAL:
        network = known_network(name)
        assert network.macs == network.without_residual().macs
        assert len(network.operators) > len(network.without_residual().operators)


def test_share_of_pointwise_time_is_that_of_kernels_csv(rows):
    result = ac.simulate("mobilenet_v1", TPU, effort="sweep")
    (pointwise,) = (row for row in result.table("type") if row["type"] == "pw")
    share = 100 * pointwise["share_of_cycles"]
    assert rows["mobilenet_pointwise_time"]["tpu_v1"] == pytest.approx(share, rel=1e-12)


def test_engines_grow_less_than_parameters_and_passes_more(rows):
    """Source: rtl.md, engines 2.5 and 4.8 times, 4.58 and 10.3 times the cycles by passes."""
    assert rows["kernel_5x5_engine"]["computed"] == pytest.approx(2.52 / (25 / 9), rel=0.02)
    assert rows["kernel_7x7_engine"]["computed"] == pytest.approx(4.79 / (49 / 9), rel=0.02)
    assert rows["kernel_5x5_passes"]["computed"] == pytest.approx(4.58 / (25 / 9), rel=0.01)
    assert rows["kernel_7x7_passes"]["computed"] == pytest.approx(10.3 / (49 / 9), rel=0.01)


def test_guideline_on_arm_is_the_figure_of_study_guidelines():
    (row,) = study_claims(Runs([EDGE], "sweep"), claims_of(["G4_arm"])).rows
    phone = ac.load_hardware("snapdragon_810")
    table = study_guidelines({"arm": [phone]}, guidelines=("G4",)).rows
    last = [each for each in table if each["scale"] == 1][-1]
    assert last["case"] == "without ReLU, without shortcut"
    assert row["snapdragon_810"] == pytest.approx(100 * (last["predicted_relative"] - 1))
    assert row["computed"] == row["snapdragon_810"]
    assert row["pixel_1"] != row["computed"]
    assert (row["quoted_figure"], row["limit"]) == (20, 5)


def test_the_gpu_is_compared_with_the_phones_by_means_over_all_sizes():
    (row,) = study_claims(Runs([EDGE], "sweep"), claims_of(["G4_gpu_more"])).rows
    hardware = {device: list(map(ac.load_hardware, names)) for device, names in PRESETS.items()}
    table = study_guidelines(hardware, guidelines=("G4",)).rows
    gains = {
        name: [each["predicted_relative"] - 1 for each in table
               if (each["accelerator"], each["case"]) == (name, "without ReLU, without shortcut")]
        for names in PRESETS.values() for name in names
    }  # fmt: skip
    assert {len(each) for each in gains.values()} == {3}
    for phone in PRESETS["arm"]:
        assert row[phone] == pytest.approx(sum(gains["gpu_like"]) / sum(gains[phone]))


def test_claims_tested_with_a_row_that_a_file_was_made_with_say_so():
    told = [claim.name for claim in claims_of([]) if "was read off this case" in claim.figure]
    assert told == ["G2_gpu", "G2_gpu_more"]


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("G1_gpu", 100 * (1 - 748 / 1480)), ("G1_arm", 100 * (1 - 57.6 / 76.2)),
        ("G2_gpu", 100 * (1 - 634 / 2451)), ("G3_arm", 100 * (1 - 35.0 / 40.2)),
        ("G3_gpu_more", (3 - 691 / 2446 - 572 / 1274 - 292 / 434)
         / (3 - 35.0 / 40.2 - 8.4 / 10.1 - 2.1 / 2.3)),
    ],
)  # fmt: skip
def test_guidelines_quote_the_first_and_last_case_of_the_papers_tables(name, quoted):
    (claim,) = claims_of([name])
    assert claim.quotation.value == pytest.approx(quoted)


def test_mobile_cpu_claim_without_a_mobile_cpu_is_not_tested(rows):
    row = rows["mixnet_s_time_v3_mobile"]
    assert row["verdict_on_point"] == UNKNOWN
    assert "pixel_1" in row["reason"]


def test_a_network_that_an_accelerator_cannot_run_is_blank_with_the_reason():
    tiny = EDGE.replace({"memory.levels.sram.size": 256})
    study = study_claims(Runs([tiny], "sweep"), claims_of(["mobilenet_twin_time"]))
    (row,) = study.rows
    assert row[tiny.label] is None
    assert row["verdict_on_point"] == row["verdict_on_quotation"] == UNKNOWN
    assert "mobilenet_v1" in row["reason"]


def test_claims_by_name_keep_the_order_of_the_table_and_unknown_ones_are_refused():
    chosen = claims_of(["mixnet_m_params", "mixnet_s_params"])
    assert [claim.name for claim in chosen] == ["mixnet_s_params", "mixnet_m_params"]
    with pytest.raises(UsageError, match="did you mean"):
        claims_of(["mixnet_s_parms"])


def test_page_counts_its_statements_and_names_nothing_of_the_workshop(study):
    every, one = (sections(rows)[0].sentences[0] for rows in (study.rows, study.rows[:1]))
    assert every.startswith(f"{len(study.rows)} statements tested; on the point: ")
    assert one.startswith("1 statement tested; on the point: 1 ")
    told = [sentence for section in sections(study.rows) for sentence in section.sentences]
    assert not [sentence for sentence in told if "issue" in sentence]


def test_saved_page_has_every_statement_with_its_verdict_and_command(study, tmp_path):
    study.save(tmp_path / "out")
    text = (tmp_path / "out/claims.md").read_text()
    for row in study.rows:
        start = text.index(f"## {row['statement']}\n")
        section = text[start : text.find("\n## ", start) % (len(text) + 1)]
        assert f"On the point: {row['verdict_on_point']}." in section
        assert f"`{row['command']}`" in section
        assert str(row["source"]) in section
    with (tmp_path / "out/claims.csv").open(newline="") as file:
        assert [row["claim"] for row in csv.DictReader(file)] == [
            row["claim"] for row in study.rows
        ]
