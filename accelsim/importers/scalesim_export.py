"""SCALE-Sim topologies from networks that such a file can hold; all others are refused."""

from __future__ import annotations

from accelsim.errors import WorkloadError
from accelsim.importers.scalesim import CONV, DEPTHWISE, GEMM, STRIDE_WIDTH
from accelsim.workload.network import Network
from accelsim.workload.operators import Conv, Linear, Operator

SHOWN = 4
"""Names that a message lists."""


def network_to_scalesim(network: Network) -> str:
    """The text of a topology file that reads back as the same layers.

    Raises WorkloadError with every operator that has no row, or whose row would say less.
    """
    reasons = _grouped({op.name: reason for op in network if (reason := why_not(op))})
    forms = {type(op) for op in network}
    if not reasons and len(forms) > 1:
        linear = next(op.name for op in network if isinstance(op, Linear))
        reasons = [f"{linear}: is a matrix product; a file holds these or convolutions, not both"]
    if not reasons:
        reasons = _links(network)
    if reasons:
        lines = [f"{network.name}: cannot be written as a SCALE-Sim topology: {r}" for r in reasons]
        raise WorkloadError("\n".join(lines))
    if forms == {Linear}:
        return _table(GEMM, [_gemm_row(op) for op in network])
    columns: tuple[str, ...] = CONV
    if any(op.stride[0] != op.stride[1] for op in network):
        columns = (*CONV[:-1], "Stride height", STRIDE_WIDTH)
    return _table(columns, [_conv_row(op, len(columns)) for op in network])


def _grouped(reasons: dict[str, str]) -> list[str]:
    """Every reason once, with the operators that it holds for."""
    names: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        names.setdefault(reason, []).append(name)
    return [f"{_listed(operators)}: {reason}" for reason, operators in names.items()]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"


def why_not(operator: Operator) -> str | None:
    """Why a row cannot say what the operator is, with what can be done; None where it can."""
    if set("#,\n\r") & set(operator.name) or operator.name != operator.name.strip():
        return "a name must be free of ',', '#' and spaces around it"
    if operator.activation or operator.norm_params:
        return "an activation or batch-norm is fused to it, which a row cannot say"
    if isinstance(operator, Linear):
        if operator.bias:
            return "it has a bias, which a row cannot say"
        return None if operator.input_shape[2] == 1 else "its pixels must be one column"
    if not isinstance(operator, Conv):
        return f"a {operator.type} has no row; only convolutions and matrix products have"
    return _why_not_conv(operator)


def _why_not_conv(conv: Conv) -> str | None:
    depthwise = conv.groups == conv.input_shape[0]
    if conv.bias:
        return "it has a bias, which a row cannot say"
    if conv.dilation != (1, 1):
        return f"dilation {conv.dilation[0]}x{conv.dilation[1]}; a row is dense"
    if conv.groups > 1 and not depthwise:
        return f"{conv.groups} groups; a row has one, or as many as channels"
    if (DEPTHWISE in conv.name) != (conv.groups > 1):
        verb = "must" if conv.groups > 1 else "must not"
        return f"depthwise layers are told by '{DEPTHWISE}' in their name; this one {verb} have it"
    spare = [
        -(side - taps) % step if side >= taps else -1
        for side, taps, step in zip(conv.input_shape[1:], conv.kernel, conv.stride, strict=True)
    ]
    if conv.padding != (0, 0, *spare):
        return (
            f"padding {list(conv.padding)} (top, left, bottom, right); rows state maps with their "
            f"padding, so make it part of the map"
        )
    return None


def _links(network: Network) -> list[str]:
    """Layers that read others: rows do not say so, and each would read an input of its own."""
    made = {tensor: op.name for op in network for tensor in op.outputs}
    return [
        f"{op.name}: reads '{op.inputs[0]}'; a topology has no links between layers, so it could "
        f"not be read back. Give every layer an input of its own"
        for op in network
        if op.inputs[0] in made
    ][:1] + _shared(network)


def _shared(network: Network) -> list[str]:
    """Layers whose input has another name than the one that reading back gives it."""
    return [
        f"{op.name}: reads '{op.inputs[0]}'; its input must be named '{op.name}.in'"
        for op in network
        if op.inputs != (f"{op.name}.in",) and op.inputs[0] in network.inputs
    ][:1]


def _gemm_row(operator: Operator) -> list[object]:
    depth, rows, _ = operator.input_shape
    return [operator.name, rows, operator.output_shape[0], depth]


def _conv_row(operator: Operator, columns: int) -> list[object]:
    channels, height, width = operator.input_shape
    rows, taps = operator.kernel or (1, 1)
    filters = operator.output_shape[0] // operator.groups
    strides = operator.stride[: columns - len(CONV) + 1]
    return [operator.name, height, width, rows, taps, channels, filters, *strides]


def _table(columns: tuple[str, ...], rows: list[list[object]]) -> str:
    """Lines that end with a comma, without which SCALE-Sim drops the last value."""
    lines = [columns, *rows]
    return "".join(f"{', '.join(str(value) for value in line)},\n" for line in lines)
