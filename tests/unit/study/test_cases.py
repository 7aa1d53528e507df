"""Sizes come from the definitions; cases have the weights and MACs that their names say."""

import pytest

from accelsim.study.cases import (
    KERNELS,
    TYPES,
    Case,
    Size,
    convolutions,
    mix_kernels,
    network_of,
    sizes,
)

MOBILENET_V1 = {(112, 32), (56, 128), (28, 256), (14, 512), (7, 1024)}
"""Depthwise layers of stride 1, Howard et al., arXiv 1704.04861, table 1."""

MIXNET_S = {(112, 16), (56, 72), (28, 240), (14, 480), (7, 1200)}
"""Tan and Le, BMVC 2019, figure 5: widest depthwise input of stride 1 at each map."""


def test_sizes_are_those_of_the_published_tables():
    assert set(sizes()) == MOBILENET_V1 | MIXNET_S
    assert len(set(sizes())) == len(sizes())
    assert [size.in_h for size in sizes()] == sorted((s.in_h for s in sizes()), reverse=True)


def weights(kind: str, kernel: int, channels: int) -> int:
    if kind == "conv":
        return channels * channels * kernel**2
    if kind == "dw":
        return channels * kernel**2
    if kind == "dws":
        return channels * kernel**2 + channels**2
    parts = list(range(3, kernel + 1, 2)) or [1]
    return sum(channels // len(parts) * side**2 for side in parts)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("kernel", KERNELS)
def test_network_of_a_case_has_its_weights_and_macs(kind, kernel):
    network = network_of(Case(kernel, kind, Size(14, 240)))  # 240 divides by 1 to 5 parts
    assert network.params == weights(kind, kernel, 240)
    assert network.macs == network.params * 14 * 14
    for conv in convolutions(network):
        assert conv.output_shape[1:] == (14, 14)


def test_mix_kernels_are_mixnets():
    assert mix_kernels(1) == (1,)
    assert mix_kernels(3) == (3,)
    assert mix_kernels(9) == (3, 5, 7, 9)


def test_scope_is_block_for_two_operators_in_a_row():
    assert {kind: Case(3, kind, Size(7, 8)).scope for kind in TYPES} == {
        "conv": "operator", "dw": "operator", "dws": "block", "mix": "operator",
    }  # fmt: skip
