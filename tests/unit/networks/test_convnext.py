"""ConvNeXt-Tiny."""

from __future__ import annotations

from accelsim.networks.convnext import convnext_tiny
from accelsim.workload.operators import Conv, Linear


def test_linear_operators_on_maps_have_93_percent_of_the_macs() -> None:
    # timm 1.0.31 traced: 93 % of the MACs are linear on maps, 2.4 % are the 7x7 depthwise ones.
    network = convnext_tiny()
    on_maps = sum(op.macs for op in network if isinstance(op, Linear) and op.input_shape[1] > 1)
    assert round(on_maps / network.macs, 2) == 0.93
    depthwise = [op for op in network if op.type == "dw"]
    assert {op.kernel for op in depthwise} == {(7, 7)}
    assert round(sum(op.macs for op in depthwise) / network.macs, 3) == 0.024


def test_blocks_are_those_of_figure_4() -> None:
    block = [op for op in convnext_tiny() if op.name.startswith("stages.1.blocks.2.")]
    names = [op.name.removeprefix("stages.1.blocks.2.") for op in block]
    assert names == ["conv_dw", "norm", "mlp.fc1", "mlp.fc2", "gamma", "add"]
    assert [op.output_shape[0] for op in block] == [192, 192, 768, 192, 192, 192]
    assert [op.activation for op in block] == [None, None, "gelu", None, None, None]
    # 7*7 weights and a bias; scale and shift; two matrices with biases; one factor per channel.
    assert [op.params for op in block] == [
        192 * 50, 2 * 192, 192 * 768 + 768, 768 * 192 + 192, 192, 0,
    ]  # fmt: skip
    assert block[-1].inputs == ("stages.1.blocks.2.gamma", "stages.1.blocks.1.add")


def test_stages_have_the_papers_blocks_and_maps() -> None:
    ends = {op.name.split(".")[1]: op for op in convnext_tiny() if op.name.endswith(".add")}
    assert [op.output_shape for op in ends.values()] == [
        (96, 56, 56), (192, 28, 28), (384, 14, 14), (768, 7, 7),
    ]  # fmt: skip
    strided = [op for op in convnext_tiny() if isinstance(op, Conv) and op.stride != (1, 1)]
    assert [(op.kernel, op.stride) for op in strided] == [((4, 4), (4, 4))] + [((2, 2), (2, 2))] * 3
    assert sum(op.name.endswith(".add") for op in convnext_tiny()) == 3 + 3 + 9 + 3
