"""What pydantic finds wrong with a file's data, in the words and places of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from accelsim.documents.reading import Document, Loc
from accelsim.errors import InputError, suggestion

ModelT = TypeVar("ModelT", bound=BaseModel)

NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
WHOLE = "must be a whole number, is {given}"
MAPPING = "must be a mapping of keys to values, is {given}"
MESSAGES = {
    "missing": "missing, but required",
    "int_type": WHOLE,
    "int_from_float": WHOLE,
    "int_parsing": WHOLE,
    "float_type": "must be a number, is {given}",
    "finite_number": "must be a finite number, is {given}",
    "string_type": "must be text, is {given}",
    "string_too_short": "must have at least {min_length} characters, is {given}",
    "string_too_long": "must have at most {max_length} characters, is {given}",
    "bool_type": "must be true or false, is {given}",
    "list_type": "must be a list, is {given}",
    "tuple_type": "must be a list, is {given}",
    "too_short": "must have at least {min_length} items, has {actual_length}",
    "too_long": "must have at most {max_length} items, has {actual_length}",
    "dict_type": MAPPING,
    "model_type": MAPPING,
    "model_attributes_type": MAPPING,
    "greater_than": "must be > {gt}, is {given}",
    "greater_than_equal": "must be >= {ge}, is {given}",
    "less_than": "must be < {lt}, is {given}",
    "less_than_equal": "must be <= {le}, is {given}",
}
"""pydantic's error type -> sentence; names in braces are pydantic's context."""


class Fault(NamedTuple):
    """One thing wrong with plain data: where, and what."""

    loc: Loc
    message: str


class PartsError(ValueError):
    """What a validator raises that knows which parts of its value are wrong: key -> message."""

    def __init__(self, messages: Mapping[str | Loc, str]) -> None:
        self.faults = tuple(
            Fault((part,) if isinstance(part, str) else part, message)
            for part, message in messages.items()
        )
        super().__init__("; ".join(messages.values()))


def validate(document: Document, model: type[ModelT]) -> ModelT:
    """The document as an object of its schema, or InputError with every fault and its place."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        faults = explain(error, model, document.data)
        problems = [document.problem(fault.loc, fault.message) for fault in faults]
        raise InputError(sorted(problems, key=lambda p: (p.line, p.column))) from None


def explain(error: ValidationError, model: type[BaseModel], data: object) -> list[Fault]:
    """Every fault of `data` that pydantic found against `model`, in plain words."""
    details = error.errors(include_url=False)
    return [fault for one in details for fault in _faults(one, model, data)]


def given(value: object) -> str:
    """A value as a message shows it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = str(value)
    text = text if len(text) <= 40 else f"{text[:37]}..."
    return f"'{text}'" if isinstance(value, str) else text


def _faults(details: ErrorDetails, model: type[BaseModel], data: object) -> list[Fault]:
    place = _file_loc(details["loc"], data, missing=details["type"] == "missing")
    error = details.get("ctx", {}).get("error")
    if isinstance(error, PartsError):
        return [Fault((*place, *fault.loc), fault.message) for fault in error.faults]
    return [_fault(details, model, place)]


def _fault(details: ErrorDetails, model: type[BaseModel], place: Loc) -> Fault:
    kind, context = details["type"], details.get("ctx", {})
    if not kind.startswith("union_tag"):
        return Fault(place, _message(details, model))
    place = (*place, context["discriminator"].strip("'"))
    if kind == "union_tag_not_found":
        return Fault(place, MESSAGES["missing"])
    return Fault(place, _unknown("value", context["tag"], _choices(context["expected_tags"])))


def _message(details: ErrorDetails, model: type[BaseModel]) -> str:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "extra_forbidden":
        *parents, key = details["loc"]
        return _unknown("key", str(key), _keys_at(model, tuple(parents)))
    if kind == "literal_error" and (value is None or isinstance(value, (dict, list))):
        return f"must be one of {', '.join(_choices(context['expected']))}, is {given(value)}"
    if kind == "literal_error":
        return _unknown("value", value, _choices(context["expected"]))
    if "error" in context:
        return str(context["error"])
    if kind not in MESSAGES:
        return f"{details['msg']}, is {given(value)}"
    return MESSAGES[kind].format(given=given(value), **context) + _quoted_number(kind, value)


def _quoted_number(kind: str, value: object) -> str:
    """Advice for `rows: "16"`."""
    wants_number = kind in ("int_type", "float_type")
    quoted = wants_number and isinstance(value, str) and NUMBER.fullmatch(value)
    return "; remove the quotes" if quoted else ""


def _unknown(what: str, word: object, names: list[str]) -> str:
    hint = suggestion(word, names) if isinstance(word, str) else ""
    return f"unknown {what} {given(word)}; allowed: {', '.join(names)}{hint}"


def _choices(expected: str) -> list[str]:
    """The words in pydantic's "'a', 'b' or 'c'"."""
    return re.findall(r"'([^']*)'", expected) or re.findall(r"-?\d+", expected)


def _file_loc(loc: Loc, data: object, missing: bool) -> Loc:
    """pydantic's way to a value without its own steps (names of union members)."""
    kept: list[str | int] = []
    for index, part in enumerate(loc):
        known = _child(data, part)
        if known or (missing and index == len(loc) - 1):
            kept.append(part)
        data = known[0] if known else data
    return tuple(kept)


def _child(data: object, part: str | int) -> tuple[object] | None:
    if isinstance(data, dict) and part in data:
        return (data[part],)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return (data[part],)
    return None


def _keys_at(model: type[BaseModel], loc: Loc) -> list[str]:
    """Keys that the schema allows where pydantic's `loc` leads."""
    found: list[Any] = [model]
    for part in loc:
        found = [step for annotation in found for step in _descend(annotation, part)]
    models = [member for annotation in found for member in _members(annotation)]
    return [key for member in models if _is_model(member) for key in _fields(member)]


def _descend(annotation: Any, part: str | int) -> Iterator[Any]:
    for member in _members(annotation):
        if _is_model(member):
            fields = _fields(member)
            if part in fields:
                yield fields[part]
            elif any(part in get_args(kind) for kind in fields.values() if _is_literal(kind)):
                yield member  # pydantic names the member of a tagged union by its tag
        elif get_origin(member) is dict:
            yield get_args(member)[1]
        elif get_origin(member) in (list, tuple) and isinstance(part, int):
            yield get_args(member)[0]


def _members(annotation: Any) -> Iterator[Any]:
    """The alternatives of an annotation, without Annotated and Union around them."""
    if get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _fields(model: type[BaseModel]) -> dict[Any, Any]:
    return {info.alias or name: info.annotation for name, info in model.model_fields.items()}


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_literal(annotation: Any) -> bool:
    return get_origin(annotation) is Literal
