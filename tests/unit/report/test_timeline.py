"""What the picture of a trace says of its run."""

from __future__ import annotations

import pytest

from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.report.style import drawing
from accelsim.report.timeline import timeline_figure

TWO = load_hardware("edge_16x16").replace({"cores.count": 2, "cores.shared": ["sram"]})


@pytest.mark.parametrize("policy", ["branch_parallel", "split"])
@pytest.mark.parametrize("residency", ["none", "greedy"])
def test_timeline_names_policy_and_residency(policy, residency):
    result = simulate(
        "squeezenet1_1", TWO, engine="events", policy=policy, residency=residency,
        effort="sweep", trace=True,
    )  # fmt: skip
    with drawing():
        figure = timeline_figure(result, result.trace)
    told = figure.get_suptitle()
    assert f"policy {policy}" in told
    assert ("residency greedy" in told) == (residency == "greedy")
