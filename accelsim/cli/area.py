"""`accelsim area`: what an accelerator is made of."""

from __future__ import annotations

from accelsim.cli.inputs import Mistakes, hardware_of
from accelsim.cli.options import Output
from accelsim.cli.output import note, print_csv, print_json, print_table
from accelsim.cost.area import AreaBreakdown, area_breakdown
from accelsim.results.network import Row


def show(hardware: tuple[str, ...], changes: tuple[str, ...], output: Output) -> None:
    """Print the components of each accelerator, their total and what the figures leave out."""
    mistakes, found = Mistakes(), dict[str, AreaBreakdown]()
    for name in hardware:
        with mistakes.collected():
            found[name] = area_breakdown(hardware_of(name, changes))
    mistakes.report()
    rows = {name: area_rows(name, breakdown) for name, breakdown in found.items()}
    if output.format == "csv":
        print_csv([row for table in rows.values() for row in table])
    elif output.format == "json":
        print_json([_as_data(name, rows[name], breakdown) for name, breakdown in found.items()])
    else:
        for name, breakdown in found.items():
            print_table([*rows[name], _total(name, breakdown)], SHOWN, f"{name}: area")
            for line in breakdown.notes:
                note(line, output)


SHOWN = ("part", "component", "count", "unit_area_um2", "area_mm2", "share_of_area")


def area_rows(name: str, breakdown: AreaBreakdown) -> list[Row]:
    """One row per component."""
    return [
        {
            "hardware": name,
            "part": row.part,
            "component": row.name,
            "count": row.count,
            "unit_area_um2": row.unit_area_um2,
            "area_mm2": row.area_mm2,
            "share_of_area": row.area_mm2 / breakdown.total_mm2,
            "source": row.source,
        }
        for row in breakdown.rows
    ]


def _total(name: str, breakdown: AreaBreakdown) -> Row:
    total = breakdown.total_mm2
    return {"hardware": name, "part": "total", "area_mm2": total, "share_of_area": 1.0}


def _as_data(name: str, rows: list[Row], breakdown: AreaBreakdown) -> dict[str, object]:
    return {
        "hardware": name,
        "area_mm2": breakdown.total_mm2,
        "components": rows,
        "notes": list(breakdown.notes),
    }
