"""All pictures: which belong to a run and to a sweep, and under which names they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from accelsim.report.depthwise import change_figure, cost_figure
from accelsim.report.groups import setting
from accelsim.report.kernel_costs import depthwise_costs, network_changes
from accelsim.report.kernels import (
    area_time_figure,
    latency_figure,
    traffic_figure,
    utilization_figure,
)
from accelsim.report.layers import layers_figure
from accelsim.report.style import FORMATS, check_formats, drawing, safe_name, save_figure
from accelsim.report.sweep_points import sweep_points
from accelsim.report.sweeps import sweep_figures
from accelsim.results.network import NetworkResult, Row

PER_KERNEL: dict[str, Callable[[Sequence[NetworkResult]], Figure]] = {
    "latency_per_kernel": latency_figure,
    "area_time_per_kernel": area_time_figure,
    "utilization_per_kernel": utilization_figure,
    "traffic_per_kernel": traffic_figure,
}


def draw_run(
    results: Sequence[NetworkResult], folder: Path, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Pictures per kernel size of all networks, and one of the layers of each network."""
    paths = draw_kernels(results, folder, formats)
    for result, name in zip(results, layer_picture_names(results), strict=True):
        paths += _draw_layers(result, folder, formats, name)
    return paths


def draw_kernels(
    results: Sequence[NetworkResult], folder: Path, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Latency, area × time, utilization and traffic per kernel size, and what kernels cost.

    `cost_vs_parameters` where a network has two or more depthwise kernel sizes,
    `network_vs_parameters` where results differ in their depthwise kernels alone.
    Raises UsageError for an unknown format or a folder that cannot be written.
    """
    check_formats(formats)
    if not results:
        return []
    with drawing():
        figures = {name: draw(results) for name, draw in PER_KERNEL.items()}
        costs = [(result, found) for result in results if (found := depthwise_costs(result))]
        if costs:
            figures["cost_vs_parameters"] = cost_figure(costs)
        if families := network_changes(results):
            changed = [change.result for family in families for change in family]
            figures["network_vs_parameters"] = change_figure(families, setting(changed))
        return _save_all(figures, folder, formats)


def draw_layers(
    result: NetworkResult, folder: Path, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """`layers_<network>`: cycles by cause and utilization of each layer in execution order."""
    return _draw_layers(result, folder, formats, layer_picture_names([result])[0])


def draw_sweep(
    rows: Sequence[Row], axes: Sequence[str], folder: Path, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Latency, area, area × time and utilization over the axes; nothing where all points failed.

    One axis, or several that move together: lines in one picture. Rows and columns of the array
    varied independently: heat maps. More axes: a line for each combination, a picture per metric.
    """
    check_formats(formats)
    points = sweep_points(rows, axes)
    if points is None:
        return []
    with drawing():
        return _save_all(sweep_figures(points), folder, formats)


def layer_picture_names(results: Sequence[NetworkResult]) -> list[str]:
    """File names of the layer pictures; results of one network are told apart by accelerator."""
    names: list[str] = []
    networks = [safe_name(result.network) for result in results]
    for result, network in zip(results, networks, strict=True):
        alone = networks.count(network) == 1
        name = f"layers_{network}" if alone else f"layers_{network}_{safe_name(result.hardware)}"
        names.append(f"{name}_{len(names) + 1}" if name in names else name)
    return names


def _draw_layers(
    result: NetworkResult, folder: Path, formats: Sequence[str], name: str
) -> list[Path]:
    check_formats(formats)
    with drawing():
        return _save_all({name: layers_figure(result)}, folder, formats)


def _save_all(figures: dict[str, Figure], folder: Path, formats: Sequence[str]) -> list[Path]:
    return [
        path
        for name, figure in figures.items()
        for path in save_figure(figure, folder, name, formats)
    ]
