"""Results on stdout, notes and progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from accelsim.cli.options import Output
from accelsim.report.tables import table
from accelsim.results.files import rows_to_csv
from accelsim.results.network import Row

PLAIN_WIDTH = 160
"""Columns of a table that no terminal shows."""


def print_table(rows: Sequence[Row], columns: Sequence[str], title: str | None = None) -> None:
    """A table as wide as the terminal; plain text of fixed width when stdout is none."""
    terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, width=None if terminal else PLAIN_WIDTH)
    console.print(table(rows, columns, title))


def print_csv(rows: Sequence[Row]) -> None:
    """Rows with a header line."""
    click.echo(rows_to_csv(rows), nl=False)


def print_json(data: object) -> None:
    """Indented JSON."""
    click.echo(json.dumps(data, indent=2))


def print_rows(rows: Sequence[Row], output: Output, title: str | None = None) -> None:
    """All columns of simple rows in the format that was asked for."""
    if output.format == "csv":
        print_csv(rows)
    elif output.format == "json":
        print_json(list(rows))
    else:
        print_table(rows, list(rows[0]), title)


def note(text: str, output: Output) -> None:
    """One line on stderr, unless --quiet."""
    if not output.quiet:
        click.echo(text, err=True)


def note_compiling(output: Output) -> None:
    """Say why the first run after an installation or an edit takes long."""
    from accelsim.jit import cache_home, source_digest

    if not any((cache_home() / f"kernels-{source_digest()}").rglob("*.nbi")):
        note("compiling kernels: done once per version, takes about a minute", output)


@contextmanager
def progress(total: int, output: Output) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr while the block runs; call it with done, total and what comes next.

    Nothing is drawn for a single step, with --quiet, or when stderr is no terminal.
    """
    console = Console(file=sys.stderr)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[doing]}"),
    )
    hidden = output.quiet or total < 2 or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=total, doing="")
        yield lambda done, total, doing: bar.update(task, completed=done, total=total, doing=doing)
