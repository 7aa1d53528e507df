"""Networks made from other networks for studies: other kernels, or operators left out.

Every function gives a new network whose name says what was done, `<network>:kernel=5`; where
there is nothing to leave out, its operators are the same. All are methods of `Network` too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from accelsim.errors import UsageError
from accelsim.workload.mixes import is_square_depthwise, mixed, resized
from accelsim.workload.operators import Conv, Elementwise, Operator
from accelsim.workload.rejoining import depths, rejoined

if TYPE_CHECKING:
    from accelsim.workload.network import Network

MIXED = "kernels"
SAME_KIND = {"kernel": ("kernel",), MIXED: ("kernel", MIXED)}
"""Parameter -> parameters of the name that it makes void when it follows them at once."""


def with_kernel(network: Network, k: int) -> Network:
    """The network with every square depthwise kernel k x k; all tensors keep their shapes.

    In a mix (MixConv) every part gets this kernel. Padding grows or shrinks by half the change on
    every side, so that "same" padding becomes (d*(k-1))//2, k//2 without dilation.
    """
    _check(k)
    _check_depthwise(network)
    operators = tuple(
        resized(operator, k)
        if isinstance(operator, Conv) and is_square_depthwise(operator)
        else operator
        for operator in network.operators
    )
    return replace(network, name=_named(network.name, "kernel", k), operators=operators)


def with_kernels(network: Network, kernels: Sequence[int]) -> Network:
    """The network with every square depthwise convolution as a mix of these kernels (MixConv).

    A split gives each kernel an equal part of the channels (what does not divide goes to the
    first), a concat joins them; norm and activation stay with the parts. A mix that is there
    already is replaced as a whole, so that one kernel alone undoes it.
    """
    if not kernels:
        raise UsageError("kernels: none given; allowed: one or more odd numbers >= 1")
    for k in kernels:
        _check(k)
    _check_depthwise(network)
    operators = tuple(mixed(network.operators, kernels))
    name = _named(network.name, MIXED, "-".join(str(k) for k in kernels))
    return replace(network, name=name, operators=operators)


def full_conv(network: Network) -> Network:
    """The network with one full convolution for every depthwise one and the 1x1 behind it.

    It has the window of the depthwise convolution and the channels, norm, activation and name of
    the 1x1; the norm and activation between the two go. A depthwise convolution that something
    else reads or that something else follows (a squeeze-and-excite gate, a concat) stays.
    Source: Howard et al., MobileNets, arXiv 1704.04861, table 4 (Conv MobileNet).
    """
    makers = {
        operator.outputs[0]: operator
        for operator in network.operators
        if isinstance(operator, Conv) and operator.type == "dw"
    }
    pairs = {
        operator.name: makers[operator.inputs[0]]
        for operator in network.operators
        if _is_plain_pointwise(operator)
        and operator.inputs[0] in makers
        and len(network.consumers[operator.inputs[0]]) == 1
    }
    gone = {first.name for first in pairs.values()}
    operators = tuple(
        _full(pairs[operator.name], operator) if operator.name in pairs else operator
        for operator in network.operators
        if operator.name not in gone
    )
    return replace(network, name=_named(network.name, "full_conv", "yes"), operators=operators)


def without_residual(network: Network) -> Network:
    """The network without residual connections.

    Of the terms of every sum only the deepest stay (operators on the longest way from the input);
    the shallower ones are its shortcuts. A sum of one term is gone, and an activation fused to it
    moves to the operator before it. So do operators that led to shortcuts alone, such as
    ResNet's strided 1x1 convolutions. A sum of equally deep terms stays.
    """
    depth = depths(network.inputs, network.operators)
    changes = {
        operator.name: _without_shortcut(operator, depth)
        for operator in network.operators
        if isinstance(operator, Elementwise) and operator.function == "add"
    }
    named = replace(network, name=_named(network.name, "residual", "no"))
    return rejoined(named, changes)


def without_elementwise(network: Network) -> Network:
    """The network without its element-wise operators.

    These go, each with an activation fused to it: sums (residual connections; the deepest term
    takes their place), products (squeeze-and-excite gates; the shallowest factor of full size
    takes their place), scales and shifts, batch-norms and activations that could not be fused. So
    do operators that led to them alone: the pool and the two convolutions of a gate, convolutions
    on a shortcut. What is fused to a convolution or linear operator stays, as does a product none
    of whose factors has its size.
    """
    depth = depths(network.inputs, network.operators)
    routes = {
        operator.name: _route(operator, depth)
        for operator in network.operators
        if isinstance(operator, Elementwise)
    }
    changes = {name: route for name, route in routes.items() if route is not None}
    named = replace(network, name=_named(network.name, "elementwise", "no"))
    return rejoined(named, changes)


def _check_depthwise(network: Network) -> None:
    """Refuse a kernel for a network in which it would change nothing."""
    if not any(
        isinstance(operator, Conv) and is_square_depthwise(operator)
        for operator in network.operators
    ):
        raise UsageError(
            f"{network.name} has no square depthwise convolution whose kernel could change; "
            "take one that has (mobilenet_*, mixnet_*, efficientnet_*, ...)"
        )


def _check(k: int) -> None:
    if k < 1 or k % 2 == 0:
        raise UsageError(
            f"kernel = {k}; allowed: an odd number >= 1 (an even kernel has no centre, so output "
            f"sizes would change)"
        )


def _is_plain_pointwise(operator: Operator) -> bool:
    """Whether the operator mixes the channels of single pixels and does nothing else."""
    return (
        isinstance(operator, Conv)
        and operator.type == "pw"
        and operator.step == (1, 1)
        and not any(operator.padding)
    )


def _full(depthwise: Conv, pointwise: Operator) -> Operator:
    """One convolution in the place of both."""
    return replace(
        depthwise,
        name=pointwise.name,
        outputs=pointwise.outputs,
        output_shapes=pointwise.output_shapes,
        channel_groups=1,
        bias=isinstance(pointwise, Conv) and pointwise.bias,
        activation=pointwise.activation,
        norm_params=pointwise.norm_params,
    )


def _without_shortcut(total: Elementwise, depth: Mapping[str, int]) -> Operator | str:
    """The sum of the deepest terms, or that term where there is one."""
    deepest = max(depth[tensor] for tensor in total.inputs)
    terms = [
        (tensor, shape)
        for tensor, shape in zip(total.inputs, total.input_shapes, strict=True)
        if depth[tensor] == deepest
    ]
    names, shapes = zip(*terms, strict=True)
    if len(terms) > 1 or shapes[0] != total.output_shape:
        return replace(total, inputs=names, input_shapes=shapes)
    if total.activation is None:
        return str(names[0])
    return replace(
        total, inputs=names, input_shapes=shapes, function=total.activation, activation=None
    )


def _route(operator: Elementwise, depth: Mapping[str, int]) -> str | None:
    """The input that stands for the output, if one has its shape."""
    whole = [
        tensor
        for tensor, shape in zip(operator.inputs, operator.input_shapes, strict=True)
        if shape == operator.output_shape
    ]
    if not whole:
        return None
    choose = min if operator.function == "mul" else max
    return choose(whole, key=lambda tensor: depth[tensor])


def _named(name: str, parameter: str, value: int | str) -> str:
    """`net:alpha=0.5,kernel=5`; the same parameter right before it is replaced."""
    base, _, parameters = name.partition(":")
    kept = [item for item in parameters.split(",") if item]
    void = SAME_KIND.get(parameter, (parameter,))
    while kept and kept[-1].partition("=")[0] in void:
        kept.pop()
    return f"{base}:{','.join([*kept, f'{parameter}={value}'])}"
