"""Xception: what passes the ReLU and what does not."""

from __future__ import annotations

import pytest

from accelsim.networks.xception import xception
from accelsim.workload.operators import Elementwise


def test_xception_has_the_36_convolutions_that_the_paper_counts() -> None:
    # Section 4: "36 convolutional layers", a separable convolution being one.
    network = xception()
    stem = [op for op in network if op.name in ("conv1", "conv2")]
    assert len(stem) + sum(op.type == "dw" for op in network) == 36


@pytest.mark.parametrize("block", range(2, 13))
def test_block_adds_its_raw_input_and_filters_the_positive_part(block: int) -> None:
    network = {op.name: op for op in xception()}
    relu = network[f"block{block}.rep.0"]
    assert (relu.function, relu.inputs) == ("relu", (f"block{block - 1}.add",))
    assert network[f"block{block}.rep.1.conv1"].inputs == (relu.name,)
    shortcut = network[f"block{block}.add"].inputs[1]
    skip = network.get(f"block{block}.skip")
    assert (skip.inputs if skip else (shortcut,)) == (f"block{block - 1}.add",)
    assert shortcut == (skip.name if skip else f"block{block - 1}.add")


def test_only_the_relus_before_a_block_stay_operators() -> None:
    apart = [op.name for op in xception() if isinstance(op, Elementwise) and op.function == "relu"]
    assert apart == [f"block{block}.rep.0" for block in range(2, 13)]


def test_xception_maps_shrink_as_in_timm() -> None:
    pools = [op.output_shape for op in xception() if op.kind == "pool"]
    assert pools == [(128, 74, 74), (256, 37, 37), (728, 19, 19), (1024, 10, 10), (2048, 1, 1)]
