"""One published figure beside ours."""

from __future__ import annotations

from typing import NamedTuple

from accelsim.results.network import Row


class Compared(NamedTuple):
    """A figure that others measured or printed, and what accelsim says of the same thing."""

    subject: str
    quantity: str
    """What both figures are, with the unit at its end."""
    published: float | None
    """None where ours stands alone, as the same figure by another way beside the one above."""
    ours: float
    source: str

    def row(self) -> Row:
        """As a row of a table."""
        ratio = None if self.published is None else self.ours / self.published
        return {**self._asdict(), "ours_over_published": ratio}
