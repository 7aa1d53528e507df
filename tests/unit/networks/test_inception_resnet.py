"""Inception-ResNet v2."""

from __future__ import annotations

from accelsim.networks.inception_resnet import inception_resnet_v2
from accelsim.workload.operators import Elementwise


def test_forty_sums_of_which_all_but_the_last_have_a_relu() -> None:
    # 10 modules on 35x35, 20 on 17x17, 9 on 8x8, one more without ReLU.
    sums = [op for op in inception_resnet_v2() if isinstance(op, Elementwise)]
    assert {op.function for op in sums} == {"add"}
    assert [op.activation for op in sums] == ["relu"] * 39 + [None]


def test_maps_shrink_as_in_figure_15() -> None:
    # Szegedy et al., AAAI 2017: 35x35x320, 17x17x1088, 8x8x2080 in the authors' code.
    outputs = {op.name: op.output_shape for op in inception_resnet_v2()}
    assert outputs["mixed_5b.concat"] == (320, 35, 35)
    assert outputs["mixed_6a.concat"] == (1088, 17, 17)
    assert outputs["mixed_7a.concat"] == outputs["block8.add"] == (2080, 8, 8)


def test_projections_have_a_bias_and_no_norm() -> None:
    projections = [op for op in inception_resnet_v2() if op.name.endswith(".conv2d")]
    assert len(projections) == 40
    assert all(op.bias and op.norm_params == 0 for op in projections)
    others = [op for op in inception_resnet_v2() if op.kind == "conv" and op not in projections]
    assert all(op.norm_params == 2 * op.output_shape[0] and not op.bias for op in others)
