"""`accelsim run`: networks on one accelerator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click
from click.core import ParameterSource

from accelsim.cli.inputs import Mistakes, hardware_of, networks_of
from accelsim.cli.options import Execution, Output, Setting
from accelsim.cli.output import note, note_compiling, print_csv, print_json, print_table, progress
from accelsim.cli.reasons import why_low
from accelsim.cli.relative import COLUMNS as RELATIVE
from accelsim.cli.relative import relative_rows
from accelsim.errors import UsageError, check_known
from accelsim.evaluate import built_for, executed, simulate
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapping import Mapping, Sharded
from accelsim.results.chrome_trace import sampled
from accelsim.results.files import rows_to_csv
from accelsim.results.folder import save_results
from accelsim.results.network import NetworkResult
from accelsim.workload.network import Network
from accelsim.written_mappings import MappingBook

SUMMARY = (
    "network", "cycles", "latency_ms", "images_per_s", "utilization", "energy_uj", "power_mw",
    "dram_bytes", "area_mm2", "area_time_mm2_ms",
)  # fmt: skip
KERNELS = (
    "kernel", "type", "operators", "macs", "params", "cycles", "latency_ms", "dram_bytes",
    "energy_uj", "area_time_mm2_ms", "share_of_macs", "share_of_cycles",
)  # fmt: skip
LAYERS = (
    "index", "layer", "type", "kernel_h", "kernel_w", "out_c", "out_h", "out_w", "macs",
    "dataflow", "cycles", "utilization", "bound", "dram_read_bytes", "dram_write_bytes",
)  # fmt: skip


def fitting(setting: Setting, execution: Execution, output: Output) -> Setting:
    """The setting with the cores that are asked for, and an engine that can do what is asked for.

    Raises UsageError for a trace without a folder to write it to.
    """
    if execution.trace and output.out is None:
        raise UsageError("--trace: name a folder to write it to, as in --out DIR")
    if execution.cores is not None:
        setting = replace(setting, changes=(*setting.changes, f"cores.count={execution.cores}"))
    source = click.get_current_context().get_parameter_source("engine")
    if execution.needs_events and source is ParameterSource.DEFAULT:
        setting = replace(setting, engine="events")
    return setting


def simulate_all(
    names: Sequence[str],
    asked: tuple[Setting, Execution],
    output: Output,
    mapping: str | None = None,
) -> list[NetworkResult]:
    """Results in the order of the names; everything is checked before the first simulation."""
    setting, execution = asked
    mistakes = Mistakes()
    with mistakes.collected():
        nets = networks_of(names)
    with mistakes.collected():
        hardware = hardware_of(setting.hw, setting.changes)
    mistakes.report(output.out)
    given = mappings_of(mapping, nets, hardware, asked, output) if mapping else {}
    note_compiling(output)
    results: list[NetworkResult] = []
    with progress(len(nets), output) as advance:
        for net in nets:
            advance(len(results), len(nets), net.name)
            mappings = given.get(net.name)
            choices = {**setting.choices, **execution.choices}
            results.append(simulate(net, hardware, mappings=mappings, **choices))
    return results


def mappings_of(
    path: str,
    nets: Sequence[Network],
    hardware: Accelerator,
    asked: tuple[Setting, Execution],
    output: Output,
) -> dict[str, dict[str, Mapping | Sharded]]:
    """Network -> layer -> mapping of a file; every entry that cannot be is shown with its place.

    Entries of other networks are left aside, as long as some are of these.
    """
    setting, execution = asked
    check_known("dataflow", setting.dataflow, ("auto", *hardware.known_dataflows))
    hardware = built_for(hardware, setting.dataflow)
    book, names = MappingBook(path), tuple(net.name for net in nets)
    mistakes, found = Mistakes(), dict[str, dict[str, Mapping | Sharded]]()
    for net in nets:
        with mistakes.collected():
            operators = executed(net, hardware)
            found[net.name] = book.of_network(
                net.name, operators, hardware, setting.batch, execution.policy
            )
    mistakes.report()
    if not any(found.values()):
        held = sorted(set(book.networks))
        raise UsageError(
            f"{path}: no mapping of {', '.join(names)}; it has those of {', '.join(held) or 'none'}"
        )
    if others := book.other_networks(names):
        note(f"{path}: {others} mappings of other networks are not used", output)
    return found


def save(results: Sequence[NetworkResult], output: Output, *, relative: bool, plots: bool) -> None:
    """Write the folder, if there is to be one: tables and mappings, then plots."""
    if output.out is None:
        return
    more = {"relative.csv": rows_to_csv(relative_rows(results), RELATIVE)} if relative else {}
    save_results(results, output.out, more)
    for result in results:
        if result.trace and (every := sampled(result.trace)[1]) > 1:
            note(
                f"{result.network}: {len(result.trace.slices):,} slices are too many for a trace; "
                f"it has all operators, and the steps of one in {every}",
                output,
            )
    if plots:
        from accelsim.cli.plot import draw_folder  # matplotlib takes half a second

        note("drawing plots", output)
        draw_folder(output.out)
    note(f"wrote {output.out}", output)


def show(results: Sequence[NetworkResult], output: Output, *, layers: bool, relative: bool) -> None:
    """Print the results in the format that was asked for."""
    if output.format == "csv":
        print_csv([row for result in results for row in result.table("layer")])
    elif output.format == "json":
        print_json(as_data(results))
    else:
        _show_tables(results, layers)
        if relative:
            print_table(relative_rows(results), RELATIVE, f"relative to {results[0].network}")
        for line in filter(None, map(why_low, results)):
            note(line, output)


def _show_tables(results: Sequence[NetworkResult], layers: bool) -> None:
    """All networks, then kernels and layers of each."""
    first = results[0]
    title = f"{first.hardware}, engine {first.engine}, batch {first.batch}"
    columns: tuple[str, ...] = SUMMARY
    if any(result.units > 1 or result.policy != "in_order" for result in results):
        columns = (*SUMMARY, "policy", "cycles_lower_bound")
    if first.residency != "none":
        columns = (*columns, "residency", "avoided_bytes")
    print_table([result.summary() for result in results], columns, title)
    for result in results:
        print_table(result.table("kernel"), KERNELS, f"{result.network}: operators by kernel size")
        if layers:
            print_table(result.table("layer"), LAYERS, f"{result.network}: layers")


def as_data(results: Sequence[NetworkResult]) -> list[dict[str, object]]:
    """What --format json prints: summary, layers and kernels of each network."""
    return [
        {
            "summary": result.summary(),
            "layers": result.table("layer"),
            "kernels": result.table("kernel"),
        }
        for result in results
    ]
