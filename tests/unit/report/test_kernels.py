from collections.abc import Callable

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from accelsim.report.kernels import area_time_figure, latency_figure, utilization_figure
from accelsim.report.style import INK, drawing
from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult

Draw = Callable[[list[NetworkResult]], Figure]


def _bars(panel: Axes) -> list[Rectangle]:
    return [patch for patch in panel.patches if isinstance(patch, Rectangle)]


def _panels(draw: Draw, *results: NetworkResult) -> list[Axes]:
    with drawing():
        return draw(list(results)).axes


def test_latency_bars_add_up_to_latency_twice_once_by_time_once_by_macs(
    mixed: NetworkResult,
) -> None:
    (panel,) = _panels(latency_figure, mixed)
    by_macs = [bar for bar in _bars(panel) if bar.get_facecolor() == to_rgba(INK)]
    by_time = [bar for bar in _bars(panel) if bar not in by_macs]
    assert sum(bar.get_width() for bar in by_time) == pytest.approx(1.3)
    assert sum(bar.get_width() for bar in by_macs) == pytest.approx(1.3)


def test_area_time_bars_add_up_to_area_times_latency(mixed: NetworkResult) -> None:
    (panel,) = _panels(area_time_figure, mixed)
    assert sum(bar.get_width() for bar in _bars(panel)) == pytest.approx(2 * 1.3)


def test_utilization_bars_fill_every_row_to_100_percent(mixed: NetworkResult) -> None:
    (panel,) = _panels(utilization_figure, mixed)
    # five groups and the whole network
    assert sum(bar.get_width() for bar in _bars(panel)) == pytest.approx(6 * 100)


@pytest.mark.parametrize("draw", [latency_figure, area_time_figure, utilization_figure])
def test_bars_start_at_zero_in_every_panel(draw: Draw, mixed: NetworkResult) -> None:
    panels = _panels(draw, mixed, mixed, mixed)
    assert len(panels) == 3
    assert all(panel.get_xlim()[0] == 0 for panel in panels)


def test_latency_rows_name_time_and_macs(
    layer: Callable[..., LayerResult], result: Callable[..., NetworkResult]
) -> None:
    half = layer(index=2, type="pw", kernel_h=1, kernel_w=1, macs=4800)
    (panel,) = _panels(latency_figure, result(layer(), half))
    assert [label.get_text() for label in panel.get_yticklabels()] == ["1x1 pw", "3x3 conv"]
    assert {text.get_text() for text in panel.texts} == {
        "0.500 ms: 50 % of time, 25 % of MACs",
        "0.500 ms: 50 % of time, 75 % of MACs",
    }
