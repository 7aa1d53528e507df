"""What the tables of `study kernels` say, in sentences: computed, whatever the figures are.

The claim under test: "5x5 and 7x7 cost far more than their parameters".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accelsim.results.network import Row
from accelsim.study.cases import BASE_KERNEL, sizes
from accelsim.study.engine_table import NO_LINES, middle_map
from accelsim.study.kernel_verdicts import verdict_section
from accelsim.study.network_kernels import ARRAY, OWN
from accelsim.study.page import Section
from accelsim.study.rows import Spread, chosen, distinct, number, spread, spread_of

CLAIMED = ("5x5", "7x7")
"""Kernels that the claim is about."""

TYPE_NAMES = {
    "conv": "Dense convolution",
    "dw": "Depthwise convolution",
    "mix": "MixConv (3x3 up to the kernel)",
    "dws": "Depthwise separable block",
}
MEASURES = {
    "gap_cycles": "cycles (and area x time: the accelerator is the same)",
    "gap_energy": "energy",
    "gap_buffer": "buffer area for compulsory traffic",
}


def findings(
    costs: Sequence[Row], networks: Sequence[Row], engines: Sequence[Row]
) -> list[Section]:
    """Sections of the page."""
    return [
        Section("How to read this", tuple(_setting(costs))),
        verdict_section(costs, engines, CLAIMED),
        Section("Dedicated engines", tuple(_engines(engines))),
        *(
            Section(f"{title} on an array", tuple(_operator(costs, kind)))
            for kind, title in TYPE_NAMES.items()
        ),
        Section("Whole networks", tuple(_networks(networks))),
        Section("Depthwise engines beside the array", tuple(_beside(networks))),
    ]


def _setting(costs: Sequence[Row]) -> Iterator[str]:
    accelerators = ", ".join(distinct(costs, "accelerator"))
    maps = ", ".join(f"{size.in_h}x{size.in_h}x{size.channels}" for size in sizes())
    yield f"All ratios are to {BASE_KERNEL}x{BASE_KERNEL}. Accelerators: {accelerators}."
    yield f"Maps and channels, from MobileNetV1 and MixNet-S: {maps}."
    yield (
        "Gap: cost ratio / parameter ratio; 1 where a cost follows the parameters. Where the "
        "parameters are within 5 % of those with 3x3 the gap is the cost ratio itself. Figures "
        "are medians over sizes, with lowest to highest in brackets."
    )


def _engines(engines: Sequence[Row]) -> Iterator[str]:
    alone = {row["kernel"]: row for row in chosen(engines, tree="one-stage", storage=NO_LINES)}
    five, seven = (alone[kernel] for kernel in CLAIMED)
    yield (
        "A fixed-function engine of one output per cycle grows "
        f"{_ratio(five, 'area_ratio')} times for 5x5 and {_ratio(seven, 'area_ratio')} times for "
        f"7x7; its parameters {_ratio(five, 'param_ratio')} and {_ratio(seven, 'param_ratio')} "
        f"times: the gap is {_gap(five, 'area_ratio')} and {_gap(seven, 'area_ratio')}."
    )
    widest = str(max(int(width) for width in distinct(engines, "width")))
    lines = [_with_lines(engines, storage, int(widest)) for storage in ("sram", "shift_register")]
    yield (
        f"Line buffers for maps {widest} pixels wide, linear in the kernel, narrow that to "
        f"{lines[0]} in SRAM and {lines[1]} in shift registers."
    )
    side = middle_map()
    passes = [_over(row, "cycles_on_3x3", alone["3x3"], "cycles") for row in (five, seven)]
    own = [_over(row, "cycles", alone["3x3"], "cycles") for row in (five, seven)]
    beyond = [
        ratio / (number(row, "param_ratio") or 1.0)
        for ratio, row in zip(passes, (five, seven), strict=True)
    ]
    yield (
        f"On its own engine a larger kernel takes {own[0]:.2f} and {own[1]:.2f} times the cycles "
        f"of 3x3 ({side}x{side} map). On hardware that has 3x3 engines only it takes passes: "
        f"{passes[0]:.2f} and {passes[1]:.2f} times the cycles, {beyond[0]:.2f} and "
        f"{beyond[1]:.2f} times the parameter ratio."
    )
    yield _clock(engines)


def _clock(engines: Sequence[Row]) -> str:
    found = []
    for tree in ("one-stage", "registered"):
        rows = chosen(engines, tree=tree, storage=NO_LINES)
        five, seven = (chosen(rows, kernel=kernel)[0] for kernel in CLAIMED)
        column = "area_cycles_path_ratio"
        found.append(
            f"{_ratio(five, column)} and {_ratio(seven, column)} times "
            f"(gap {_gap(five, column)} and {_gap(seven, column)})"
        )
    return (
        "An adder tree without registers pays in clock: area x cycles x critical path grows "
        f"{found[0]}; with registers {found[1]}."
    )


def _with_lines(engines: Sequence[Row], storage: str, width: int) -> str:
    rows = chosen(engines, tree="one-stage", storage=storage, width=width)
    return " and ".join(
        _ratio(row, "area_ratio") for kernel in CLAIMED for row in chosen(rows, kernel=kernel)
    )


def _operator(costs: Sequence[Row], kind: str) -> Iterator[str]:
    """One sentence for each kernel and measure, all accelerators in it."""
    for kernel in CLAIMED:
        rows = [row for row in chosen(costs, type=kind, kernel=kernel) if row["channels"]]
        params = spread(rows, "param_ratio")
        for gap, words in MEASURES.items():
            parts = [
                f"x{cost.middle:.2f} on {name} (gap {_span(spread(own, gap))})"
                for name in distinct(rows, "accelerator")
                if (cost := spread_of(cost_ratios(own := chosen(rows, accelerator=name), gap)))
            ]
            if params and parts:
                yield f"{kernel}, parameters x{params.middle:.2f}: {words} {', '.join(parts)}."


def cost_ratios(rows: Sequence[Row], gap: str) -> list[float]:
    """Cost over that of 3x3: the gap times what it was divided by."""
    found = [(number(row, gap), number(row, "gap_divisor")) for row in rows]
    return [value * divisor for value, divisor in found if value is not None and divisor]


def _networks(networks: Sequence[Row]) -> Iterator[str]:
    on_array = chosen(networks, depthwise_on=ARRAY)
    first = chosen(on_array, kernel="3x3")
    yield (
        f"With 3x3 kernels depthwise weights are {_percent(first, 'depthwise_share_of_params')} "
        f"of all parameters of {', '.join(distinct(networks, 'network'))}."
    )
    for kernel in (*CLAIMED, OWN):
        rows = chosen(on_array, kernel=kernel)
        title = "The definition's own mix" if kernel == OWN else f"All depthwise kernels {kernel}"
        if rows:
            yield (
                f"{title}: parameters {_change(rows, 'params')}, MACs {_change(rows, 'macs')} "
                f"({', '.join(distinct(rows, 'network'))})."
            )
        for name in distinct(rows, "accelerator"):
            own = chosen(rows, accelerator=name)
            yield (
                f"{title} on {name}: cycles and area x time {_change(own, 'cycles')}, energy "
                f"{_change(own, 'energy')}, area needed {_change(own, 'area_needed')}; gap in "
                f"cycles {_span(spread(own, 'gap_cycles'))}."
            )


def _beside(networks: Sequence[Row]) -> Iterator[str]:
    """Mixed engines, on the first accelerator of the study."""
    accelerator = distinct(networks, "accelerator")[0]
    for way in [way for way in distinct(networks, "depthwise_on") if way != ARRAY]:
        for kernel in (*CLAIMED, OWN):
            rows = chosen(networks, accelerator=accelerator, depthwise_on=way, kernel=kernel)
            if rows:
                yield (
                    f"{accelerator}, {way.replace('_', ' ')}, {kernel}: cycles "
                    f"{_change(rows, 'cycles')}, area needed {_change(rows, 'area_needed')}, area "
                    f"x time {_change(rows, 'area_time')}; the engines use "
                    f"{_percent(rows, 'depthwise_utilization')} of their taps."
                )


def _ratio(row: Row, column: str) -> str:
    value = number(row, column)
    return "?" if value is None else f"{value:.2f}"


def _gap(row: Row, column: str) -> str:
    value, params = number(row, column), number(row, "param_ratio")
    return "?" if value is None or not params else f"{value / params:.2f}"


def _over(row: Row, column: str, base: Row, base_column: str) -> float:
    return (number(row, column) or 0.0) / (number(base, base_column) or 1.0)


def _span(found: Spread | None) -> str:
    if found is None:
        return "unknown"
    return f"{found.middle:.2f} [{found.low:.2f} to {found.high:.2f}]"


def _change(rows: Sequence[Row], name: str) -> str:
    """`+1.5 to +3.3 %`, or why there is no figure."""
    found = spread(rows, f"{name}_change_percent")
    if found is None:
        return "unknown"
    low, high = f"{found.low:+.1f}", f"{found.high:+.1f}"
    return f"{low} %" if low == high else f"{low} to {high} %"


def _percent(rows: Sequence[Row], column: str) -> str:
    found = spread(rows, column)
    if found is None:
        return "an unknown share"
    return f"{100 * found.low:.1f} to {100 * found.high:.1f} %"
