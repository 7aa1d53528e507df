"""Built-in loop nests, as the chips lay them out."""

import pytest

from accelsim.dataflows import AXES, DATAFLOWS, FOLDS
from accelsim.dataflows.base import LOOPS
from accelsim.dataflows.records import LOOP_NESTS
from accelsim.workload.dims import DIM_ORDER


@pytest.mark.parametrize(
    ("name", "rows", "cols", "planes", "stationary"),
    [
        ("row_stationary", "RCKGP", "PKG", "", "any"),
        ("channel_parallel", "C", "K", "PQ", "any"),
        ("depthwise", "RS", "G", "", "weight"),
        ("output_spatial", "P", "Q", "", "output"),
        ("any", "NGKCPQRS", "NGKCPQRS", "NGKCPQRS", "any"),
    ],
)
def test_loop_nest_lies_where_its_source_says(name, rows, cols, planes, stationary):
    flow = DATAFLOWS[name]
    assert "".join(flow.rows) == rows
    assert "".join(flow.cols) == cols
    assert "".join(flow.planes) == planes
    assert (flow.stationary, flow.timing, flow.code) == (stationary, "loops", LOOPS)
    assert flow.source


def test_only_depthwise_needs_an_input_window_per_column():
    fed = [name for name, flow in DATAFLOWS.items() if flow.input_feed == "per_column"]
    assert fed == ["depthwise"]


@pytest.mark.parametrize(
    ("name", "axes"),
    [
        ("ws", ("rows",)),
        ("os", ()),
        ("is", ("rows",)),
        ("row_stationary", ("rows",)),
        ("channel_parallel", ("rows",)),
        ("depthwise", ("rows",)),
        ("output_spatial", ()),
        ("any", AXES),
        ("streaming", ("rows", "cols")),
    ],
)
def test_sums_are_added_along_the_axes_where_c_r_or_s_may_lie(name, axes):
    assert DATAFLOWS[name].adds_along() == axes


def test_dataflows_are_the_systolic_ones_then_the_loop_nests_then_window_engines():
    assert list(DATAFLOWS) == [*FOLDS, *LOOP_NESTS, "streaming"]
    assert all(flow.name == name for name, flow in DATAFLOWS.items())
    dims = {dim for flow in DATAFLOWS.values() for axis in AXES for dim in flow.on(axis)}
    assert dims == set(DIM_ORDER)
