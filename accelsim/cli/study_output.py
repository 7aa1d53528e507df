"""What all studies do with what they found: write a folder, print data, print sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from accelsim.cli.options import Output
from accelsim.cli.output import note, print_csv, print_json
from accelsim.results.files import replacing
from accelsim.results.network import Row
from accelsim.study.base import Study
from accelsim.study.page import Section

Draw = Callable[[Path], object]
"""Draws the pictures of a study into a folder."""


def write(study: Study, output: Output, draw: Draw | None = None) -> None:
    """Write the folder, if there is to be one: tables and page, then pictures in `plots`."""
    if output.out is None:
        return
    study.save(output.out)
    if draw is not None:
        note("drawing plots", output)
        with replacing(output.out / "plots", ("*.svg", "*.png")) as fresh:
            draw(fresh)
    note(f"wrote {output.out}", output)


def print_data(study: Study, output: Output, **tables: Sequence[Row]) -> bool:
    """Print the first table as CSV, or all and the sentences as JSON; False if neither is asked."""
    if output.format == "csv":
        print_csv(next(iter(tables.values())))
    elif output.format == "json":
        print_json({**tables, "findings": [section._asdict() for section in study.sections]})
    else:
        return False
    return True


def print_sections(sections: Sequence[Section]) -> None:
    """Headings and sentences as plain text, without the marks of the page."""
    for section in sections:
        lines = [section.title, *section.sentences, ""]
        click.echo("\n".join(lines).replace("**", "").replace("`", ""))
