"""mapping.yaml as text: what `mapping_file` reads back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from accelsim.errors import MappingError
from accelsim.mapping import AXES, OPERANDS, Mapping, Sharded
from accelsim.results.mapping_file import Chains
from accelsim.workload.dims import DIM_ORDER

SCHEMA = 1

PLAIN = re.compile(r"(?!(?:true|false|null|yes|no|on|off)$)[a-z][a-z0-9_]+")
"""Words that every YAML reader takes for text without quotes."""

ABOUT_SHARDS = (
    "# operators that --policy split cut along a loop, a shard for each of `count` cores, and a",
    "# mapping for each different shard, in the order of the cores",
)


class Placed(NamedTuple):
    """A mapping of one layer, and the levels that its cuts are of."""

    network: str
    layer: str
    mapping: Mapping
    chains: Chains


class PlacedShards(NamedTuple):
    """The mappings of a layer that is cut into shards, and the levels that their cuts are of."""

    network: str
    layer: str
    sharded: Sharded
    chains: dict[str, Chains]
    """By dataflow."""


def mappings_to_yaml(placed: Iterable[Placed], shards: Iterable[PlacedShards] = ()) -> str:
    """The text of a file that reads back as the same mappings, one per line."""
    lines = [f"  - {_flow(placed_data(item))}" for item in placed]
    cut = [line for item in shards for line in _shards_lines(item)]
    return "\n".join([
        f"schema: {SCHEMA}",
        "# loops: [dimension, factor], temporal ones innermost first; cuts: how many temporal",
        "# loops lie inside the operand's tile at each level, null where it bypasses the level",
        *(["mappings:", *lines] if lines else ["mappings: []"]),
        *([*ABOUT_SHARDS, "shards:", *cut] if cut else []),
    ]) + "\n"  # fmt: skip


def _shards_lines(item: PlacedShards) -> list[str]:
    sharded = item.sharded
    return [
        f"  - network: {_flow(item.network)}",
        f"    layer: {_flow(item.layer)}",
        f"    loop: {sharded.loop}",
        f"    count: {sharded.count}",
        "    mappings:",
        *(
            f"      - {_flow(_mapping_data(own, item.chains[own.dataflow], item))}"
            for own in sharded.mappings
        ),
    ]


def placed_data(item: Placed) -> dict[str, Any]:
    """The entry as plain data. Raises MappingError where cuts and levels do not go together."""
    return {
        "network": item.network,
        "layer": item.layer,
        **_mapping_data(item.mapping, item.chains, item),
    }


def _mapping_data(mapping: Mapping, chains: Chains, item: Placed | PlacedShards) -> dict[str, Any]:
    """Loops and cuts as plain data; `item` says whose they are where they do not fit."""
    cuts = {}
    for operand in OPERANDS:
        levels = chains[operand]
        if len(levels) != len(mapping.cuts[operand]):
            raise MappingError(
                f"{item.network}: layer {item.layer}: {len(mapping.cuts[operand])} cuts of "
                f"'{operand}' for the levels {', '.join(levels)}"
            )
        cuts[operand] = dict(zip(levels, mapping.cuts[operand], strict=True))
    return {
        "dataflow": mapping.dataflow,
        **{
            name: [[loop.dim, loop.factor] for loop in getattr(mapping, name)]
            for name in (*AXES, "temporal")
        },
        "cuts": cuts,
    }


def _flow(value: object) -> str:
    """Plain data in one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, str) and (value in DIM_ORDER or PLAIN.fullmatch(value)):
        return value
    return json.dumps(value)
