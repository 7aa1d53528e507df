"""MobileNets at other widths and resolutions against published counts."""

from __future__ import annotations

import pytest

from accelsim.errors import WorkloadError
from accelsim.networks.mobilenet import divisible, mobilenet_v1, mobilenet_v2, thinned

# Million MACs and million parameters. Source: Howard et al., arXiv 1704.04861, tables 6 and 7.
V1_PUBLISHED = [
    (1.0, 224, 569, 4.2), (0.75, 224, 325, 2.6), (0.5, 224, 149, 1.3), (0.25, 224, 41, 0.5),
    (1.0, 192, 418, 4.2), (1.0, 160, 290, 4.2), (1.0, 128, 186, 4.2),
]  # fmt: skip

# Million MACs and million parameters. Source: README of tensorflow/models slim mobilenet; its
# parameters are weights and biases without the norms.
V2_PUBLISHED = [
    (1.4, 224, 582, 6.06), (1.3, 224, 509, 5.34), (1.0, 224, 300, 3.47), (1.0, 192, 221, 3.47),
    (1.0, 160, 154, 3.47), (1.0, 96, 56, 3.47), (0.75, 224, 209, 2.61), (0.5, 224, 97, 1.95),
    (0.5, 128, 32, 1.95), (0.35, 224, 59, 1.66), (0.35, 96, 11, 1.66),
]  # fmt: skip


@pytest.mark.parametrize(("alpha", "resolution", "mega_macs", "mega_params"), V1_PUBLISHED)
def test_mobilenet_v1_counts_are_the_papers(alpha, resolution, mega_macs, mega_params) -> None:
    network = mobilenet_v1(alpha, resolution)
    assert network.macs / 1e6 == pytest.approx(mega_macs, abs=1)
    assert network.params / 1e6 == pytest.approx(mega_params, abs=0.05)


@pytest.mark.parametrize(("alpha", "resolution", "mega_macs", "mega_params"), V2_PUBLISHED)
def test_mobilenet_v2_counts_are_the_authors(alpha, resolution, mega_macs, mega_params) -> None:
    network = mobilenet_v2(alpha, resolution)
    assert network.macs / 1e6 == pytest.approx(mega_macs, abs=1)
    params = sum(operator.params for operator in network)
    assert params / 1e6 == pytest.approx(mega_params, abs=0.011)


def test_mobilenet_v1_three_quarters_at_128_equals_the_authors_layer_table() -> None:
    # Totals of the body in the header of tensorflow/models slim mobilenet_v1.py.
    body = [op for op in mobilenet_v1(0.75, 128) if op.kind == "conv"]
    assert sum(op.macs for op in body) == 106_002_432
    assert sum(op.weights for op in body) == 1_800_144


def test_classes_set_the_last_layer() -> None:
    assert mobilenet_v1(classes=10).operators[-1].output_shape == (10, 1, 1)


@pytest.mark.parametrize(
    ("channels", "alpha", "expected"), [(32, 0.75, 24), (32, 0.1, 8), (64, 0.7, 44)]
)
def test_thinned_rounds_down_and_keeps_eight(channels, alpha, expected) -> None:
    assert thinned(channels, alpha) == expected


@pytest.mark.parametrize(
    ("channels", "expected"),
    [(1, 8), (11.2, 16), (12, 16), (8.4, 8), (32, 32), (33.6, 32), (44.8, 48)],
)
def test_divisible_is_the_nearest_multiple_of_eight_above_ninety_percent(
    channels, expected
) -> None:
    # 11.2 rounds to 8, which is less than 0.9 * 11.2 = 10.08, so it becomes 16.
    assert divisible(channels) == expected


def test_names_show_what_differs_from_the_usual() -> None:
    assert mobilenet_v1().name == "mobilenet_v1"
    assert mobilenet_v2(alpha=1, resolution=224).name == "mobilenet_v2"
    assert mobilenet_v2(0.5, 160, 10).name == "mobilenet_v2:alpha=0.5,resolution=160,classes=10"


@pytest.mark.parametrize("alpha", [0, -1, float("nan"), float("inf")])
def test_alpha_that_is_no_width_is_refused(alpha) -> None:
    with pytest.raises(WorkloadError, match=r"mobilenet_v1: alpha = .*; allowed: a number > 0"):
        mobilenet_v1(alpha=alpha)
