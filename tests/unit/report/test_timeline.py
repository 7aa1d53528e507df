"""The picture of a trace names the operators that have room, and every colour that it shows."""

import pytest

import accelsim as ac
from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.report.style import drawing
from accelsim.report.timeline import LETTER, LINE, PANEL, named, timeline_figure
from accelsim.results.trace import Slice

END = 1_000_000
TWO = load_hardware("edge_16x16").replace({"cores.count": 2, "cores.shared": ["sram"]})


def operator(start, inches, layer, what="operator"):
    return Slice("core 0", layer, what, -1, start, start + round(END * inches / PANEL))


@pytest.mark.parametrize(
    ("inches", "upright"),
    [
        (LETTER * 12.1, False),  # 10 letters and a letter of margin at both ends
        (LETTER * 11.9, True),
        (LINE * 1.01, True),
        (LINE * 0.99, None),
    ],
)
def test_named_lays_a_name_along_upright_or_not_at_all(inches, upright):
    item = operator(1000, inches, "blocks.0.0")
    found = named([item], END)
    if upright is None:
        assert found == []
    else:
        assert found == [((item.start + item.end) / 2, "blocks.0.0", upright)]


def test_named_shortens_only_what_stands_upright():
    name = "a" * 20 + "b" * 20
    upright, along = named([operator(0, 0.5, name), operator(100, 3, name)], END)
    assert along.text == name
    assert upright.text.startswith("aaa")
    assert upright.text.endswith("bbb")
    assert len(upright.text) < len(name)


def test_named_of_very_many_units_has_only_what_lies_along():
    slices = [operator(0, 3, "conv"), operator(300_000, LINE * 2, "blocks.0.0")]
    assert [name.text for name in named(slices, END)] == ["conv", "blocks.0.0"]
    assert [name.text for name in named(slices, END, may_stand=False)] == ["conv"]


def test_named_leaves_waits_and_transfers_alone():
    assert named([operator(0, 3, "conv", what="stall_input")], END) == []


def test_timeline_names_operators_and_explains_its_colours():
    result = ac.simulate(
        "mobilenet_v1:alpha=0.25,resolution=32", "edge_16x16", engine="events", trace=True,
        effort="sweep",
    )  # fmt: skip
    with drawing():
        figure = timeline_figure(result, result.trace)
    (panel,) = figure.axes
    shown = {text.get_text() for text in panel.texts}
    longest = sorted(result.layers, key=lambda layer: -layer.cycles)[:10]
    assert {layer.layer for layer in longest} <= shown
    assert [tick.get_text() for tick in panel.get_yticklabels()] == ["core 0", "DRAM channel 0"]
    words = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert {"work, fill, drain", "launch", "wait for weights", "load weights", "store"} <= {*words}
    assert len(words) == len(set(words))


@pytest.mark.parametrize("policy", ["branch_parallel", "split"])
@pytest.mark.parametrize("residency", ["none", "greedy"])
def test_timeline_names_policy_and_residency(policy, residency):
    result = simulate(
        "squeezenet1_1", TWO, engine="events", policy=policy, residency=residency,
        effort="sweep", trace=True,
    )  # fmt: skip
    with drawing():
        figure = timeline_figure(result, result.trace)
    told = figure.get_suptitle()
    assert f"policy {policy}" in told
    assert ("residency greedy" in told) == (residency == "greedy")
