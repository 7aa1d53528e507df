"""VGG: depth, maps, and what the resolution changes."""

from __future__ import annotations

import pytest

from accelsim.errors import WorkloadError
from accelsim.networks.vgg import vgg


@pytest.mark.parametrize(("name", "depth"), [("vgg16", 16), ("vgg19", 19)])
def test_vgg_has_the_weighted_layers_that_its_name_counts(name: str, depth: int) -> None:
    layers = [op for op in vgg(name) if op.weights]
    assert len(layers) == depth
    assert [op.activation for op in layers] == ["relu"] * (depth - 1) + [None]


def test_vgg16_pools_halve_the_map_to_7x7() -> None:
    pools = [op.output_shape for op in vgg("vgg16") if op.kind == "pool"]
    assert pools == [(64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (512, 7, 7)]


def test_vgg16_first_linear_layer_reads_the_map_that_is_left() -> None:
    usual, small = vgg("vgg16"), vgg("vgg16", resolution=96)
    assert usual.params - small.params == (7 * 7 - 3 * 3) * 512 * 4096


def test_vgg16_map_that_shrinks_away_is_refused() -> None:
    with pytest.raises(WorkloadError, match="pool5: kernel 2x2"):
        vgg("vgg16", resolution=31)
