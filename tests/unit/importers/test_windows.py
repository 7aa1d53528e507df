"""Convolutions and pools with every way to state their windows."""

from __future__ import annotations

import pytest

from accelsim.errors import InputError
from accelsim.workload.operators import Conv, Pool


@pytest.mark.parametrize(
    ("attributes", "padding", "outputs"),
    [
        ({}, (0, 0, 0, 0), (4, 4)),
        ({"pads": [1, 2, 0, 1]}, (1, 2, 0, 1), (5, 7)),
        ({"strides": [2, 2], "auto_pad": "SAME_UPPER"}, (0, 0, 1, 1), (3, 3)),
        ({"strides": [2, 2], "auto_pad": "SAME_LOWER"}, (1, 1, 0, 0), (3, 3)),
        ({"auto_pad": "SAME_UPPER", "dilations": [2, 2]}, (2, 2, 2, 2), (6, 6)),
        ({"strides": [3, 1], "auto_pad": "VALID"}, (0, 0, 0, 0), (2, 4)),
    ],
)
def test_conv_padding_is_stated_or_follows_from_a_rule(load, attributes, padding, outputs) -> None:
    (conv,) = load([("Conv", "x w b", "y", attributes)], {"w": [4, 8, 3, 3], "b": [4]})
    assert (conv.padding, conv.output_shape, conv.bias) == (padding, (4, *outputs), True)
    assert conv.macs == 4 * outputs[0] * outputs[1] * 8 * 9


def test_depthwise_and_grouped_convolutions(load) -> None:
    lines = [("Conv", "x v", "d", {"group": 8}), ("Conv", "d w", "y", {"group": 2})]
    network = load(lines, {"v": [16, 1, 3, 3], "w": [6, 8, 1, 1]})
    assert [(op.type, op.groups, op.params) for op in network] == [("dw", 8, 144), ("group", 2, 48)]


def test_bias_added_behind_a_convolution_is_its_bias(load) -> None:
    network = load([("Conv", "x w", "c"), ("Add", "b c", "y")], {"w": [4, 8, 1, 1], "b": [4, 1, 1]})
    assert [(op.name, op.bias) for op in network] == [("c", True)]


@pytest.mark.parametrize(("shape", "learnables"), [([1, 6], 6), ([1, 4, 6, 6], 144)])
def test_other_constants_behind_a_convolution_are_a_shift(load, shape, learnables: int) -> None:
    network = load([("Conv", "x w", "c"), ("Add", "c b", "y")], {"w": [4, 8, 1, 1], "b": shape})
    assert [getattr(op, "function", op.kind) for op in network] == ["conv", "shift"]
    assert network.params == 32 + learnables


def test_constant_that_does_not_broadcast_is_refused(load) -> None:
    with pytest.raises(InputError, match=r"node 'y': Add: \[1, 4, 6, 6\] and .* do not broad"):
        load([("Conv", "x w", "c"), ("Add", "c b", "y")], {"w": [4, 8, 1, 1], "b": [4]})


def test_one_dimensional_convolution_and_pool_have_one_column(load) -> None:
    lines = [
        ("Conv", "x w", "c", {"pads": [2, 2], "strides": [2]}),
        ("MaxPool", "c", "y", {"kernel_shape": [2], "strides": [2]}),
    ]
    conv, pool = load(lines, {"w": [4, 8, 5]}, {"x": [1, 8, 20]})
    assert (conv.kernel, conv.padding, conv.output_shape) == ((5, 1), (2, 0, 2, 0), (4, 10, 1))
    assert (pool.kernel, pool.output_shape) == ((2, 1), (4, 5, 1))


POOLS = {
    "MaxPool": {"kernel_shape": [3, 3], "strides": [2, 2]},
    "AveragePool": {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
}


@pytest.mark.parametrize("ceil", [0, 1])
@pytest.mark.parametrize("counts", [0, 1])
@pytest.mark.parametrize("op", POOLS)
def test_pool_rounds_and_counts_padding_as_stated(load, op: str, counts: int, ceil: int) -> None:
    attributes = POOLS[op] | {"ceil_mode": ceil}
    if op == "AveragePool":
        attributes["count_include_pad"] = counts
    (pool,) = load([(op, "x", "y", attributes)])
    assert isinstance(pool, Pool)
    # max: (6 - 3) / 2 = 1.5, floor 1 + 1, ceil 2 + 1; avg: (8 - 3) / 2 = 2.5, floor 3, ceil 4
    assert pool.output_shape[1:] == {
        "MaxPool": [(2, 2), (3, 3)], "AveragePool": [(3, 3), (4, 4)],
    }[op][ceil]  # fmt: skip
    assert pool.count_include_pad == (op == "MaxPool" or bool(counts))


def test_global_pools_cover_the_map(load) -> None:
    (mean,) = load([("GlobalAveragePool", "x", "y")])
    (most,) = load([("GlobalMaxPool", "x", "y")])
    assert (mean.mode, mean.kernel) == ("global", (6, 6))
    assert (most.mode, most.kernel, most.output_shape) == ("max", (6, 6), (8, 1, 1))


TRANSPOSED = {
    # (6 - 1) * 2 - pads + (k - 1) * d + 1 + output_padding
    "plain": ({"strides": [2, 2]}, 3, 13),
    "padded": ({"strides": [2, 2], "pads": [1, 1, 1, 1]}, 3, 11),
    "output padding": ({"strides": [2, 2], "pads": [1] * 4, "output_padding": [1, 1]}, 3, 12),
    "output shape": ({"strides": [2, 2], "output_shape": [12, 12]}, 4, 12),
    "same": ({"strides": [2, 2], "auto_pad": "SAME_UPPER"}, 3, 12),
    "dilated": ({"dilations": [2, 2]}, 3, 10),
}


@pytest.mark.parametrize("case", TRANSPOSED)
def test_transposed_convolution_is_a_convolution_of_the_map_with_zeros(load, case: str) -> None:
    attributes, kernel, outputs = TRANSPOSED[case]
    lines = [("ConvTranspose", "x w b", "u", attributes), ("Relu", "u", "y")]
    network = load(lines, {"w": [8, 4, kernel, kernel], "b": [4]})
    conv = network.operators[-1]
    assert isinstance(conv, Conv)
    assert conv.output_shape == (4, outputs, outputs)
    assert (conv.stride, conv.bias, conv.activation) == ((1, 1), True, "relu")
    assert conv.macs == 4 * outputs**2 * 8 * kernel**2
    zeros = [(op.name, op.output_shape) for op in network.operators[:-1]]
    assert zeros == ([] if case == "dilated" else [("u.zeros", (8, 11, 11))])


def test_grouped_transposed_convolution_has_outputs_for_every_group(load) -> None:
    network = load([("ConvTranspose", "x w", "y", {"group": 4})], {"w": [8, 3, 2, 2]})
    assert network.operators[-1].output_shape == (12, 7, 7)
    assert network.params == 12 * 2 * 4


REFUSALS = {
    "filters of other channels": (
        [("Conv", "x w", "y")], {"w": [4, 5, 1, 1]}, "filters of 5 channels in 1 groups do not fit",
    ),
    "groups that do not divide": (
        [("Conv", "x w", "y", {"group": 3})], {"w": [4, 8, 1, 1]}, "do not fit 8 input channels",
    ),
    "computed filters": ([("Conv", "x x", "y")], {}, "its input 1 is not a constant"),
    "larger than the map": ([("Conv", "x w", "y")], {"w": [4, 8, 9, 9]}, "kernel 9x9 .* larger"),
    "three axes": (
        [("MaxPool", "x", "y", {"kernel_shape": [2, 2, 2]})], {}, "a window of 3 axes over 2",
    ),
    "dilated pool": (
        [("MaxPool", "x", "y", {"kernel_shape": [2, 2], "dilations": [2, 2]})], {},
        "cannot be dilated",
    ),
    "positions of maxima": (
        [("MaxPool", "x", "m i", {"kernel_shape": [2, 2]}), ("Add", "m i", "y")], {},
        "positions of maxima are not modelled",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_window_that_has_no_operator_is_refused_with_its_node(load, case: str) -> None:
    lines, weights, message = REFUSALS[case]
    with pytest.raises(InputError, match=message) as raised:
        load(lines, weights)
    assert "node '" in str(raised.value)
