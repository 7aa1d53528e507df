import pytest

from accelsim.study.guideline_blocks import Bottleneck, Fragments, Grouped, Pair, network_of
from accelsim.study.guideline_rows import CASES, DEVICES, GUIDELINES, SCALES, measured

PIXELS = 56 * 56


def test_network_of_a_pair_is_twenty_convolutions_between_the_two_widths():
    net = network_of(Pair("1:12"), (36, 432))
    assert len(net.operators) == 20
    assert net.macs == 20 * PIXELS * 36 * 432
    assert {operator.output_shape for operator in net.operators} == {(36, 56, 56), (432, 56, 56)}


def test_network_of_groups_has_a_grouped_convolution_per_block():
    net = network_of(Grouped(8), (360,))
    assert [operator.groups for operator in net.operators] == [8] * 10
    assert net.macs == 10 * PIXELS * 360 * 360 // 8


def test_widths_that_the_groups_do_not_divide_are_rounded_to_the_nearest_that_they_do():
    assert Grouped(8).widths((180,)) == (184,)
    assert Grouped(4).widths((128,)) == (128,)


@pytest.mark.parametrize("count", [2, 4])
def test_network_of_parallel_fragments_adds_them_up_in_pairs(count):
    series = network_of(Fragments(count), (256,))
    parallel = network_of(Fragments(count, parallel=True), (256,))
    assert series.macs == parallel.macs == pytest.approx(10 * PIXELS * 256**2, rel=0.01)
    kinds = [operator.kind for operator in parallel.operators]
    assert (kinds.count("conv"), kinds.count("elementwise")) == (10 * count, 10 * (count - 1))
    assert {operator.kind for operator in series.operators} == {"conv"}


@pytest.mark.parametrize("relu", [True, False])
@pytest.mark.parametrize("shortcut", [True, False])
def test_network_of_a_bottleneck_has_relu_and_shortcut_as_asked(relu, shortcut):
    net = network_of(Bottleneck(relu=relu, shortcut=shortcut), (64,))
    assert net.macs == 10 * PIXELS * (64 * 16 + 9 * 16 * 16 + 16 * 64)
    adds = [operator for operator in net.operators if operator.kind == "elementwise"]
    assert len(adds) == 10 * shortcut
    fused = [operator.activation for operator in net.operators if operator.activation]
    assert len(fused) == 30 * relu


def test_cases_of_a_guideline_and_scale_have_about_the_same_macs():
    """What the paper says of its tables, and what shows that the scale is of the channels."""
    for device in DEVICES:
        for guideline in GUIDELINES:
            for scale in SCALES:
                macs = [
                    network_of(figure.block, figure.channels).macs
                    for figure in measured(device)
                    if (figure.guideline, figure.scale) == (guideline, scale)
                ]
                assert max(macs) / min(macs) < 1.09


def test_measured_gives_every_figure_of_the_four_tables_once():
    assert [len(list(measured(device))) for device in DEVICES] == [51, 51]
    assert len(CASES) * len(SCALES) == 51
    figures = {(f.guideline, str(f.block), f.scale): f.per_s for f in measured("gpu")}
    assert figures["G1", "c1:c2 = 1:12", 2] == 392
    assert figures["G4", "without ReLU, without shortcut", 4] == 1782
