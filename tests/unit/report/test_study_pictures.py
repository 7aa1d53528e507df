"""Pictures of `study kernels`: what they draw is what the tables say."""

import pytest
from matplotlib.patches import Rectangle

from accelsim.cost.engines import line_buffers, streaming_engine
from accelsim.report.study_bars import PART_COLOURS, engine_figure, engine_parts, network_figure
from accelsim.report.study_curves import latency_figure, ratio_figure
from accelsim.report.study_heat import heat_figure
from accelsim.report.study_kernels import draw_study
from accelsim.report.style import drawing
from accelsim.study.cases import KERNELS, sizes
from tests.oracles.study_tables import made_study


@pytest.fixture(scope="module")
def study():
    return made_study()


@pytest.mark.parametrize("kernel", KERNELS)
def test_engine_parts_add_up_to_the_engine_and_its_line_buffers(kernel):
    whole = streaming_engine(kernel).area_um2 + line_buffers(kernel, 28).area_um2
    parts = engine_parts(kernel, 28)
    assert sum(parts.values()) == pytest.approx(whole, rel=1e-12)
    assert set(parts) == set(PART_COLOURS)


def test_engine_bars_are_as_high_as_the_engines():
    with drawing():
        whole, per_weight = engine_figure().axes
    for kernel in KERNELS:
        bars = [bar for bar in whole.patches if abs(bar.get_x() + 0.75 - kernel) < 0.01]
        top = max(bar.get_y() + bar.get_height() for bar in bars)
        expected = sum(engine_parts(kernel, 28).values())
        assert top * 1000 == pytest.approx(expected)
    assert len(per_weight.patches) == len(whole.patches)


def test_ratio_lines_are_the_medians_and_the_dashed_one_the_parameters(study):
    with drawing():
        panels = ratio_figure(study.costs, "dw").axes
    _, cycles, energy, buffers = panels
    box, crate, parameters = cycles.lines
    assert list(box.get_xdata()) == list(KERNELS)
    assert list(box.get_ydata()) == pytest.approx([(k / 3) ** 4 for k in KERNELS])
    assert list(crate.get_ydata()) == list(box.get_ydata())
    assert list(parameters.get_ydata()) == pytest.approx([(k / 3) ** 2 for k in KERNELS])
    assert list(energy.lines[0].get_ydata()) == pytest.approx([(k / 3) ** 2 for k in KERNELS])
    assert list(buffers.lines[0].get_ydata()) == pytest.approx([k / 3 for k in KERNELS])


def test_ratio_panel_without_figures_says_so(study):
    blank = [{**row, "gap_buffer": None} for row in study.costs]
    with drawing():
        panel = ratio_figure(blank, "conv").axes[3]
    assert panel.texts[0].get_text() == "no figure of buffer_area_mm2"
    assert len(panel.lines) == 1  # the parameters


def test_heat_map_has_a_cell_for_every_size_with_its_gap(study):
    with drawing():
        figure = heat_figure(study.costs, "7x7")
    panels = figure.axes[:8]
    for panel in panels:
        assert sum(isinstance(patch, Rectangle) for patch in panel.patches) == len(sizes())
        words = [text.get_text() for text in panel.texts]
        gap = (7 / 3) ** 2
        assert words == [f"{gap:.2f}   {size.channels} ch" for size in sizes()]


def test_latency_points_are_those_of_the_table(study):
    with drawing():
        panel, _ = latency_figure(study.networks, "mixnet_s").axes
    on_array = panel.lines[0]
    assert list(on_array.get_xdata()) == [4.0, 6.0, 8.0, 10.0]
    assert set(on_array.get_ydata()) == {2.0}
    labels = [(text.get_text(), text.xy) for text in panel.texts]
    assert labels[:5] == [
        ("3x3", (4.0, 2.0)), ("5x5", (6.0, 2.0)), ("7x7", (8.0, 2.0)), ("9x9", (10.0, 2.0)),
        ("own", (12.0, 2.0)),
    ]  # fmt: skip
    assert len(labels) == 10  # largest and passes are the same points here: five labels for both


def test_network_bars_are_the_changes(study):
    with drawing():
        panel, _ = network_figure(study.networks, "5x5").axes
    assert [bar.get_height() for bar in panel.patches] == [2.0, 9.0, 5.0, 50.0]


def test_all_pictures_are_written(study, tmp_path):
    paths = draw_study(study, tmp_path, ("svg",))
    names = {path.stem for path in paths}
    assert names == {
        "cost_ratio_conv", "cost_ratio_dw", "cost_ratio_dws", "cost_ratio_mix", "engine_area",
        "area_against_latency", "gap_by_map_5x5", "gap_by_map_7x7", "networks_5x5", "networks_7x7",
    }  # fmt: skip
    assert all(path.stat().st_size > 10_000 for path in paths)
