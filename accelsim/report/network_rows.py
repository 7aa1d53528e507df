"""Networks as rows: their layers, and how their MACs are spread over kernel sizes."""

from __future__ import annotations

from accelsim.results.network import Cell, Row
from accelsim.workload.network import Network
from accelsim.workload.operators import Operator, Shape

SIZES = ("1x1", "3x3", "5x5", "7x7")
"""Kernels with a share of their own; all others are `other`: larger, oblong, matmul."""

LAYER_COLUMNS = (
    "index", "layer", "operator", "type", "function", "input", "output", "kernel", "stride",
    "groups", "padding", "macs", "params", "norm_params", "reads", "reads_names",
)  # fmt: skip


def mac_shares(network: Network) -> dict[str, float]:
    """Fraction of the MACs in kernels of each of SIZES and in `other`; a linear operator is 1x1."""
    macs = dict.fromkeys((*SIZES, "other"), 0)
    for operator in network:
        size = sides(operator.kernel) if operator.kernel else "other"
        macs[size if size in SIZES else "other"] += operator.macs
    return {size: count / network.macs if network.macs else 0.0 for size, count in macs.items()}


def layer_rows(network: Network) -> list[Row]:
    """One row per operator in execution order; counts are of one image.

    `params` are all learnables, of which `norm_params` belong to folded norms, so that the sum is
    `net.params`; `reads` has the index of the operators that it reads, or the name of an input.
    """
    makers = {tensor: (tensor, tensor) for tensor in network.inputs}
    rows: list[Row] = []
    for index, operator in enumerate(network, 1):
        read = dict.fromkeys(makers[tensor] for tensor in operator.inputs)
        places, names = (", ".join(words) for words in zip(*read, strict=True))
        cells = (index, operator.name, *_described(operator), places, names)
        rows.append(dict(zip(LAYER_COLUMNS, cells, strict=True)))
        makers |= dict.fromkeys(operator.outputs, (str(index), operator.name))
    return rows


def total_row(network: Network) -> Row:
    """Sums of `layer_rows`."""
    norms = sum(operator.norm_params for operator in network)
    return {
        "layer": "total", "macs": network.macs, "params": network.params, "norm_params": norms
    }  # fmt: skip


def sides(pair: tuple[int, int]) -> str:
    """(3, 5) -> 3x5."""
    return f"{pair[0]}x{pair[1]}"


def _described(operator: Operator) -> tuple[Cell, ...]:
    """Cells from `operator` to `norm_params`."""
    return (
        operator.kind,
        operator.type,
        getattr(operator, "mode", None) or getattr(operator, "function", None),
        _shapes(operator.input_shapes),
        _shapes(operator.output_shapes),
        sides(operator.kernel) if operator.kernel else None,
        sides(operator.stride) if operator.kernel else None,
        operator.groups,
        _padding(operator),
        operator.macs,
        operator.params + operator.norm_params,
        operator.norm_params,
    )


def _shapes(shapes: tuple[Shape, ...]) -> str:
    """`64x28x28`; several with a plus, equal ones counted: `2*(64x28x28)`."""
    texts = ["x".join(map(str, shape)) for shape in shapes]
    counts = {text: texts.count(text) for text in texts}
    parts = [text if count == 1 else f"{count}*({text})" for text, count in counts.items()]
    return " + ".join(parts)


def _padding(operator: Operator) -> str | None:
    """One number if all sides are equal, else top, left, bottom, right."""
    padding = getattr(operator, "padding", None)
    if padding is None:
        return None
    return str(padding[0]) if len(set(padding)) == 1 else ",".join(map(str, padding))
