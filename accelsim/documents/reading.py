"""YAML files with places: plain data, and the line and column of every key.

A file is composed once into ruamel.yaml's node graph (YAML 1.2; the C parser where it is
installed), and data and places are both taken from those nodes. That is why every duplicate key
is found in one pass, and why a fault that a schema finds later can still name its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from accelsim.errors import InputError, Problem

Loc = tuple[str | int, ...]
"""Way from the top of a file to a value: keys, and indices of list items from 0."""

STANDARD_TAG = "tag:yaml.org,2002:"

NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML 1.2 does not allow in a file (section 5.1)."""

DEEPEST = 400
"""Levels of brackets; the C parser recurses and would exhaust the stack on a hostile file."""

DEEP_LINE = re.compile(r"^ {256}|^ *(?:[-?]\s+){100}", re.MULTILINE)
"""The same for indentation and for `- - -`."""

SYNTAX_HINTS = {
    "found character that cannot start any token": "indent with spaces, quote text that starts so",
    "found character '\\t'": "indent with spaces, not with tabs",
    "mapping values are not allowed": "a second ':' in one line; put text that contains ':' in "
    "quotes, or check the indentation",
    "could not find expected ':'": "a key needs ': ' and a value",
    "did not find expected key": "the indentation does not match the lines above",
    "expected <block end>": "the indentation does not match the lines above",
    "did not find expected ',' or": "a bracket is not closed",
    "expected ',' or": "a bracket is not closed",
    "expected a single document": "one file holds one description; remove the second '---'",
    "unexpected end of stream": "a quote is not closed",
    "undefined alias": "'*' repeats what '&' named before; put text in quotes",
}


def dotted(loc: Loc) -> str:
    """`memory.levels.0.size`: the way to a value as people write it."""
    return ".".join(str(part) for part in loc)


@dataclass(frozen=True)
class Document:
    """One YAML file: its path as the user gave it, its plain data and the place of every key."""

    path: str
    data: dict[str, Any]
    root: Node = field(repr=False, compare=False)

    def position(self, loc: Loc) -> tuple[int, int]:
        """Line and column, from 1, of the key or list item, or of its nearest ancestor there is."""
        node, place = self.root, self.root
        for part in loc:
            step = _child(node, part)
            if step is None:
                break
            place, node = step
        return _place(place)

    def problem(self, loc: Loc, message: str) -> Problem:
        """A fault at the place that `loc` leads to."""
        return Problem(self.path, *self.position(loc), dotted(loc), message)


def read_yaml(path: str | Path) -> Document:
    """Data and places of one YAML file whose top level is a mapping.

    Raises InputError for a file that is missing, empty, not text or not YAML, and for duplicate
    keys, all of them at once.
    """
    name = str(path)
    root, data = _load(name, _read_text(name))
    if root is None:
        _refuse(name, "the file is empty; it must hold a mapping of keys to values")
    if not isinstance(data, dict):
        is_what = "a list" if isinstance(data, list) else "a single value"
        _refuse(name, f"the top level must be a mapping of keys to values, is {is_what}")
    return Document(name, data, root)


def read_value(text: str, name: str = "value") -> object:
    """Plain data of one YAML value in `text`, as in `--set array.dataflows=[ws, os]`."""
    return _load(name, text)[1]


# --- from text to nodes ----------------------------------------------------------------------


def _refuse(name: str, message: str, line: int = 1, column: int = 1) -> NoReturn:
    raise InputError([Problem(name, line, column, "", message)])


def _read_text(name: str) -> str:
    path = Path(name)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        _refuse(name, f"no such file{_nearby(path)}")
    except IsADirectoryError:
        _refuse(name, "is a folder; give the name of a YAML file")
    except OSError as error:
        _refuse(name, f"cannot be read: {error.strerror}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        _refuse(name, f"is not a text file: byte 0x{content[error.start]:02x} is not UTF-8", line)
    return text


def _nearby(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"; there is no folder '{folder}' either"
    stems = {entry.stem: entry.name for entry in folder.iterdir() if entry.suffix == path.suffix}
    close = get_close_matches(path.stem, sorted(stems), n=1)
    return f"; did you mean '{folder / stems[close[0]]}'?" if close else ""


def _load(name: str, text: str) -> tuple[Node | None, Any]:
    """Nodes and plain data of one YAML text; None and None where it holds nothing."""
    _refuse_control_characters(name, text)
    if _first_line(text).startswith("%"):
        _refuse(name, "lines that start with '%' are not supported; remove them")
    if _is_deep(text):
        _refuse(name, "is nested too deeply")
    try:
        root = _compose(text)
        builder = _Builder(name)
        data = builder.value(root, ()) if root is not None else None
    except MarkedYAMLError as error:
        raise InputError([_syntax_problem(name, error)]) from None
    except RecursionError:
        _refuse(name, "is nested too deeply")
    if builder.problems:
        raise InputError(builder.problems)
    return root, data


def _compose(text: str) -> Node | None:
    root: Node | None = YAML(typ="safe").compose(text)
    return root


def _refuse_control_characters(name: str, text: str) -> None:
    if found := NOT_TEXT.search(text):
        before = text[: found.start()]
        column = len(before) - before.rfind("\n")
        message = f"is not a text file: it holds the control character U+{ord(found[0]):04X}"
        _refuse(name, message, before.count("\n") + 1, column)


def _first_line(text: str) -> str:
    lines = text.split("\n")
    return next((line for line in lines if line.strip() and not line.startswith("#")), "")


def _is_deep(text: str) -> bool:
    if DEEP_LINE.search(text):
        return True
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", text):
        depth = max(0, depth + (1 if bracket[0] in "[{" else -1))
        if depth > DEEPEST:
            return True
    return False


def _syntax_problem(name: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    what = " ".join(str(part) for part in (error.context, error.problem) if part)
    hint = next((f" ({text})" for start, text in SYNTAX_HINTS.items() if start in what), "")
    return Problem(name, line, column, "", f"is not YAML: {what}{hint}")


# --- from nodes to data --------------------------------------------------------------------------


def _place(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _child(node: Node, part: str | int) -> tuple[Node, Node] | None:
    """Node that shows where the child stands, and the child itself."""
    if isinstance(node, MappingNode):
        return next((pair for pair in node.value if pair[0].value == part), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


class _Builder:
    """Plain data from nodes; faults are collected instead of raised."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.done: dict[Node, Any] = {}
        """Data of finished nodes, since an alias repeats a node."""
        self.open: set[Node] = set()

    def report(self, node: Node, loc: Loc, message: str) -> None:
        self.problems.append(Problem(self.name, *_place(node), dotted(loc), message))

    def value(self, node: Node, loc: Loc) -> Any:
        if isinstance(node, ScalarNode):
            return self.scalar(node, loc)
        if node in self.open:
            return self.report(node, loc, "contains itself through an alias")
        if node not in self.done:
            self.open.add(node)
            self.done[node] = (
                self.mapping(node, loc) if isinstance(node, MappingNode) else self.items(node, loc)
            )
            self.open.discard(node)
        return self.done[node]

    def items(self, node: Node, loc: Loc) -> list[Any]:
        self.check_tag(node, loc, "seq")
        return [self.value(item, (*loc, index)) for index, item in enumerate(node.value)]

    def mapping(self, node: Node, loc: Loc) -> dict[str, Any]:
        self.check_tag(node, loc, "map")
        data: dict[str, Any] = {}
        first: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or not key.value:
                self.report(key, loc, "a key must be a word")
                continue
            if key.value in first:
                line, column = _place(first[key.value])
                message = f"duplicate key; first given in line {line}, column {column}"
                self.report(key, (*loc, key.value), message)
            first.setdefault(key.value, key)
            data[key.value] = self.value(value, (*loc, key.value))
        return data

    def check_tag(self, node: Node, loc: Loc, expected: str) -> None:
        if node.tag != f"{STANDARD_TAG}{expected}":
            self.report_tag(node, loc)

    def report_tag(self, node: Node, loc: Loc) -> None:
        tag = str(node.tag).replace(STANDARD_TAG, "!!")
        self.report(node, loc, f"the tag '{tag}' is not supported; remove it")

    def scalar(self, node: ScalarNode, loc: Loc) -> Any:
        read = SCALARS.get(str(node.tag).removeprefix(STANDARD_TAG))
        if read is None:
            return self.report_tag(node, loc)
        try:
            return read(node.value)
        except ValueError:
            return self.report(node, loc, f"'{node.value[:40]}' cannot be read as a number")


def _integer(text: str) -> int:
    digits = text.replace("_", "").lower()
    return int(digits, 0 if digits.lstrip("+-")[:2] in ("0x", "0o", "0b") else 10)


def _real(text: str) -> float:
    return float(text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))


SCALARS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "timestamp": str,
    "value": str,
    "merge": str,
    "int": _integer,
    "float": _real,
    "bool": lambda text: text.lower() == "true",
    "null": lambda text: None,
}
"""YAML tag of a plain value -> how to read it; dates stay text."""
