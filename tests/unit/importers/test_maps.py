"""Reductions and changes of size."""

from __future__ import annotations

import numpy as np
import pytest

from accelsim.errors import InputError
from accelsim.workload.operators import Pool


@pytest.mark.parametrize(
    ("axes", "keepdims", "kernel", "mode"),
    [
        ([2, 3], 1, (6, 7), "global"),
        ([-1, -2], 0, (6, 7), "global"),
        ([2], 1, (6, 1), "avg"),
        ([3], 1, (1, 7), "avg"),
    ],
)
def test_mean_over_pixels_is_a_pool(load, axes, keepdims, kernel, mode) -> None:
    attributes = {"axes": axes, "keepdims": keepdims}
    (pool,) = load([("ReduceMean", "x", "y", attributes)], inputs={"x": [1, 8, 6, 7]})
    assert (pool.mode, pool.kernel) == (mode, kernel)
    assert pool.output_shape == (
        8,
        *(1 if k > 1 else s for k, s in zip(kernel, (6, 7), strict=True)),
    )


def test_newer_opset_gives_axes_as_input(load) -> None:
    (pool,) = load([("ReduceMean", "x a", "y")], {"a": np.array([2, 3])}, opset=18)
    assert pool.mode == "global"


def test_maximum_over_pixels_is_a_max_pool(load) -> None:
    (pool,) = load([("ReduceMax", "x", "y", {"axes": [2, 3]})])
    assert (pool.mode, pool.kernel) == ("max", (6, 6))


def test_mean_over_channels_takes_them_as_pixels(load) -> None:
    move, pool = load([("ReduceMean", "x", "y", {"axes": [1]})])
    assert (move.function, move.output_shape) == ("transpose", (36, 8, 1))
    assert isinstance(pool, Pool)
    assert pool.output_shape == (36, 1, 1)


def test_mean_over_tokens_is_a_global_pool_and_linear_follows(load) -> None:
    lines = [("ReduceMean", "x", "m", {"axes": [1], "keepdims": 0}), ("Gemm", "m w b", "y")]
    pool, linear = load(lines, {"w": [8, 10], "b": [10]}, {"x": [1, 5, 8]})
    assert (pool.kernel, pool.output_shape) == ((5, 1), (8, 1, 1))
    assert linear.macs == 80


def test_mean_over_a_batch_is_refused(load) -> None:
    with pytest.raises(InputError, match="it reduces over the batch"):
        load([("ReduceMean", "x", "y", {"axes": [0]})], inputs={"x": [2, 8, 6, 6]})


SIZES = {
    "scales": (("Resize", "x none s", "y"), {"s": np.array([1, 1, 2, 1.5], np.float32)}, 13),
    "sizes": (("Resize", "x none none z", "y"), {"z": np.array([1, 8, 12, 9])}, 13),
    "older": (("Upsample", "x s", "y"), {"s": np.array([1, 1, 2, 1.5], np.float32)}, 9),
    "axes": (
        ("Resize", "x none s", "y", {"axes": [2, 3]}), {"s": np.array([2, 1.5], np.float32)}, 18,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SIZES)
def test_resize_gives_the_height_and_width_asked_for(load, case: str) -> None:
    line, weights, opset = SIZES[case]
    (move,) = load([line], weights | {"none": np.array([], np.float32)}, opset=opset)
    assert (move.function, move.output_shape) == ("upsample", (8, 12, 9))


def test_resize_to_the_same_size_is_nothing(load) -> None:
    lines = [("Resize", "x none s", "a"), ("Relu", "a", "y")]
    weights = {"s": np.ones(4, np.float32), "none": np.array([], np.float32)}
    assert [op.name for op in load(lines, weights)] == ["y"]


def test_resize_of_channels_is_refused(load) -> None:
    weights = {"s": np.array([1, 2, 1, 1], np.float32), "none": np.array([], np.float32)}
    with pytest.raises(InputError, match="which is more than a map"):
        load([("Resize", "x none s", "y")], weights)


def test_size_taken_from_another_map_is_evaluated(load) -> None:
    # F.interpolate(small, size=x.shape[2:]) as exporters write it
    lines = [
        ("MaxPool", "x", "small", {"kernel_shape": [2, 2], "strides": [2, 2]}),
        ("Shape", "x", "s"), ("Slice", "s two four zero", "hw"),
        ("Shape", "small", "t"), ("Slice", "t zero two zero", "nc"),
        ("Concat", "nc hw", "z", {"axis": 0}), ("Resize", "small none none z", "y"),
    ]  # fmt: skip
    weights = {
        "zero": np.array([0]), "two": np.array([2]), "four": np.array([4]),
        "none": np.array([], np.float32),
    }  # fmt: skip
    network = load(lines, weights)
    assert [op.output_shape for op in network] == [(8, 3, 3), (8, 6, 6)]
