"""Bars of `study kernels`: what an engine is made of, and what a kernel does to whole networks."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from accelsim.cost.engines import line_buffers, streaming_engine
from accelsim.report.digits import rounded
from accelsim.report.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    legend_below,
    panel_grid,
    slide,
)
from accelsim.results.network import Row
from accelsim.study.cases import BASE_KERNEL, KERNELS
from accelsim.study.engine_table import middle_map
from accelsim.study.rows import chosen, distinct, number

PART_COLOURS = {
    "multipliers": BLUE,
    "adder tree": SKY,
    "window and padding": GREEN,
    "weight registers": ORANGE,
    "product registers": PURPLE,
    "accumulator and control": GREY,
    "line buffers (SRAM)": VERMILLION,
}
GROUPS = {
    "window registers": "window and padding", "padding masks": "window and padding",
    "accumulator": "accumulator and control", "control": "accumulator and control",
}  # fmt: skip
"""Part of an engine -> what it is drawn as; levels of the tree are one, the rest is itself."""


def engine_parts(kernel: int, width: int) -> dict[str, float]:
    """um2 of cells at 45 nm of each group of parts; together the engine and its line buffers."""
    found = dict.fromkeys(PART_COLOURS, 0.0)
    for part in streaming_engine(kernel).parts:
        group = "adder tree" if part.name.startswith("tree") else GROUPS.get(part.name, part.name)
        found[group] += part.area_um2
    found["line buffers (SRAM)"] += line_buffers(kernel, width).area_um2
    return found


def engine_figure() -> Figure:
    """Stacked area of a dedicated engine per kernel size: as it is, and per weight."""
    width = middle_map()
    figure = slide(
        f"A dedicated K×K engine by component, int8, 45 nm cells, {width}-pixel line buffers",
        "One output per cycle and channel, one-stage adder tree. Left: the whole engine. Right: "
        "the same per weight; where bars fall, area grows less than the parameters.",
    )
    whole, weight = panel_grid(figure, 2)
    parts = {kernel: engine_parts(kernel, width) for kernel in KERNELS}
    base = sum(parts[BASE_KERNEL].values())
    for kernel, areas in parts.items():
        taps, total = kernel * kernel, sum(areas.values())
        ratios = f"×{total / base:.2f}\nparameters ×{taps / BASE_KERNEL**2:.2f}"
        _stack(whole, kernel, areas, 1000.0, f"{rounded(total / 1000)}\n{ratios}")
        _stack(weight, kernel, areas, float(taps), f"{total / taps:.0f}")
    _kernel_axis(whole, "area (1000 µm²)", "whole engine")
    _kernel_axis(weight, "area per weight (µm²)", "per weight (tap)")
    legend_below(figure, PART_COLOURS)
    return figure


def _stack(panel: Axes, kernel: int, areas: dict[str, float], unit: float, text: str) -> None:
    base = 0.0
    for name, area in areas.items():
        panel.bar(kernel, area / unit, 1.5, bottom=base, color=PART_COLOURS[name])
        base += area / unit
    panel.annotate(text, (kernel, base), xytext=(0, 3), textcoords="offset points", ha="center")


def _kernel_axis(panel: Axes, unit: str, title: str) -> None:
    panel.set_xticks(KERNELS, [f"{kernel}x{kernel}" for kernel in KERNELS])
    panel.set_xlabel("kernel")
    panel.set_ylabel(unit)
    panel.set_ylim(0, 1.12 * panel.get_ylim()[1])
    panel.set_title(title, weight="bold")


CHANGES = {
    "params": ("parameters", GREY),
    "macs": ("MACs", SKY),
    "energy": ("energy", ORANGE),
    "cycles": ("cycles = area × time", VERMILLION),
}


def network_figure(networks: Sequence[Row], kernel: str) -> Figure:
    """Change of whole networks when all depthwise kernels become `kernel`, a panel per machine."""
    rows = chosen(networks, depthwise_on="array", kernel=kernel)
    figure = slide(
        f"Whole networks with all depthwise kernels {kernel} in place of 3x3",
        "Change in percent, depthwise operators on the accelerator's own array; each panel has its "
        "own scale.",
    )
    names = distinct(rows, "accelerator")
    panels = panel_grid(figure, len(names))
    for panel, name in zip(panels, names, strict=True):
        _change_bars(panel, chosen(rows, accelerator=name))
        panel.set_title(name, weight="bold")
    legend_below(figure, dict(CHANGES.values()))
    return figure


def _change_bars(panel: Axes, rows: Sequence[Row]) -> None:
    for column, (name, (_, colour)) in enumerate(CHANGES.items()):
        for place, row in enumerate(rows):
            change = number(row, f"{name}_change_percent")
            if change is None:
                continue
            at = place + 0.2 * (column - 1.5)
            panel.bar(at, change, 0.19, color=colour)
            panel.annotate(
                f"{change:.0f}" if abs(change) >= 10 else f"{change:.1f}", (at, max(change, 0)),
                xytext=(0, 2), textcoords="offset points", ha="center", fontsize=7.5,
            )  # fmt: skip
    panel.axhline(0, color=INK, linewidth=0.8)
    panel.set_xticks(range(len(rows)), [str(row["network"]).replace("_", "\n", 1) for row in rows])
    panel.set_ylabel("change to 3x3 (%)")
    panel.set_ylim(top=1.1 * max(panel.get_ylim()[1], 1))
