"""Networks by name, with their aliases and sources, and `load_network` for names and files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import signature
from math import inf
from os.path import isfile
from pathlib import Path
from typing import NamedTuple

from accelsim.errors import UsageError, suggestion
from accelsim.networks import inception, mixnet, mobilenet
from accelsim.workload.network import Network
from accelsim.workload.variants import with_kernel
from accelsim.workload.yaml_io import network_from_yaml


class Record(NamedTuple):
    """A built-in network: the function that makes it, other names of it, where it comes from."""

    function: Callable[..., Network]
    aliases: tuple[str, ...]
    source: str


NETWORKS = {
    "mobilenet_v1": Record(mobilenet.mobilenet_v1, ("mobilenetv1_100",), mobilenet.V1_SOURCE),
    "mobilenet_v2": Record(mobilenet.mobilenet_v2, ("mobilenetv2_100",), mobilenet.V2_SOURCE),
    "mixnet_s": Record(mixnet.mixnet_s, (), mixnet.SOURCE),
    "inception_v3": Record(inception.inception_v3, (), inception.SOURCE),
}

ALIASES = {alias: name for name, record in NETWORKS.items() for alias in record.aliases}

KERNEL = "kernel"


def load_network(source: str | Path) -> Network:
    """A built-in network by name or alias, or a workload file; parameters follow a colon.

    `mixnet_s`, `mobilenet_v1:alpha=0.5,resolution=160`, `mobilenet_v2:kernel=5`, `net.yaml`,
    `net.yaml:kernel=5`. `kernel` replaces every square depthwise kernel (see `with_kernel`).
    """
    text = str(source)
    name, colon, parameters = text.partition(":")
    name = ALIASES.get(name, name)
    if name not in NETWORKS and isfile(text):
        name, colon = text, ""
    make = _maker(name)
    values = _values(name, _usual(make), parameters) if colon else {}
    kernel = values.pop(KERNEL, None)
    network = make(**values)
    return network if kernel is None else with_kernel(network, int(kernel))


def _maker(name: str) -> Callable[..., Network]:
    """The function that makes the network of this name, or reads the file."""
    if name in NETWORKS:
        return NETWORKS[name].function
    if name.endswith((".yaml", ".yml")) or "/" in name or isfile(name):
        return partial(network_from_yaml, name)
    raise UsageError(
        f"network '{name}' is unknown; allowed: {', '.join(NETWORKS)}, or the path of a workload "
        f"file (.yaml){suggestion(name, (*NETWORKS, *ALIASES))}"
    )


def _usual(make: Callable[..., Network]) -> dict[str, float | None]:
    """Parameters that may follow the name, with their defaults."""
    defaults = {name: entry.default for name, entry in signature(make).parameters.items()}
    return {**defaults, KERNEL: None}


def _values(name: str, usual: dict[str, float | None], text: str) -> dict[str, float]:
    """`alpha=0.5,resolution=160` as numbers of the types that the defaults have."""
    allowed = ", ".join(f"{parameter} ({_domain(usual[parameter])})" for parameter in usual)
    values: dict[str, float] = {}
    for item in text.split(","):
        parameter, equals, value = (part.strip() for part in item.partition("="))
        if parameter not in usual:
            hint = suggestion(parameter, usual)
            raise UsageError(
                f"{name}: parameter '{parameter}' is unknown; allowed: {allowed}{hint}"
            )
        if parameter in values:
            raise UsageError(f"{name}: parameter '{parameter}' is given twice; keep one")
        number = _number(value, float if isinstance(usual[parameter], float) else int)
        if number is None:
            raise UsageError(
                f"{name}: {parameter}{equals}{value} is not possible; allowed: {allowed}"
            )
        values[parameter] = number
    return values


def _number(text: str, kind: type[int] | type[float]) -> float | None:
    """The text as a finite number > 0, or None."""
    try:
        number = kind(text)
    except ValueError:
        return None
    return number if 0 < number < inf else None


def _domain(usual: float | None) -> str:
    if usual is None:
        return "an odd whole number, every depthwise kernel"
    domain = "a number > 0" if isinstance(usual, float) else "a whole number >= 1"
    return f"{domain}, default {usual}"
