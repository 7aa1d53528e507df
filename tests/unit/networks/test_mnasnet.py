"""MnasNet-B1."""

from __future__ import annotations

import pytest

from accelsim.networks.mnasnet import mnasnet_100


def test_kernels_and_shortcuts_are_the_papers() -> None:
    # Tan et al., CVPR 2019: SepConv 3x3; MBConv3 3x3 x3, 5x5 x3; MBConv6 5x5 x3, 3x3 x2, 5x5 x4,
    # 3x3 x1; a shortcut in every block but the first of a stage.
    network = mnasnet_100()
    kernels = [op.kernel[0] for op in network if op.type == "dw"]
    assert kernels == [3] * 4 + [5] * 6 + [3] * 2 + [5] * 4 + [3]
    assert sum(op.kind == "elementwise" for op in network) == 2 + 2 + 2 + 1 + 3


@pytest.mark.parametrize(("alpha", "mega_params"), [(0.5, 2.22), (0.75, 3.17), (1.4, 7.12)])
def test_other_widths_have_timms_params(alpha, mega_params) -> None:
    # timm's benchmark tables: mnasnet_050, mnasnet_075, mnasnet_140.
    assert round(mnasnet_100(alpha).params / 1e6, 2) == mega_params


def test_first_block_has_no_shortcut_even_where_widths_agree() -> None:
    # At 0.25 the stem and the first stage have 8 channels each.
    operators = {op.name: op for op in mnasnet_100(0.25)}
    assert operators["blocks.0.0.conv_dw"].input_shape[0] == 8
    assert operators["blocks.0.0.conv_pw"].output_shape[0] == 8
    assert "blocks.0.0.add" not in operators
