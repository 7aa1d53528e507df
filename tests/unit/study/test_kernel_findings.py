"""Sentences follow from the figures: other figures, other sentences."""

import re
from dataclasses import replace

import pytest

from accelsim.study.kernel_findings import CLAIMED, cost_ratios, findings
from accelsim.study.kernel_verdicts import CLAIM, Verdict, verdict_section
from accelsim.study.rows import Spread, chosen, spread


def sentences(study, title):
    (section,) = (section for section in study.sections if section.title == title)
    return "\n".join(section.sentences)


def test_engine_sentence_tells_the_table(small_study):
    text = sentences(small_study, "Dedicated engines")
    for kernel in CLAIMED:
        (row,) = chosen(small_study.engines, kernel=kernel, tree="one-stage", storage="none")
        base = chosen(small_study.engines, kernel="3x3", tree="one-stage", storage="none")[0]
        assert f"{row['area_ratio']:.2f}" in text
        assert f"{row['area_ratio'] / row['param_ratio']:.2f}" in text
        assert f"{row['cycles_on_3x3'] / base['cycles']:.2f}" in text
        assert f"{row['area_cycles_path_ratio']:.2f}" in text


def test_operator_sentences_tell_the_medians(small_study):
    text = sentences(small_study, "Depthwise convolution on an array")
    for name in ("edge_16x16", "tpu_v1"):
        rows = chosen(
            small_study.costs, type="dw", kernel="5x5", accelerator=name, scope="operator"
        )
        (gap,) = (row["gap_cycles"] for row in rows)
        (cost,) = cost_ratios(rows, "gap_cycles")
        assert f"x{cost:.2f} on {name} (gap {gap:.2f}" in text


def test_network_sentences_tell_the_changes(small_study):
    text = sentences(small_study, "Whole networks")
    rows = chosen(small_study.networks, depthwise_on="array", accelerator="edge_16x16")
    (row,) = chosen(rows, kernel="7x7")
    assert f"{row['cycles_change_percent']:+.1f} %" in text
    assert f"{row['energy_change_percent']:+.1f} %" in text


def test_other_figures_make_other_sentences(small_study):
    worse = tuple({**row, "gap_cycles": row["gap_cycles"] * 10} for row in small_study.costs)
    other = replace(small_study, costs=worse)
    before, after = sentences(small_study, CLAIM), sentences(other, CLAIM)
    claimed = [
        int(re.search(r"far more than the parameters.*?: (\d+) of", text)[1])
        for text in (before, after)
    ]
    assert claimed[1] > claimed[0]


def test_verdicts_count_every_comparison_once(small_study):
    counts = [
        tuple(map(int, found))
        for found in re.findall(r": (\d+) of (\d+) comparisons", sentences(small_study, CLAIM))
    ]
    assert len(counts) == 4
    assert {total for _, total in counts} == {sum(own for own, _ in counts)}


@pytest.mark.parametrize(("gap", "word"), [
    (2.0, "far more"), (1.5, "far more"), (1.2, "more"), (1.04, "as much"), (0.96, "as much"),
    (0.5, "less"),
])  # fmt: skip
def test_verdict_word_follows_from_the_median_gap(gap, word):
    assert Verdict("x", "cycles", "5x5", "box", Spread(gap, 0.1, 9.0)).word == word


def test_verdict_of_a_subject_is_under_the_heading_of_its_gap(small_study):
    text = verdict_section(small_study.costs, small_study.engines, CLAIMED).sentences
    current, found = "", {}
    for sentence in text:
        current = sentence if sentence.startswith("**") else current
        found.setdefault(current, []).append(sentence)
    rows = chosen(
        small_study.costs, type="dw", kernel="7x7", accelerator="tpu_v1", scope="operator"
    )
    gap = spread(rows, "gap_cycles").middle
    assert gap < 0.95  # 9 and 49 rows both fit a column of 256
    (less,) = (own for heading, own in found.items() if "does not hold" in heading)
    assert any("depthwise convolution, cycles" in s and f"{gap:.2f} on tpu_v1" in s for s in less)


def test_blank_figures_make_no_sentence_and_no_crash(small_study):
    blank = tuple(
        {**row, "gap_buffer": None, "gap_energy": None} if row["type"] == "conv" else row
        for row in small_study.costs
    )
    page = findings(blank, small_study.networks, small_study.engines)
    text = "\n".join(next(s for s in page if s.title == "Dense convolution on an array").sentences)
    assert "energy" not in text
    assert "cycles" in text
