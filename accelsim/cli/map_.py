"""`accelsim map`: one layer, its best mapping, and all that it costs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

import click

from accelsim.cli.inputs import Mistakes, check_file, hardware_of, layer_of
from accelsim.cli.options import Output, Setting
from accelsim.cli.output import note, note_compiling, print_csv, print_json, print_table
from accelsim.errors import AccelsimError, MappingError, UsageError, check_known
from accelsim.evaluate import built_for, evaluate_layer, executed
from accelsim.execution.works import Setting as Run
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapping import Mapping
from accelsim.operator_map import OperatorMap, map_operator
from accelsim.pareto import Front, check_objectives, pareto_maps
from accelsim.report import mapping_tables as tables
from accelsim.report.digits import percent, rounded
from accelsim.report.loop_nest import dims_text, loop_nest
from accelsim.results.files import replace_file
from accelsim.results.layer import LayerResult
from accelsim.results.mapping_text import Placed, mappings_to_yaml, placed_data
from accelsim.results.network import Row
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.operators import Operator
from accelsim.workload.window import window
from accelsim.written_mappings import MappingBook, chain_names

WIDTH = 100
"""Columns of sentences."""

SHOWN_POINTS = 20
"""Of a front in a table; csv and json have all."""


@dataclass(frozen=True)
class Subject:
    """The layer that is asked about, where it stands, and on what it runs."""

    network: Network
    operator: Operator
    index: int
    hardware: Accelerator

    @property
    def name(self) -> str:
        """`mobilenet_v2/blocks.1.0.conv_dw`."""
        return f"{self.network.name}/{self.operator.name}"


def subject_of(layer: str, setting: Setting, out: Path | None) -> Subject:
    """The layer on its accelerator; every mistake of the words is shown at once."""
    mistakes = Mistakes()
    with mistakes.collected():
        network, wanted = layer_of(layer)
    with mistakes.collected():
        hardware = hardware_of(setting.hw, setting.changes)
        check_known("dataflow", setting.dataflow, ("auto", *hardware.known_dataflows))
        hardware = built_for(hardware, setting.dataflow)
    with mistakes.collected():
        check_file(out)
    mistakes.report()
    operators = executed(network, hardware)
    names = [operator.name for operator in operators]
    if wanted.isdigit() and wanted not in names:
        wanted = _at(network.name, names, int(wanted))
    check_known(f"{network.name}: layer", wanted, tuple(names))
    index = names.index(wanted)
    return Subject(network, operators[index], index + 1, hardware)


def _at(network: str, names: list[str], index: int) -> str:
    if not 1 <= index <= len(names):
        raise UsageError(f"{network}: layer {index}; allowed: 1 to {len(names)}, or a name")
    return names[index - 1]


def find(
    layer: str, setting: Setting, output: Output, mapping: str | None
) -> tuple[Subject, OperatorMap]:
    """The best mapping of the layer, or what the given one costs."""
    subject = subject_of(layer, setting, output.out)
    given = None
    if mapping is not None:
        book = MappingBook(mapping)
        given = book.of_layer(
            subject.network.name, subject.operator, subject.hardware, setting.batch
        )
    note_compiling(output)
    if given is None:
        _load_kernels(subject.hardware, setting)
    try:
        found = map_operator(
            subject.operator, subject.hardware, objective=setting.objective,
            effort=setting.effort, batch=setting.batch, dataflow=setting.dataflow, mapping=given,
            neighbour=True,
        )  # fmt: skip
    except AccelsimError as error:
        raise type(error)(f"{subject.name}: {error}") from error
    return subject, found


def _load_kernels(hardware: Accelerator, setting: Setting) -> None:
    """Search for the smallest convolution, so that the rate of a search is without compiling."""
    net = NetworkBuilder("small")
    net.conv("small", net.input("image", (2, 2, 2)), 2, window((1, 1)))
    with suppress(MappingError):
        map_operator(
            net.build().operators[0], hardware, objective=setting.objective, effort="sweep",
            dataflow=setting.dataflow,
        )  # fmt: skip


def measured_layer(subject: Subject, found: OperatorMap, setting: Setting) -> LayerResult:
    """The row that `accelsim run` has for the layer with this mapping."""
    run = Run(
        subject.hardware, setting.engine, (found.mapping.dataflow,), setting.objective,
        setting.batch, setting.effort, {subject.operator.name: found.mapping},
    )  # fmt: skip
    return evaluate_layer(subject.operator, run, (subject.network.name, subject.index))[0]


def save(subject: Subject, found: OperatorMap, output: Output) -> None:
    """Write the mapping, if there is a file to write."""
    if output.out is not None:
        replace_file(output.out, mappings_to_yaml([_placed(subject, found.mapping)]))
        note(f"wrote {output.out}", output)


def show(subject: Subject, found: OperatorMap, layer: LayerResult, output: Output) -> None:
    """Print the mapping and its cost in the format that was asked for."""
    if output.format == "csv":
        where: Row = {"network": subject.network.name, "layer": subject.operator.name}
        columns = tables.ACCESS_COLUMNS
        rows = tables.access_rows(found, layer)
        print_csv([{**where, **{name: row.get(name) for name in columns}} for row in rows])
    elif output.format == "json":
        print_json(_as_data(subject, found, layer))
    else:
        _show_tables(subject, found, layer)


def _show_tables(subject: Subject, found: OperatorMap, layer: LayerResult) -> None:
    click.echo(f"{subject.name} on {found.hardware.label}, dataflow {found.mapping.dataflow}")
    click.echo(fill(f"{layer.kernel} {layer.type}: {dims_text(found)}", WIDTH))
    click.echo()
    click.echo("\n".join(loop_nest(found)))
    click.echo()
    print_table(tables.level_rows(found), tables.LEVEL_COLUMNS, "tiles and how full the levels are")
    print_table(
        tables.access_rows(found, layer), tables.ACCESS_COLUMNS,
        "accesses (elements, all instances) and energy",
    )  # fmt: skip
    print_table(tables.cycle_rows(layer), tables.CYCLE_COLUMNS, "cycles by cause")
    for name, text in _sentences(found, layer).items():
        click.echo(fill(f"{name + ':':<12}{text}", WIDTH, subsequent_indent=" " * 12))


def _sentences(found: OperatorMap, layer: LayerResult) -> dict[str, str]:
    used = percent(layer.utilization)
    return {
        "total": f"{layer.cycles:,} cycles = {rounded(layer.latency_ms)} ms, "
        f"{rounded(layer.energy_pj * 1e-6)} uJ, edp {layer.energy_pj * layer.cycles:.3g} pJ "
        f"cycles, {layer.dram_bytes:,} B of DRAM" + (f", utilization {used}" if used else ""),
        "bound": tables.bound_text(layer),
        "found": tables.search_text(found),
        "next best": tables.neighbour_text(found),
    }


def _placed(subject: Subject, mapping: Mapping) -> Placed:
    chains = chain_names(subject.hardware, mapping.dataflow)
    return Placed(subject.network.name, subject.operator.name, mapping, chains)


def _as_data(subject: Subject, found: OperatorMap, layer: LayerResult) -> dict[str, object]:
    near = found.neighbour
    return {
        "mapping": placed_data(_placed(subject, found.mapping)),
        "hardware": found.hardware.label,
        "objective": found.objective,
        "cycles": layer.cycles,
        "energy_pj": layer.energy_pj,
        "edp": layer.energy_pj * layer.cycles,
        "dram_bytes": layer.dram_bytes,
        "utilization": layer.utilization,
        "bound": layer.bound,
        "loop_nest": loop_nest(found),
        "levels": tables.level_rows(found),
        "accesses": tables.access_rows(found, layer),
        "cycles_by_cause": tables.cycle_rows(layer),
        "search": {
            "given": found.given,
            "effort": found.effort,
            "optimal": found.optimal,
            "evaluated": found.evaluated,
            "pruned": found.pruned,
            "seconds": found.seconds,
        },
        "neighbour": near
        and {
            "change": near.change,
            "mapping": placed_data(_placed(subject, near.mapping)),
            "cycles": near.cost.cycles,
            "energy_pj": near.cost.energy_pj,
            "edp": near.cost.edp,
            "dram_bytes": near.cost.dram_bytes,
            "costed": near.costed,
            "alike": near.alike,
        },
    }


def find_front(
    layer: str, setting: Setting, output: Output, objectives: str
) -> tuple[Subject, Front]:
    """Mappings of the layer between two objectives."""
    words = [word.strip() for word in objectives.split(",")]
    check_objectives(words)
    if output.out is not None:
        raise UsageError("--pareto with --out: a front is no one mapping; see --format json")
    subject = subject_of(layer, setting, None)
    note_compiling(output)
    front = pareto_maps(
        subject.operator, subject.hardware, (words[0], words[1]), effort=setting.effort,
        batch=setting.batch, dataflow=setting.dataflow,
    )  # fmt: skip
    return subject, front


def show_front(subject: Subject, front: Front, output: Output) -> None:
    """Print the points of a front."""
    rows = tables.front_rows(front)
    if output.format == "csv":
        print_csv(rows)
    elif output.format == "json":
        mappings = [placed_data(_placed(subject, point.mapping)) for point in front.points]
        points = [{**row, "mapping": own} for row, own in zip(rows, mappings, strict=True)]
        print_json({"objectives": front.objectives, "complete": front.complete, "points": points})
    else:
        title = f"{subject.name} on {subject.hardware.label}: {' against '.join(front.objectives)}"
        print_table(_spread(rows), tables.FRONT_COLUMNS, title)
        click.echo(fill(tables.front_text(front), WIDTH))


def _spread(rows: list[Row]) -> list[Row]:
    """At most SHOWN_POINTS rows: the ends, what is best at something, and some between."""
    if len(rows) <= SHOWN_POINTS:
        return rows
    last = len(rows) - 1
    even = {round(place * last / (SHOWN_POINTS - 1)) for place in range(SHOWN_POINTS)}
    return [row for place, row in enumerate(rows) if place in even or row["best_at"]]
