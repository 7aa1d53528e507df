from collections.abc import Callable

import pytest

from accelsim.report.kernel_costs import depthwise_costs, network_changes
from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult

Make = Callable[..., LayerResult]
Results = Callable[..., NetworkResult]


def test_depthwise_costs_same_shape_compares_with_that_layer(
    depthwise: Make, result: Results
) -> None:
    # The large 3x3 layer of another shape is slow per output and must not count for the 5x5.
    net = result(
        depthwise(3, 100), depthwise(5, 160), depthwise(3, 4000, out_c=8), depthwise(5, 200)
    )
    three, five = depthwise_costs(net)
    assert (three.cycle_ratio, three.parameter_ratio, three.gap) == (1, 1, 1)
    assert five.cycle_ratio == pytest.approx(360 / 200)
    assert (five.lowest, five.highest) == pytest.approx((1.6, 2.0))
    assert five.parameter_ratio == pytest.approx(25 / 9)
    assert five.gap == pytest.approx(1.8 * 9 / 25)
    assert (five.matched, five.outputs) == (2, 128)


def test_depthwise_costs_other_shape_compares_per_output(depthwise: Make, result: Results) -> None:
    # 3x3: 100 cycles on 64 outputs; 5x5: 400 on 128 outputs, where 3x3 would take 200.
    five = depthwise_costs(result(depthwise(3, 100), depthwise(5, 400, out_c=8)))[1]
    assert five.cycle_ratio == pytest.approx(2.0)
    assert five.matched == 0


def test_depthwise_costs_energy_is_compared_in_the_same_way(
    depthwise: Make, result: Results
) -> None:
    # 65 pJ beside 10 + 20 + 90 + 5 = 125 pJ
    five = depthwise_costs(result(depthwise(3, 1), depthwise(5, 1, energy_dram_pj=90.0)))[1]
    assert five.energy_ratio == pytest.approx(125 / 65)


def test_depthwise_costs_one_size_only_gives_nothing(depthwise: Make, result: Results) -> None:
    assert depthwise_costs(result(depthwise(3, 100), depthwise(3, 50, out_c=8))) == []


def test_network_changes_other_kernel_gives_ratios_to_the_smaller(
    depthwise: Make, layer: Make, result: Results
) -> None:
    small = result(layer(), depthwise(3, 100, index=2), params=1000)
    large = result(layer(), depthwise(5, 700, index=2), params=1040, network="net:kernel=5")
    ((base, changed),) = network_changes([large, small])
    assert base.result is small
    assert (base.params, base.cycles) == (1, 1)
    assert changed.result is large
    assert changed.params == pytest.approx(1.04)
    assert changed.cycles == pytest.approx(1200 / 600)
    assert changed.macs == pytest.approx((14400 + 1600) / (14400 + 576))


@pytest.mark.parametrize(
    "difference",
    [{"hardware": "other"}, {"batch": 2}, {"dataflow": "ws"}, {"objective": "energy"}],
)
def test_network_changes_other_question_is_no_family(
    difference: dict[str, object], depthwise: Make, result: Results
) -> None:
    small, large = result(depthwise(3, 9)), result(depthwise(5, 9), **difference)
    assert network_changes([small, large]) == []


def test_network_changes_other_layers_or_equal_kernels_are_no_family(
    depthwise: Make, result: Results
) -> None:
    net = result(depthwise(3, 9))
    assert network_changes([net, result(depthwise(5, 9, out_h=9))]) == []
    assert network_changes([net, net]) == []
