"""Pictures of a sweep: latency, area, area × time and utilization over what was varied."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from accelsim.report.digits import rounded
from accelsim.report.style import (
    INK,
    LINES,
    MARKERS,
    SLIDE,
    grid_height,
    panel_grid,
    slide,
)
from accelsim.report.sweep_points import ARRAY, SweepPoints, is_grid, is_same_for_all
from accelsim.results.network import Row

LOG_SPAN = 8
"""Ratio of largest to smallest value from which an axis is logarithmic."""


class Metric(NamedTuple):
    """A column of a sweep, the factor to its unit, its title, and its part of a file name."""

    column: str
    factor: float
    unit: str
    title: str
    name: str

    @property
    def label(self) -> str:
        """For an axis: `latency (ms)`."""
        return f"{self.title[:1].lower()}{self.title[1:]} ({self.unit})"


LATENCY = Metric("latency_ms", 1, "ms", "Latency", "latency")
AREA = Metric("area_mm2", 1, "mm²", "Accelerator area", "area")
AREA_TIME = Metric("area_time_mm2_ms", 1, "mm² ms", "Area × time", "area_time")
UTILIZATION = Metric("utilization", 100, "%", "Utilization", "utilization")
ENERGY = Metric("energy_uj", 1e-3, "mJ", "Energy", "energy")
DRAM = Metric("dram_bytes", 1e-6, "MB", "Traffic to DRAM", "dram")
METRICS = (LATENCY, AREA, AREA_TIME, UTILIZATION, ENERGY, DRAM)


def sweep_figures(points: SweepPoints) -> dict[str, Figure]:
    """File name -> figure: one for a line of points, else one for each metric."""
    if is_grid(points):
        return {f"sweep_{metric.name}": _heat_figure(points, metric) for metric in METRICS}
    if points.rest:
        return {f"sweep_{metric.name}": _panel_figure(points, metric) for metric in METRICS}
    return {"sweep": _line_figure(points)}


def _line_figure(points: SweepPoints) -> Figure:
    """All metrics over x, one line for each network."""
    figure = slide(
        f"{_subject(points, 'Sweep')} over {points.x_name}{_setting(points)}",
        f"Ring: smallest area × time of each network.{_failures(points)}",
        grid_height(len(METRICS)),
    )
    for panel, metric in zip(panel_grid(figure, len(METRICS)), METRICS, strict=True):
        lines = {network: points.line(network, "") for network in points.networks}
        if is_same_for_all(points, metric.column):
            lines = {"all networks": points.line(points.networks[0], "")}
        _draw_lines(panel, points, metric, lines)
        panel.set_title(metric.title, weight="bold")
    if len(points.networks) > 1:
        _legend(figure, points.networks)
    return figure


def _panel_figure(points: SweepPoints, metric: Metric) -> Figure:
    """One metric over x: a panel for each network, a line for each combination of the rest."""
    same = is_same_for_all(points, metric.column)
    networks = points.networks[:1] if same else points.networks
    ring = " Ring: smallest of each line." if metric is AREA_TIME else ""
    figure = slide(
        f"{_subject(points, metric.title)} over {points.x_name}{_setting(points)}",
        f"One line for each {', '.join(points.rest)}.{ring}{_failures(points)}",
        grid_height(len(networks)),
    )
    for panel, network in zip(panel_grid(figure, len(networks)), networks, strict=True):
        lines = {text: points.line(network, text) for text in points.combinations}
        _draw_lines(panel, points, metric, lines)
        panel.set_title("all networks" if same else network, weight="bold")
    _legend(figure, points.combinations)
    return figure


def _draw_lines(
    panel: Axes, points: SweepPoints, metric: Metric, lines: dict[str, list[Row]]
) -> None:
    lowest, highest = [], []
    for index, (name, rows) in enumerate(lines.items()):
        known = [row for row in rows if row[metric.column] is not None]
        if not known:
            continue
        places = [points.place(row) for row in known]
        values = [_value(row, metric) for row in known]
        colour, marker, dash = _look(index) if name != "all networks" else (INK, "o", "-")
        panel.plot(places, values, dash, marker=marker, color=colour, linewidth=1.8, label=name)
        if len(lines) == 1:
            _write_values(panel, places, values)
        if metric is AREA_TIME and len(values) > 1:
            best = min(range(len(values)), key=values.__getitem__)
            panel.plot(
                places[best], values[best], "o", markersize=14, fillstyle="none", color=colour
            )
        lowest.append(min(values))
        highest.append(max(values))
    _scale_x(panel, points)
    if lowest:
        _scale_y(panel, metric, min(lowest), max(highest))


def _look(index: int) -> tuple[str, str, str]:
    """Colour, marker and dashes of a line; dashes tell the second seven from the first."""
    turn, place = divmod(index, len(LINES))
    return LINES[place], MARKERS[place], ("-", "--", ":", "-.")[turn % 4]


def _value(row: Row, metric: Metric) -> float:
    return float(row[metric.column] or 0) * metric.factor


def _write_values(panel: Axes, places: Sequence[float], values: Sequence[float]) -> None:
    for place, value in zip(places, values, strict=True):
        panel.annotate(
            rounded(value), (place, value), xytext=(0, 8), textcoords="offset points", ha="center"
        )


def _scale_x(panel: Axes, points: SweepPoints) -> None:
    ticks = points.ticks()
    low, high = min(ticks), max(ticks)
    if low > 0 and high >= 4 * low and isinstance(points.rows[0][points.x[0]], (int, float)):
        panel.set_xscale("log", base=2)
    panel.xaxis.set_major_locator(FixedLocator(list(ticks)))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda place, _: ticks.get(place, "")))
    crowded = sum(map(len, ticks.values())) > 60
    panel.tick_params(axis="x", rotation=45 if crowded else 0)
    panel.margins(x=0.08)
    panel.set_xlabel(points.x_name)


def _scale_y(panel: Axes, metric: Metric, low: float, high: float) -> None:
    """From zero, or logarithmic where values span decades."""
    panel.grid(axis="y")
    if metric is not UTILIZATION and low > 0 and high >= LOG_SPAN * low:
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(LogLocator(10, (1, 2, 5)))
        panel.yaxis.set_minor_locator(NullLocator())
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        panel.set_ylim(low / 1.3, high * 1.45)
        panel.set_ylabel(f"{metric.label}, logarithmic")
    else:
        top = 1.15 * high or 1.0
        panel.set_ylim(0, min(top, 105) if metric is UTILIZATION else top)
        panel.set_ylabel(metric.label)


def _heat_figure(points: SweepPoints, metric: Metric) -> Figure:
    """One metric over rows and columns of the array, a panel for each network."""
    same = is_same_for_all(points, metric.column)
    networks = points.networks[:1] if same else points.networks
    figure = slide(
        f"{_subject(points, metric.title)} ({metric.unit}) over rows and columns of the array"
        f"{_setting(points)}",
        f"Darker: larger, on a logarithmic scale.{_failures(points)}",
        grid_height(len(networks)),
    )
    for panel, network in zip(panel_grid(figure, len(networks)), networks, strict=True):
        mine = [row for row in points.rows if row["network"] == network]
        _heat_map(panel, mine, metric)
        panel.set_title("all networks" if same else network, weight="bold")
    return figure


def _heat_map(panel: Axes, rows: Sequence[Row], metric: Metric) -> None:
    down, along = (sorted({float(row[axis] or 0) for row in rows}) for axis in ARRAY)
    cells = [[nan] * len(along) for _ in down]
    for row in rows:
        if row[metric.column] is not None:
            place = down.index(float(row[ARRAY[0]] or 0)), along.index(float(row[ARRAY[1]] or 0))
            cells[place[0]][place[1]] = _value(row, metric)
    scale = _heat_scale(cells)
    edges = (range(len(along) + 1), range(len(down) + 1))
    panel.pcolormesh(*edges, cells, cmap="YlGnBu", norm=scale, edgecolor="white", linewidth=2)
    for y, line in enumerate(cells):
        for x, value in enumerate(line):
            text = "failed" if isnan(value) else rounded(value)
            colour = "white" if scale(value) > 0.6 else "black"
            panel.text(x + 0.5, y + 0.5, text, ha="center", va="center", color=colour, fontsize=12)
    panel.set_xticks([x + 0.5 for x in range(len(along))], [f"{value:g}" for value in along])
    panel.set_yticks([y + 0.5 for y in range(len(down))], [f"{value:g}" for value in down])
    panel.tick_params(length=0)
    panel.spines[:].set_visible(False)
    panel.set_xlabel("array columns (PEs)")
    panel.set_ylabel("array rows (PEs)")


def _heat_scale(cells: Sequence[Sequence[float]]) -> LogNorm:
    """Value -> 0..1, logarithmic, with room at both ends so that no cell is white or black."""
    known = [value for line in cells for value in line if value > 0]
    low, high = min(known, default=1.0), max(known, default=1.0)
    return LogNorm(low / 1.6, high * 1.3)


def _legend(figure: Figure, names: Sequence[str]) -> None:
    """One entry for each line, as `_draw_lines` drew them."""
    handles: list[Line2D] = []
    for panel in figure.axes:
        drawn = {line.get_label(): line for line in panel.get_lines()}
        handles = [drawn[name] for name in names if name in drawn] or handles
    width = max(map(len, names)) * 0.085 + 0.6
    columns = max(1, min(len(names), int(SLIDE[0] / width)))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)


def _subject(points: SweepPoints, title: str) -> str:
    """`Latency`, or of a single network `mobilenet_v2: latency`."""
    if len(points.networks) > 1:
        return title
    return f"{points.networks[0]}: {title[:1].lower()}{title[1:]}"


def _setting(points: SweepPoints) -> str:
    """` on edge_16x16, dataflow auto, batch 1`, as far as all points share it."""
    shared = []
    for column, word in (("hardware", ""), ("dataflow", "dataflow "), ("batch", "batch ")):
        values = {row.get(column) for row in points.rows}
        if len(values) == 1 and None not in values:
            shared.append(f"{word}{values.pop()}")
    return f" on {', '.join(shared)}" if shared else ""


def _failures(points: SweepPoints) -> str:
    total = points.failed + len(points.rows)
    return f" {points.failed} of {total} points failed and are left out." if points.failed else ""
