"""Every operator of every definition against timm's, row by row.

tests/reference/networks/*.csv list the operators that timm 1.0.31 models execute (recorded under
torch, checked against hooks and ONNX). Splits are explicit operators here and slices of a row
there, so `Move` operators are left out and what they read is resolved to rows and slices.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from accelsim.networks.registry import load_network
from accelsim.workload.network import Network
from accelsim.workload.operators import Concat, Conv, Elementwise, Linear, Move, Operator, Pool

REFERENCE = Path(__file__).parent.parent / "reference" / "networks"
NAMES = ("mobilenetv1_100", "mobilenetv2_100", "mixnet_s", "inception_v3")
POOLS = {"global": "avgpool", "avg": "avgpool", "max": "maxpool"}


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def computing(network: Network) -> list[Operator]:
    return [operator for operator in network if not isinstance(operator, Move)]


def sources(network: Network) -> dict[str, tuple[int, int, int]]:
    """Tensor -> (row that computes it, 0 for the image; first channel; end), through splits."""
    found = {name: (0, 0, shape[0]) for name, shape in network.inputs.items()}
    row = 0
    for operator in network:
        if isinstance(operator, Move):
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


def fused(rows: list[dict[str, str]]) -> list[tuple[str | None, int]]:
    """Activation and norm learnables of every row by `post`, a concat's stated for its parts."""
    posts = {row["idx"]: row["post"] for row in rows}
    for row in rows:
        if row["op"] == "concat" and row["post"]:
            posts |= dict.fromkeys(row["inputs"].split(";"), row["post"])
            posts[row["idx"]] = ""
    found = []
    for row in rows:
        steps = posts[row["idx"]].split("+") if posts[row["idx"]] else []
        functions = [step for step in steps if step != "bn"]
        assert len(functions) <= 1
        norm = 2 * int(row["K"]) if "bn" in steps else 0
        found.append((functions[0] if functions else None, norm))
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
def test_fused_activations_and_norms_equal_post_column(name: str) -> None:
    network, rows = load_network(name), read_rows(name)
    found = [(operator.activation, operator.norm_params) for operator in computing(network)]
    assert found == fused(rows)


@pytest.mark.parametrize("name", NAMES)
def test_average_pools_count_the_padding_where_timm_does(name: str) -> None:
    network, rows = load_network(name), read_rows(name)
    for operator, row in zip(computing(network), rows, strict=True):
        if isinstance(operator, Pool) and operator.mode == "avg":
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
    assert sum(op.params for op in network) == int(total["conv_linear_params"])
