"""Files that are no graphs, with their place, problem and remedy."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from accelsim.errors import InputError, UsageError
from accelsim.importers.graph import read_graph
from tests.oracles.onnx_graphs import model, node, saved

REFERENCE = Path(__file__).parents[2] / "reference" / "onnx" / "mobilenetv2_100.onnx"
LINES = [("Conv", "x w", "a"), ("Relu", "a", "y"), ("Sigmoid", "a", "dead")]


def small(**keys) -> onnx.ModelProto:
    return model(LINES, {"w": [4, 3, 1, 1]}, {"x": [1, 3, 8, 8]}, "y", **keys)


def test_graph_has_the_nodes_that_its_outputs_depend_on(tmp_path: Path) -> None:
    graph = read_graph(saved(tmp_path, small()))
    assert [entry.name for entry in graph.nodes] == ["a", "y"]
    assert graph.inputs == {"x": (1, 3, 8, 8)}
    assert graph.constants["w"].shape == (4, 3, 1, 1)
    assert graph.constants["w"].learnables == 12
    assert np.isnan(graph.constants["w"].array).all()
    assert graph.source == "ONNX file graph.onnx, opset 17"


def test_nodes_without_names_or_with_equal_ones_are_told_apart(tmp_path: Path) -> None:
    made = small()
    made.graph.node[0].name = ""
    made.graph.node[1].name = made.graph.node[2].name = "same"
    made.graph.output.add(name="dead")
    assert [n.name for n in read_graph(saved(tmp_path, made)).nodes] == ["Conv_0", "same", "same_2"]


def test_local_functions_are_written_out(tmp_path: Path) -> None:
    made = small(opset=18)
    made.graph.node[1].CopyFrom(node(("Twice", "a", "y")))
    made.graph.node[1].domain = "own"
    made.opset_import.add(domain="own", version=1)
    made.ir_version = 10
    body = [node(("Relu", "p", "q")), node(("Sigmoid", "q", "r"))]
    imports = [onnx.helper.make_opsetid("", 18)]
    made.functions.append(onnx.helper.make_function("own", "Twice", ["p"], ["r"], body, imports))
    assert [n.op for n in read_graph(saved(tmp_path, made)).nodes] == ["Conv", "Relu", "Sigmoid"]


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9, 0.999])
def test_truncated_file_is_refused(tmp_path: Path, share: float) -> None:
    content = REFERENCE.read_bytes()
    (tmp_path / "cut.onnx").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match=r"cut.onnx:1:1: is not a complete ONNX file"):
        read_graph(tmp_path / "cut.onnx")


@pytest.mark.parametrize("content", [b"", b"\x08\x0a", b"\x00\x01\x02garbage", b"\xff" * 50])
def test_file_that_holds_no_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no.onnx").write_bytes(content)
    with pytest.raises(InputError, match=r"no.onnx:1:1: is not a complete ONNX file.*again"):
        read_graph(tmp_path / "no.onnx")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.onnx:1:1: cannot be read: No such file"):
        read_graph(tmp_path / "none.onnx")


@pytest.mark.parametrize(
    ("strip", "missing"),
    [("node", "node"), ("output", "output")],
)
def test_graph_without_a_part_is_refused(tmp_path: Path, strip: str, missing: str) -> None:
    made = small()
    made.graph.ClearField(strip)
    with pytest.raises(InputError, match=rf"it has no {missing}; export it again"):
        read_graph(saved(tmp_path, made))


def test_tensor_of_no_type_is_refused(tmp_path: Path) -> None:
    made = small()
    made.graph.initializer[0].data_type = 99
    with pytest.raises(InputError, match="holds a tensor or attribute that makes no sense"):
        read_graph(saved(tmp_path, made))


def test_all_tensors_that_nothing_makes_are_named(tmp_path: Path) -> None:
    made = small()
    made.graph.node[0].input[1] = "v"
    made.graph.node[1].input[0] = "b"
    made.graph.output.add(name="a")
    with pytest.raises(InputError) as raised:
        read_graph(saved(tmp_path, made))
    messages = [str(problem).partition("1:1: ")[2] for problem in raised.value.problems]
    assert messages == [
        "node 'a': reads 'v', which nothing makes",
        "node 'y': reads 'b', which nothing makes",
    ]


def test_cycle_is_named(tmp_path: Path) -> None:
    made = small()
    made.graph.node[0].input[0] = "y"
    with pytest.raises(InputError, match="nodes read each other in a cycle: a, y"):
        read_graph(saved(tmp_path, made))


def test_without_the_package_onnx_the_message_says_what_to_install(tmp_path, monkeypatch) -> None:
    path = saved(tmp_path, small())
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(UsageError, match=r"pip install accelsim\[onnx\]"):
        read_graph(path)
