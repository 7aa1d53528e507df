"""`accelsim study`: every study with its options; what it does is imported when it is called."""

from __future__ import annotations

import click

from accelsim.cli.group import Commands
from accelsim.cli.options import Output, one_of, output_options, plots_option

STUDY_EFFORTS = ("sweep", "normal")


@click.group(cls=Commands)
def study() -> None:
    """Answer one question with tables, pictures and sentences.

    Each study has its own help: accelsim study kernels --help
    """


@study.command("kernels")
@click.option(
    "--hw", "-c", "hardware", multiple=True, metavar="NAME|FILE",
    help="Accelerator to study; may be repeated. Without it: edge_16x16, gemmini_16x16, tpu_v1 "
    "and edge_tpu_like.",
)  # fmt: skip
@click.option(
    "--effort", default="sweep", show_default=True, **one_of(STUDY_EFFORTS),
    help="How large a space is searched for mappings.",
)  # fmt: skip
@plots_option
@output_options
def kernels(hardware: tuple[str, ...], effort: str, plots: bool, output: Output) -> None:
    """What 1x1 to 11x11 kernels cost, beside their parameters and MACs.

    Dense, depthwise, depthwise separable and mixed convolutions at the map sizes and channels of
    MobileNet and MixNet, and whole networks with other depthwise kernels, on every accelerator:
    area of dedicated engines, area x time, buffer area, cycles, traffic and energy, and gap = cost
    ratio / parameter ratio. With --out, tables (csv), pictures and findings.md are written to DIR;
    --format csv prints kernel_costs.csv.
    """
    from accelsim.cli import study_kernels as command

    found = command.run(hardware, effort, output)
    command.save(found, output, plots)
    command.show(found, output)


@study.command("memory")
@click.option(
    "--hw", "-c", "hardware", multiple=True, metavar="NAME|FILE",
    help="Accelerator to study; may be repeated. Without it: edge_16x16.",
)  # fmt: skip
@click.option(
    "--effort", default="sweep", show_default=True, **one_of(STUDY_EFFORTS),
    help="How large a space is searched for mappings.",
)  # fmt: skip
@plots_option
@output_options
def memory(hardware: tuple[str, ...], effort: str, plots: bool, output: Output) -> None:
    """What skips, branches and concats cost in live bytes, spills and time.

    Networks beside the same without skips, Inception modules beside a chain of as many MACs, and
    concats that copy beside concats in place, with half to four times the memory that the
    accelerator has. With --out, memory.csv, pictures and findings.md are written to DIR; --format
    csv prints memory.csv.
    """
    from accelsim.cli import study_memory as command

    found = command.run(hardware, effort, output)
    command.save(found, output, plots)
    command.show(found, output)
