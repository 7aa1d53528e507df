"""MixNet: which kernel sizes stand where, and the members' sizes."""

from __future__ import annotations

import pytest

from accelsim.networks.mixnet import NETWORKS, mixnet_s
from accelsim.workload.network import Network
from accelsim.workload.operators import Conv

# Source: Tan and Le, BMVC 2019, the architecture of MixNet-S; blocks in order, kernels of each.
MIXNET_S_KERNELS = [
    [3], [3], [3],
    [3, 5, 7], [3, 5], [3, 5], [3, 5],
    [3, 5, 7], [3, 5], [3, 5],
    [3, 5, 7], [3, 5, 7, 9], [3, 5, 7, 9],
    [3, 5, 7, 9, 11], [3, 5, 7, 9], [3, 5, 7, 9],
]  # fmt: skip


# The same for MixNet-M, whose blocks L widens; XL repeats the last block of stages 2 to 5.
MIXNET_M_STAGES = [
    [[3]],
    [[3, 5, 7], [3]],
    [[3, 5, 7, 9], *[[3, 5]] * 3],
    [[3, 5, 7], *[[3, 5, 7, 9]] * 3],
    [[3], *[[3, 5, 7, 9]] * 3],
    [[3, 5, 7, 9], *[[3, 5, 7, 9]] * 3],
]
MIXNET_XL_STAGES = [stage if len(stage) < 4 else [*stage, stage[-1]] for stage in MIXNET_M_STAGES]


def kernels_of_blocks(network: Network) -> list[list[int]]:
    blocks: dict[str, list[int]] = {}
    for operator in network:
        if isinstance(operator, Conv) and operator.type == "dw":
            block = operator.name.partition(".conv_dw")[0]
            blocks.setdefault(block, []).append(operator.window[0])
    return list(blocks.values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mixnet_s", MIXNET_S_KERNELS),
        ("mixnet_m", [block for stage in MIXNET_M_STAGES for block in stage]),
        ("mixnet_l", [block for stage in MIXNET_M_STAGES for block in stage]),
        ("mixnet_xl", [block for stage in MIXNET_XL_STAGES for block in stage]),
    ],
)
def test_mixnet_kernels_are_the_papers(name: str, expected) -> None:
    assert kernels_of_blocks(NETWORKS[name]()) == expected


@pytest.mark.parametrize(
    ("name", "mega_params", "giga_macs", "mega_outputs"),
    [
        # Source: timm, benchmark tables (S, M, L), model card of mixnet_xl.ra_in1k (XL). Outputs
        # are elements that convolutions and the classifier write; MACs count norms there.
        ("mixnet_s", 4.13, 0.25, 6.25), ("mixnet_m", 5.01, 0.36, 8.19),
        ("mixnet_l", 7.33, 0.58, 10.84), ("mixnet_xl", 11.9, 0.9, 14.6),
    ],
)  # fmt: skip
def test_mixnet_sizes_are_timms(name, mega_params, giga_macs, mega_outputs) -> None:
    network = NETWORKS[name]()
    outputs = sum(op.dims().outputs for op in network if op.kind in ("conv", "linear"))
    assert network.params / 1e6 == pytest.approx(mega_params, abs=0.005)
    assert outputs / 1e6 == pytest.approx(mega_outputs, abs=0.05)
    assert 0.93 * giga_macs < network.macs / 1e9 < 1.02 * giga_macs


def test_mixnet_l_and_xl_are_m_wider_and_deeper() -> None:
    medium = NETWORKS["mixnet_m"]
    assert medium(alpha=1.3).operators == NETWORKS["mixnet_l"]().operators
    assert medium(alpha=1.6, depth=1.2).operators == NETWORKS["mixnet_xl"]().operators
    assert medium(alpha=1.3).name == "mixnet_m:alpha=1.3"
    assert NETWORKS["mixnet_xl"]().name == "mixnet_xl"


def test_mixnet_s_alone_has_an_eleven_by_eleven_kernel() -> None:
    largest = {name: max(max(kernels_of_blocks(make()))) for name, make in NETWORKS.items()}
    assert largest == {"mixnet_s": 11, "mixnet_m": 9, "mixnet_l": 9, "mixnet_xl": 9}


def test_mixnet_s_folds_every_batch_norm() -> None:
    network = mixnet_s()
    assert not [op.name for op in network if getattr(op, "function", "") == "batch_norm"]
    assert sum(op.norm_params for op in network) == 4_134_606 - 4_102_414


def test_resolution_scales_macs_of_the_body_and_not_the_params() -> None:
    usual, double = mixnet_s(), mixnet_s(resolution=448)
    assert double.params == usual.params
    stem = (usual.operators[0].macs, double.operators[0].macs)
    assert stem[1] == 4 * stem[0]
