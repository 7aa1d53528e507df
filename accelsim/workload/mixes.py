"""Depthwise convolutions as mixes of kernel sizes (MixConv), each size on its own channels.

Source: Tan and Le, MixConv: Mixed Depthwise Convolutional Kernels, BMVC 2019.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from accelsim.errors import WorkloadError
from accelsim.workload.operators import Concat, Conv, Move, Operator
from accelsim.workload.window import Sides


def equal_parts(channels: int, parts: int) -> list[int]:
    """Channels of each part; what does not divide goes to the first. Source: MixNet, timm."""
    part = channels // parts
    return [channels - part * (parts - 1), *[part] * (parts - 1)]


def is_square_depthwise(operator: Operator | None) -> bool:
    """Whether the operator is a depthwise convolution with a square kernel."""
    if not isinstance(operator, Conv) or operator.type != "dw":
        return False
    rows, columns = operator.window
    return rows == columns


def resized(conv: Conv, k: int) -> Conv:
    """The convolution with a k x k kernel and all shapes as they are."""
    padding = _repadded(conv, k)
    if min(padding) < 0:
        rows, columns = conv.window
        raise WorkloadError(
            f"{conv.name}: a {k}x{k} kernel in place of {rows}x{columns} with padding "
            f"{conv.padding} would crop the input; take a kernel of {rows} or more"
        )
    return replace(conv, window=(k, k), padding=padding)


def mixed(operators: Sequence[Operator], kernels: Sequence[int]) -> list[Operator]:
    """The operators with every square depthwise convolution as a mix of these kernels.

    A mix that is there already counts as one convolution, so it is replaced as a whole.
    """
    groups = {group.end: group for group in _depthwise_groups(operators)}
    inside = {name for group in groups.values() for name in group.members}
    renamed: dict[str, str] = {}
    found: list[Operator] = []
    for operator in operators:
        inputs = tuple(renamed.get(tensor, tensor) for tensor in operator.inputs)
        if operator.name in groups:
            group = groups[operator.name]
            source = renamed.get(group.whole.inputs[0], group.whole.inputs[0])
            parts = _mix(replace(group.whole, inputs=(source,)), kernels)
            renamed[operator.outputs[0]] = parts[-1].outputs[0]
            found += parts
        elif operator.name not in inside:
            found.append(replace(operator, inputs=inputs))
    return found


class _Group(NamedTuple):
    """A depthwise convolution, or a mix as the one convolution that it stands for."""

    whole: Conv
    end: str
    """The operator that makes the output."""
    members: tuple[str, ...]


def _depthwise_groups(operators: Sequence[Operator]) -> list[_Group]:
    """All mixes, and the square depthwise convolutions outside of them."""
    mixes = list(_mixes(operators))
    inside = {name for group in mixes for name in group.members}
    single = [
        _Group(operator, operator.name, (operator.name,))
        for operator in operators
        if isinstance(operator, Conv)
        and is_square_depthwise(operator)
        and operator.name not in inside
    ]
    return mixes + single


def _mixes(operators: Sequence[Operator]) -> Iterator[_Group]:
    """Splits whose every part goes through one square depthwise convolution into one concat."""
    readers = Counter(tensor for operator in operators for tensor in operator.inputs)
    makers = {tensor: operator for operator in operators for tensor in operator.outputs}
    for concat in operators:
        convs = [makers.get(tensor) for tensor in concat.inputs]
        if not isinstance(concat, Concat) or not all(map(is_square_depthwise, convs)):
            continue
        parts = [conv for conv in convs if isinstance(conv, Conv)]
        split = makers.get(parts[0].inputs[0])
        if isinstance(split, Move) and _is_mix(split, parts, readers):
            members = (split.name, *(part.name for part in parts), concat.name)
            yield _Group(_as_one(split, parts, concat), concat.name, members)


def _is_mix(split: Move, parts: Sequence[Conv], readers: Counter[str]) -> bool:
    """Whether the parts take all outputs of the split in order, alone, and walk alike."""
    taken = tuple(part.inputs[0] for part in parts)
    made = (part.outputs[0] for part in parts)
    walks = {(part.step, part.dilation, part.bias, part.activation) for part in parts}
    return (
        split.function == "split"
        and split.outputs == taken
        and all(readers[tensor] == 1 for tensor in (*taken, *made))
        and len(walks) == 1
    )


def _as_one(split: Move, convs: Sequence[Conv], concat: Concat) -> Conv:
    """One convolution of the first part's kernel over the channels of all parts."""
    name = concat.name.removesuffix(".concat")
    return replace(
        convs[0],
        name=name,
        inputs=split.inputs,
        outputs=(name,),
        input_shapes=split.input_shapes,
        output_shapes=concat.output_shapes,
        channel_groups=split.input_shape[0],
        norm_params=sum(conv.norm_params for conv in convs),
    )


def _mix(conv: Conv, kernels: Sequence[int]) -> list[Operator]:
    """Split, a k x k convolution for each part, concat; one kernel needs neither of the two."""
    if len(kernels) == 1:
        return [replace(resized(conv, kernels[0]), outputs=(conv.name,))]
    if (channels := conv.input_shape[0]) < len(kernels):
        raise WorkloadError(
            f"{conv.name}: {channels} channels cannot be split among {len(kernels)} kernels; "
            f"take fewer kernels or a wider network"
        )
    split = _split(conv, equal_parts(channels, len(kernels)))
    parts = _parts(conv, split, kernels)
    name = f"{conv.name}.concat"
    concat = Concat(
        name=name,
        inputs=tuple(part.name for part in parts),
        outputs=(name,),
        input_shapes=tuple(part.output_shape for part in parts),
        output_shapes=conv.output_shapes,
    )
    return [split, *parts, concat]


def _split(conv: Conv, sections: Sequence[int]) -> Move:
    """The input of the convolution in consecutive channels."""
    _, height, width = conv.input_shape
    name = f"{conv.name}.split"
    return Move(
        name=name,
        inputs=conv.inputs,
        outputs=tuple(f"{name}.{index}" for index in range(len(sections))),
        input_shapes=conv.input_shapes,
        output_shapes=tuple((part, height, width) for part in sections),
        function="split",
    )


def _parts(conv: Conv, split: Move, kernels: Sequence[int]) -> list[Conv]:
    """The convolution on every part of the split, each with its kernel."""
    depth, height, width = conv.output_shape
    multiplier = depth // conv.input_shape[0]
    sections = [shape[0] for shape in split.output_shapes]
    norms = _shared(conv.norm_params, sections)
    return [
        replace(
            resized(conv, kernel),
            name=f"{conv.name}.{index}",
            inputs=(split.outputs[index],),
            outputs=(f"{conv.name}.{index}",),
            input_shapes=(split.output_shapes[index],),
            output_shapes=((sections[index] * multiplier, height, width),),
            channel_groups=sections[index],
            norm_params=norms[index],
        )
        for index, kernel in enumerate(kernels)
    ]


def _shared(learnables: int, sections: Sequence[int]) -> list[int]:
    """Learnables of a norm by channels of each part; what does not divide goes to the first."""
    shares = [learnables * part // sum(sections) for part in sections]
    return [shares[0] + learnables - sum(shares), *shares[1:]]


def _repadded(conv: Conv, k: int) -> Sides:
    """Padding with which the k x k kernel gives as many outputs; odd changes go to the end."""
    top, left, bottom, right = conv.padding
    vertical = conv.dilation[0] * (k - conv.window[0])
    horizontal = conv.dilation[1] * (k - conv.window[1])
    return (
        top + vertical // 2,
        left + horizontal // 2,
        bottom + vertical - vertical // 2,
        right + horizontal - horizontal // 2,
    )
