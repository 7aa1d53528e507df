"""The graph of a network for a picture of it: which edges are lines, which are told in words.

Operators have their numbers in execution order, from 1, as in `accelsim explain`. Inputs stand in
front of them: those of the network count 0, -1, ...; an operator outside of the part that is drawn
keeps its own number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from accelsim.errors import UsageError, suggestion
from accelsim.workload.network import Network
from accelsim.workload.operators import Operator, Shape

FAR = 24
"""Rows; an edge over more is told in words."""
MOST_INPUTS = 6
"""Inputs of a part that are drawn; the others are told in words."""
SEPARATOR = re.compile(r"[./]")


class Edge(NamedTuple):
    """Numbers of the operator that makes a tensor and of one that reads it."""

    source: int
    target: int


class Node(NamedTuple):
    """An operator, or an input if it has none."""

    number: int
    name: str
    shape: Shape
    operator: Operator | None = None


@dataclass(frozen=True)
class Graph:
    """What a picture shows: nodes in execution order, inputs first, and edges between them."""

    nodes: dict[int, Node]
    lines: tuple[Edge, ...]
    references: tuple[Edge, ...]
    """Edges told in words at the target; their sources may be outside of `nodes`."""


def graph_of(network: Network, prefix: str | None = None) -> Graph:
    """All of a network, or the operators whose names start with the words of `prefix`.

    Told in words, so that lines do not become a thicket: edges over more than FAR rows, and edges
    to further joins of a tensor that several joins read, as in DenseNet. What a node reads last
    before it remains a line.
    """
    numbered = dict(enumerate(network, 1))
    chosen = {n: o for n, o in numbered.items() if prefix is None or _inside(o.name, prefix)}
    if not chosen:
        raise _unknown_part(network, str(prefix))
    makers = _makers(network)
    edges = list(
        dict.fromkeys(
            Edge(makers[tensor], number)
            for number, operator in chosen.items()
            for tensor in operator.inputs
        )
    )
    outside = sorted({edge.source for edge in edges} - set(chosen))
    shown = outside[-MOST_INPUTS:]
    nodes = {number: _input_node(network, number, numbered) for number in shown}
    nodes |= {n: Node(n, o.name, o.output_shape, o) for n, o in chosen.items()}
    told = {edge for edge in edges if edge.source not in nodes}
    told |= _thicket([edge for edge in edges if edge not in told], nodes)
    return Graph(
        nodes,
        tuple(edge for edge in edges if edge not in told),
        tuple(edge for edge in edges if edge in told),
    )


def part_names(names: Iterable[str]) -> list[str]:
    """All prefixes of the operators' names, at the borders of their words."""
    found: dict[str, None] = {}
    for name in names:
        found |= dict.fromkeys(name[: border.start()] for border in SEPARATOR.finditer(name))
        found[name] = None
    return [name for name in found if name]


def ranks(numbers: Iterable[int], edges: Iterable[Edge]) -> dict[int, int]:
    """Row of each node: one under the lowest that it reads, 0 for those that read none of them."""
    found = dict.fromkeys(numbers, 0)
    sources = defaultdict(list)
    for source, target in edges:
        if source in found:
            sources[target].append(source)
    for number in found:
        found[number] = max((found[source] + 1 for source in sources[number]), default=0)
    return found


def _inside(name: str, prefix: str) -> bool:
    """Whether the words of a name start with those of the prefix."""
    return name == prefix or (name.startswith(prefix) and name[len(prefix)] in "./")


def _unknown_part(network: Network, prefix: str) -> UsageError:
    names = [operator.name for operator in network]
    parts = part_names(names)
    several = [part for part in parts if sum(_inside(name, part) for name in names) > 1]
    return UsageError(
        f"{network.name}: no operator's name starts with '{prefix}'; allowed: "
        f"{', '.join(several)}, or the name of an operator{suggestion(prefix, parts)}"
    )


def _makers(network: Network) -> dict[str, int]:
    """Tensor -> number of what makes it."""
    found = {tensor: -place for place, tensor in enumerate(network.inputs)}
    for number, operator in enumerate(network, 1):
        found |= dict.fromkeys(operator.outputs, number)
    return found


def _input_node(network: Network, number: int, operators: dict[int, Operator]) -> Node:
    if number in operators:
        return Node(number, operators[number].name, operators[number].output_shape)
    name = list(network.inputs)[-number]
    return Node(number, name, network.inputs[name])


def _thicket(edges: list[Edge], nodes: dict[int, Node]) -> set[Edge]:
    """Edges between the nodes that no line should show."""
    row = ranks(nodes, edges)
    sources, targets = defaultdict(list), defaultdict(list)
    for source, target in edges:
        sources[target].append(source)
        targets[source].append(target)
    found = set()
    for edge in edges:
        joins = [target for target in targets[edge.source] if len(sources[target]) > 1]
        repeated = (
            len(joins) > 1 and edge.target in joins and edge.target != targets[edge.source][0]
        )
        is_last = edge.source == max(sources[edge.target])
        if not is_last and (repeated or row[edge.target] - row[edge.source] > FAR):
            found.add(edge)
    return found
