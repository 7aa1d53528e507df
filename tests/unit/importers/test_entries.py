"""Which axis of an input is channels: the first node that cares decides."""

from __future__ import annotations

import numpy as np
import pytest

CASES = {
    "convolution": ([("Conv", "x w", "y")], {"w": [4, 5, 1, 1]}, [1, 5, 6, 7], (5, 6, 7)),
    "channels last": (
        [("Transpose", "x", "t", {"perm": [0, 3, 1, 2]}), ("Conv", "t w", "y")],
        {"w": [4, 7, 1, 1]}, [1, 5, 6, 7], (7, 5, 6),
    ),
    "scaled first": (
        [("Mul", "x h", "m"), ("Sub", "m h", "s"), ("Conv", "s w", "y")],
        {"h": np.array(0.5, np.float32), "w": [4, 5, 1, 1]}, [1, 5, 6, 7], (5, 6, 7),
    ),
    "tokens": ([("MatMul", "x w", "y")], {"w": [6, 4]}, [1, 5, 6], (6, 5, 1)),
    "tokens normalised first": (
        [("LayerNormalization", "x g g", "n"), ("MatMul", "n w", "y")],
        {"g": [6], "w": [6, 4]}, [1, 5, 6], (6, 5, 1),
    ),
    "signal": ([("Conv", "x w", "y")], {"w": [4, 5, 3]}, [1, 5, 6], (5, 6, 1)),
    "features": ([("Gemm", "x w", "y")], {"w": [6, 4]}, [1, 6], (6, 1, 1)),
    "words": ([("Gather", "t x", "y")], {"t": [9, 4]}, [1, 5], (1, 5, 1)),
    "map that nothing cares about": ([("Relu", "x", "y")], {}, [1, 5, 6, 7], (5, 6, 7)),
    "tokens that nothing cares about": ([("Softmax", "x", "y")], {}, [1, 5, 6], (6, 5, 1)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_input_lies_as_its_first_reader_takes_it(load, case: str) -> None:
    lines, weights, sizes, shape = CASES[case]
    network = load(lines, weights, {"x": sizes})
    assert network.inputs == {"x": shape}
    assert not any(op.kind == "move" and op.function == "transpose" for op in network)
