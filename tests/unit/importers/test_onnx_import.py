"""Whole graphs: inputs, what is left out, and everything that has no operator at once."""

from __future__ import annotations

import numpy as np
import pytest

from accelsim.errors import InputError, UsageError
from accelsim.importers.onnx_import import NATIVE, Options, network_from_onnx
from tests.oracles.onnx_graphs import model, saved

LINES = [("Conv", "x w b", "c", {"pads": [1, 1, 1, 1]}), ("Relu", "c", "y")]
WEIGHTS = {"w": [4, 3, 3, 3], "b": [4]}
ODD = [
    ("Conv", "x w b", "c"), ("Softsign", "c", "one"), ("Relu", "one", "r"), ("Hardmax", "c", "two"),
    ("Concat", "r two", "y", {"axis": 1}),
]  # fmt: skip


def test_network_is_named_like_the_file_and_says_where_it_is_from(tmp_path) -> None:
    network = network_from_onnx(saved(tmp_path, model(LINES, WEIGHTS, {"x": [1, 3, 8, 8]}, "y")))
    assert (network.name, network.source) == ("graph", "ONNX file graph.onnx, opset 17")
    assert [(op.name, op.activation, op.bias) for op in network] == [("c", "relu", True)]
    assert network.params == 4 * 27 + 4


@pytest.mark.parametrize("values", [True, False])
def test_weights_may_be_in_the_file_or_not(load, values: bool) -> None:
    weights = {
        name: np.ones(shape, np.float32) if values else shape for name, shape in WEIGHTS.items()
    }
    assert load(LINES, weights, {"x": [1, 3, 8, 8]}) == load(LINES, WEIGHTS, {"x": [1, 3, 8, 8]})


@pytest.mark.parametrize(
    ("sizes", "options"),
    [
        (["N", 3, 8, 8], {}),
        (["N", 3, 8, 8], {"batch": 4}),
        ([5, 3, 8, 8], {}),
        ([5, 3, 8, 8], {"batch": 2}),
        (["N", 3, "H", "W"], {"input_shape": (3, 8, 8)}),
        (["N", 3, "H", "W"], {"input_shape": (7, 3, 8, 8), "batch": 2}),
        ([1, 3, 224, 224], {"input_shape": {"x": (3, 8, 8)}}),
    ],
)
def test_network_of_one_image_follows_from_what_is_open(load, sizes, options) -> None:
    network = load(LINES, WEIGHTS, {"x": sizes}, **options)
    assert network.inputs == {"x": (3, 8, 8)}
    assert network.macs == 4 * 64 * 27


def test_open_sizes_are_asked_for(load) -> None:
    with pytest.raises(InputError, match=r"input 'x': has open sizes: 1x3xHxW; give"):
        load(LINES, WEIGHTS, {"x": ["N", 3, "H", "W"]})


def test_shape_of_other_axes_is_refused(load) -> None:
    with pytest.raises(InputError, match=r"input 'x': has 4 axes Nx3x8x8; --input-shape gives 8x8"):
        load(LINES, WEIGHTS, {"x": ["N", 3, 8, 8]}, input_shape=(8, 8))


def test_shape_of_an_input_that_is_not_there_is_refused(load) -> None:
    with pytest.raises(UsageError, match="no input is named 'z'; it has x"):
        load(LINES, WEIGHTS, {"x": [1, 3, 8, 8]}, input_shape={"z": (3, 8, 8)})


def test_dead_nodes_and_inputs_leave_nothing(load) -> None:
    lines = [*LINES, ("Sigmoid", "c", "s"), ("Mul", "s z", "dead"), ("Det", "dead", "odd")]
    network = load(lines, WEIGHTS, {"x": [1, 3, 8, 8], "z": [1, 4, 8, 8]})
    assert [op.name for op in network] == ["c"]
    assert network.inputs == {"x": (3, 8, 8)}


def test_input_of_which_only_the_size_is_read_is_no_input(load) -> None:
    lines = [("Shape", "z", "s"), ("Reshape", "x s", "r"), ("Conv", "r w b", "y")]
    network = load(lines, WEIGHTS, {"x": [1, 192], "z": [1, 3, 8, 8]})
    assert list(network.inputs) == ["x"]


def test_several_outputs_are_all_written(load) -> None:
    lines = [*LINES, ("GlobalAveragePool", "c", "z")]
    network = load(lines, WEIGHTS, {"x": [1, 3, 8, 8]}, outputs="y z")
    assert network.outputs == ("z", "y")


def test_node_named_like_the_input_gets_another_name(load) -> None:
    network = load([("Conv", "x w b", "x.1"), ("Relu", "x.1", "y")], WEIGHTS, {"x": [1, 3, 8, 8]})
    assert [op.name for op in network] == ["x.1"]


def test_all_nodes_without_an_operator_are_listed_with_the_flag_that_skips_them(load) -> None:
    with pytest.raises(InputError) as raised:
        load(ODD, WEIGHTS, {"x": [1, 3, 8, 8]})
    messages = [str(problem).partition("1:1: ")[2] for problem in raised.value.problems]
    assert messages == [
        "node 'one': Softsign: it has no operator here; leave it out with --skip one",
        "node 'two': Hardmax: it has no operator here; leave it out with --skip two",
    ]


@pytest.mark.parametrize("skip", [("one", "two"), ("Softsign", "Hardmax"), ("Softsign", "two")])
def test_skipped_nodes_pass_their_input_on(load, skip) -> None:
    network = load(ODD, WEIGHTS, {"x": [1, 3, 8, 8]}, skip=skip)
    assert [getattr(op, "function", op.kind) for op in network] == ["conv", "relu", "concat"]


def test_skipped_node_that_changes_sizes_becomes_an_input(tmp_path) -> None:
    lines = [("TopK", "x k", "t i"), ("Conv", "t w b", "y")]
    made = model(lines, WEIGHTS | {"k": np.array([4])}, {"x": [1, 3, 8, 8]}, "y")
    network = network_from_onnx(saved(tmp_path, made), Options(skip=("TopK",)))
    assert network.inputs == {"t": (3, 8, 4)}


def test_word_to_skip_that_no_node_has_is_refused(load) -> None:
    with pytest.raises(UsageError, match="name or op 'Cone'; did you mean 'Conv'"):
        load(LINES, WEIGHTS, {"x": [1, 3, 8, 8]}, skip=("Cone",))


def test_graph_of_constants_alone_is_refused(load) -> None:
    with pytest.raises(InputError, match="nothing in it depends on an input"):
        load([("Add", "w w", "y")], {"w": [4]})


def test_constants_that_are_computed_by_a_convolution_are_evaluated(load) -> None:
    weights = {"k": np.ones((1, 1, 2, 2), np.float32), "v": np.ones((8, 1, 1, 1), np.float32)}
    lines = [("Conv", "k v", "e"), ("Reshape", "e s", "p"), ("Add", "x p", "y")]
    network = load(lines, weights | {"s": np.array([1, 8, 2, 2])}, {"x": [1, 8, 2, 2]})
    assert [(op.function, op.params) for op in network] == [("shift", 12)]


def test_every_converter_is_for_an_operator_that_onnx_knows() -> None:
    from onnx import defs  # noqa: PLC0415

    own = {"SimplifiedLayerNormalization"}  # of onnxruntime
    assert {op for op in NATIVE if not defs.has(op)} <= own | {"RMSNormalization"}


def test_unsupported_nodes_in_a_chain_are_all_listed_at_once(tmp_path) -> None:
    lines = [("Conv", "x w b", "c"), ("Hardmax", "c", "one"), ("Foo", "one", "two"),
             ("GridSample", "two", "y")]  # fmt: skip
    path = saved(tmp_path, model(lines, WEIGHTS, {"x": [1, 3, 8, 8]}, "y"))
    with pytest.raises(InputError) as caught:
        network_from_onnx(path)
    found = [problem.message.split(":")[0] for problem in caught.value.problems]
    assert found == ["Hardmax", "Foo", "GridSample"]


@pytest.mark.parametrize(
    ("line", "weights", "problem"),
    [
        (("Conv", "x w b", "y", {"pads": [1, 1]}), WEIGHTS, "pads [1, 1] for a window of 2 axes"),
        (("Gather", "x i", "y", {"axis": 1}), {"i": np.array([0, 99])}, "axis 1 of 3 has not"),
    ],
)
def test_invalid_attributes_are_refused(tmp_path, line, weights, problem: str) -> None:
    path = saved(tmp_path, model([line], weights, {"x": [1, 3, 8, 8]}, "y"))
    with pytest.raises(InputError) as caught:
        network_from_onnx(path)
    assert problem in str(caught.value)


def test_reduction_that_is_stated_to_do_nothing_passes_on(load) -> None:
    lines = [("ReduceMean", "x", "r", {"noop_with_empty_axes": 1}), ("Conv", "r w b", "y")]
    assert load(lines, WEIGHTS, {"x": [1, 3, 8, 8]}).macs == 36 * 4 * 27


def test_resize_of_opset_10_takes_its_scales_second(load) -> None:
    lines = [("Resize", "x s", "r"), ("Conv", "r w b", "y")]
    scales = {"s": np.array([1, 1, 2, 2], np.float32)}
    assert load(lines, WEIGHTS | scales, {"x": [1, 3, 8, 8]}).macs == 14 * 14 * 4 * 27
