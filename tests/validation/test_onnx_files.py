"""Networks from ONNX files of timm models against the definitions, operator by operator.

tests/reference/onnx/*.onnx were exported from timm 1.0.31 by torch 2.13 without weight data
(index.csv lists what onnx itself counts in them). What an exporter does to a graph is named here:
it folds batch-norms into convolutions, which then have a bias, and it merges nested concats.
"""

from __future__ import annotations

import csv
from pathlib import Path
from time import perf_counter

import onnx
import pytest

from accelsim.evaluate import simulate
from accelsim.networks.registry import load_network
from accelsim.workload.network import Network
from accelsim.workload.operators import Concat, Conv, Linear, Operator
from accelsim.workload.yaml_io import network_from_yaml, network_to_yaml

FOLDER = Path(__file__).parent.parent / "reference" / "onnx"
DEFINITIONS = {
    "mobilenetv2_100": "mobilenet_v2",
    "mobilenetv2_100_bn": "mobilenet_v2",
    "mobilenetv2_100_dynbatch": "mobilenet_v2",
    "mobilenetv3_large_100": "mobilenet_v3_large",
    "mixnet_s": "mixnet_s",
    "inception_v3": "inception_v3",
    "resnet50": "resnet50",
    "resnet50_dynamo": "resnet50",
    "tf_efficientnet_b0": "tf_efficientnet_b0",
    "tf_efficientnet_b0_dynpad": "tf_efficientnet_b0",
}
MERGED_CONCATS = {"inception_v3": 4}
"""Concats of two 1x3 and 3x1 branches inside the concat of a block (Mixed_7b and 7c, two each)."""


def imported(name: str) -> Network:
    return load_network(FOLDER / f"{name}.onnx")


def index_of(name: str) -> dict[str, str]:
    with (FOLDER / "index.csv").open(newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}[f"{name}.onnx"]


def row(operator: Operator) -> tuple[object, ...]:
    """What the operator computes, names and bias aside."""
    return (
        operator.kind,
        operator.input_shapes,
        operator.output_shapes,
        operator.kernel,
        operator.stride,
        operator.groups,
        getattr(operator, "padding", None),
        getattr(operator, "dilation", None),
        getattr(operator, "function", None),
        getattr(operator, "mode", None),
        getattr(operator, "count_include_pad", None),
        operator.activation,
    )


@pytest.mark.parametrize("name", DEFINITIONS)
def test_convolutions_and_linears_equal_the_definition_in_order(name: str) -> None:
    kinds = (Conv, Linear)
    network, definition = imported(name), load_network(DEFINITIONS[name])
    found = [row(operator) for operator in network if isinstance(operator, kinds)]
    assert found == [row(operator) for operator in definition if isinstance(operator, kinds)]
    assert network.macs == definition.macs


@pytest.mark.parametrize("name", DEFINITIONS)
def test_all_operators_equal_the_definition_but_merged_concats(name: str) -> None:
    network, definition = imported(name), load_network(DEFINITIONS[name])

    def others(operators: Network) -> list[str]:
        return sorted(str(row(op)) for op in operators if not isinstance(op, Concat))

    def concats(operators: Network) -> int:
        return sum(isinstance(operator, Concat) for operator in operators)

    assert others(network) == others(definition)
    assert concats(definition) - concats(network) == MERGED_CONCATS.get(name, 0)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_cycles_equal_those_of_the_definition(name: str) -> None:
    results = [simulate(imported(name)), simulate(load_network(DEFINITIONS[name]))]
    assert results[0].cycles == results[1].cycles > 0
    assert results[0].dram_bytes == results[1].dram_bytes


@pytest.mark.parametrize("name", DEFINITIONS)
def test_counts_equal_those_of_the_file(name: str) -> None:
    network, index = imported(name), index_of(name)
    convs = [operator for operator in network if isinstance(operator, Conv)]
    linears = [operator for operator in network if isinstance(operator, Linear)]
    assert (len(convs), len(linears)) == (int(index["n_conv"]), int(index["n_linear"]))
    if index["macs_conv"]:  # empty where onnx alone finds no sizes (dynpad)
        assert sum(conv.macs for conv in convs) == int(index["macs_conv"])
        assert sum(linear.macs for linear in linears) == int(index["macs_linear"])


@pytest.mark.parametrize("name", DEFINITIONS)
def test_params_are_the_floats_of_the_file_without_running_statistics(name: str) -> None:
    graph = onnx.load(FOLDER / f"{name}.onnx", load_external_data=False).graph
    statistics = {
        tensor for node in graph.node if node.op_type == "BatchNormalization"
        for tensor in node.input[3:5]
    }  # fmt: skip
    sizes = {tensor.name: onnx.numpy_helper.np.prod(tensor.dims) for tensor in graph.initializer}
    left_out = sum(sizes[tensor] for tensor in statistics)
    assert imported(name).params == int(index_of(name)["float_initializer_elems"]) - left_out


def test_unfolded_batch_norms_give_the_parameters_of_the_definition() -> None:
    assert imported("mobilenetv2_100_bn").params == load_network("mobilenet_v2").params


@pytest.mark.parametrize("name", DEFINITIONS)
def test_workload_file_of_the_imported_network_reads_back_equal(name: str, tmp_path: Path) -> None:
    network = imported(name)
    (tmp_path / "net.yaml").write_text(network_to_yaml(network))
    assert network_from_yaml(tmp_path / "net.yaml") == network


def test_batch_of_the_file_does_not_change_the_network_of_one_image() -> None:
    path = FOLDER / "mobilenetv2_100_dynbatch.onnx"
    assert load_network(path, batch=4) == load_network(path)


def test_other_image_size_gives_the_definition_at_that_size() -> None:
    network = load_network(FOLDER / "mobilenetv2_100_dynbatch.onnx", input_shape=(3, 160, 160))
    definition = load_network("mobilenet_v2:resolution=160")
    assert network.inputs == {"input": (3, 160, 160)}
    assert network.macs == definition.macs


def test_paddings_that_the_graph_computes_are_evaluated_and_folded() -> None:
    # TensorFlow's SAME on even maps: total = 2*(side/2 - 1) + k - side = k - 2, the odd one behind.
    network = load_network(FOLDER / "tf_efficientnet_b0_dynpad.onnx")
    strided = [op for op in network if isinstance(op, Conv) and op.stride == (2, 2)]
    assert [op.padding for op in strided] == [
        (0, 0, 1, 1), (0, 0, 1, 1), (1, 1, 2, 2), (0, 0, 1, 1), (1, 1, 2, 2),
    ]  # fmt: skip


def test_import_of_150_kb_takes_less_than_a_second() -> None:
    path = FOLDER / "tf_efficientnet_b0_dynpad.onnx"
    imported("mobilenetv2_100")  # loads the package onnx
    start = perf_counter()
    load_network(path)
    assert perf_counter() - start < 1
    assert path.stat().st_size > 140_000
