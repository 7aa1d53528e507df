"""A page of plain sentences: what a study found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Section(NamedTuple):
    """Sentences under one heading."""

    title: str
    sentences: tuple[str, ...]


def page(title: str, sections: Sequence[Section]) -> str:
    """The sections as Markdown."""
    parts = [f"# {title}\n"]
    for section in sections:
        lines = "\n".join(f"- {sentence}" for sentence in section.sentences)
        parts.append(f"## {section.title}\n\n{lines}\n")
    return "\n".join(parts)
