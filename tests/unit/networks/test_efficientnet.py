"""EfficientNet B0 to B7 and Lite0: scaling in width and depth, padding."""

from __future__ import annotations

import pytest

from accelsim.errors import WorkloadError
from accelsim.networks.efficientnet import MEMBERS, NETWORKS, efficientnet_lite0
from accelsim.workload.operators import Conv

# Billion multiply-adds, million parameters. Source: Tan and Le, ICML 2019, table 2.
PUBLISHED = [
    ("efficientnet_b0", 0.39, 5.3), ("efficientnet_b1", 0.70, 7.8), ("efficientnet_b2", 1.0, 9.2),
    ("efficientnet_b3", 1.8, 12), ("efficientnet_b4", 4.2, 19), ("efficientnet_b5", 9.9, 30),
    ("efficientnet_b6", 19, 43), ("efficientnet_b7", 37, 66),
]  # fmt: skip

# Width, depth, resolution, parameters. Source: github.com/tensorflow/tpu, efficientnet/lite
# (scaling), README of FrancescoSaverioZuppichini/glasses (parameters).
LITE = [
    (1.0, 1.0, 224, 4_652_008), (1.0, 1.1, 240, 5_416_680), (1.1, 1.2, 260, 6_092_072),
    (1.2, 1.4, 280, 8_197_096), (1.4, 1.8, 300, 13_006_568),
]  # fmt: skip


@pytest.mark.parametrize(("name", "giga_macs", "mega_params"), PUBLISHED)
def test_counts_are_within_five_percent_of_the_papers(name, giga_macs, mega_params) -> None:
    # The paper counts at its own rounding; test_network_totals has the exact parameters.
    network = NETWORKS[name]()
    assert network.macs / 1e9 == pytest.approx(giga_macs, rel=0.05)
    assert network.params / 1e6 == pytest.approx(mega_params, rel=0.02)


@pytest.mark.parametrize(("name", "member"), MEMBERS.items())
def test_b0_with_the_members_multipliers_is_the_member(name, member) -> None:
    scaled = NETWORKS["efficientnet_b0"](**member._asdict())
    assert scaled.operators == NETWORKS[name]().operators
    assert NETWORKS[name]().name == name


def test_b3_repeats_and_widens_the_stages() -> None:
    # ceil(1.4 * (1, 2, 2, 3, 3, 4, 1)); multiples of 8 near 1.2 * (16, 24, 40, 80, 112, 192, 320).
    ends = [op for op in NETWORKS["efficientnet_b3"]() if op.name.endswith("conv_pwl")]
    stages: dict[str, list[int]] = {}
    for op in NETWORKS["efficientnet_b3"]():
        if op.type == "dw":
            stages.setdefault(op.name.split(".")[1], []).append(op.stride[0])
    assert [len(strides) for strides in stages.values()] == [2, 3, 3, 5, 5, 6, 2]
    assert [strides[0] for strides in stages.values()] == [1, 2, 2, 2, 1, 2, 1]
    widths = {op.name.split(".")[1]: op.output_shape[0] for op in ends}
    assert list(widths.values()) == [32, 48, 96, 136, 232, 384]


def test_tf_padding_moves_padding_of_strided_convolutions_and_nothing_else() -> None:
    ours, tf = NETWORKS["efficientnet_b0"](), NETWORKS["efficientnet_b0"](padding="tf")
    assert tf.name == "efficientnet_b0:padding=tf"
    assert tf.operators == NETWORKS["tf_efficientnet_b0"]().operators
    for symmetric, shifted in zip(ours, tf, strict=True):
        if isinstance(shifted, Conv) and shifted.stride == (2, 2):
            k = shifted.kernel[0]
            assert symmetric.padding == (k // 2,) * 4
            assert shifted.padding == ((k - 2) // 2,) * 2 + ((k - 1) // 2,) * 2
        else:
            assert shifted == symmetric


def test_unknown_padding_is_refused() -> None:
    with pytest.raises(WorkloadError, match=r"padding 'valid' is unknown; allowed: symmetric, tf"):
        NETWORKS["efficientnet_b0"](padding="valid")


@pytest.mark.parametrize(("alpha", "depth", "resolution", "params"), LITE)
def test_lite0_scales_to_the_larger_members(alpha, depth, resolution, params) -> None:
    network = efficientnet_lite0(alpha, depth, resolution)
    assert network.params == params


def test_lite0_has_no_gate_and_keeps_stem_and_head_at_any_width() -> None:
    network = efficientnet_lite0(alpha=2.0, depth=3.0)
    assert not [op for op in network if op.kind == "elementwise" and op.function == "mul"]
    assert network.operators[0].output_shape[0] == 32
    assert network.operators[-1].input_shape[0] == 1280
    assert {op.activation for op in network if op.kind == "conv"} == {"relu6", None}
