"""The `accelsim` command line: every command with its options.

Only declarations, so that `--help` is quick: a command imports what it does when it is called.
"""

from __future__ import annotations

from pathlib import Path

import click

from accelsim.cli.group import FAILED, Commands
from accelsim.cli.options import (
    LISTED,
    PICTURES,
    SUBJECTS,
    Output,
    Setting,
    changes_option,
    debug_option,
    hardware_option,
    one_of,
    out_option,
    output_options,
    plots_option,
    print_options,
    quiet_option,
    setting_options,
)

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

    Columns are those of layers.csv. Settings of a network follow its name after a colon:
    mobilenet_v1:alpha=0.5,resolution=160.
    """
    from accelsim.cli.listing import show

    show(what, output)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@debug_option
def check(files: tuple[str, ...]) -> None:
    """Check hardware and workload files.

    Says in one line what each file is. All problems of all files are shown, each with its place.
    """
    from accelsim.cli.check import check_files

    check_files(files)


@main.command()
@networks_argument
@setting_options
@click.option("--layers", is_flag=True, help="Print the layers too.")
@click.option("--relative", is_flag=True, help="Print figures relative to the first network too.")
@plots_option
@output_options
def run(
    networks: tuple[str, ...],
    setting: Setting,
    output: Output,
    layers: bool,
    relative: bool,
    plots: bool,
) -> None:
    """Simulate networks on one accelerator.

    Shows cycles, energy, traffic and area of each network and of its kernel sizes. NETWORK is a
    built-in name (accelsim list networks), with settings as in mobilenet_v2:kernel=5, or a workload
    file. With --out, tables (csv), mappings and plots are written to DIR.
    """
    from accelsim.cli import run as command

    results = command.simulate_all(networks, setting, output)
    command.save(results, output, relative=relative, plots=plots)
    command.show(results, output, layers=layers, relative=relative)


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

    One row per network and combination of hardware values. A point that cannot be built or mapped
    has the reason in its row; the exit code is then 1. With --out, sweep.csv, sweep.json and plots
    are written to DIR.
    """
    from accelsim.cli import sweep as command

    swept = command.sweep_all(networks, setting, output, axes, paired)
    command.save(swept, output, plots)
    command.show(swept, output)
    if swept.failed:
        raise click.exceptions.Exit(FAILED)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--by", **one_of(SUBJECTS), help="One subject only.")
@click.option(
    "--format", "pictures", default="both", show_default=True, **one_of(tuple(PICTURES)),
    help="Kind of picture.",
)  # fmt: skip
@quiet_option
@debug_option
def plot(folder: Path, by: str | None, pictures: str, quiet: bool) -> None:
    """Draw the plots of a run or sweep folder again.

    What the folder holds decides what can be drawn into DIR/plots: kernel and layer after run,
    array after sweep.
    """
    from accelsim.cli.plot import draw_folder

    for path in draw_folder(folder, PICTURES[pictures], by):
        if not quiet:
            click.echo(path)


@main.command()
@networks_argument
@out_option
@quiet_option
@debug_option
def export(networks: tuple[str, ...], out: Path | None, quiet: bool) -> None:
    """Write networks as workload files.

    Writes DIR/NAME.yaml; one network without --out goes to stdout. The files can be edited and run:
    accelsim run DIR/NAME.yaml.
    """
    from accelsim.cli.export import export_networks

    for path in export_networks(networks, out):
        if not quiet:
            click.echo(f"wrote {path}", err=True)


@main.command()
@click.argument("hardware", nargs=-1, required=True, metavar="HW...")
@changes_option
@print_options
def area(hardware: tuple[str, ...], changes: tuple[str, ...], output: Output) -> None:
    """Area of accelerators, component by component.

    HW is a preset or a YAML file. Logic is placed cell area, memory is layout area, in mm2 at the
    node of the hardware; the total is the sum of the components.
    """
    from accelsim.cli.area import show

    show(hardware, changes, output)


@main.command()
@click.argument("topic", metavar="COLUMN|cost")
@hardware_option
@changes_option
@print_options
def explain(topic: str, hw: str, changes: tuple[str, ...], output: Output) -> None:
    """What a column means; where cost figures come from.

    COLUMN of layers.csv: its unit and meaning. cost: the energy of each action on --hw and every
    constant of the area and energy models, with sources; weak marks those that rest on memory or
    on a stand-in.
    """
    from accelsim.cli.explain import show_column, show_cost

    if topic == "cost":
        show_cost(hw, changes, output)
    else:
        show_column(topic, output)
