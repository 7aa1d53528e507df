"""Networks made from other networks: the same operators with another kernel size."""

from __future__ import annotations

from dataclasses import replace

from accelsim.errors import UsageError, WorkloadError
from accelsim.workload.network import Network
from accelsim.workload.operators import Conv, Operator
from accelsim.workload.window import Sides


def with_kernel(network: Network, k: int) -> Network:
    """The network with every square depthwise kernel k x k; all tensors keep their shapes.

    Padding grows or shrinks by half the change on every side, so that "same" padding becomes
    (d*(k-1))//2, k//2 without dilation. The result is named `<network>:kernel=<k>`.
    """
    if k < 1 or k % 2 == 0:
        raise UsageError(
            f"kernel = {k}; allowed: an odd number >= 1 (an even kernel has no centre, so output "
            f"sizes would change)"
        )
    operators = tuple(_resized(operator, k) for operator in network.operators)
    return replace(network, name=_kernel_name(network.name, k), operators=operators)


def _resized(operator: Operator, k: int) -> Operator:
    if not isinstance(operator, Conv) or operator.type != "dw":
        return operator
    rows, columns = operator.window
    if rows != columns:
        return operator
    padding = _repadded(operator, k)
    if min(padding) < 0:
        raise WorkloadError(
            f"{operator.name}: a {k}x{k} kernel in place of {rows}x{columns} with padding "
            f"{operator.padding} would crop the input; take a kernel of {rows} or more"
        )
    return replace(operator, window=(k, k), padding=padding)


def _repadded(operator: Conv, k: int) -> Sides:
    """Padding with which the k x k kernel gives as many outputs; odd changes go to the end."""
    top, left, bottom, right = operator.padding
    vertical = operator.dilation[0] * (k - operator.window[0])
    horizontal = operator.dilation[1] * (k - operator.window[1])
    return (
        top + vertical // 2,
        left + horizontal // 2,
        bottom + vertical - vertical // 2,
        right + horizontal - horizontal // 2,
    )


def _kernel_name(name: str, k: int) -> str:
    """`net:alpha=0.5,kernel=5`; an earlier kernel is replaced."""
    base, _, parameters = name.partition(":")
    kept = [item for item in parameters.split(",") if item and not item.startswith("kernel=")]
    return f"{base}:{','.join([*kept, f'kernel={k}'])}"
