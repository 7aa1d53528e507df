"""What every study is: tables, a page of sentences made from them, and a folder that holds both."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

from accelsim.errors import UsageError
from accelsim.hardware.accelerator import Accelerator
from accelsim.results.columns import Column
from accelsim.results.files import replacing, rows_to_csv
from accelsim.results.network import Row
from accelsim.study.page import Section, page

Progress = Callable[[int, int, str], None]
"""Called with what is done, what there is to do, and what comes next."""


class Study(ABC):
    """A study that was made."""

    name: ClassVar[str]
    """As on the command line."""
    title: ClassVar[str]
    """Of its page."""
    page_file: ClassVar[str] = "findings.md"
    effort: str

    @property
    @abstractmethod
    def sections(self) -> list[Section]:
        """Sentences computed from the tables."""

    @abstractmethod
    def tables(self) -> dict[str, str]:
        """File -> CSV text."""

    @abstractmethod
    def facts(self) -> dict[str, object]:
        """What its manifest says beside study, effort and versions."""

    def save(self, folder: str | Path) -> Path:
        """Write the tables, the page and manifest.json."""
        texts = {
            **self.tables(),
            self.page_file: page(self.title, self.sections),
            "manifest.json": json.dumps(self.manifest(), indent=2) + "\n",
        }
        with replacing(folder) as fresh:
            for name, text in texts.items():
                (fresh / name).write_text(text, encoding="utf-8")
        return Path(folder)

    def manifest(self) -> dict[str, object]:
        """What was studied, with what, and what the columns mean."""
        return {
            "schema": 1,
            "study": self.name,
            "effort": self.effort,
            **self.facts(),
            "versions": {name: version(name) for name in ("accelsim", "numpy", "numba")},
        }


@dataclass(frozen=True, kw_only=True)
class TableStudy(Study):
    """A study of one table, `<name>.csv`, in which every accelerator has rows."""

    columns: ClassVar[Sequence[Column]]
    """Of the table, for the manifest."""
    rows: tuple[Row, ...]
    accelerators: tuple[Accelerator, ...]
    effort: str

    def tables(self) -> dict[str, str]:
        """The table."""
        return {f"{self.name}.csv": rows_to_csv(self.rows)}

    def facts(self) -> dict[str, object]:
        """Accelerators and columns."""
        return {"accelerators": digests(self.accelerators), "columns": described(self.columns)}


def check_accelerators(hardware: Sequence[Accelerator]) -> None:
    """Raise UsageError without an accelerator, or for two of one name: rows go by it."""
    labels = [accelerator.label for accelerator in hardware]
    if not labels:
        raise UsageError("study: name at least one accelerator")
    repeated = sorted({label for label in labels if labels.count(label) > 1})
    if repeated:
        raise UsageError(f"accelerator '{repeated[0]}' is given more than once; keep one")


def digests(hardware: Sequence[Accelerator]) -> dict[str, str]:
    """Label -> digest, by which a manifest names accelerators."""
    return {accelerator.label: accelerator.digest for accelerator in hardware}


def described(columns: Sequence[Column]) -> dict[str, list[str]]:
    """Column -> unit and meaning."""
    return {column.name: [column.unit, column.meaning] for column in columns}
