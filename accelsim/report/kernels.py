"""Pictures per kernel size: latency, area x time, utilization and traffic, a panel per network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

from accelsim.report.digits import counted, percent, rounded
from accelsim.report.groups import (
    CAUSES,
    KernelGroup,
    area_by_part,
    cycles_by_cause,
    kernel_groups,
    panel_names,
    setting,
)
from accelsim.report.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE_GREEN,
    PURPLE,
    SKY,
    VERMILLION,
    grid_height,
    legend_below,
    panel_grid,
    share_scale,
    slide,
)
from accelsim.results.network import NetworkResult

TYPE_COLOURS = {
    "conv": BLUE, "pw": SKY, "dw": VERMILLION, "group": ORANGE, "linear": GREEN, "matmul": PURPLE,
    "other": GREY,
}  # fmt: skip
TYPE_NAMES = {
    "conv": "convolution", "pw": "pointwise (1x1)", "dw": "depthwise", "group": "grouped",
    "other": "other: pooling, elementwise",
}  # fmt: skip
CAUSE_COLOURS = dict(zip(CAUSES, (GREEN, PALE_GREEN, ORANGE, BLUE, SKY, PURPLE, INK), strict=True))


def latency_figure(results: Sequence[NetworkResult]) -> Figure:
    """Latency (ms) of each kernel size and type, beside its share of the MACs."""
    figure = slide(
        f"Latency per kernel size on {setting(results)}",
        "Black bar: the time each group would take if time followed MACs. "
        "A coloured bar longer than its black one costs more time than its arithmetic.",
        grid_height(len(results)),
    )
    groups = [kernel_groups(result) for result in results]
    for panel, result, name, rows in _panels(figure, results, groups):
        panel.set_title(
            f"{name}: {rounded(result.latency_ms)} ms, {counted(result.macs, 'MAC')}", weight="bold"
        )
        _latency_rows(panel, result, rows)
    share_scale(figure.axes)
    kinds = {group.type for rows in groups for group in rows}
    colours = {TYPE_NAMES.get(k, k): c for k, c in TYPE_COLOURS.items() if k in kinds}
    legend_below(figure, {**colours, "share of MACs × total latency": INK})
    return figure


def _latency_rows(panel: Axes, result: NetworkResult, groups: Sequence[KernelGroup]) -> None:
    total, longest = result.latency_ms, 0.0
    _label_rows(panel, [group.label for group in groups])
    for row, group in enumerate(groups):
        fair = group.macs / result.macs * total if result.macs else 0.0
        panel.barh(row - 0.12, group.latency_ms, 0.56, color=TYPE_COLOURS.get(group.type, GREY))
        panel.barh(row + 0.29, fair, 0.2, color=INK)
        _write_beside(
            panel, row, max(group.latency_ms, fair),
            f"{rounded(group.latency_ms)} ms: "
            f"{percent(group.cycles / result.unit_cycles)} of time, "
            + (f"{percent(group.macs / result.macs)} of MACs" if group.macs else "no MACs"),
        )  # fmt: skip
        longest = max(longest, group.latency_ms, fair)
    panel.set_xlim(0, longest * 1.55 or 1.0)
    panel.set_xlabel("latency (ms)")


def area_time_figure(results: Sequence[NetworkResult]) -> Figure:
    """Area x time (mm² ms) of each kernel size and type, by component of the accelerator."""
    figure = slide(
        f"Area × time per kernel size on {setting(results)}",
        "Area of the whole accelerator × latency of the group: what the silicon is held for. "
        "Grey text: per 10⁹ MACs, so that groups of different size compare.",
        grid_height(len(results)),
    )
    groups = [kernel_groups(result) for result in results]
    parts = list(dict.fromkeys(part for result in results for part in area_by_part(result)))
    colours = dict(zip(parts, cycle((ORANGE, PURPLE, GREY, SKY, GREEN, VERMILLION, BLUE))))
    for panel, result, name, rows in _panels(figure, results, groups):
        total = result.area_time_mm2_ms
        panel.set_title(
            f"{name}: {rounded(result.area_mm2)} mm² × {rounded(result.latency_ms)} ms "
            f"= {rounded(total)} mm² ms",
            weight="bold",
        )
        _area_rows(panel, result, rows, colours)
    share_scale(figure.axes)
    legend_below(figure, colours)
    return figure


def _area_rows(
    panel: Axes, result: NetworkResult, groups: Sequence[KernelGroup], colours: dict[str, str]
) -> None:
    _label_rows(panel, [group.label for group in groups])
    areas = area_by_part(result)
    for row, group in enumerate(groups):
        left = 0.0
        for part, area_mm2 in areas.items():
            held = area_mm2 * group.latency_ms
            panel.barh(row, held, 0.66, left=left, color=colours.get(part, GREY))
            left += held
        note = f"   {rounded(left / (group.macs / 1e9))} per GMAC" if group.macs else ""
        _write_beside(panel, row, left, f"{rounded(left)}", note)
    longest = max((group.latency_ms for group in groups), default=0.0)
    panel.set_xlim(0, result.area_mm2 * longest * 1.35 or 1.0)
    panel.set_xlabel("area × time (mm² ms)")


def utilization_figure(results: Sequence[NetworkResult]) -> Figure:
    """Share of cycles (%) by cause of each kernel size and type; the first is utilization."""
    figure = slide(
        f"Utilization per kernel size, and where the other cycles go, on {setting(results)}",
        "Utilization = MACs / (peak MACs per cycle × cycles): the dark green share, printed on the "
        "right. All other shares are lost to the array.",
        grid_height(len(results)),
    )
    groups = [kernel_groups(result) for result in results]
    for panel, result, name, rows in _panels(figure, results, groups):
        panel.set_title(f"{name}: {percent(result.utilization)} utilization", weight="bold")
        _cause_rows(panel, [*rows, KernelGroup("", "network", result.layers)], result)
    spent = {cause: sum(cycles_by_cause(r.layers)[cause] for r in results) for cause in CAUSES}
    legend_below(figure, {cause: CAUSE_COLOURS[cause] for cause in CAUSES if spent[cause]})
    return figure


def _cause_rows(panel: Axes, groups: Sequence[KernelGroup], result: NetworkResult) -> None:
    """The last group is the network: units that stand idle count there."""
    _label_rows(panel, [group.label.strip() for group in groups])
    for row, group in enumerate(groups):
        left, last = 0.0, row == len(groups) - 1
        causes, total = cycles_by_cause(group.layers), result.unit_cycles if last else group.cycles
        causes[CAUSES[-1]] += result.idle.cycles if last else 0
        for cause, cycles in causes.items():
            share = 100 * cycles / max(total, 1)
            panel.barh(row, share, 0.74, left=left, color=CAUSE_COLOURS[cause])
            left += share
        used = result.utilization if last else group.utilization
        panel.text(101.5, row, percent(used) or "no MACs", va="center")
    panel.axhline(len(groups) - 1.5, color=GREY, linewidth=0.8)
    panel.set_xlim(0, 112)
    panel.set_xticks(range(0, 101, 20))
    panel.set_xlabel("share of the group's cycles (%)")


def traffic_figure(results: Sequence[NetworkResult]) -> Figure:
    """DRAM, SRAM and compulsory bytes of each kernel size and type, on a logarithmic axis."""
    figure = slide(
        f"Memory traffic per kernel size on {setting(results)}",
        "Distance from compulsory to DRAM: bytes fetched more than once. "
        "Distance from DRAM to SRAM: reuse of what is on chip.",
        grid_height(len(results)),
    )
    groups = [kernel_groups(result) for result in results]
    for panel, result, name, rows in _panels(figure, results, groups):
        panel.set_title(
            f"{name}: DRAM {counted(result.dram_bytes, 'B')}, "
            f"SRAM {counted(result.sram_bytes, 'B')}",
            weight="bold",
        )
        _traffic_rows(panel, rows)
    figure.legend(
        handles=[
            _marker("|", INK, "compulsory: distinct inputs, weights and outputs"),
            _marker("o", VERMILLION, "DRAM, read and written (× compulsory)"),
            _marker("s", BLUE, "SRAM, read and written (× DRAM)"),
        ],
        loc="outside lower center", ncols=3,
    )  # fmt: skip
    return figure


def _traffic_rows(panel: Axes, groups: Sequence[KernelGroup]) -> None:
    _label_rows(panel, [group.label for group in groups])
    for row, group in enumerate(groups):
        least, dram, sram = group.compulsory_bytes, group.dram_bytes, group.sram_bytes
        panel.plot([least, sram], [row, row], color="#D0D0D0", linewidth=1.5, zorder=1)
        panel.plot(sram, row, "s", color=BLUE, markersize=7)
        panel.plot(dram, row, "o", color=VERMILLION, markersize=7)
        panel.plot(least, row, "|", color=INK, markersize=13, markeredgewidth=2)
        beside = f"{_times(dram, least)} / {_times(sram, dram)}"
        panel.annotate(beside, (sram, row), xytext=(9, 0), textcoords="offset points", va="center")
    moved = [x for g in groups for x in (g.compulsory_bytes, g.dram_bytes, g.sram_bytes) if x]
    low, high = min(moved, default=1), max(moved, default=1)
    panel.set_xscale("log")
    panel.set_xlim(low / 1.7, high * max(high / low, 10) ** 0.28)
    panel.set_xlabel("bytes (logarithmic)")
    panel.xaxis.set_major_locator(LogLocator(10, (1,) if high >= 50 * low else (1, 2, 5)))
    panel.xaxis.set_major_formatter(EngFormatter(unit="B", sep=" "))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.grid(axis="x")


def _times(value: float, base: float) -> str:
    return f"{rounded(value / base)}×" if base else ""


def _marker(shape: str, colour: str, name: str) -> Line2D:
    return Line2D(
        [], [], marker=shape, color=colour, linestyle="", markersize=9, markeredgewidth=2,
        label=name,
    )  # fmt: skip


def _panels(
    figure: Figure, results: Sequence[NetworkResult], groups: Sequence[Sequence[KernelGroup]]
) -> list[tuple[Axes, NetworkResult, str, Sequence[KernelGroup]]]:
    """A panel for each result, with its name and its groups."""
    grid = panel_grid(figure, len(results))
    return list(zip(grid, results, panel_names(results), groups, strict=True))


def _label_rows(panel: Axes, labels: Sequence[str]) -> None:
    panel.set_yticks(range(len(labels)), labels)
    panel.tick_params(axis="y", length=0)
    panel.set_ylim(len(labels) - 0.4, -0.6)


def _write_beside(panel: Axes, row: float, end: float, text: str, note: str = "") -> None:
    """Text after the end of a bar, and a grey note after it."""
    written = panel.annotate(
        text, (end, row), xytext=(5, 0), textcoords="offset points", va="center"
    )
    if note:
        panel.annotate(
            note, (1, 0.5), xycoords=written, va="center", color="#6A6A6A", annotation_clip=False
        )
