"""What a user can do wrong, one class per place where it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class AccelsimError(Exception):
    """A user's mistake; the message says what is wrong, what is allowed and what to do."""


class WorkloadError(AccelsimError):
    """An operator or network that cannot exist."""


class HardwareError(AccelsimError):
    """An accelerator that cannot exist."""


class MappingError(AccelsimError):
    """A mapping that the accelerator cannot execute, or a layer for which none exists."""


class UsageError(AccelsimError):
    """A name, option or value that accelsim does not know."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault at one place of one file; line and column count from 1."""

    file: str
    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        return (
            f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"
        )


class InputError(AccelsimError):
    """A file that cannot be used; holds every problem found in one pass."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """`; did you mean 'x'?` when a known name is close to `word`, else nothing."""
    close = get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def check_known(what: str, word: str, allowed: tuple[str, ...]) -> None:
    """Raise UsageError unless the word is one of those allowed."""
    if word not in allowed:
        raise UsageError(
            f"{what} '{word}'; allowed: {', '.join(allowed)}{suggestion(word, allowed)}"
        )
