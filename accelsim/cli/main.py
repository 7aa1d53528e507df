"""The `accelsim` command line: every command with its options.

Only declarations, so that `--help` is quick: a command imports what it does when it is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from accelsim.cli.group import FAILED, Commands
from accelsim.cli.options import (
    FILE_FORMS,
    LISTED,
    MOST_IMAGES,
    PICTURES,
    SUBJECTS,
    Execution,
    Output,
    Setting,
    changes_option,
    debug_option,
    execution_options,
    file_options,
    hardware_option,
    mapping_option,
    one_of,
    out_option,
    output_options,
    pareto_option,
    plots_option,
    print_options,
    quiet_option,
    setting_options,
)
from accelsim.cli.study import study

networks_argument = click.argument("networks", nargs=-1, required=True, metavar="NETWORK...")


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each command has its own help: accelsim run --help",
)
@click.version_option(package_name="accelsim")
def main() -> None:
    """Hardware-accelerator simulator for convolution kernels.

    Cycles, memory traffic, energy and area of whole networks, operator by operator.
    """


@main.command("list")
@click.argument("what", **one_of(LISTED))
@print_options
def list_names(what: str, output: Output) -> None:
    """List networks, hardware presets, dataflows or columns.

    Networks are shown with parameters, MACs and the share of MACs per kernel size. Their settings
    follow the name after a colon: mobilenet_v1:alpha=0.5,resolution=160. Columns are those of
    layers.csv.
    """
    from accelsim.cli.listing import show

    show(what, output)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@debug_option
def check(files: tuple[str, ...]) -> None:
    """Check hardware, workload and mapping files.

    Says in one line what each file is. All problems of all files are shown, each with its place.
    """
    from accelsim.cli.check import check_files

    check_files(files)


@main.command()
@click.argument("networks", nargs=-1, metavar="NETWORK...")
@click.option(
    "--topology", "-t", "topologies", multiple=True, metavar="FILE",
    help="A network too: SCALE-Sim's word for it; may be repeated.",
)  # fmt: skip
@setting_options
@execution_options
@mapping_option
@click.option("--layers", is_flag=True, help="Print the layers too.")
@click.option("--relative", is_flag=True, help="Print figures relative to the first network too.")
@plots_option
@output_options
def run(  # noqa: PLR0913, PLR0917 - click passes every option
    networks: tuple[str, ...],
    topologies: tuple[str, ...],
    setting: Setting,
    execution: Execution,
    output: Output,
    mapping: str | None,
    layers: bool,
    relative: bool,
    plots: bool,
) -> None:
    """Simulate networks on one accelerator.

    Shows cycles, energy, traffic and area of each network and of its kernel sizes. NETWORK is a
    built-in name (accelsim list networks), with settings as in mobilenet_v2:kernel=5, or a workload
    file. With --out, tables (csv), mappings and plots are written to DIR. Layers that --mapping has
    an entry for run with it. SCALE-Sim's options work: run -c scale.cfg -t topology.csv -p DIR.
    """
    from accelsim.cli import run as command

    if not networks + topologies:
        raise click.UsageError("Missing argument 'NETWORK...'.")
    setting = command.fitting(setting, execution, output)
    results = command.simulate_all(networks + topologies, (setting, execution), output, mapping)
    command.save(results, output, relative=relative, plots=plots)
    command.show(results, output, layers=layers, relative=relative)


@main.command("map")
@click.argument("layer", metavar="LAYER")
@setting_options
@mapping_option
@pareto_option
@file_options
def map_layer(
    layer: str, setting: Setting, mapping: str | None, pareto: str | None, output: Output
) -> None:
    """Map one layer: its best mapping, and all that it costs.

    LAYER is NETWORK/NAME or NETWORK:INDEX, as in mobilenet_v2/blocks.1.0.conv_dw or mobilenet_v2:5
    (accelsim explain NETWORK lists both). Shows the loop nest with its tiles, the accesses of every
    memory level, cycles by cause, how the mapping was found and what the best single change would
    cost. --out writes it as a file that can be edited and given back with --mapping, to run too.
    """
    from accelsim.cli import map_ as command

    if pareto is not None:
        if mapping is not None:
            raise click.UsageError("--pareto searches, --mapping gives; take one of them")
        command.show_front(*command.find_front(layer, setting, output, pareto), output)
        return
    subject, found = command.find(layer, setting, output, mapping)
    command.save(subject, found, output)
    command.show(subject, found, command.measured_layer(subject, found, setting), output)


@main.command()
@networks_argument
@click.option(
    "--axis", "axes", multiple=True, required=True, metavar="KEY=VALUES",
    help="Hardware key and its values: array.rows=8,16,32 or array.rows=8:64:8 (first:last:step); "
    "may be repeated.",
)  # fmt: skip
@click.option("--paired", is_flag=True, help="Walk all axes together, not every combination.")
@setting_options
@plots_option
@output_options
def sweep(
    networks: tuple[str, ...],
    axes: tuple[str, ...],
    paired: bool,
    setting: Setting,
    plots: bool,
    output: Output,
) -> None:
    """Simulate networks on many accelerators.

    One row per network and combination of hardware values. A value that the hardware cannot have is
    refused before anything runs (exit code 2); a point that cannot be built or mapped for another
    reason has it in its row, and the exit code is 1. With --out, sweep.csv, sweep.json and plots
    are written to DIR.
    """
    from accelsim.cli import sweep as command

    swept = command.sweep_all(networks, setting, output, axes, paired)
    command.save(swept, output, plots)
    command.show(swept, output)
    if swept.failed:
        raise click.exceptions.Exit(FAILED)


@main.command()
@click.argument("subject", metavar="DIR|NETWORK")
@click.option("--by", **one_of(SUBJECTS), help="One subject of a folder only.")
@click.option(
    "--kind",
    **one_of(("structure", "memory", "timeline")),
    help="Draw a network: boxes and edges, or live bytes; or the trace of a run's DIR.",
)
@click.option(
    "--blocks", metavar="PREFIX",
    help="With --kind: only operators whose names start so, as in Mixed_5b or blocks.2.0.",
)  # fmt: skip
@click.option("--hw", metavar="NAME|FILE", help="With --kind memory: accelerator; edge_16x16.")
@out_option
@click.option(
    "--format", "pictures", default="both", show_default=True, **one_of(tuple(PICTURES)),
    help="Kind of picture.",
)  # fmt: skip
@quiet_option
@debug_option
def plot(subject: str, quiet: bool, **choices: Any) -> None:
    """Draw the plots of a run or sweep folder again, or a network.

    What the folder holds decides what can be drawn into DIR/plots: kernel and layer after run,
    array after sweep. With --kind, a picture of NETWORK (a built-in name or a workload file) is
    drawn into --out, or without it into the working folder: structure is its graph, on several
    pages if it is large; memory is the bytes of its tensors over the operators, beside the on-chip
    size of --hw.
    """
    from accelsim.cli.plot import Choices, draw

    drawn = draw(subject, Choices(**choices))
    if not quiet:
        for path in drawn:
            click.echo(path)
        for folder in dict.fromkeys(path.parent.absolute() for path in drawn):
            click.echo(f"wrote {folder}", err=True)


@main.command()
@networks_argument
@click.option(
    "--format", "form", default="yaml", show_default=True, **one_of(FILE_FORMS),
    help="Workload file, or SCALE-Sim topology (csv).",
)  # fmt: skip
@out_option
@quiet_option
@debug_option
def export(networks: tuple[str, ...], form: str, out: Path | None, quiet: bool) -> None:
    """Write networks as workload files, or SCALE-Sim topologies.

    Writes DIR/NAME.yaml; one network without --out goes to stdout. The files can be edited and run:
    accelsim run DIR/NAME.yaml. A topology holds convolutions without padding, or matrix products;
    what could not be read back is refused.
    """
    from accelsim.cli.export import export_networks

    for path in export_networks(networks, out, form):
        if not quiet:
            click.echo(f"wrote {path}", err=True)


@main.command("import")
@click.argument("file", metavar="FILE")
@click.option(
    "--batch", type=click.IntRange(1, MOST_IMAGES), metavar="N",
    help="Images at a time of an ONNX graph that leaves it open.",
)  # fmt: skip
@click.option(
    "--input-shape", "shapes", multiple=True, metavar="[NAME=]SIZES",
    help="Sizes of an image, as in 3x224x224; for one of several inputs with its name.",
)  # fmt: skip
@click.option(
    "--skip", multiple=True, metavar="NODE",
    help="Name or op of ONNX nodes to leave out; may be repeated.",
)  # fmt: skip
@out_option
@quiet_option
@debug_option
def import_file(
    file: str,
    batch: int | None,
    shapes: tuple[str, ...],
    skip: tuple[str, ...],
    out: Path | None,
    quiet: bool,
) -> None:
    """Convert a file of another tool: ONNX, SCALE-Sim.

    An ONNX graph, with or without its weights, or a SCALE-Sim topology (csv) becomes a workload
    file, a SCALE-Sim configuration (cfg) a hardware file. Written to DIR/NAME.yaml, or to stdout
    without --out. The commands also take ONNX and csv files as they are.
    """
    from accelsim.cli import import_ as command

    path = command.import_file(file, command.Open(batch, shapes, skip), out)
    if path and not quiet:
        click.echo(f"wrote {path}", err=True)


@main.command()
@click.argument("hardware", nargs=-1, metavar="[HW]...")
@click.option("--calibration", is_flag=True, help="Errors of the component library instead.")
@click.option("--chips", is_flag=True, help="Published chips beside ours instead.")
@click.option(
    "--result", type=click.Path(path_type=Path), metavar="DIR",
    help="Average power of the run in a folder instead.",
)  # fmt: skip
@changes_option
@output_options
def area(
    hardware: tuple[str, ...],
    calibration: bool,
    chips: bool,
    result: Path | None,
    changes: tuple[str, ...],
    output: Output,
) -> None:
    """Area of accelerators, component by component; power of a run.

    HW is a preset or a YAML file. Logic is placed cell area, memory is layout area, in mm2 at the
    node of the hardware; the total is the sum of the components. With --out, the table (csv) and a
    picture are written to DIR. --calibration compares the library with synthesis and CACTI.
    """
    from accelsim.cli import area as command

    if [bool(hardware), calibration, chips, result is not None].count(True) != 1:
        raise click.UsageError("name hardware, or one of --calibration, --chips and --result DIR")
    if calibration:
        command.show_calibration(output)
    elif chips:
        command.show_chips(output)
    elif result is not None:
        command.show_power(result, output)
    else:
        command.show(hardware, changes, output)


@main.command()
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
    help="Folder with tables of measurements, as in latency_luts.csv.",
)  # fmt: skip
@print_options
def validate(data: Path | None, output: Output) -> None:
    """Published figures beside ours.

    Layers of the Eyeriss chip, areas of chips, larger kernels and whole networks on phones. With
    --data only what DIR has a table for, on all its rows. Deviations are printed as they are.
    """
    from accelsim.cli.validate import show

    show(data, output)


@main.command()
@click.argument("topic", metavar="NETWORK|COLUMN|cost|params")
@hardware_option
@changes_option
@print_options
def explain(topic: str, hw: str, changes: tuple[str, ...], output: Output) -> None:
    """Layers of a network; what a column means; where figures come from.

    cost: the energy of each action on --hw and every constant of the area and energy models, with
    sources; weak marks those that rest on memory or on a stand-in. params: parameters and costs of
    convolutions as textbooks state them. COLUMN of layers.csv: its unit and meaning. NETWORK, a
    built-in name or a workload file: the table of its layers. A word that is several of these is
    the first of them in this order; a file is meant when it is written as a path: ./cycles.
    """
    from accelsim.cli.explain import show

    show(topic, hw, changes, output)


main.add_command(study)
