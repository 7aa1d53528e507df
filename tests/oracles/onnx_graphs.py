"""Small ONNX files, written down node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Line = tuple[Any, ...]
"""(op, inputs, outputs), or with attributes as a fourth entry; inputs and outputs are words."""


def node(line: Line) -> onnx.NodeProto:
    op, inputs, outputs, *rest = line
    attributes = rest[0] if rest else {}
    return helper.make_node(
        op, inputs.split(), outputs.split(), name=outputs.split()[0], **attributes
    )


def model(
    lines: Sequence[Line],
    weights: Mapping[str, Any],
    inputs: Mapping[str, Sequence[int | str]],
    outputs: str,
    opset: int = 17,
) -> onnx.ModelProto:
    """A graph whose nodes are named like their first output.

    A weight is an array, or a shape, which stands for values that are not in the file.
    """
    entries = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in inputs.items()
    ]
    results = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs.split()
    ]
    graph = helper.make_graph(
        [node(line) for line in lines],
        "graph",
        entries,
        results,
        [_initializer(name, value) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def _initializer(name: str, value: Any) -> onnx.TensorProto:
    if isinstance(value, np.ndarray):
        return numpy_helper.from_array(value, name)
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=value)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")
    return tensor


def saved(folder: Path, made: onnx.ModelProto, name: str = "graph.onnx") -> Path:
    path = folder / name
    path.write_bytes(made.SerializeToString())
    return path
