"""Where "5x5 and 7x7 cost far more than their parameters" holds, and where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from accelsim.results.network import Row
from accelsim.study.cases import BASE_KERNEL
from accelsim.study.engine_table import NO_LINES
from accelsim.study.page import Section
from accelsim.study.rows import Spread, chosen, distinct, number, spread, spread_of

CLAIM = '"5x5 and 7x7 cost far more than their parameters"'

FAR = 1.5
"""Gap from which a cost is far more than the parameters."""

SAME = 0.05
"""A gap this near to 1 is none."""

SUBJECTS = {
    ("operator", "conv"): "dense convolution",
    ("operator", "dw"): "depthwise convolution",
    ("operator", "mix"): "MixConv",
    ("block", "dws"): "depthwise separable block",
    ("network", "dw"): "whole network, all depthwise kernels",
}
GAPS = {
    "gap_area": "area of dedicated engines",
    "gap_cycles": "cycles (area x time)",
    "gap_buffer": "buffer area",
    "gap_energy": "energy",
}
WORDS = {
    "far more": f"It holds, far more than the parameters (median gap of {FAR:g} or more)",
    "more": "More than the parameters, not far more",
    "as much": "As the parameters, within 5 %",
    "less": "It does not hold, less than the parameters",
}


class Verdict(NamedTuple):
    """The gap of one cost of one kernel on one accelerator, over sizes or networks."""

    subject: str
    cost: str
    kernel: str
    accelerator: str
    gap: Spread

    @property
    def word(self) -> str:
        """By the median gap."""
        if self.gap.middle >= FAR:
            return "far more"
        if self.gap.middle > 1 + SAME:
            return "more"
        return "as much" if self.gap.middle >= 1 - SAME else "less"

    @property
    def figures(self) -> str:
        """`1.35 [1.17 to 1.49] on edge_16x16`."""
        low, high = f"{self.gap.low:.2f}", f"{self.gap.high:.2f}"
        span = "" if low == high else f" [{low} to {high}]"
        place = f" on {self.accelerator}" if self.accelerator else ""
        return f"{self.gap.middle:.2f}{span}{place}"


def verdict_section(
    costs: Sequence[Row], engines: Sequence[Row], kernels: Sequence[str]
) -> Section:
    """The verdicts, grouped by what they say; within a group, in the order of the page."""
    found = [*_of_engines(engines, kernels), *_of_costs(costs, kernels)]
    sentences = []
    for word, heading in WORDS.items():
        own = [verdict for verdict in found if verdict.word == word]
        sentences.append(f"**{heading}: {len(own)} of {len(found)} comparisons.**")
        sentences += _told(own)
    return Section(CLAIM, tuple(sentences))


def _told(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """One sentence for each subject, cost and kernel: the gaps on all accelerators."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for verdict in verdicts:
        key = (verdict.subject, verdict.cost, verdict.kernel)
        together.setdefault(key, []).append(verdict.figures)
    for (subject, cost, kernel), figures in together.items():
        yield f"{subject}, {cost}, {kernel}: gap {', '.join(figures)}."


def _of_costs(costs: Sequence[Row], kernels: Sequence[str]) -> Iterator[Verdict]:
    """Engines are compared on their own: the same on every accelerator but for the node."""
    accelerators = distinct(costs, "accelerator")
    for (scope, kind), subject in SUBJECTS.items():
        for gap, cost in GAPS.items():
            shown = accelerators[:1] if gap == "gap_area" else accelerators
            for kernel, name in product(kernels, shown):
                rows = chosen(costs, scope=scope, type=kind, kernel=kernel, accelerator=name)
                if found := spread(rows, gap):
                    yield Verdict(subject, cost, kernel, "" if gap == "gap_area" else name, found)


def _of_engines(engines: Sequence[Row], kernels: Sequence[str]) -> Iterator[Verdict]:
    base = f"{BASE_KERNEL}x{BASE_KERNEL}"
    for tree in ("one-stage", "registered"):
        rows = {row["kernel"]: row for row in chosen(engines, tree=tree, storage=NO_LINES)}
        for kernel in kernels:
            row, params = rows[kernel], number(rows[kernel], "param_ratio") or 1.0
            subject = f"dedicated engine, {tree} tree"
            for column, cost in (
                ("area_ratio", "area"),
                ("area_cycles_path_ratio", "area x cycles x critical path"),
            ):
                if value := number(row, column):
                    yield _exact(subject, cost, kernel, value / params)
            passes = number(row, "cycles_on_3x3")
            if tree == "one-stage" and passes and (once := number(rows[base], "cycles")):
                yield _exact("3x3 engines only", "cycles in passes", kernel, passes / once / params)


def _exact(subject: str, cost: str, kernel: str, gap: float) -> Verdict:
    found = spread_of([gap])
    assert found is not None
    return Verdict(subject, cost, kernel, "", found)
