"""Options that commands share, gathered in records. Imports nothing slow: `--help` reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from accelsim.cli.group import DEBUG
from accelsim.errors import suggestion

Command = Callable[..., Any]

ENGINES = ("fast", "events")
OBJECTIVES = ("cycles", "energy", "edp", "dram_bytes")
EFFORTS = ("sweep", "normal", "full")
POLICIES = ("in_order", "branch_parallel", "split", "auto")
RESIDENCY = ("none", "greedy", "optimal")
SCHEDULES = ("given", "memory")
FORMATS = ("table", "json", "csv")
LISTED = ("networks", "hardware", "dataflows", "columns")
SUBJECTS = ("kernel", "layer", "array")
"""Of plots."""
FILE_FORMS = ("yaml", "scalesim")
"""Of export."""
PICTURES = {"svg": ("svg",), "png": ("png",), "both": ("svg", "png")}
"""--format of plot -> kinds of files."""
MOST_IMAGES = 65536
"""Largest batch."""


@dataclass(frozen=True)
class Setting:
    """What to simulate on and how, in the words of the options."""

    hw: str
    changes: tuple[str, ...]
    engine: str
    dataflow: str
    objective: str
    effort: str
    batch: int

    @property
    def choices(self) -> dict[str, Any]:
        """Keyword arguments of `simulate` and `sweep`, all but the hardware."""
        names = ("engine", "dataflow", "objective", "effort", "batch")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Execution:
    """How the operators of a network share the chip, in the words of the options."""

    policy: str
    residency: str
    schedule: str
    cores: int | None
    trace: bool

    @property
    def choices(self) -> dict[str, Any]:
        """Keyword arguments of `simulate`."""
        names = ("policy", "residency", "schedule", "trace")
        return {name: getattr(self, name) for name in names}

    @property
    def needs_events(self) -> bool:
        """Whether the fast engine cannot run it."""
        return self.policy != "in_order" or self.trace


@dataclass(frozen=True)
class Output:
    """Where results go and how they look."""

    format: str
    quiet: bool
    out: Path | None = None


def one_of(words: Sequence[str]) -> dict[str, Any]:
    """Arguments of an option that takes one of these words."""

    def check(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
        if value is not None and value not in words:
            allowed = ", ".join(words)
            raise click.BadParameter(
                f"'{value}'; allowed: {allowed}{suggestion(value, words)}", ctx, param
            )
        return value

    return {"callback": check, "metavar": f"[{'|'.join(words)}]"}


def _remember(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    ctx.meta[DEBUG] = value


DEFAULT_HARDWARE = "edge_16x16"

hardware_option = click.option(
    "--hw", "-c", default=DEFAULT_HARDWARE, show_default=True, metavar="NAME|FILE",
    help="Accelerator: a preset, a YAML file or a SCALE-Sim configuration.",
)  # fmt: skip
changes_option = click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE",
    help="Change a key of the hardware, as in array.rows=32; may be repeated.",
)  # fmt: skip
format_option = click.option(
    "--format", default="table", show_default=True, **one_of(FORMATS),
    help="What is printed on stdout.",
)  # fmt: skip
quiet_option = click.option(
    "--quiet", "-q", is_flag=True, help="No progress and no notes on stderr."
)
out_option = click.option(
    "--out", "-p", type=click.Path(path_type=Path), metavar="DIR", help="Folder to write."
)
mapping_option = click.option(
    "--mapping", metavar="FILE",
    help="Mappings to take instead of a search: mapping.yaml of run, or what map wrote.",
)  # fmt: skip
pareto_option = click.option(
    "--pareto", metavar="A,B",
    help="Mappings between two objectives, as in cycles,energy, instead of the best of one.",
)  # fmt: skip
file_option = click.option(
    "--out", "-p", type=click.Path(path_type=Path), metavar="FILE", help="Mapping file to write."
)
plots_option = click.option(
    "--plots/--no-plots", default=True, show_default=True, help="Draw plots into --out too."
)
debug_option = click.option(
    "--debug", is_flag=True, is_eager=True, expose_value=False, callback=_remember,
    help="Show the traceback of an error.",
)  # fmt: skip

SETTING = (
    hardware_option,
    changes_option,
    click.option(
        "--engine", default="fast", show_default=True, **one_of(ENGINES),
        help="Recurrence or event simulation; equal to the cycle.",
    ),
    click.option(
        "--dataflow", default="auto", show_default=True, metavar="NAME",
        help="One dataflow for all operators; auto takes the best of the hardware's.",
    ),
    click.option(
        "--objective", default="cycles", show_default=True, **one_of(OBJECTIVES),
        help="What mappings are chosen by.",
    ),
    click.option(
        "--effort", default="normal", show_default=True, **one_of(EFFORTS),
        help="How large a space is searched for mappings.",
    ),
    click.option(
        "--batch", default=1, show_default=True, type=click.IntRange(1, MOST_IMAGES),
        metavar="N", help="Images at a time.",
    ),
)  # fmt: skip


def setting_options(command: Command) -> Command:
    """Add the options of `Setting`, passed to the command as `setting`."""
    return _gathered(Setting, "setting", SETTING)(command)


EXECUTION = (
    click.option(
        "--policy", default="in_order", show_default=True, **one_of(POLICIES),
        help="How operators share the cores; all but in_order take --engine events.",
    ),
    click.option(
        "--residency", default="none", show_default=True, **one_of(RESIDENCY),
        help="How tensors are chosen that stay on chip between operators.",
    ),
    click.option(
        "--schedule", default="given", show_default=True, **one_of(SCHEDULES),
        help="Order of operators: the network's, or one with fewer live bytes.",
    ),
    click.option(
        "--cores", type=click.IntRange(1, 1024), metavar="N",
        help="Short for --set cores.count=N.",
    ),
    click.option(
        "--trace", is_flag=True,
        help="Write trace.json.gz (Chrome, Perfetto) into --out; takes --engine events.",
    ),
)  # fmt: skip


def execution_options(command: Command) -> Command:
    """Add the options of `Execution`, passed to the command as `execution`."""
    return _gathered(Execution, "execution", EXECUTION)(command)


PRINTING = (format_option, quiet_option, debug_option)


def print_options(command: Command) -> Command:
    """Add the options of an `Output` without a folder, passed to the command as `output`."""
    return _gathered(Output, "output", PRINTING)(command)


def output_options(command: Command) -> Command:
    """Add the options of `Output`, passed to the command as `output`."""
    return _gathered(Output, "output", (out_option, *PRINTING))(command)


def file_options(command: Command) -> Command:
    """Add the options of `Output` with a file in place of a folder."""
    return _gathered(Output, "output", (file_option, *PRINTING))(command)


def _gathered(
    record: type[Any], name: str, options: Sequence[Callable[[Any], Any]]
) -> Callable[[Command], Command]:
    """Decorator that adds options and hands them to the command as one record."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gather(**values: Any) -> Any:
            names = [field.name for field in fields(record) if field.name in values]
            own = {field: values.pop(field) for field in names}
            return command(**values, **{name: record(**own)})

        wrapped: Command = gather
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorate
