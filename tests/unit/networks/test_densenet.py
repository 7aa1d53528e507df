"""DenseNet: who reads what, and which norms stay operators."""

from __future__ import annotations

from accelsim.networks.densenet import densenet121
from accelsim.workload.operators import Concat, Elementwise


def test_densenet121_has_the_weighted_layers_that_its_name_counts() -> None:
    assert len([op for op in densenet121() if op.weights]) == 121


def test_layers_add_32_channels_and_transitions_halve_them() -> None:
    shapes = {op.name: op.output_shape for op in densenet121()}
    blocks = [shapes[f"features.denseblock{block}.concat"] for block in (1, 2, 3, 4)]
    assert blocks == [(256, 56, 56), (512, 28, 28), (1024, 14, 14), (1024, 7, 7)]
    transitions = [shapes[f"features.transition{number}.pool"] for number in (1, 2, 3)]
    assert transitions == [(128, 28, 28), (256, 14, 14), (512, 7, 7)]


def test_layer_joins_the_block_input_and_all_layers_before_it() -> None:
    joins = {op.name: op.inputs for op in densenet121() if isinstance(op, Concat)}
    layer = "features.denseblock2.denselayer"
    for number in range(2, 13):
        added = [f"{layer}{before}.conv2" for before in range(1, number)]
        assert joins[f"{layer}{number}.concat"] == ("features.transition1.pool", *added)


def test_norms_before_a_convolution_stay_operators_and_feed_it_alone() -> None:
    # One per dense layer (58), one per transition (3) and the last; those between the two
    # convolutions of a layer, and the stem's, are folded.
    network = densenet121()
    norms = [op for op in network if isinstance(op, Elementwise)]
    assert len(norms) == 58 + 3 + 1
    for norm in norms:
        assert (norm.function, norm.activation) == ("batch_norm", "relu")
        (reader,) = network.consumers[norm.outputs[0]]
        assert reader.endswith((".conv1", ".conv", "global_pool"))
    folded = [op for op in network if op.norm_params]
    assert len(folded) == 58 + 1
