"""GoogLeNet, as published and as torchvision builds it."""

from __future__ import annotations

import pytest

from accelsim.networks.inception_v1 import inception_v1, inception_v1_torchvision
from accelsim.workload.operators import Norm, Pool

# Million multiply-adds of each module. Source: Szegedy et al., CVPR 2015, table 1, column ops. It
# says 54 for 5a, but the channels of that row give 51.
PUBLISHED_OPS = {
    "3a": 128, "3b": 304, "4a": 73, "4b": 88, "4c": 100, "4d": 119, "4e": 170, "5a": 51, "5b": 71,
}  # fmt: skip


@pytest.mark.parametrize(("module", "mega_macs"), PUBLISHED_OPS.items())
def test_macs_of_every_module_are_the_papers(module: str, mega_macs: int) -> None:
    macs = sum(op.macs for op in inception_v1() if op.name.startswith(f"inception{module}."))
    assert macs / 1e6 == pytest.approx(mega_macs, abs=1)


def test_operations_of_the_published_network_are_exact() -> None:
    # 3,168,570,904 operations, 6,998,552 parameters: an implementation for "Dive into Deep
    # Learning" (two operations per MAC, one per output for its bias). Weights 6,990,272, biases
    # 8,280.
    network = inception_v1()
    outputs = sum(op.dims().outputs for op in network if op.macs)
    assert 2 * network.macs + outputs == 3_168_570_904
    assert sum(op.weights for op in network) == 6_990_272
    assert sum(op.params - op.weights for op in network) == 8_280


def test_published_network_has_true_five_by_five_branches() -> None:
    ours = {op.name: op for op in inception_v1() if op.kernel == (5, 5)}
    assert list(ours) == [f"inception{module}.branch3.1" for module in PUBLISHED_OPS]
    assert not [op for op in inception_v1_torchvision() if op.kernel == (5, 5)]


def test_readings_differ_in_the_third_branch_norms_and_one_pool() -> None:
    ours, torchvision = inception_v1(), inception_v1_torchvision()
    assert [op.name for op in ours if isinstance(op, Norm)] == ["lrn1", "lrn2"]
    assert not [op for op in torchvision if isinstance(op, Norm)]
    assert sum(op.norm_params for op in torchvision) == 6_624_904 - 6_609_344 - 1000
    pools = [
        {op.name: op.kernel for op in network if isinstance(op, Pool) and op.name[:3] == "max"}
        for network in (ours, torchvision)
    ]
    assert pools[0] == {f"maxpool{index}": (3, 3) for index in range(1, 5)}
    assert pools[1] == {**pools[0], "maxpool4": (2, 2)}


@pytest.mark.parametrize("make", [inception_v1, inception_v1_torchvision])
def test_maps_shrink_as_in_table_1(make) -> None:
    # Ceiling mode: (112 - 3) / 2 = 54.5 steps give 56 outputs, not 55.
    sizes = [op.output_shape for op in make() if op.name.startswith("maxpool")]
    assert sizes == [(64, 56, 56), (192, 28, 28), (480, 14, 14), (832, 7, 7)]
    (last,) = [op for op in make() if op.name == "inception5b.concat"]
    assert last.output_shape == (1024, 7, 7)
