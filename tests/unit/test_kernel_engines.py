import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.cost.engines import line_buffers, streaming_engine
from accelsim.cost.operands import Widths
from accelsim.errors import UsageError
from accelsim.kernel_engines import WAYS, EngineRow, layer_work, mixed_engines, row_area_um2
from accelsim.workload.dims import ConvDims

ONE = EngineRow(3, engines=1)


def depthwise(kernel, size=28, channels=1, stride=1):
    """A depthwise convolution with `same` padding."""
    outputs = -(-size // stride)
    return ConvDims(
        G=channels, P=outputs, Q=outputs, R=kernel, S=kernel, H=size, W=size,
        stride_h=stride, stride_w=stride, pad_top=kernel // 2, pad_left=kernel // 2,
    )  # fmt: skip


@pytest.mark.parametrize(("kernel", "cycles", "passes"), [(3, 816, 1), (5, 3736, 4), (7, 8406, 9)])
def test_passes_on_3x3_engines_cost_what_rtl_says(kernel, cycles, passes):
    mixed = mixed_engines("passes", [depthwise(kernel)], ONE)
    assert mixed.cycles == cycles
    assert layer_work(depthwise(kernel), ONE).passes == passes
    assert mixed.partial_sums == (passes - 1) * 28 * 28


@pytest.mark.parametrize(("kernel", "ratio"), [(5, 4.58), (7, 10.3)])
def test_cycles_of_3x3_engines_grow_faster_than_parameters(kernel, ratio):
    three, more = (mixed_engines("passes", [depthwise(k)], ONE).cycles for k in (3, kernel))
    assert more / three == pytest.approx(ratio, abs=0.01)
    assert more / three > kernel**2 / 9


MIX = [depthwise(3, channels=120), depthwise(5, channels=120), depthwise(7, channels=120)]


def test_side_by_side_has_engines_of_every_size_that_work_one_after_the_other():
    mixed = mixed_engines("side_by_side", MIX, EngineRow(3))
    assert [share.row.window for share in mixed.shares] == [3, 5, 7]
    # 120 channels on 16 engines: 8 rounds of 28 x 28 pixels and the fill of each window
    assert [share.cycles for share in mixed.shares] == [8 * 816, 8 * 845, 8 * 874]
    assert mixed.cycles == 8 * (816 + 845 + 874)
    areas = [row_area_um2(EngineRow(kernel), 28) for kernel in (3, 5, 7)]
    assert mixed.area_um2 == pytest.approx(sum(areas))
    taps = 16 * (9 + 25 + 49)
    assert mixed.utilization == pytest.approx(120 * 784 * (9 + 25 + 49) / (taps * mixed.cycles))


def test_largest_has_one_size_that_every_layer_fills_anew():
    mixed = mixed_engines("largest", MIX, EngineRow(3))
    (share,) = mixed.shares
    assert share.row.window == 7
    assert mixed.cycles == 3 * 8 * 874
    assert mixed.area_um2 == pytest.approx(row_area_um2(EngineRow(7), 28))
    assert mixed.partial_sums == 0


def test_area_of_a_row_is_engines_and_their_line_buffers():
    engine, lines = streaming_engine(5, registered_tree=True), line_buffers(5, 56, storage="fifo")
    row = EngineRow(5, engines=3, registered_tree=True, storage="fifo")
    assert row_area_um2(row, 56) == pytest.approx(3 * (engine.area_um2 + lines.area_um2))


@pytest.mark.parametrize("way", WAYS)
def test_area_of_a_mix_is_that_of_engines_of_the_operand_widths(way):
    row = EngineRow(3, widths=Widths(16, 16, 40))
    engine = streaming_engine(3, bits=16, accumulator_bits=40)
    one = engine.area_um2 + line_buffers(3, 28, 16).area_um2
    assert mixed_engines(way, [depthwise(3)], row).area_um2 == pytest.approx(16 * one, rel=1e-12)


def test_line_buffers_are_as_long_as_the_widest_map():
    layers = [depthwise(3, 14), depthwise(3, 112)]
    mixed = mixed_engines("largest", layers, EngineRow(3))
    assert mixed.area_um2 == pytest.approx(row_area_um2(EngineRow(3), 112))


def test_stride_drops_results_and_no_pixels():
    whole, half = (layer_work(depthwise(3, stride=s), ONE).cycles for s in (1, 2))
    assert half == whole


def test_dilation_needs_the_window_that_it_spreads_over():
    layer = ConvDims(
        P=28, Q=28, R=3, S=3, H=28, W=28, dilation_h=2, dilation_w=2, pad_top=2, pad_left=2
    )
    (share,) = mixed_engines("side_by_side", [layer], ONE).shares
    assert (share.row.window, share.cycles) == (5, 845)


def test_filters_of_a_group_share_its_stream():
    layer = ConvDims(G=4, K=8, C=3, P=14, Q=14, R=3, S=3, H=14, W=14, pad_top=1, pad_left=1)
    # 16 engines take the 8 filters of two groups at once, one of 3 channels after the other
    work = layer_work(layer, EngineRow(3))
    assert work.passes == 2 * 3
    assert work.partial_sums == 4 * 8 * 14 * 14 * 2


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.builds(
            depthwise,
            st.sampled_from([1, 3, 5, 7, 9]),
            st.integers(7, 56),
            st.integers(1, 40),
            st.integers(1, 2),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_ways_keep_their_order_whatever_the_mix(layers):
    side, largest, passes = (
        mixed_engines(way, layers, EngineRow(3)) for way in ("side_by_side", "largest", "passes")
    )
    assert side.cycles <= largest.cycles
    assert side.area_um2 >= largest.area_um2
    assert passes.macs == side.macs == largest.macs == sum(layer.macs for layer in layers)
    for mixed in (side, largest, passes):
        assert 0 < mixed.utilization <= 1


def test_unknown_way_is_refused_with_a_suggestion():
    with pytest.raises(UsageError, match=r"way = 'pass'; allowed: .*did you mean 'passes'"):
        mixed_engines("pass", MIX, ONE)


def test_no_layers_are_refused():
    with pytest.raises(UsageError, match="one layer at least"):
        mixed_engines(WAYS[0], [], ONE)
