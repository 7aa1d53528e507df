from collections.abc import Callable

import pytest
from matplotlib.collections import PolyCollection

from accelsim.report.layers import key_place, layers_figure, worst_layers
from accelsim.report.style import drawing
from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult

Make = Callable[..., LayerResult]


def test_layers_figure_bars_add_up_to_the_cycles(mixed: NetworkResult) -> None:
    with drawing():
        panel = layers_figure(mixed).axes[0]
    heights = [
        path.vertices[:, 1].max() - path.vertices[:, 1].min()
        for bars in panel.collections
        if isinstance(bars, PolyCollection)
        for path in bars.get_paths()
    ]
    assert sum(heights) == pytest.approx(1300)
    assert panel.get_ylim()[0] == 0


def test_worst_layers_most_cycles_first_then_the_earlier(mixed: NetworkResult) -> None:
    names = [layer.layer for layer in worst_layers(mixed.layers, 3)]
    assert names == ["stem", "fc", "dw.5"]
    assert [layer.cycles for layer in worst_layers(mixed.layers)] == [500, 500, 160, 100, 40]


@pytest.mark.parametrize(
    ("cycles", "on_right", "top"),
    [
        ((900, 10, 10, 10), True, 990),
        ((10, 10, 10, 900), False, 990),
        ((900, 10, 10, 660), True, 1000),
    ],
)
def test_key_place_leaves_no_bar_under_the_list(
    cycles: tuple[int, ...], on_right: bool, top: float, depthwise: Make
) -> None:
    layers = [depthwise(3, count, index=index) for index, count in enumerate(cycles, start=1)]
    assert key_place(layers) == (on_right, pytest.approx(top))
