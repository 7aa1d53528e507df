"""`accelsim study`: every study with its options; what it does is imported when it is called."""

from __future__ import annotations

from collections.abc import Callable

import click

from accelsim.cli.group import Commands
from accelsim.cli.options import (
    Command,
    Output,
    changes_option,
    one_of,
    output_options,
    plots_option,
)

STUDY_EFFORTS = ("sweep", "normal")

effort_option = click.option(
    "--effort", default="sweep", show_default=True, **one_of(STUDY_EFFORTS),
    help="How large a space is searched for mappings.",
)  # fmt: skip


def hardware_option(without_it: str) -> Callable[[Command], Command]:
    """`--hw` of a study; its help says what is studied without it."""
    return click.option(
        "--hw", "-c", "hardware", multiple=True, metavar="NAME|FILE",
        help=f"Accelerator to study; may be repeated. Without it: {without_it}.",
    )  # fmt: skip


@click.group(cls=Commands)
def study() -> None:
    """Answer one question with tables, pictures and sentences.

    Each study has its own help: accelsim study kernels --help
    """


@study.command("kernels")
@hardware_option("edge_16x16, gemmini_16x16, tpu_v1 and edge_tpu_like")
@effort_option
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
@hardware_option("edge_16x16")
@effort_option
@plots_option
@output_options
def memory(hardware: tuple[str, ...], effort: str, plots: bool, output: Output) -> None:
    """What skips, branches and concats cost in live bytes, spills and time.

    Networks beside the same without skips, Inception modules beside a chain of as many MACs, and
    concats that copy beside concats in place, with half to four times the memory that the
    accelerator has. A tensor spills when it does not stay on chip until it is read. With --out,
    memory.csv, pictures and findings.md are written to DIR; --format csv prints memory.csv.
    """
    from accelsim.cli import study_memory as command

    found = command.run(hardware, effort, output)
    command.save(found, output, plots)
    command.show(found, output)


@study.command("gap")
@click.argument("networks", nargs=-1, metavar="[NETWORK]...")
@click.option(
    "--reference", "-r", "references", multiple=True, metavar="NETWORK",
    help="What all is relative to; may be repeated. Without it: resnet152 and mobilenet_v3_large.",
)  # fmt: skip
@hardware_option("edge_16x16, tpu_v1, nvdla_full, dpu_b4096, pixel_1 and gpu_like")
@effort_option
@changes_option
@plots_option
@output_options
def gap(  # noqa: PLR0913, PLR0917 - click passes every option
    networks: tuple[str, ...],
    references: tuple[str, ...],
    hardware: tuple[str, ...],
    changes: tuple[str, ...],
    effort: str,
    plots: bool,
    output: Output,
) -> None:
    """What fewer parameters and operations leave in time and energy.

    Networks (MixNet, MobileNet, Inception and others unless named) beside a reference: parameters,
    MACs, activations, latency and energy on every accelerator, and the causes that split the time
    beyond what the MACs promise, exactly. With --out, gap.csv, pictures and findings.md are written
    to DIR; --format csv prints gap.csv.
    """
    from accelsim.cli import study_gap as command

    found = command.run(networks, references, hardware, changes, effort, output)
    command.save(found, output, plots)
    command.show(found, output)


@study.command("claims")
@click.argument("names", nargs=-1, metavar="[CLAIM]...")
@hardware_option("edge_16x16, tpu_v1, nvdla_full, dpu_b4096, pixel_1 and gpu_like")
@effort_option
@output_options
def claims(names: tuple[str, ...], hardware: tuple[str, ...], effort: str, output: Output) -> None:
    """What the field says of these networks, tested.

    Every statement is a row: its source, the quoted figure beside the computed one, the figures of
    every accelerator, a verdict on the quotation and one on its point, both by stated rules, and
    the command that prints the figures. All are tested unless CLAIM names some. With --out,
    claims.csv and claims.md are written to DIR; --format csv prints claims.csv.
    """
    from accelsim.cli import study_claims as command

    found = command.run(names, hardware, effort, output)
    command.save(found, output)
    command.show(found, output)


@study.command("guidelines")
@click.option(
    "--gpu", multiple=True, metavar="NAME|FILE",
    help="Stands for the paper's GPU; may be repeated. Without it: gpu_like.",
)  # fmt: skip
@click.option(
    "--arm", multiple=True, metavar="NAME|FILE",
    help="Stands for the paper's phone; may be repeated. Without it: snapdragon_810 and pixel_1.",
)  # fmt: skip
@click.option(
    "--effort", **one_of(STUDY_EFFORTS),
    help="How large a space is searched for mappings. Without it: normal; sweep on the phones.",
)  # fmt: skip
@plots_option
@output_options
def guidelines(
    gpu: tuple[str, ...], arm: tuple[str, ...], effort: str | None, plots: bool, output: Output
) -> None:
    """ShuffleNet V2's guidelines G1 to G4 beside what its authors measured.

    Channel ratios, groups, fragments and element-wise work at equal MACs, simulated on descriptions
    of their GPU and of their phone: relative speeds, how well they are ranked, and how far off they
    are. With --out, tables (csv), a picture and findings.md are written to DIR; --format csv prints
    guidelines.csv.
    """
    from accelsim.cli import study_guidelines as command

    found = command.run(gpu, arm, effort, output)
    command.save(found, output, plots)
    command.show(found, output)
