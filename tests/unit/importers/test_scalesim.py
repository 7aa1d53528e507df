"""SCALE-Sim topologies: what its own rule makes of them, and what is wrong with them."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import InputError
from accelsim.importers.scalesim import network_from_scalesim
from accelsim.workload.network import Network

HEADER = (
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
    "Strides,\n"
)


def read(folder: Path, text: str, name: str = "net.csv") -> Network:
    (folder / name).write_text(text)
    return network_from_scalesim(folder / name)


@settings(deadline=None)
@given(st.tuples(*[st.integers(1, 12)] * 4), st.tuples(*[st.integers(1, 5)] * 3))
def test_outputs_and_macs_are_those_of_scale_sim(tmp_path_factory, sides, rest) -> None:
    # scalesim/topology_utils.py, topo_calc_hyperparams: ceil((H - R + s) / s) outputs per axis
    height, width, rows, columns = sides
    channels, filters, stride = rest
    if rows > height or columns > width:
        return
    line = f"a, {height}, {width}, {rows}, {columns}, {channels}, {filters}, {stride},\n"
    (conv,) = read(tmp_path_factory.mktemp("topology"), HEADER + line)
    down, right = (ceil((n - k + stride) / stride) for n, k in ((height, rows), (width, columns)))
    assert conv.output_shape == (filters, down, right)
    assert conv.macs == down * right * rows * columns * channels * filters
    assert conv.padding[:2] == (0, 0)


def test_layers_read_inputs_of_their_own(tmp_path: Path) -> None:
    # AlexNet as SCALE-Sim has it: (224 - 11) / 4 is not whole, so three rows are added.
    network = read(
        tmp_path,
        HEADER
        + "Conv1     ,224         ,224        ,11           ,11          ,3       ,96     ,4   ,\n"
        + "\n"
        + "\tConv2,27,27,5,5,96,256,1,#with a comment\n",
    )
    assert network.inputs == {"Conv1.in": (3, 224, 224), "Conv2.in": (96, 27, 27)}
    assert network.outputs == ("Conv1", "Conv2")
    first, second = network
    assert (first.padding, first.output_shape) == ((0, 0, 3, 3), (96, 55, 55))
    assert second.output_shape == (256, 23, 23)


def test_layer_with_dp_in_its_name_is_depthwise(tmp_path: Path) -> None:
    (conv,) = read(tmp_path, HEADER + "Conv2_DP, 112, 112, 3, 3, 32, 1, 1,\n")
    assert (conv.type, conv.groups, conv.macs) == ("dw", 32, 32 * 110 * 110 * 9)


def test_layers_of_one_name_are_told_apart(tmp_path: Path) -> None:
    network = read(tmp_path, HEADER + "a, 4, 4, 1, 1, 3, 8, 1,\n" * 2)
    assert [op.name for op in network] == ["a", "a_2"]


def test_ninth_column_is_the_stride_along_columns(tmp_path: Path) -> None:
    (conv,) = read(tmp_path, HEADER + "a, 9, 9, 3, 3, 3, 8, 2, 3,\n")
    assert (conv.stride, conv.output_shape) == ((2, 3), (8, 4, 3))


@pytest.mark.parametrize("end", ["", ","])
def test_matrix_products_have_m_rows_n_filters_k_depth(tmp_path: Path, end: str) -> None:
    # M x K by K x N
    (linear,) = read(tmp_path, f"Layer,M,N,K{end}\nQKT,1024,512,64{end}\n")
    assert (linear.kind, linear.input_shape, linear.output_shape) == (
        "linear", (64, 1024, 1), (512, 1024, 1),
    )  # fmt: skip
    assert (linear.macs, linear.params) == (1024 * 512 * 64, 512 * 64)


FAULTS = {
    "missing columns": (
        "a, 4, 4, 3, 3, 8,\n",
        ["net.csv:2:1: has 6 values; missing: Num Filter, Strides"],
    ),
    "a value too many": (
        "a, 4, 4, 3, 3, 8, 8, 1, 1, 5,\n",
        ["net.csv:2:28: '5' is one value too many; remove it"],
    ),
    "no number": (
        "a, 4, four, 3, 3, 8, 8, 1,\n",
        ["net.csv:2:7: IFMAP Width: must be a whole number, is 'four'"],
    ),
    "an empty value": (
        "a, 4, , 3, 3, 8, 8, 1,\n",
        ["net.csv:2:7: IFMAP Width: must be a whole number, is ''"],
    ),
    "a fraction": (
        "a, 4, 4, 3, 3, 8, 8, 1.5,\n",
        ["net.csv:2:22: Strides: must be a whole number, is '1.5'"],
    ),
    "zero": ("a, 4, 4, 3, 3, 0, 8, 1,\n", ["net.csv:2:16: Channels: must be >= 1, is 0"]),
    "negative": ("a, 4, 4, 3, 3, 8, 8, -1,\n", ["net.csv:2:22: Strides: must be >= 1, is -1"]),
    "no name": (", 4, 4, 3, 3, 8, 8, 1,\n", ["net.csv:2:1: Layer name: missing, but required"]),
    "a filter larger than the map": (
        "a, 4, 4, 5, 3, 8, 8, 1,\n",
        ["net.csv:2:1: a: filter 5x3 is larger than the map 4x4"],
    ),
    "sparsity": (
        "a, 4, 4, 3, 3, 8, 8, 1, 2:4,\n",
        ["net.csv:2:25: Stride width: must be a whole number, is '2:4'; sparsity"],
    ),
    "several": (
        "a, 0, 4, 3, 3, 8, 8, 1,\nb, 4, 4, 3, 3, 8, 8, 1,\nc, 4, 4,\n",
        [
            "net.csv:2:4: IFMAP Height: must be >= 1, is 0",
            "net.csv:4:1: has 3 values; missing: Filter Height",
        ],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faulty_line_is_refused_with_place_problem_and_remedy(tmp_path: Path, case: str) -> None:
    lines, messages = FAULTS[case]
    with pytest.raises(InputError) as raised:
        read(tmp_path, HEADER + lines)
    assert len(raised.value.problems) == len(messages)
    for problem, message in zip(raised.value.problems, messages, strict=True):
        assert message in str(problem)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "net.csv:1:1: has no layers; a header and one line per layer are needed"),
        (HEADER, "net.csv:1:1: has no layers"),
        ("a, 4, 4, 3, 3, 8, 8, 1,\n" * 2, "net.csv:1:4: the first line must name the columns"),
        ("Layer, M, K, N,\na, 1, 2, 3,\n", "net.csv:1:11: K: stands where N is read"),
        (
            "Layer name, IFMAP Height,\na, 1,\n",
            "net.csv:1:1: the header has 2 columns; missing: IFMAP W",
        ),
    ],
)
def test_file_without_header_or_layers_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, text)
    assert message in str(raised.value)


def test_file_that_is_no_text_or_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.csv").write_bytes(b"a,\xff\xff")
    with pytest.raises(InputError, match=r"net.csv:1:1: is not a text file"):
        network_from_scalesim(tmp_path / "net.csv")
    with pytest.raises(InputError, match=r"none.csv:1:1: cannot be read: No such file"):
        network_from_scalesim(tmp_path / "none.csv")
