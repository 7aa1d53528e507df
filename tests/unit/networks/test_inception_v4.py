"""Inception v4."""

from __future__ import annotations

from accelsim.networks.inception_v4 import inception_v4
from accelsim.workload.operators import Concat, Pool


def test_asymmetric_kernels_have_42_percent_of_the_macs() -> None:
    # timm 1.0.31 traced: 42 % of the MACs are 1x7, 7x1, 1x3, 3x1; 25 concats.
    network = inception_v4()
    asymmetric = sum(op.macs for op in network if op.macs and op.kernel[0] != op.kernel[1])
    assert round(asymmetric / network.macs, 2) == 0.42
    assert sum(isinstance(op, Concat) for op in network) == 25


def test_maps_shrink_as_in_figure_9() -> None:
    # Szegedy et al., AAAI 2017, figure 9: 35x35x384, 17x17x1024, 8x8x1536.
    outputs = {op.name: op.output_shape for op in inception_v4()}
    assert outputs["features.5.concat"] == (384, 35, 35)
    assert outputs["features.10.concat"] == (1024, 17, 17)
    assert outputs["features.18.concat"] == outputs["features.21.concat_3"] == (1536, 8, 8)


def test_average_pools_leave_the_padding_out() -> None:
    pools = [op for op in inception_v4() if isinstance(op, Pool) and op.mode == "avg"]
    assert len(pools) == 4 + 7 + 3
    assert not any(op.count_include_pad for op in pools)
