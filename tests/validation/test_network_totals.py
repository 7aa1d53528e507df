"""Parameters and MACs of whole networks against published totals."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from accelsim.networks.registry import load_network

TORCHVISION = "torchvision, metadata of the weights (num_params, _ops in GMACs)"
RESNET = "He et al., CVPR 2016, table 1 (GMACs, cut or rounded); parameters as in torchvision"
SHUFFLENET = (
    "Zhang et al., CVPR 2018, table 1, which counts the convolutions; parameters of the same "
    "structure: README of osmr/imgclsmob"
)
XCEPTION = "Chollet, CVPR 2017, table 3 (parameters); timm 1.0.31 traced (MACs)"
ALEXNET = "netscope on bvlc_alexnet (parameters); Sze et al., Proc. IEEE 2017, table II (MACs)"

MOBILENET = "Howard et al., arXiv 1704.04861, table 6 (MACs); README of osmr/imgclsmob (parameters)"
MIXNET = "README of osmr/imgclsmob (parameters); timm 1.0.31 traced (MACs)"
EDGETPU = "README of osmr/imgclsmob (parameters); Vitis AI 2.0 model zoo, half its GOPs (MACs)"
LITE = "README of FrancescoSaverioZuppichini/glasses (parameters); timm 1.0.31 traced (MACs)"
GOOGLENET = "README of HewlettPackard/dlcookbook-dlbs (parameters); MACs: see test_inception_v1"
INCEPTION_V3 = "README of osmr/imgclsmob (parameters, no auxiliary head); torchvision (MACs)"
INCEPTION_V4 = "README of osmr/imgclsmob (parameters); Vitis AI 2.0, half of 24.5 GOPs (MACs)"
INCEPTION_RESNET = "README of osmr/imgclsmob (parameters); timm 1.0.31 traced (MACs)"


class Total(NamedTuple):
    """Published totals: parameters exactly, million MACs up to the rounding of the source."""

    name: str
    params: int
    mega_macs: float
    rounding: float
    source: str
    convolutions_only: bool = False


TOTALS = (
    Total("resnet18", 11_689_512, 1814, 0.5, TORCHVISION),
    Total("resnet34", 21_797_672, 3664, 0.5, TORCHVISION),
    Total("resnet50", 25_557_032, 4089, 0.5, TORCHVISION),
    Total("resnet101", 44_549_160, 7801, 0.5, TORCHVISION),
    Total("resnet152", 60_192_808, 11514, 0.5, TORCHVISION),
    Total("resnet50_v1", 25_557_032, 3800, 100, RESNET),
    Total("resnet101_v1", 44_549_160, 7600, 100, RESNET),
    Total("resnet152_v1", 60_192_808, 11300, 100, RESNET),
    Total("resnext50_32x4d", 25_028_904, 4230, 0.5, TORCHVISION),
    Total("densenet121", 7_978_856, 2834, 0.5, TORCHVISION),
    Total("xception", 22_855_952, 8357, 0.5, XCEPTION),
    Total("shufflenet_v1_g1", 1_531_936, 143, 0.5, SHUFFLENET, convolutions_only=True),
    Total("shufflenet_v1_g2", 1_733_848, 140, 0.5, SHUFFLENET, convolutions_only=True),
    Total("shufflenet_v1_g3", 1_865_728, 137, 0.5, SHUFFLENET, convolutions_only=True),
    Total("shufflenet_v1_g4", 1_968_344, 133, 0.5, SHUFFLENET, convolutions_only=True),
    Total("shufflenet_v1_g8", 2_434_768, 137, 0.5, SHUFFLENET, convolutions_only=True),
    Total("shufflenet_v2_x0_5", 1_366_792, 40, 0.5, TORCHVISION),
    Total("shufflenet_v2_x1_0", 2_278_604, 145, 0.5, TORCHVISION),
    Total("shufflenet_v2_x1_5", 3_503_624, 296, 0.5, TORCHVISION),
    Total("shufflenet_v2_x2_0", 7_393_996, 583, 0.5, TORCHVISION),
    Total("squeezenet1_0", 1_248_424, 819, 0.5, TORCHVISION),
    Total("squeezenet1_1", 1_235_496, 349, 0.5, TORCHVISION),
    Total("vgg16", 138_357_544, 15470, 0.5, TORCHVISION),
    Total("vgg19", 143_667_240, 19632, 0.5, TORCHVISION),
    Total("alexnet", 60_965_224, 724, 0.5, ALEXNET),
    Total("mobilenet_v1", 4_231_976, 569, 0.5, MOBILENET),
    Total("mobilenet_v1:alpha=0.75", 2_585_560, 325, 0.5, MOBILENET),
    Total("mobilenet_v1:alpha=0.5", 1_331_592, 149, 0.5, MOBILENET),
    Total("mobilenet_v1:alpha=0.25", 470_072, 41, 0.5, MOBILENET),
    Total("mobilenet_v2", 3_504_872, 301, 0.5, TORCHVISION),
    Total("mobilenet_v3_large", 5_483_032, 217, 0.5, TORCHVISION),
    Total("mobilenet_v3_small", 2_542_856, 57, 0.5, TORCHVISION),
    Total("mixnet_s", 4_134_606, 239.17336, 1e-9, MIXNET),
    Total("mixnet_m", 5_014_382, 339.2, 0.05, MIXNET),
    Total("mixnet_l", 7_329_252, 555.3, 0.05, MIXNET),
    Total("efficientnet_b0", 5_288_548, 386, 0.5, TORCHVISION),
    Total("efficientnet_b1", 7_794_184, 687, 0.5, TORCHVISION),
    Total("efficientnet_b2:resolution=288", 9_109_994, 1088, 0.5, TORCHVISION),
    Total("efficientnet_b3", 12_233_232, 1827, 0.5, TORCHVISION),
    Total("efficientnet_b4", 19_341_616, 4394, 0.5, TORCHVISION),
    Total("efficientnet_b5", 30_389_784, 10266, 0.5, TORCHVISION),
    Total("efficientnet_b6", 43_040_704, 19068, 0.5, TORCHVISION),
    Total("efficientnet_b7", 66_347_960, 37746, 0.5, TORCHVISION),
    Total("tf_efficientnet_b0", 5_288_548, 386, 0.5, TORCHVISION),
    Total("efficientnet_lite0", 4_652_008, 385.2, 0.05, LITE),
    Total("efficientnet_edgetpu_s", 5_438_392, 2360, 10, EDGETPU),
    Total("efficientnet_edgetpu_m", 6_899_496, 3670, 10, EDGETPU),
    Total("efficientnet_edgetpu_l", 10_589_712, 9680, 20, EDGETPU),
    Total("mnasnet_100", 4_383_312, 314, 0.5, TORCHVISION),
    Total("mnasnet_100:alpha=0.5", 2_218_512, 104, 0.5, TORCHVISION),
    Total("mnasnet_100:alpha=0.75", 3_170_208, 215, 0.5, TORCHVISION),
    Total("mnasnet_100:alpha=1.3", 6_282_256, 526, 0.5, TORCHVISION),
    Total("convnext_tiny", 28_589_128, 4456, 0.5, TORCHVISION),
    Total("inception_v1", 6_998_552, 1582.671872, 1e-9, GOOGLENET),
    Total("inception_v1_torchvision", 6_624_904, 1498, 0.5, TORCHVISION),
    Total("inception_v3", 23_834_568, 5713, 0.5, INCEPTION_V3),
    Total("inception_v4", 42_679_816, 12250, 25, INCEPTION_V4),
    Total("inception_resnet_v2", 55_843_464, 13156, 0.5, INCEPTION_RESNET),
)  # fmt: skip


@pytest.mark.parametrize("total", TOTALS, ids=lambda total: total.name)
def test_params_and_macs_equal_the_published_totals(total: Total) -> None:
    network = load_network(total.name)
    counted = [op for op in network if op.kind == "conv" or not total.convolutions_only]
    assert network.params == total.params, total.source
    mega_macs = sum(op.macs for op in counted) / 1e6
    assert mega_macs == pytest.approx(total.mega_macs, abs=total.rounding), total.source
