"""`accelsim area`: what accelerators consist of, how well that is known, what power a run takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from accelsim.cli.inputs import Mistakes, check_folder, hardware_of
from accelsim.cli.options import Output
from accelsim.cli.output import note, print_csv, print_json, print_rows, print_table
from accelsim.cost.area import AreaBreakdown, area_breakdown
from accelsim.cost.calibration import Comparison, comparisons, logic_comparisons, summaries
from accelsim.cost.catalogue import entries
from accelsim.report.area import (
    area_rows,
    chip_rows,
    comparison_rows,
    component_rows,
    power_rows,
    summary_rows,
)
from accelsim.results.files import replacing, rows_to_csv
from accelsim.results.folder import load_results
from accelsim.results.network import Row
from accelsim.validation.chips import chip_areas

SHOWN = ("part", "component", "count", "unit_area_um2", "area_mm2", "share_of_area")
LIBRARY = ("component", "kind", "area_um2", "energy_pj", "relaxed_ps", "fast_ps")
POWER = ("part", "energy_uj", "power_mw", "share_of_energy")


def show(hardware: tuple[str, ...], changes: tuple[str, ...], output: Output) -> None:
    """Print the components of each accelerator, their total and what the figures leave out."""
    mistakes, found = Mistakes(), dict[str, AreaBreakdown]()
    for name in hardware:
        with mistakes.collected():
            found[name] = area_breakdown(hardware_of(name, changes))
    mistakes.report(output.out)
    tables = {name: area_rows(name, breakdown) for name, breakdown in found.items()}
    rows = [row for table in tables.values() for row in table]
    if output.out is not None:
        _save({"area.csv": rows}, output, found)
    if output.format == "csv":
        print_csv(rows)
    elif output.format == "json":
        print_json([_as_data(name, tables[name], breakdown) for name, breakdown in found.items()])
    else:
        for name, breakdown in found.items():
            print_table([*tables[name], _total(name, breakdown)], SHOWN, f"{name}: area")
            for line in breakdown.notes:
                note(line, output)


def show_calibration(output: Output) -> None:
    """Print every error of the component library: logic row by row, SRAM as median and worst."""
    check_folder(output.out)
    every = comparisons()
    rows, medians = comparison_rows(every), summary_rows(summaries(every))
    library = component_rows(entries())
    if output.out is not None:
        texts = {"calibration.csv": rows, "medians.csv": medians, "components.csv": library}
        _save(texts, output)
    if output.format == "csv":
        print_csv(rows)
    elif output.format == "json":
        print_json({"components": library, "comparisons": rows, "medians": medians})
    else:
        print_table(library, LIBRARY, "component library at 45 nm")
        _show_comparisons(logic_comparisons())
        print_table(medians, list(medians[0]), "errors without their sign, and the worst with it")


def show_chips(output: Output) -> None:
    """Print published areas beside ours."""
    check_folder(output.out)
    rows = chip_rows(chip_areas())
    if output.out is not None:
        _save({"chips.csv": rows}, output)
    print_rows(rows, output, "published chips beside the same blocks here")


def show_power(folder: Path, output: Output) -> None:
    """Print the average power of every network in the folder of a run, part by part."""
    check_folder(output.out)
    results = load_results(folder)
    tables = [power_rows(result) for result in results]
    rows = [row for table in tables for row in table]
    if output.out is not None:
        _save({"power.csv": rows}, output)
    if output.format != "table":
        print_rows(rows, output)
        return
    for result, table in zip(results, tables, strict=True):
        total: Row = {
            "part": "total",
            "energy_uj": result.energy_uj,
            "power_mw": result.power_mw,
            "share_of_energy": 1.0,
        }
        title = f"{result.network} on {result.hardware}: average power over {result.latency_ms:.4g}"
        print_table([*table, total], POWER, f"{title} ms; dram is off chip")


def _show_comparisons(compared: Iterable[Comparison]) -> None:
    """A table for each reference and quantity, with the unit in the names of its columns."""
    for (against, quantity), members in groupby(
        compared, key=lambda item: (item.against, item.quantity)
    ):
        unit = quantity.rpartition("_")[2]
        rows: list[Row] = [
            {
                "component": item.component,
                "kind": item.kind,
                f"synthesis_{unit}": item.reference,
                f"ours_{unit}": item.model,
                "error_percent": item.error_percent,
            }
            for item in members
        ]
        print_table(rows, list(rows[0]), f"{against}: {quantity.rpartition('_')[0]}")


def _save(
    tables: dict[str, list[Row]], output: Output, drawn: dict[str, AreaBreakdown] | None = None
) -> None:
    """Write tables, and the picture of areas, into the folder of the user."""
    assert output.out is not None
    with replacing(output.out) as fresh:
        for name, rows in tables.items():
            (fresh / name).write_text(rows_to_csv(rows), encoding="utf-8")
        if drawn:
            from accelsim.report.area_figure import draw_area  # matplotlib takes half a second

            draw_area(drawn, fresh)
    note(f"wrote {output.out}", output)


def _total(name: str, breakdown: AreaBreakdown) -> Row:
    total = breakdown.total_mm2
    return {"hardware": name, "part": "total", "area_mm2": total, "share_of_area": 1.0}


def _as_data(name: str, rows: Sequence[Row], breakdown: AreaBreakdown) -> dict[str, object]:
    return {
        "hardware": name,
        "area_mm2": breakdown.total_mm2,
        "components": rows,
        "notes": list(breakdown.notes),
    }
