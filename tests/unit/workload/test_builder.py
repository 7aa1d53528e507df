"""Shapes that follow, and layers that do not fit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import WorkloadError
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window


def started(*shape: int) -> tuple[NetworkBuilder, str]:
    net = NetworkBuilder("net")
    return net, net.input("image", shape or (16, 8, 8))


def positions(size: int, kernel: int, stride: int, dilation: int, before: int, after: int) -> int:
    """Places of a window on an axis, by moving it until it leaves the padded map."""
    start, count = -before, 0
    while start + (kernel - 1) * dilation < size + after:
        start, count = start + stride, count + 1
    return count


axis = st.tuples(
    st.integers(1, 14), st.integers(1, 4), st.integers(1, 3), st.integers(1, 2),
    st.integers(0, 3), st.integers(0, 3),
).filter(lambda a: a[0] + a[4] + a[5] >= (a[1] - 1) * a[3] + 1)  # fmt: skip


@settings(deadline=None)
@given(axis, axis, st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_conv_counts_equal_the_walk_of_the_window(rows, columns, groups, in_c, out_c, bias) -> None:
    net = NetworkBuilder("net")
    x = net.input("image", (groups * in_c, rows[0], columns[0]))
    walk = window(
        (rows[1], columns[1]), (rows[2], columns[2]), (rows[4], columns[4], rows[5], columns[5]),
        (rows[3], columns[3]),
    )  # fmt: skip
    net.conv("conv", x, groups * out_c, walk, groups=groups, bias=bias)
    (conv,) = net.build().operators
    height, width = positions(*rows), positions(*columns)
    filters, taps = groups * out_c, in_c * rows[1] * columns[1]
    assert conv.output_shape == (filters, height, width)
    assert conv.params == filters * taps + (filters if bias else 0)
    assert conv.macs == filters * height * width * taps
    assert conv.dims(batch=3).macs == 3 * conv.macs
    assert conv.flops == 2 * conv.macs


def test_pool_uses_the_floor_rule() -> None:
    net, x = started(16, 6, 7)
    net.pool("pool", x, "max", window(3, stride=2))
    assert net.shape("pool") == (16, 2, 3)


def windows_rounded_up(size: int, kernel: int, stride: int, before: int, after: int) -> int:
    """Windows until every position of the padded map is covered, none from after the map on."""
    count, start = 1, stride - before
    while start + kernel - stride < size + after and start < size:
        start, count = start + stride, count + 1
    return count


@settings(deadline=None)
@given(
    st.integers(1, 20), st.integers(1, 5), st.integers(1, 6), st.integers(0, 4), st.integers(0, 4)
)
def test_pool_with_ceil_covers_the_map_but_starts_in_it(size, kernel, stride, before, after):
    if max(before, after) >= kernel or size + before + after < kernel:
        return
    net = NetworkBuilder("net")
    x = net.input("image", (2, size, 7))
    walk = window((kernel, 1), (stride, 1), (before, 0, after, 0))
    net.pool("pool", x, "max", walk, ceil=True)
    assert net.shape("pool") == (2, windows_rounded_up(size, kernel, stride, before, after), 7)


def test_pool_with_ceil_of_torchvision_figures() -> None:
    # SqueezeNet: 3x3/2 on 111 -> 55, on 54 -> 27 (floor 26). GoogLeNet: on 112 -> 56 (floor 55).
    for size, outputs in ((111, 55), (54, 27), (112, 56)):
        net, x = started(8, size, size)
        net.pool("pool", x, "max", window(3, stride=2), ceil=True)
        assert net.shape("pool") == (8, outputs, outputs)


@settings(deadline=None)
@given(
    st.integers(1, 9), st.integers(1, 5), st.integers(1, 4), st.integers(1, 2),
    st.integers(0, 3), st.integers(-2, 3),
)  # fmt: skip
def test_conv_transpose_reaches_as_far_as_its_scattered_taps(
    size, kernel, stride, dilation, before, after
) -> None:
    # Every input position scatters its taps to stride*position + dilation*tap; padding crops them.
    if max(before, after) > dilation * (kernel - 1):
        return
    net = NetworkBuilder("net")
    x = net.input("image", (6, size, 3))
    walk = window((kernel, 1), (stride, 1), (before, 0, after, 0), (dilation, 1))
    reached = [stride * p + dilation * t for p in range(size) for t in range(kernel)]
    outputs = max(reached) + 1 - before - after
    if outputs < 1:
        return
    net.conv_transpose("deconv", x, 4, walk, groups=2)
    network = net.build()
    assert network.operators[-1].output_shape == (4, outputs, 3)
    assert network.macs == 4 * outputs * 3 * (6 // 2) * kernel
    assert network.params == 4 * (6 // 2) * kernel
    assert [op.name for op in network] == (
        ["deconv"] if stride == 1 or size == 1 else ["deconv.zeros", "deconv"]
    )


def test_norm_scale_and_shift_count_their_learnables() -> None:
    net, x = started(16, 4, 4)
    x = net.shift("position", net.scale("gamma", net.norm("ln", x)), 16 * 4 * 4)
    net.norm("plain", x, 0)
    network = net.build()
    assert [operator.params for operator in network] == [32, 16, 256, 0]
    assert network.params == 32 + 16 + 256
    assert network.macs == 0


def test_moves_give_the_shape_asked_for() -> None:
    net, x = started(16, 4, 6)
    assert net.shape(net.reshape("tokens", x, (16, 24, 1))) == (16, 24, 1)
    assert net.shape(net.transpose("mixed", "tokens", (24, 16, 1))) == (24, 16, 1)
    assert net.shape(net.transpose("last", x)) == (16, 4, 6)
    assert net.shape(net.pad("pad", x, (1, 0, 2, 3), channels=4)) == (20, 7, 9)
    assert net.shape(net.upsample("up", x, (8, 12))) == (16, 8, 12)
    assert net.shape(net.slice("crop", x, (16, 3, 3))) == (16, 3, 3)


def test_concat_may_lie_along_rows_or_columns() -> None:
    net, x = started(16, 4, 6)
    wide = net.upsample("wide", x, (4, 2))
    assert net.shape(net.concat("rows", x, x, along="rows")) == (16, 8, 6)
    assert net.shape(net.concat("columns", x, wide, along="columns")) == (16, 4, 8)


def test_lookup_gives_every_index_a_row_of_the_table() -> None:
    net, x = started(1, 7, 1)
    net.lookup("words", x, 32, learnables=3200)
    (lookup,) = net.build().operators
    assert (lookup.output_shape, lookup.params) == ((32, 7, 1), 3200)


def test_repeat_copies_a_map_along_its_sides() -> None:
    net, x = started(2, 1, 3)
    assert net.shape(net.repeat("more", x, (4, 5, 3))) == (4, 5, 3)


def test_add_broadcasts_a_term_of_one_pixel() -> None:
    net, x = started()
    assert net.shape(net.add("sum", net.pool("mean", x, "global"), x)) == (16, 8, 8)


def test_global_pool_covers_the_map() -> None:
    net, x = started(16, 6, 7)
    net.pool("pool", x, "global")
    (pool,) = net.build().operators
    assert (pool.kernel, pool.output_shape, pool.macs) == ((6, 7), (16, 1, 1), 0)


def test_mul_broadcasts_a_gate() -> None:
    net, x = started()
    gate = net.pool("mean", x, "global")
    assert net.shape(net.mul("scaled", gate, x)) == (16, 8, 8)


def test_concat_adds_channels_and_split_gives_them_back() -> None:
    net, x = started()
    parts = net.split("split", x, [4, 12])
    assert parts == ("split.0", "split.1")
    assert [net.shape(part) for part in parts] == [(4, 8, 8), (12, 8, 8)]
    assert net.shape(net.concat("concat", *parts)) == (16, 8, 8)


def test_flatten_then_linear_is_a_dense_layer_over_the_map() -> None:
    net, x = started(16, 7, 7)
    net.linear("fc", net.flatten("flat", x), 10)
    network = net.build()
    assert network.params == 16 * 7 * 7 * 10 + 10
    assert network.macs == 16 * 7 * 7 * 10


def test_attention_matmuls_count_heads_rows_depth_columns() -> None:
    # 3 heads of depth 4 over 2x5 = 10 rows: scores 3 * (10x4 by 4x10), values 3 * (10x10 by 10x4).
    net, x = started(12, 2, 5)
    scores = net.matmul("scores", x, x, heads=3, transposed=True)
    assert net.shape(scores) == (30, 2, 5)
    values = net.matmul("values", net.softmax("softmax", scores), x, heads=3)
    assert net.shape(values) == (12, 2, 5)
    network = net.build()
    assert network.macs == 3 * 10 * 4 * 10 + 3 * 10 * 10 * 4
    assert network.operators[0].dims(batch=2).macs == 2 * 3 * 10 * 4 * 10
    assert network.params == 0


def test_amend_states_what_is_fused() -> None:
    net, x = started()
    net.conv("conv", x, 4, window(1))
    net.amend("conv", "relu", 8)
    (conv,) = net.build().operators
    assert (conv.activation, conv.norm_params) == ("relu", 8)


def test_unread_names_open_ends_in_order() -> None:
    net, x = started()
    left, right = net.split("split", x, [8, 8])
    net.add("add", left, left)
    assert net.unread() == (right, "add")


Break = Callable[[NetworkBuilder, str], object]
REFUSALS: dict[str, tuple[Break, str]] = {
    "kernel larger than the padded map": (
        lambda net, x: net.conv("big", x, 4, window(9)),
        r"big: kernel 9x9 with dilation 1x1 is larger than 'image' 16x8x8 padded to 8x8; pad the "
        r"map, or take a smaller kernel",
    ),
    "groups that do not divide": (
        lambda net, x: net.conv("odd", x, 6, window(1), groups=4),
        r"odd: groups = 4 must divide the 16 input and the 6 output channels",
    ),
    "stride zero": (
        lambda net, x: net.conv("still", x, 4, window(1, stride=0)),
        r"still: kernel \(1, 1\), stride \(0, 0\) and dilation \(1, 1\) must be >= 1",
    ),
    "negative padding": (
        lambda net, x: net.conv("crop", x, 4, window(1, padding=-1)),
        r"crop: .* padding \(-1, -1, -1, -1\) >= 0",
    ),
    "no channels": (
        lambda net, x: net.conv("none", x, 0, window(1)),
        r"none: shape \(0, 8, 8\): every size must be >= 1",
    ),
    "sum of different channels": (
        lambda net, x: net.add("sum", x, net.conv("thin", x, 4, window(1))),
        r"sum: adds 'image' 16x8x8 and 'thin' 4x8x8, which differ; bring them to one shape with a "
        r"convolution",
    ),
    "product of different maps": (
        lambda net, x: net.mul("product", x, net.pool("half", x, "max", window(2, stride=2))),
        r"product: multiplies 'image' 16x8x8 and 'half' 16x4x4, which differ; every factor needs "
        r"16 channels \(or 1\) and 8x8 pixels \(or 1x1\)",
    ),
    "concat of different maps": (
        lambda net, x: net.concat("join", x, net.pool("half", x, "max", window(2, stride=2))),
        r"join: joins 'image' 16x8x8 and 'half' 16x4x4, whose height or width differ; give the "
        r"branches the same strides and paddings",
    ),
    "concat of rows of different width": (
        lambda net, x: net.concat("join", x, net.upsample("wide", x, (8, 9)), along="rows"),
        r"join: joins 'image' 16x8x8 and 'wide' 16x8x9, whose shape beside their rows differ",
    ),
    "concat along nothing": (
        lambda net, x: net.concat("join", x, x, along="depth"),
        r"join: along 'depth'; allowed: channels, rows, columns",
    ),
    "repeat to a part": (
        lambda net, x: net.repeat("more", x, (16, 12, 8)),
        r"more: \(16, 8, 8\) repeated cannot be \(16, 12, 8\)",
    ),
    "sections that do not add up": (
        lambda net, x: net.split("parts", x, [8, 9]),
        r"parts: sections \[8, 9\] add up to 17, but 'image' 16x8x8 has 16 channels",
    ),
    "empty section": (
        lambda net, x: net.split("parts", x, [16, 0]),
        r"parts: .*every section must be >= 1",
    ),
    "shuffle groups that do not divide": (
        lambda net, x: net.shuffle("mix", x, 3),
        r"mix: groups = 3 must divide the 16 channels",
    ),
    "heads that do not divide": (
        lambda net, x: net.matmul("attend", x, x, heads=5),
        r"attend: heads = 5 must divide the channels of 'image' 16x8x8 and 'image' 16x8x8",
    ),
    "products of different depth": (
        lambda net, x: net.matmul("attend", x, x),
        r"attend: .* the depth per head is 16 on the left and 64 on the right; set transposed",
    ),
    "pool in the padding": (
        lambda net, x: net.pool("empty", x, "max", window(2, padding=2)),
        r"empty: padding \(2, 2, 2, 2\) reaches the window \(2, 2\); a window must touch the map",
    ),
    "pool without window": (
        lambda net, x: net.pool("open", x, "max"),
        r"open: a max or avg pool needs a window, a global one has none",
    ),
    "transposed convolution that crops": (
        lambda net, x: net.conv_transpose("up", x, 4, window(2, stride=2, padding=2)),
        r"up: padding \(2, 2, 2, 2\) would crop .*; allowed: up to dilation x \(kernel - 1\) = 1 "
        r"rows, 1 columns",
    ),
    "transposed convolution of stride zero": (
        lambda net, x: net.conv_transpose("up", x, 4, window(2, stride=0)),
        r"up: kernel \(2, 2\), stride \(0, 0\) and dilation \(1, 1\) must be >= 1",
    ),
    "reshape to other elements": (
        lambda net, x: net.reshape("flat", x, (16, 8, 9)),
        r"flat: a reshape of \(16, 8, 8\) cannot give \(16, 8, 9\)",
    ),
    "slice that grows": (
        lambda net, x: net.slice("crop", x, (16, 9, 8)),
        r"crop: a slice of \(16, 8, 8\) cannot be \(16, 9, 8\)",
    ),
    "pad that crops": (
        lambda net, x: net.pad("pad", x, (-1, 0, 0, 0)),
        r"pad: padding \(-1, 0, 0, 0\) and channels 0 must be >= 0; take a slice to crop",
    ),
    "dilated pool": (
        lambda net, x: net.pool("wide", x, "avg", window(2, dilation=2)),
        r"wide: dilation \(2, 2\): a pool cannot be dilated",
    ),
    "misspelt activation": (
        lambda net, x: net.activation("act", x, "relo"),
        r"act: activation 'relo' is unknown; allowed: relu, .*; did you mean 'relu'\?",
    ),
    "misspelt tensor": (
        lambda net, x: net.softmax("out", "imagge"),
        r"out: reads 'imagge', which nothing before it makes; did you mean 'image'\?",
    ),
    "name taken": (
        lambda net, x: net.softmax("image", x),
        r"image: an operator or tensor has this name already",
    ),
    "part name taken": (
        lambda net, x: (net.softmax("parts.1", x), net.split("parts", x, [8, 8])),
        r"parts.1: an operator or tensor has this name already",
    ),
    "nothing to add": (
        lambda net, x: net.add("sum"),
        r"sum: reads nothing; an operator needs at least one input",
    ),
    "image of two sizes": (
        lambda net, x: net.input("mask", (3, 8)),
        r"mask: shape \(3, 8\): allowed: channels, height and width, three whole numbers >= 1",
    ),
    "image of zero height": (
        lambda net, x: net.input("mask", (3, 0, 8)),
        r"mask: shape \(3, 0, 8\)",
    ),
    "unread input": (
        lambda net, x: net.build(),
        r"net: no operator reads the input 'image'; remove it",
    ),
    "shape of nothing": (
        lambda net, x: net.shape("imag"),
        r"net: nothing makes 'imag' so far; did you mean 'image'\?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_builder_refuses_and_names_operator_shapes_and_remedy(case: str) -> None:
    net, x = started()
    act, message = REFUSALS[case]
    with pytest.raises(WorkloadError, match=message):
        act(net, x)


def test_refused_operator_leaves_the_builder_as_it_was() -> None:
    net, x = started()
    with pytest.raises(WorkloadError):
        net.conv("conv", x, 4, window(9))
    net.conv("conv", x, 4, window(3))
    assert len(net.build().operators) == 1
