"""EfficientNet-EdgeTPU: full convolutions first, and the two readings of their strides."""

from __future__ import annotations

import pytest

from accelsim.networks.efficientnet_edgetpu import NETWORKS
from accelsim.workload.network import Network


def outputs(network: Network) -> int:
    """Elements that convolutions and the classifier write."""
    return sum(op.dims().outputs for op in network if op.kind in ("conv", "linear"))


@pytest.mark.parametrize(
    ("name", "giga_ops"),
    [("efficientnet_edgetpu_s", 4.72), ("efficientnet_edgetpu_m", 7.34),
     ("efficientnet_edgetpu_l", 19.36)],
)  # fmt: skip
def test_operations_are_those_of_the_authors_models(name: str, giga_ops: float) -> None:
    # Vitis AI 2.0 model zoo, tf_efficientnet-edgetpu-S/M/L made from the authors' checkpoints: two
    # operations per MAC and one per output for its bias.
    network = NETWORKS[name]()
    assert round((2 * network.macs + outputs(network)) / 1e9, 2) == giga_ops


@pytest.mark.parametrize(
    ("name", "mega_outputs", "digits"),
    [("efficientnet_es", 8.73, 2), ("efficientnet_em", 14.3, 1), ("efficientnet_el", 30.7, 1)],
)
def test_outputs_of_timms_reading_are_timms(name: str, mega_outputs, digits: int) -> None:
    # timm: benchmark table (es), model cards of efficientnet_em.ra2_in1k, efficientnet_el.ra_in1k.
    assert round(outputs(NETWORKS[name]()) / 1e6, digits) == mega_outputs


@pytest.mark.parametrize("size", ["s", "m", "l"])
def test_readings_differ_in_macs_of_the_strided_full_convolutions_alone(size: str) -> None:
    authors, timm = NETWORKS[f"efficientnet_edgetpu_{size}"](), NETWORKS[f"efficientnet_e{size}"]()
    assert authors.params == timm.params
    changed = [ours.name for ours, theirs in zip(authors, timm, strict=True) if ours != theirs]
    strided = [op.name for op in timm if op.name.endswith("conv_exp") and op.stride == (2, 2)]
    projected = [name.replace("conv_exp", "conv_pwl") for name in strided]
    assert changed == [name for pair in zip(strided, projected, strict=True) for name in pair]
    assert len(strided) == 2
    for ours, theirs in zip(authors, timm, strict=True):
        if ours.name in strided:
            # One output for every input pixel instead of one for every fourth.
            assert ours.macs * theirs.output_shape[1] ** 2 == theirs.macs * ours.input_shape[1] ** 2


def test_first_stage_expands_its_output_channels_without_shortcut() -> None:
    # 24 * 4 = 96 from 32 channels; L: 32 * 4 = 128 from 40, in two blocks of equal width.
    operators = {op.name: op for op in NETWORKS["efficientnet_edgetpu_s"]()}
    first = operators["blocks.0.0.conv_exp"]
    assert (first.input_shape[0], first.output_shape[0]) == (32, 96)
    large = {op.name: op for op in NETWORKS["efficientnet_edgetpu_l"]()}
    assert large["blocks.0.1.conv_exp"].input_shape[0] == 32
    assert large["blocks.0.1.conv_exp"].output_shape[0] == 128
    assert "blocks.0.1.add" not in large


def test_last_stages_are_depthwise_five_by_five() -> None:
    kernels = [op.kernel for op in NETWORKS["efficientnet_edgetpu_s"]() if op.type == "dw"]
    assert kernels == [(5, 5)] * 11


def test_small_with_the_multipliers_of_large_is_large() -> None:
    small = NETWORKS["efficientnet_edgetpu_s"](alpha=1.2, depth=1.4, resolution=300)
    assert small.operators == NETWORKS["efficientnet_edgetpu_l"]().operators
    assert small.name == "efficientnet_edgetpu_s:alpha=1.2,depth=1.4,resolution=300"
