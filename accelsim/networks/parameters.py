"""What may follow the name of a network after a colon, and how its text becomes values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, NamedTuple

from accelsim.errors import UsageError, suggestion
from accelsim.workload.network import Network


class Parameter(NamedTuple):
    """Which values are allowed, in words, and the value of a text or None if it is none."""

    domain: str
    parse: Callable[[str], object | None]


class Variant(NamedTuple):
    """A parameter of every network: a change to the finished network."""

    parameter: Parameter
    apply: Callable[[Network, Any], Network]


def own_parameter(default: object) -> Parameter:
    """The parameter of a definition that has this default; the value has the type of it."""
    if isinstance(default, str):
        return Parameter(f"a word, default {default}", lambda text: text or None)
    if isinstance(default, float):
        return Parameter(f"a number > 0, default {default}", _positive)
    return Parameter(f"a whole number >= 1, default {default}", _natural)


def parsed(name: str, allowed: Mapping[str, Parameter], text: str) -> dict[str, object]:
    """`alpha=0.5,resolution=160` as values by parameter, in the order given."""
    listing = ", ".join(f"{parameter} ({allowed[parameter].domain})" for parameter in allowed)
    values: dict[str, object] = {}
    for item in text.split(","):
        parameter, equals, value = (part.strip() for part in item.partition("="))
        if parameter not in allowed:
            hint = suggestion(parameter, allowed)
            raise UsageError(
                f"{name}: parameter '{parameter}' is unknown; allowed: {listing}{hint}"
            )
        if parameter in values:
            raise UsageError(f"{name}: parameter '{parameter}' is given twice; keep one")
        found = allowed[parameter].parse(value)
        if found is None:
            raise UsageError(
                f"{name}: {parameter}{equals}{value} is not possible; allowed: {listing}"
            )
        values[parameter] = found
    return values


def _positive(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < inf else None


def _natural(text: str) -> int | None:
    try:
        number = int(text)
    except ValueError:
        return None
    return number if number > 0 else None


def _naturals(text: str) -> list[int] | None:
    """`3-5-7` as numbers."""
    numbers = [_natural(part) for part in text.split("-")]
    found = [number for number in numbers if number is not None]
    return found if len(found) == len(numbers) else None


def _switch(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _when(wanted: bool, change: Callable[[Network], Network]) -> Callable[[Network, bool], Network]:
    """A change that is made for one position of a switch."""
    return lambda network, position: change(network) if position is wanted else network


VARIANTS = {
    "kernel": Variant(
        Parameter("an odd whole number, every depthwise kernel", _natural), Network.with_kernel
    ),
    "kernels": Variant(
        Parameter("odd whole numbers as in 3-5-7, a mix for every depthwise kernel", _naturals),
        Network.with_kernels,
    ),
    "full_conv": Variant(
        Parameter("yes for a full convolution in place of depthwise and 1x1, or no", _switch),
        _when(True, Network.full_conv),
    ),
    "residual": Variant(
        Parameter("no for a network without residual connections, or yes", _switch),
        _when(False, Network.without_residual),
    ),
    "elementwise": Variant(
        Parameter("no for a network without element-wise operators, or yes", _switch),
        _when(False, Network.without_elementwise),
    ),
}
"""Parameters of every network, applied in the order in which they are written."""
