"""Dataflows of the file's own, and whether an array can run what it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from accelsim.dataflows import DATAFLOWS, Dataflow
from accelsim.documents import explain
from accelsim.errors import HardwareError, MappingError
from accelsim.hardware.accelerator import Accelerator
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window
from tests.oracles.deep_accelerator import deep_accelerator, deep_file


def with_flows(flows, **array):
    data = deep_file()
    data["dataflows"] = flows
    data["array"] |= {"dataflows": list(flows) or ["any"]} | array
    return data


def faults_of(data):
    with pytest.raises(ValidationError) as error:
        Accelerator.model_validate(data)
    faults = explain(error.value, Accelerator, data)
    return [f"{'.'.join(map(str, fault.loc))}: {fault.message}" for fault in faults]


def test_own_dataflow_is_a_record_like_the_built_in_ones():
    hardware = deep_accelerator()
    assert hardware.dataflow("mine") == Dataflow(
        name="mine", title="my flow", timing="loops", rows=("C", "R"), cols=("K",),
        source="the hardware file",
    )  # fmt: skip
    assert hardware.dataflow("row_stationary") is DATAFLOWS["row_stationary"]


def test_own_dataflow_without_title_goes_by_its_name():
    flow = Accelerator.model_validate(with_flows({"plain": {"planes": ["Q"]}})).dataflow("plain")
    assert (flow.title, flow.planes, flow.stationary) == ("plain", ("Q",), "any")


def test_dataflow_that_nobody_knows_raises_with_a_suggestion():
    with pytest.raises(HardwareError, match=r"'mne'; allowed: ws, os, .*, mine; did you mean 'mi"):
        deep_accelerator().dataflow("mne")


@given(
    st.lists(st.sampled_from("NGKCPQRS"), unique=True),
    st.lists(st.sampled_from("NGKCPQRS"), unique=True),
    st.lists(st.sampled_from("NGKCPQRS"), unique=True, min_size=1),
)
def test_own_dataflow_may_have_any_dimensions_on_any_axis(rows, cols, planes):
    data = with_flows({"free": {"rows": rows, "cols": cols, "planes": planes}})
    flow = Accelerator.model_validate(data).dataflow("free")
    assert (flow.on("rows"), flow.on("cols"), flow.on("planes")) == (
        tuple(rows), tuple(cols), tuple(planes),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("flows", "message"),
    [
        ({"mine": {}}, "dataflows.mine.rows: give dimensions to one of rows, cols, planes"),
        ({"mine": {"rows": ["D"]}}, "dataflows.mine.rows.0: unknown value 'D'; allowed: N, G, K,"),
        ({"mine": {"rows": ["C", "C"]}}, "dataflows.mine.rows: names 'C' more than once"),
        ({"mine": {"rows": "C"}}, "dataflows.mine.rows: must be a list, is 'C'"),
        ({"mine": {"row": ["C"]}}, "dataflows.mine.row: unknown key 'row'; allowed: title,"),
        ({"mine": {"rows": ["C"], "timing": "fold"}}, "dataflows.mine.timing: unknown value 'fo"),
        ({"mine": {"rows": ["C"], "stationary": "psum"}}, "dataflows.mine.stationary: unknown va"),
        (
            {"mine": {"timing": "folds", "rows": ["C"], "cols": ["K"]}},
            "dataflows.mine.timing: arrays that fold are built in: name ws, os, is in array.datafl",
        ),
        ({"ws": {"rows": ["C"]}}, "dataflows.ws: 'ws' is built in; give your dataflow another"),
        ({"auto": {"rows": ["C"]}}, "dataflows.auto: 'auto' is reserved; give your dataflow anot"),
        ({"My": {"rows": ["C"]}}, "dataflows.My: must be 1 to 32 of a-z, 0-9 and _"),
    ],
)
def test_own_dataflow_that_makes_no_sense_is_refused_with_its_reason(flows, message):
    (fault,) = faults_of(with_flows(flows))
    assert fault.startswith(message)


def test_unknown_dataflow_of_the_array_suggests_one_of_the_file():
    data = with_flows({"kernel_rows": {"rows": ["R"]}})
    data["array"]["dataflows"] = ["any", "kernel_row"]
    (fault,) = faults_of(data)
    assert fault.startswith("array.dataflows.1: unknown dataflow 'kernel_row'; allowed: ws, os, is")
    assert fault.endswith("streaming, kernel_rows; did you mean 'kernel_rows'?")


def test_depthwise_needs_an_input_window_per_column_and_says_how():
    data = with_flows({}, dataflows=["any", "depthwise"])
    assert faults_of(data) == [
        "array.dataflows.1: 'depthwise' needs an input window in every column; add input_feed: "
        "per_column to array (its registers count in the area), or take it out"
    ]
    data["array"]["input_feed"] = "per_column"
    assert Accelerator.model_validate(data).array.input_feed == "per_column"


def test_folds_on_an_array_with_planes_are_refused():
    (fault,) = faults_of(with_flows({}, dataflows=["ws"], planes=2))
    assert fault.startswith("array.planes: dataflow ws has timing: folds, which knows rows and")
    assert Accelerator.model_validate(with_flows({}, dataflows=["ws"], planes=1))


def test_broadcast_of_an_output_stationary_array_is_refused():
    (fault,) = faults_of(with_flows({}, dataflows=["os"], overlap="broadcast"))
    assert fault.startswith("array.overlap: broadcast loads a stationary operand ahead")
    assert "take os out" in fault


def _pointwise_and_any(names=("dots", "any_window")):
    flows = {"dots": {"cols": ["K"], "windows": False}, "any_window": {"cols": ["Q"]}}
    return Accelerator.model_validate(with_flows({name: flows[name] for name in names}))


def _filters():
    """1x1, 3x1, fully connected, and a product of two tensors."""
    net = NetworkBuilder("net")
    x = net.conv("one", net.input("image", (4, 6, 6)), 8, window(1))
    x = net.conv("tall", x, 8, window((3, 1)))
    x = net.linear("linear", net.pool("mean", x, "global"), 8)
    return [operator for operator in net.build().operators if operator.macs]


def test_dataflow_without_windows_runs_1x1_filters_and_matrices_only():
    hardware = _pointwise_and_any()
    found = [hardware.able(hardware.array.dataflows, operator) for operator in _filters()]
    assert found == [("dots", "any_window"), ("any_window",), ("dots", "any_window")]


def test_window_that_no_dataflow_runs_is_refused_with_those_that_do():
    _, tall, _ = _filters()
    with pytest.raises(
        MappingError, match=r"its 3x1 filter .* by dots .*; allowed here: any_window"
    ):
        _pointwise_and_any().able(("dots",), tall)
    with pytest.raises(MappingError, match="allowed here: nothing"):
        _pointwise_and_any(("dots",)).able(("dots",), tall)
