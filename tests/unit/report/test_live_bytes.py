from __future__ import annotations

import pytest

from accelsim.hardware.yaml_io import load_hardware
from accelsim.networks.registry import load_network
from accelsim.report.live_bytes import MemoryView, draw_live_bytes, live_bytes_figure, peaks_of
from accelsim.report.style import drawing


def _view(name: str, hardware: str = "edge_16x16") -> MemoryView:
    network = load_network(name)
    accelerator = load_hardware(hardware)
    return MemoryView(network.name, network.inputs, network.operators, accelerator)


def _texts(figure) -> str:
    panel = figure.axes[0]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    return "\n".join([t.get_text() for t in (*figure.texts, *panel.texts)] + legend)


def test_live_bytes_figure_names_its_peak_and_the_size_on_chip():
    with drawing():
        figure = live_bytes_figure(_view("mobilenet_v2"))
    assert figure.get_suptitle().startswith("mobilenet_v2: live bytes")
    assert "peak 1.51 MB" in figure.get_suptitle()
    texts = _texts(figure)
    assert "5: blocks.1.0.conv_dw, 1.51 MB" in texts
    assert "Dashed: sram, 256 KiB" in texts
    assert "waits for a sum (residual)" in texts
    assert "waits for its gate" not in texts


def test_live_bytes_figure_on_a_large_buffer_says_so_instead_of_a_line():
    with drawing():
        figure = live_bytes_figure(_view("mobilenet_v2", "edge_tpu_like"))
    assert "Far above: sram, 8 MiB" in _texts(figure)
    assert not figure.axes[0].lines


@pytest.mark.parametrize(
    ("shared", "told"), [([], "256 KiB in each core."), (["sram"], "256 KiB for all cores.")]
)
def test_live_bytes_figure_of_several_cores_says_whose_level_it_is(shared, told):
    view = _view("mobilenet_v2")
    hardware = view.hardware.replace({"cores.count": 2, "cores.shared": shared})
    with drawing():
        figure = live_bytes_figure(view._replace(hardware=hardware))
    assert told in _texts(figure)


def test_live_bytes_figure_of_xception_tells_what_another_order_gains():
    with drawing():
        figure = live_bytes_figure(_view("xception"))
    assert "In the order of least memory the peak is 6.23 MB" in _texts(figure)


def test_draw_live_bytes_writes_one_picture_per_format(tmp_path):
    paths = draw_live_bytes(_view("squeezenet1_1"), tmp_path, ("svg", "png"))
    assert [path.name for path in paths] == ["memory_squeezenet1_1.svg", "memory_squeezenet1_1.png"]
    assert all(path.stat().st_size > 1000 for path in paths)


@pytest.mark.parametrize(
    ("live", "peaks"),
    [([1, 5, 2, 4, 1], [1, 3]), ([3, 3, 1], [0]), ([1, 2, 3, 4], [3]), ([7], [0])],
)
def test_peaks_of_live_bytes_are_apart_and_highest_first(live, peaks):
    assert peaks_of(live) == peaks
