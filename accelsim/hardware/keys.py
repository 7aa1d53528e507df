"""Dotted keys of a hardware description, and plain data changed by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accelsim.documents import Loc, read_value
from accelsim.errors import HardwareError, InputError, suggestion

USER = "set by the user"
"""Source of every figure that did not come from the file."""

FIXED = ("schema", "sources", "constants")
TEXTS = ("name", "description")
"""Keys whose text is not read as YAML."""


def flatten(data: dict[str, Any]) -> dict[str, Any]:
    """Dotted key -> value of every setting; a level of memory goes by its name."""
    rest = {key: value for key, value in data.items() if key not in FIXED}
    constants = {f"constants.{name}": c["value"] for name, c in data["constants"].items()}
    return {**dict(_leaves("", rest)), **constants}


def _leaves(prefix: str, value: Any) -> list[tuple[str, Any]]:
    children = _children(value)
    if not children:
        return [(prefix, value)]
    start = f"{prefix}." if prefix else ""
    return [leaf for key, child in children.items() for leaf in _leaves(f"{start}{key}", child)]


def _children(value: Any) -> dict[str, Any]:
    """Named parts of a mapping or of the list of memory levels; nothing for a value."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in value):
        return {str(item["name"]): item for item in value}
    return {}


def named_key(loc: Loc, data: Any) -> str:
    """`memory.levels.sram.size` for the way ("memory", "levels", 0, "size") through `data`."""
    words = []
    for part in loc:
        children = _children(data)
        index = isinstance(part, int) and part < len(children)
        word = list(children)[part] if index else str(part)  # type: ignore[index]
        words.append(word)
        data = children.get(word)
    return ".".join(words)


def with_changes(data: dict[str, Any], changes: Mapping[str, object]) -> dict[str, Any]:
    """`data`, changed in place, with every changed key's source saying so."""
    changed = [_set(data, key, _parsed(key, value)) for key, value in changes.items()]
    known = flatten(data)
    kept = {key: source for key, source in data["sources"].items() if key in known}
    ours = {key: USER for key in known for start in changed if f"{key}.".startswith(f"{start}.")}
    uncited = {key for key in ours if key in TEXTS or key.startswith("constants.")}
    data["sources"] = kept | {key: USER for key in ours if key not in uncited}
    return data


def _parsed(key: str, value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    if not isinstance(value, str) or key in TEXTS:
        return value
    try:
        return read_value(value, key)
    except InputError as error:
        raise HardwareError(f"{key}: {error.problems[0].message}") from None


def _set(data: dict[str, Any], key: str, value: object) -> str:
    """Put a value in its place; returns the key with names instead of indices."""
    *parents, last = key.split(".")
    if parents == ["constants"] and last:
        data["constants"][last] = {"value": value, "source": USER}
        return key
    if parents == ["dataflows"] and last:
        data["dataflows"][last] = value
        return key
    node, words = data, list[str]()
    for part in parents:
        word = _word(data, node, words, part, key)
        node = _children(node)[word]
        words.append(word)
    if parents == ["memory", "levels"]:
        raise _unknown(data, key, words, node)
    word = _word(data, node, words, last, key)
    node[word] = value
    return ".".join((*words, word))


def _word(data: dict[str, Any], node: Any, words: list[str], part: str, key: str) -> str:
    """The child of `node` that `part` names, or HardwareError."""
    names = [name for name in _children(node) if words or name not in FIXED]
    if part in names:
        return part
    if isinstance(node, list) and part.isdecimal() and int(part) < len(names):
        return names[int(part)]
    raise _unknown(data, key, words, node)


def _unknown(data: dict[str, Any], key: str, words: list[str], node: Any) -> HardwareError:
    start = "".join(f"{word}." for word in words)
    names = [f"{start}{name}" for name in _children(node) if words or name not in FIXED]
    allowed = ", ".join(names if words else [*names, "constants.NAME"])
    if not names:
        return HardwareError(f"unknown key '{key}': '{start[:-1]}' is a value and has no parts")
    return HardwareError(f"unknown key '{key}'; allowed: {allowed}{suggestion(key, flatten(data))}")
