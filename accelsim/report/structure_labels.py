"""What a box says: its kind, then filter and stride, then the size of the map it writes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from accelsim.report.structure import Node
from accelsim.workload.operators import Conv, Elementwise, MatMul, Move, Operator, Pool

MOST_SIGNS = 15
"""Of a line in a box."""

INPUT = "input"
KINDS = (
    INPUT, "convolution", "1x1 convolution", "depthwise", "grouped convolution", "linear, matmul",
    "pool", "element-wise", "concat", "split, shuffle, move", "norm, softmax",
)  # fmt: skip
CONVOLUTIONS = {
    "conv": "convolution", "pw": "1x1 convolution", "dw": "depthwise",
    "group": "grouped convolution",
}  # fmt: skip
OTHERS = {
    "linear": "linear, matmul", "matmul": "linear, matmul", "pool": "pool",
    "elementwise": "element-wise", "concat": "concat", "move": "split, shuffle, move",
    "norm": "norm, softmax", "softmax": "norm, softmax",
}  # fmt: skip


def kind_of(node: Node) -> str:
    """One of KINDS: what gives a box its colour."""
    if node.operator is None:
        return INPUT
    if isinstance(node.operator, Conv):
        return CONVOLUTIONS[node.operator.type]
    return OTHERS[node.operator.kind]


def label(node: Node) -> tuple[str, str]:
    """Two lines: what the operator does, and what it writes as channels x height x width."""
    if node.operator is None:
        return _cut(node.name), _size(node.shape[0], node.shape[1:])
    return _cut(_action(node.operator)), _written(node.operator)


def listed(numbers: Iterable[int]) -> str:
    """Numbers in order, those at equal steps by the first two and the last: `2, 5, 9 ... 21`."""
    left, words = sorted(numbers), []
    while left:
        run = _steady(left)
        if len(run) > 3:
            words.append(f"{run[0]}, {run[1]} ... {run[-1]}")
        else:
            run = left[:1]
            words.append(str(run[0]))
        left = left[len(run) :]
    return ", ".join(words)


def _steady(numbers: list[int]) -> list[int]:
    """The first numbers, as far as their steps are equal."""
    steps = [after - before for before, after in pairwise(numbers)]
    same = next((place for place, step in enumerate(steps) if step != steps[0]), len(steps))
    return numbers[: same + 1]


def _action(operator: Operator) -> str:
    match operator:
        case Conv():
            word = {"dw": " dw", "group": f" g{operator.groups}"}.get(operator.type, " conv")
            spread = f" d{operator.dilation[0]}" if max(operator.dilation) > 1 else ""
            text = _window(operator.window) + word + _step(operator) + spread
        case Pool(mode="global"):
            text = "global pool"
        case Pool():
            text = f"{_window(operator.window)} {operator.mode} pool{_step(operator)}"
        case MatMul():
            text = f"matmul x{operator.heads}"
        case Move(function="shuffle"):
            text = f"shuffle g{operator.groups}"
        case Elementwise() | Move():
            text = operator.function.replace("_", " ")
        case _:
            text = operator.kind
    return text


def _written(operator: Operator) -> str:
    parts = [shape[0] for shape in operator.output_shapes]
    height, width = operator.output_shape[1:]
    size = _size("+".join(map(str, parts)), (height, width))
    if len(parts) == 1 or len(size) < MOST_SIGNS:
        return size
    return f"{len(parts)} parts, {height}×{width}"


def _size(channels: int | str, area: tuple[int, ...]) -> str:
    return f"{channels} × {area[0]}×{area[1]}"


def _window(window: tuple[int, int]) -> str:
    return f"{window[0]}x{window[1]}"


def _step(operator: Operator) -> str:
    rows, columns = operator.stride
    if (rows, columns) == (1, 1):
        return ""
    return f" /{rows}" if rows == columns else f" /{rows},{columns}"


def _cut(text: str) -> str:
    """What fits, with the end of a name rather than its start."""
    return text if len(text) <= MOST_SIGNS else f"...{text[3 - MOST_SIGNS :]}"
