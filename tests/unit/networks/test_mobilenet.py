"""MobileNets at other widths and resolutions against published counts."""

from __future__ import annotations

from dataclasses import fields as field_list

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import WorkloadError
from accelsim.networks.mobilenet import (
    conv_mobilenet,
    mobilenet_v1,
    mobilenet_v2,
    mobilenet_v3_large,
    mobilenet_v3_small,
    thinned,
)
from accelsim.workload.variants import full_conv


def fields(operator) -> dict[str, object]:
    return {field.name: getattr(operator, field.name) for field in field_list(operator)}


# Million MACs and million parameters. Source: Howard et al., arXiv 1704.04861, tables 6 and 7.
V1_PUBLISHED = [
    (1.0, 224, 569, 4.2), (0.75, 224, 325, 2.6), (0.5, 224, 149, 1.3), (0.25, 224, 41, 0.5),
    (1.0, 192, 418, 4.2), (1.0, 160, 290, 4.2), (1.0, 128, 186, 4.2),
]  # fmt: skip

# Million MACs and million parameters. Source: README of tensorflow/models slim mobilenet; its
# parameters are weights and biases without the norms.
V2_PUBLISHED = [
    (1.4, 224, 582, 6.06), (1.3, 224, 509, 5.34), (1.0, 224, 300, 3.47), (1.0, 192, 221, 3.47),
    (1.0, 160, 154, 3.47), (1.0, 128, 99, 3.47), (1.0, 96, 56, 3.47), (0.75, 224, 209, 2.61),
    (0.75, 192, 153, 2.61), (0.75, 160, 107, 2.61), (0.75, 128, 69, 2.61), (0.75, 96, 39, 2.61),
    (0.5, 224, 97, 1.95), (0.5, 192, 71, 1.95), (0.5, 160, 50, 1.95), (0.5, 128, 32, 1.95),
    (0.5, 96, 18, 1.95), (0.35, 224, 59, 1.66), (0.35, 192, 43, 1.66), (0.35, 160, 30, 1.66),
    (0.35, 128, 20, 1.66), (0.35, 96, 11, 1.66),
]  # fmt: skip

# Million parameters, million elements that convolutions and the classifier write. Source: timm's
# benchmark tables (results/benchmark-infer-*.csv, columns param_count and mactivations). Below 0.75
# timm does not scale the stem of V3, the authors' code does.
TIMM = [
    (mobilenet_v1, 1.25, 6.27, 6.30), (mobilenet_v2, 0.35, 1.68, 2.86),
    (mobilenet_v2, 0.5, 1.97, 3.64), (mobilenet_v2, 0.75, 2.64, 5.86),
    (mobilenet_v2, 1.4, 6.11, 9.57), (mobilenet_v3_large, 0.75, 3.99, 4.00),
    (mobilenet_v3_large, 1.0, 5.48, 4.41), (mobilenet_v3_small, 0.75, 2.04, 1.30),
    (mobilenet_v3_small, 1.0, 2.54, 1.42),
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


@pytest.mark.parametrize(("make", "alpha", "mega_params", "mega_outputs"), TIMM)
def test_params_and_outputs_of_other_widths_are_timms(
    make, alpha, mega_params, mega_outputs
) -> None:
    network = make(alpha)
    outputs = sum(op.dims().outputs for op in network if op.kind in ("conv", "linear"))
    assert round(network.params / 1e6, 2) == mega_params
    assert round(outputs / 1e6, 2) == mega_outputs


def test_mobilenet_v3_large_three_quarters_has_the_papers_macs() -> None:
    # Howard et al., ICCV 2019, table 3: V3-Large 0.75, 155 million multiply-adds.
    assert round(mobilenet_v3_large(0.75).macs / 1e6) == 155


def test_conv_mobilenet_counts_are_the_papers() -> None:
    # arXiv 1704.04861, table 4: 29.3 million parameters, 4866 million multiply-adds. The twin has
    # 4867.3 with the classifier (1.0), 4866.3 without it.
    network = conv_mobilenet()
    assert round(network.params / 1e6, 1) == 29.3
    assert round(sum(op.macs for op in network if op.kind == "conv") / 1e6) == 4866


@pytest.mark.parametrize(("alpha", "resolution"), [(1.0, 224), (0.25, 128), (1.4, 97)])
def test_conv_mobilenet_is_mobilenet_v1_in_full_convolutions_up_to_names(alpha, resolution) -> None:
    made, built = full_conv(mobilenet_v1(alpha, resolution)), conv_mobilenet(alpha, resolution)
    assert made.name.endswith("full_conv=yes")
    assert built.name.startswith("conv_mobilenet")
    for ours, theirs in zip(made, built, strict=True):
        nameless = {"name": "", "inputs": (), "outputs": ()}
        assert {**fields(ours), **nameless} == {**fields(theirs), **nameless}


def test_mobilenet_v3_ends_in_a_convolution_on_the_pooled_vector() -> None:
    # Howard et al., ICCV 2019, figure 5: the expensive last layer stands behind the pool.
    for network, last, hidden in (
        (mobilenet_v3_large(), 960, 1280),
        (mobilenet_v3_small(), 576, 1024),
    ):
        expand, pool, head, classifier = network.operators[-4:]
        assert (expand.output_shape, pool.output_shape) == ((last, 7, 7), (last, 1, 1))
        assert (head.output_shape, head.bias, head.activation) == (
            (hidden, 1, 1),
            True,
            "hardswish",
        )
        assert classifier.input_shape == (hidden, 1, 1)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (mobilenet_v3_large(), [3, 3, 3, 5, 5, 5, 3, 3, 3, 3, 3, 3, 5, 5, 5]),
        (mobilenet_v3_small(), [3, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5]),
    ],
)
def test_mobilenet_v3_kernels_are_the_papers(network, expected) -> None:
    # Howard et al., ICCV 2019, tables 1 and 2.
    assert [op.kernel[0] for op in network if op.type == "dw"] == expected


def test_mobilenet_v1_three_quarters_at_128_equals_the_authors_layer_table() -> None:
    # Totals of the body in the header of tensorflow/models slim mobilenet_v1.py.
    body = [op for op in mobilenet_v1(0.75, 128) if op.kind == "conv"]
    assert sum(op.macs for op in body) == 106_002_432
    assert sum(op.weights for op in body) == 1_800_144


@settings(deadline=None, max_examples=20)
@given(
    st.sampled_from([mobilenet_v1, mobilenet_v2, mobilenet_v3_large, mobilenet_v3_small]),
    st.floats(0.25, 1.4), st.integers(32, 256),
)  # fmt: skip
def test_any_width_and_resolution_exists_and_resolution_adds_no_params(
    make, alpha, resolution
) -> None:
    network = make(alpha, resolution)
    assert network.params == make(alpha, 32).params
    assert network.operators[-1].output_shape == (1000, 1, 1)


def test_classes_set_the_last_layer() -> None:
    assert mobilenet_v1(classes=10).operators[-1].output_shape == (10, 1, 1)


@pytest.mark.parametrize(
    ("channels", "alpha", "expected"), [(32, 0.75, 24), (32, 0.1, 8), (64, 0.7, 44)]
)
def test_thinned_rounds_down_and_keeps_eight(channels, alpha, expected) -> None:
    assert thinned(channels, alpha) == expected


def test_names_show_what_differs_from_the_usual() -> None:
    assert mobilenet_v1().name == "mobilenet_v1"
    assert mobilenet_v2(alpha=1, resolution=224).name == "mobilenet_v2"
    assert mobilenet_v2(0.5, 160, 10).name == "mobilenet_v2:alpha=0.5,resolution=160,classes=10"


@pytest.mark.parametrize("alpha", [0, -1, float("nan"), float("inf")])
def test_alpha_that_is_no_width_is_refused(alpha) -> None:
    with pytest.raises(WorkloadError, match=r"mobilenet_v1: alpha = .*; allowed: a number > 0"):
        mobilenet_v1(alpha=alpha)
