"""MixNet-S: which kernel sizes stand where."""

from __future__ import annotations

from accelsim.networks.mixnet import mixnet_s
from accelsim.workload.operators import Conv

# Source: Tan and Le, BMVC 2019, the architecture of MixNet-S; blocks in order, kernels of each.
MIXNET_S_KERNELS = [
    [3], [3], [3],
    [3, 5, 7], [3, 5], [3, 5], [3, 5],
    [3, 5, 7], [3, 5], [3, 5],
    [3, 5, 7], [3, 5, 7, 9], [3, 5, 7, 9],
    [3, 5, 7, 9, 11], [3, 5, 7, 9], [3, 5, 7, 9],
]  # fmt: skip


def test_mixnet_s_kernels_are_the_papers() -> None:
    blocks: dict[str, list[int]] = {}
    for operator in mixnet_s():
        if isinstance(operator, Conv) and operator.type == "dw":
            block = operator.name.partition(".conv_dw")[0]
            blocks.setdefault(block, []).append(operator.window[0])
    assert list(blocks.values()) == MIXNET_S_KERNELS


def test_mixnet_s_folds_every_batch_norm() -> None:
    network = mixnet_s()
    assert not [op.name for op in network if getattr(op, "function", "") == "batch_norm"]
    assert sum(op.norm_params for op in network) == 4_134_606 - 4_102_414


def test_resolution_scales_macs_of_the_body_and_not_the_params() -> None:
    usual, double = mixnet_s(), mixnet_s(resolution=448)
    assert double.params == usual.params
    stem = (usual.operators[0].macs, double.operators[0].macs)
    assert stem[1] == 4 * stem[0]
