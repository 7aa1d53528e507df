"""Inception v3: branches and factored kernels."""

from __future__ import annotations

import pytest

from accelsim.errors import WorkloadError
from accelsim.networks.inception import inception_v3


def test_inception_v3_maps_shrink_as_in_the_papers_table_1() -> None:
    concats = [
        op.output_shape for op in inception_v3() if op.name.endswith(("_6a.concat", "_7a.concat"))
    ]
    assert concats == [(768, 17, 17), (1280, 8, 8)]


def test_inception_v3_asymmetric_kernels_have_a_third_of_the_macs() -> None:
    network = inception_v3()
    asymmetric = sum(op.macs for op in network if op.macs and op.kernel[0] != op.kernel[1])
    assert asymmetric == 1_718_009_856
    assert network.macs == 5_713_216_096


def test_inception_v3_image_too_small_is_refused_at_the_operator() -> None:
    with pytest.raises(WorkloadError, match=r"is larger than .*; pad the map, or take a smaller"):
        inception_v3(resolution=32)
