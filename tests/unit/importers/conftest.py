"""A graph as a network, by way of a file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accelsim.importers.onnx_import import Options, network_from_onnx
from accelsim.workload.network import Network
from tests.oracles.onnx_graphs import model, saved

Load = Callable[..., Network]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Import lines with weights; `inputs` name -> sizes, `options` as of `Options`."""

    def run(lines, weights=None, inputs=None, outputs="y", opset=17, **options) -> Network:
        made = model(lines, weights or {}, inputs or {"x": [1, 8, 6, 6]}, outputs, opset)
        return network_from_onnx(saved(tmp_path, made), Options(**options))

    return run
