"""Pictures of `study gap` show the figures of the table."""

import pytest

import accelsim as ac
from accelsim.report.study_gap import draw_gap, ladder_figure, waterfall_figure
from accelsim.report.style import drawing
from accelsim.study.gap import study_gap
from accelsim.study.rows import chosen
from accelsim.study.runs import Runs


@pytest.fixture(scope="module")
def rows():
    hardware = [ac.load_hardware(name) for name in ("edge_16x16", "tpu_v1")]
    networks = [ac.load_network(name) for name in ("mixnet_s", "inception_v1")]
    return study_gap(Runs(hardware, "sweep"), networks, [ac.load_network("resnet18")]).rows


def test_bars_of_a_waterfall_lead_from_the_promise_to_the_latency(rows):
    own = chosen(rows, network="mixnet_s")
    with drawing():
        panels = waterfall_figure(own).axes
    for panel, row in zip(panels, own, strict=True):
        first, *causes, last = panel.patches
        assert first.get_height() == row["promised_ms"]
        assert last.get_height() == row["latency_ms"]
        level = first.get_height()
        for bar in causes:
            assert bar.get_y() == pytest.approx(level)
            level += bar.get_height()
        assert level == pytest.approx(last.get_height())


def test_ladder_marks_every_promise_and_every_time(rows):
    with drawing():
        (panel,) = ladder_figure(rows).axes
    marked = sorted(
        float(line.get_xdata()[0])
        for line in panel.lines
        if line.get_marker() not in ("None", "", None)
    )
    others = [row for row in rows if row["network"] != "resnet18"]
    promised = {row[name] for row in others for name in ("params_ratio", "macs_ratio")}
    assert marked == pytest.approx(sorted([*promised, *(row["time_ratio"] for row in others)]))


def test_every_reference_has_a_ladder_and_waterfalls(rows, tmp_path):
    names = {path.name for path in draw_gap(rows, tmp_path, ("png",))}
    assert names == {
        "ladder_resnet18.png", "waterfall_mixnet_s_beside_resnet18.png",
        "waterfall_inception_v1_beside_resnet18.png",
    }  # fmt: skip
