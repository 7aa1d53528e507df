"""AlexNet against the figure of its paper and the layers that Eyeriss ran."""

from __future__ import annotations

import pytest

from accelsim.networks.alexnet import alexnet
from accelsim.workload.operators import elements

# Outputs of every layer, caption of figure 2 of Krizhevsky et al., NIPS 2012. For the first layer
# it says 253,440, which is not 96 x 55 x 55 = 290,400; the figure itself shows 55 x 55.
NEURONS = {
    "conv1": 290_400, "conv2": 186_624, "conv3": 64_896, "conv4": 64_896, "conv5": 43_264,
    "fc6": 4096, "fc7": 4096, "fc8": 1000,
}  # fmt: skip

# GMACs of 4 images, and channels that a filter reads. Source: Chen et al., Eyeriss, JSSC 2017,
# table V, and ISCA 2016, table II (shapes).
EYERISS = {
    "conv1": (0.42, 3), "conv2": (0.90, 48), "conv3": (0.60, 256), "conv4": (0.45, 192),
    "conv5": (0.30, 192),
}  # fmt: skip


def test_alexnet_outputs_are_the_papers() -> None:
    found = {op.name: elements(op.output_shape) for op in alexnet() if op.weights}
    assert found == NEURONS


@pytest.mark.parametrize("name", EYERISS)
def test_alexnet_convolutions_are_those_that_eyeriss_ran(name: str) -> None:
    conv = next(op for op in alexnet() if op.name == name)
    giga_macs, channels = EYERISS[name]
    assert 4 * conv.macs / 1e9 == pytest.approx(giga_macs, abs=0.005)
    assert conv.input_shape[0] // conv.groups == channels


def test_alexnet_norms_and_pools_stand_where_the_paper_says() -> None:
    # Section 3.5: norms follow the first and second convolution, pools both norms and the fifth.
    order = [op.name for op in alexnet() if op.kind in ("conv", "norm", "pool")]
    assert order == [
        "conv1", "norm1", "pool1", "conv2", "norm2", "pool2", "conv3", "conv4", "conv5", "pool5",
    ]  # fmt: skip
    assert all(op.activation == "relu" for op in alexnet() if op.kind == "conv")
    assert not [op for op in alexnet() if op.kind == "norm" and op.params]
