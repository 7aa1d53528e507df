"""`accelsim sweep`: networks on many accelerators."""

from __future__ import annotations

from accelsim.cli.inputs import Mistakes, hardware_of, networks_of
from accelsim.cli.options import Output, Setting
from accelsim.cli.output import note, note_compiling, print_csv, print_json, print_table, progress
from accelsim.errors import UsageError
from accelsim.sweep import runner
from accelsim.sweep.grid import grid, parse_axis
from accelsim.sweep.runner import SweepResult

SHOWN = (
    "network", "cycles", "latency_ms", "utilization", "energy_uj", "dram_bytes", "area_mm2",
    "area_time_mm2_ms",
)  # fmt: skip


def sweep_all(
    names: tuple[str, ...], setting: Setting, output: Output, axes: tuple[str, ...], paired: bool
) -> SweepResult:
    """All points; everything that no point can cure is checked before the first simulation."""
    mistakes, values = Mistakes(), dict[str, tuple[object, ...]]()
    with mistakes.collected():
        nets = networks_of(names)
    with mistakes.collected():
        hardware = hardware_of(setting.hw, setting.changes)
    with mistakes.collected():
        values = axes_of(axes)
    mistakes.report(output.out)
    total = len(nets) * len(grid(values, paired=paired))
    note_compiling(output)
    with progress(total, output) as advance:
        return runner.sweep(
            nets, hardware, values, paired=paired, progress=advance, **setting.choices
        )


def axes_of(texts: tuple[str, ...]) -> dict[str, tuple[object, ...]]:
    """Axes in the order of the options."""
    axes: dict[str, tuple[object, ...]] = {}
    for text in texts:
        key, values = parse_axis(text)
        if key in axes:
            raise UsageError(f"axis {key} is given twice; put all values into one")
        axes[key] = values
    return axes


def save(swept: SweepResult, output: Output, plots: bool) -> None:
    """Write the folder, if there is to be one: the table, then plots."""
    if output.out is None:
        return
    swept.save(output.out)
    if plots:
        from accelsim.cli.plot import draw_folder  # matplotlib takes half a second

        note("drawing plots", output)
        draw_folder(output.out)
    note(f"wrote {output.out}", output)


def show(swept: SweepResult, output: Output) -> None:
    """Print one row per network and point."""
    rows = swept.table()
    if output.format == "csv":
        print_csv(rows)
    elif output.format == "json":
        print_json(rows)
    else:
        errors = ("error",) if swept.failed else ()
        title = f"{swept.provenance['hardware']}, {len(rows)} results"
        print_table(rows, (*swept.axes, *SHOWN, *errors), title)
    if swept.failed:
        note(f"{len(swept.failed)} of {len(rows)} results failed; see column error", output)
