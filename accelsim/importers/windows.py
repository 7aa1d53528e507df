"""ONNX nodes that walk over a map: convolutions and pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from accelsim.errors import WorkloadError
from accelsim.importers.graph import Constant, Node
from accelsim.importers.layout import View
from accelsim.importers.paddings import Padded, sides_of
from accelsim.importers.workbench import UnsupportedError, Workbench
from accelsim.workload.window import Pair, Sides, Window

NO_SIDES: Sides = (0, 0, 0, 0)


def conv(bench: Workbench, node: Node) -> None:
    """Conv in one or two dimensions; zeros padded before it are its own padding."""
    filters, depth, *kernel = bench.weight(node, 1).shape
    x, sides = _map_and_sides(bench, node)
    groups = node.whole("group", 1)
    if depth * groups != x.home.shape[0]:
        raise WorkloadError(
            f"{node.name}: filters of {depth} channels in {groups} groups do not fit "
            f"{x.home.shape[0]} input channels"
        )
    walk = _window(node, kernel, x)
    walk = walk._replace(padding=_joined(walk.padding, sides))
    bias, last = bias_of(bench, node, filters, len(kernel))
    tensor = bench.net.conv(
        bench.named(node.name),
        x.tensor,
        filters,
        walk,
        groups=groups,
        bias=bias,
    )
    bench.give(last, bench.placed(tensor, x.home.batch, len(x.axes)))


def conv_transpose(bench: Workbench, node: Node) -> None:
    """ConvTranspose; what output_padding and output_shape add is taken off the padding."""
    _, per_group, *kernel = bench.weight(node, 1).shape
    groups = node.whole("group", 1)
    x = bench.as_map(bench.view(node), node)
    walk = _window(node, kernel, x)._replace(padding=NO_SIDES)
    crop = _transposed_padding(node, walk, x)
    bias, last = bias_of(bench, node, per_group * groups, len(kernel))
    tensor = bench.net.conv_transpose(
        bench.named(node.name),
        x.tensor,
        per_group * groups,
        walk._replace(padding=crop),
        groups=groups,
        bias=bias,
    )
    bench.give(last, bench.placed(tensor, x.home.batch, len(x.axes)))


def bias_of(bench: Workbench, node: Node, channels: int, behind: int) -> tuple[bool, Node]:
    """Whether a bias is added, by the node or the one after it, and the last node of the two.

    `behind` is the number of axes behind the channels.
    """
    if len(node.inputs) > 2 and node.inputs[2]:
        return True, node
    found = bench.following(node.outputs[0], "Add")
    if found is None or not is_per_channel(found[1], channels, behind):
        return False, node
    bench.done.add(found[0].name)
    return True, found[0]


def is_per_channel(constant: Constant, channels: int, behind: int) -> bool:
    """Whether a constant has one element for every channel, `behind` axes behind them."""
    shape = (1,) * (behind + 1) + constant.shape
    return constant.array.size == channels == shape[-1 - behind]


def pool(bench: Workbench, node: Node) -> None:
    """MaxPool, AveragePool."""
    if len(node.outputs) > 1 and bench.readers(node.outputs[1]):
        raise UnsupportedError(node, "positions of maxima are not modelled")
    kernel = node.wholes("kernel_shape") or ()
    mode: Literal["max", "avg"] = "max" if node.op == "MaxPool" else "avg"
    counts = bool(node.whole("count_include_pad", 0))
    x, sides = _map_and_sides(bench, node)
    walk = _window(node, kernel, x)
    if any(sides):
        total = _joined(walk.padding, sides)
        fits = max(total[::2]) < walk.kernel[0] and max(total[1::2]) < walk.kernel[1]
        if fits and (mode == "max" or counts or not any(walk.padding)):
            walk, counts = walk._replace(padding=total), True
        else:
            x = bench.as_map(bench.view(node), node)
    tensor = bench.net.pool(
        bench.named(node.name),
        x.tensor,
        mode,
        walk,
        count_include_pad=counts,
        ceil=bool(node.whole("ceil_mode", 0)),
    )
    bench.give(node, bench.placed(tensor, x.home.batch, len(x.axes)))


def _map_and_sides(bench: Workbench, node: Node) -> tuple[View, Sides]:
    """The map that a window walks over, and zeros around it that are not written."""
    value = bench.value(node.inputs[0])
    if isinstance(value, Padded) and not node.word("auto_pad", "NOTSET").startswith("SAME"):
        return bench.as_map(value.inner, node), value.sides
    return bench.as_map(bench.view(node), node), NO_SIDES


def _joined(one: Sides, other: Sides) -> Sides:
    top, left, bottom, right = (a + b for a, b in zip(one, other, strict=True))
    return (top, left, bottom, right)


def _pair(numbers: Sequence[int] | None) -> Pair:
    rows, columns = (*(numbers or (1, 1)), 1)[:2]
    return (rows, columns)


def _window(node: Node, kernel: Sequence[int], x: View) -> Window:
    """Window of a node over a map; a window over one axis has one column."""
    if len(kernel) not in (1, 2) or len(kernel) != len(x.axes) - 2:
        raise UnsupportedError(node, f"a window of {len(kernel)} axes over {len(x.axes) - 2}")
    walk = Window(
        _pair(kernel), _pair(node.wholes("strides")), NO_SIDES, _pair(node.wholes("dilations"))
    )
    rule = node.word("auto_pad", "NOTSET")
    if rule.startswith("SAME"):
        return walk._replace(padding=_same_padding(walk, x.home.shape[1:], rule == "SAME_LOWER"))
    pads = node.wholes("pads") if rule == "NOTSET" else None
    if pads is not None and len(pads) != 2 * len(kernel):
        raise UnsupportedError(node, f"pads {list(pads)} for a window of {len(kernel)} axes")
    return walk._replace(padding=sides_of(pads) if pads else NO_SIDES)


def _same_padding(walk: Window, sides: tuple[int, ...], lower: bool) -> Sides:
    """As many outputs as ceil(side / stride); the odd one at the end unless `lower`."""
    before, after = [], []
    for side, taps, step, spread in zip(
        sides, walk.kernel, walk.stride, walk.dilation, strict=True
    ):
        total = max((-(-side // step) - 1) * step + (taps - 1) * spread + 1 - side, 0)
        before.append(-(-total // 2) if lower else total // 2)
        after.append(total - before[-1])
    return (before[0], before[1], after[0], after[1])


def _transposed_padding(node: Node, walk: Window, x: View) -> Sides:
    """Padding by ONNX's rules, the additional rows and columns of the output taken off it.

    Source: onnx.ai/onnx/operators/onnx__ConvTranspose.html.
    """
    rows, columns = (*(node.wholes("output_padding") or ()), 0, 0)[:2]
    top, left, bottom, right = sides_of(node.wholes("pads") or (0,) * 4)
    wanted = node.wholes("output_shape")
    rule = node.word("auto_pad", "NOTSET")
    if wanted is None and not rule.startswith("SAME"):
        return (top, left, bottom - rows, right - columns)
    height, width = _pair(wanted) if wanted else (
        x.home.shape[1] * walk.stride[0], x.home.shape[2] * walk.stride[1],
    )  # fmt: skip
    ends = []
    for side, length, axis, more in zip(
        x.home.shape[1:], (height, width), (0, 1), (rows, columns), strict=True
    ):
        reach = (side - 1) * walk.stride[axis] + (walk.kernel[axis] - 1) * walk.dilation[axis] + 1
        total = reach + more - length
        first = total // 2 if rule == "SAME_UPPER" else total - total // 2
        ends.append((first, total - first - more))
    return (ends[0][0], ends[1][0], ends[0][1], ends[1][1])
