"""Every operator of every definition against timm's, row by row.

tests/reference/networks/*.csv list the operators that timm 1.0.31 models execute (recorded under
torch, checked against hooks and ONNX). Splits are explicit operators here and slices of a row
there, so `Move` operators are left out and what they read is resolved to rows and slices. So are
norms and activations that could not be fused: `post` of the row that they read states them there.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from accelsim.networks.registry import load_network
from accelsim.workload.network import Network
from accelsim.workload.operators import (
    ACTIVATIONS,
    Concat,
    Conv,
    Elementwise,
    Linear,
    Move,
    Operator,
    Pool,
)

REFERENCE = Path(__file__).parent.parent / "reference" / "networks"
NAMES = (
    "mobilenetv1_100",
    "mobilenetv2_100",
    "mobilenetv3_large_100",
    "mobilenetv3_small_100",
    "mixnet_s",
    "mixnet_m",
    "efficientnet_b0",
    "tf_efficientnet_b0",
    "inception_v3",
    "resnet50",
    "resnet152",
    "densenet121",
    "legacy_xception",
)
POOLS = {"global": "avgpool", "avg": "avgpool", "max": "maxpool"}


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def is_post(operator: Operator) -> bool:
    """A norm or activation that has no row of its own."""
    return isinstance(operator, Elementwise) and operator.function in ("batch_norm", *ACTIVATIONS)


def computing(network: Network) -> list[Operator]:
    return [op for op in network if not isinstance(op, Move) and not is_post(op)]


def sources(network: Network) -> dict[str, tuple[int, int, int]]:
    """Tensor -> (row that computes it, 0 for the image; first channel; end), through splits."""
    found = {name: (0, 0, shape[0]) for name, shape in network.inputs.items()}
    row = 0
    for operator in network:
        if isinstance(operator, Move) or is_post(operator):
            source, start, _ = found[operator.inputs[0]]
            for part, (channels, _, _) in zip(
                operator.outputs, operator.output_shapes, strict=True
            ):
                found[part] = (source, start, start + channels)
                start += channels
        else:
            row += 1
            found[operator.outputs[0]] = (row, 0, operator.output_shape[0])
    return found


def reads(network: Network, operator: Operator) -> str:
    """The `inputs` column: `12;7`, or `12[8:16]` where only some channels are read."""
    origin = sources(network)
    widths = [3, *(row.output_shape[0] for row in computing(network))]
    texts = []
    for tensor in operator.inputs:
        row, start, end = origin[tensor]
        texts.append(str(row) if end - start == widths[row] else f"{row}[{start}:{end}]")
    return ";".join(texts)


def shown(operator: Operator) -> dict[str, str]:
    """The operator in the columns of the reference."""
    (_, in_h, in_w), (out_c, out_h, out_w) = operator.input_shape, operator.output_shape
    in_c = out_c if isinstance(operator, Concat) else operator.input_shape[0]
    row = {
        "C": in_c, "H": in_h, "W": in_w, "K": out_c, "P": out_h, "Q": out_w,
        "macs": operator.macs, "weights": operator.weights,
    }  # fmt: skip
    if isinstance(operator, Conv | Pool | Linear):
        padding = (0, 0, 0, 0) if isinstance(operator, Linear) else operator.padding
        dilation = operator.dilation if isinstance(operator, Conv) else (1, 1)
        window = zip(("R", "S"), operator.kernel or (), strict=True)
        sides = ("pad_top", "pad_left", "pad_bottom", "pad_right")
        row |= {
            **dict(window), "stride_h": operator.stride[0], "stride_w": operator.stride[1],
            **dict(zip(sides, padding, strict=True)), "dil_h": dilation[0], "dil_w": dilation[1],
            "groups": operator.groups,
        }  # fmt: skip
    if isinstance(operator, Conv | Linear):
        row["bias"] = int(operator.bias)
    return {"op": reference_op(operator), **{key: str(value) for key, value in row.items()}}


def reference_op(operator: Operator) -> str:
    if isinstance(operator, Pool):
        return POOLS[operator.mode]
    return operator.function if isinstance(operator, Elementwise) else operator.kind


def posts(rows: list[dict[str, str]]) -> list[tuple[list[str], int]]:
    """Activations and norm learnables of every row by `post`; a concat's are those of its parts.

    They stay with a concat whose parts have other readers, since they cannot be fused then.
    """
    found = {row["idx"]: row["post"] for row in rows}
    readers = Counter(part for row in rows for part in row["inputs"].split(";"))
    for row in rows:
        parts = row["inputs"].split(";")
        if row["op"] == "concat" and row["post"] and all(readers[part] == 1 for part in parts):
            found |= dict.fromkeys(parts, row["post"])
            found[row["idx"]] = ""
    steps = [[step for step in found[row["idx"]].split("+") if step] for row in rows]
    return [
        ([step for step in done if step != "bn"], 2 * int(row["K"]) if "bn" in done else 0)
        for done, row in zip(steps, rows, strict=True)
    ]


def functions_of(operator: Operator) -> list[str]:
    """The activation that an operator is, if any, and the one that is fused to it."""
    own = [operator.function] if isinstance(operator, Elementwise) else []
    fused = [operator.activation] if operator.activation else []
    return [function for function in own if function in ACTIVATIONS] + fused


def applied(network: Network) -> list[tuple[list[str], int]]:
    """Activations and norm learnables of every row, fused to it or as operators that read it."""
    found = [(functions_of(operator), operator.norm_params) for operator in computing(network)]
    origin = sources(network)
    for post in filter(is_post, network):
        row = origin[post.inputs[0]][0] - 1
        functions, learnables = found[row]
        found[row] = (functions + functions_of(post), learnables + post.learnables)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_operators_equal_timm_row_by_row(name: str) -> None:
    network, rows = load_network(name), read_rows(name)
    operators = computing(network)
    assert len(operators) == len(rows)
    for operator, row in zip(operators, rows, strict=True):
        expected = {key: row[key] for key in shown(operator)}
        assert (operator.name, shown(operator)) == (
            row["name"].replace("global_pool.pool.avgpool", "global_pool"),
            expected,
        )
        unstated = {key for key in row if row[key]} - set(shown(operator))
        assert unstated <= {"idx", "name", "inputs", "post", "note"}


@pytest.mark.parametrize("name", NAMES)
def test_operators_read_the_rows_and_slices_that_timm_reads(name: str) -> None:
    network, rows = load_network(name), read_rows(name)
    found = [reads(network, operator) for operator in computing(network)]
    assert found == [row["inputs"] for row in rows]


@pytest.mark.parametrize("name", NAMES)
def test_activations_and_norms_equal_post_column(name: str) -> None:
    assert applied(load_network(name)) == posts(read_rows(name))


@pytest.mark.parametrize("name", NAMES)
def test_average_pools_count_the_padding_where_timm_does(name: str) -> None:
    network, rows = load_network(name), read_rows(name)
    for operator, row in zip(computing(network), rows, strict=True):
        if isinstance(operator, Pool) and operator.mode == "avg" and any(operator.padding):
            assert row["note"] == f"count_include_pad={int(operator.count_include_pad)}"


@pytest.mark.parametrize("name", NAMES)
def test_totals_equal_timm(name: str) -> None:
    network = load_network(name)
    total = {row["network"]: row for row in read_rows("totals")}[name]
    assert network.macs == int(total["macs"])
    assert network.params == int(total["params"])
    kernels = {1: "macs_k1", 3: "macs_k3", 5: "macs_k5", 7: "macs_k7", 9: "macs_k9", 11: "macs_k11"}
    convs = [operator for operator in network if isinstance(operator, Conv)]
    for size, column in kernels.items():
        macs = sum(conv.macs for conv in convs if conv.kernel == (size, size))
        assert macs == int(total[column])
    assert sum(conv.macs for conv in convs if conv.type == "dw") == int(total["macs_depthwise"])
    assert sum(conv.type == "dw" for conv in convs) == int(total["n_conv_dw"])
    computed = [op for op in network if isinstance(op, Conv | Linear)]
    assert sum(op.params for op in computed) == int(total["conv_linear_params"])
