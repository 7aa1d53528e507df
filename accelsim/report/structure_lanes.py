"""Places within one block: rows by the longest way from its entry, branches side by side.

A block is taken apart the way it was put together: operators that everything passes stand on its
axis, and what lies between two of them falls into branches, each taken apart in the same way.
An edge over more than one row gets a lane for its line, so that no line runs through a box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from accelsim.report.structure import Edge, ranks

Item = int | Edge
"""The number of a node, or an edge that needs a lane of its own."""

BOX, LANE = 1.1, 0.14
"""Inches from one branch to the next: a box with its gap, the lane of a line."""


class Lanes(NamedTuple):
    """Row of every node and distance of every item from the axis; outer edges of all. Inches."""

    rows: dict[int, int]
    x: dict[Item, float]
    left: float
    right: float


def lanes_of(numbers: Sequence[int], edges: Iterable[Edge]) -> Lanes:
    """Where the nodes of a block and its long edges are, those from outside included."""
    inner = [edge for edge in edges if edge.target in numbers]
    rows = ranks(numbers, inner)
    after: dict[Item, list[Item]] = {number: [] for number in numbers}
    for edge in inner:
        source: list[Item] = after.get(edge.source, [])
        if is_long(edge, rows):
            after[edge] = [edge.target]
            source.append(edge)
        else:
            source.append(edge.target)
    x, left, right = _series(list(after), _Flow(after, rows))
    return Lanes(rows, x, left, right)


def is_long(edge: Edge, rows: Mapping[int, int]) -> bool:
    """Whether there are rows between the ends of an edge, or above its end if it enters."""
    return rows[edge.target] - rows.get(edge.source, -1) > 1


class _Flow(NamedTuple):
    """What each item leads to, and the rows of the nodes."""

    after: Mapping[Item, Sequence[Item]]
    rows: Mapping[int, int]


class _Piece(NamedTuple):
    """Items with their distance from the axis of the piece, and its outer edges."""

    x: dict[Item, float]
    left: float
    right: float


def _series(items: Sequence[Item], flow: _Flow) -> _Piece:
    """Items that all ways pass on the axis, and between them the branches."""
    reached = _descendants(items, flow)
    ancestors = {item: sum(item in reached[other] for other in items) for item in items}
    necks = [item for item in items if ancestors[item] + len(reached[item]) == len(items) - 1]
    if not necks:
        return _rows_of(items, flow)
    pieces = [_single(neck) for neck in necks]
    between: dict[int, list[Item]] = {}
    for item in (item for item in items if item not in necks):
        between.setdefault(sum(item in reached[neck] for neck in necks), []).append(item)
    pieces += [_parallel(piece, flow) for piece in between.values()]
    return _Piece(
        {item: x for piece in pieces for item, x in piece.x.items()},
        min(piece.left for piece in pieces),
        max(piece.right for piece in pieces),
    )


def _single(item: Item) -> _Piece:
    half = _width(item) / 2
    return _Piece({item: 0.0}, -half, half)


def _parallel(items: Sequence[Item], flow: _Flow) -> _Piece:
    """Branches side by side in their order, those that are only a line behind the others.

    The axis is in the middle between the first and the last branch with operators.
    """
    branches = _components(items, flow)
    if len(branches) == 1:
        return _series(branches[0], flow)
    branches.sort(key=_is_line)
    x: dict[Item, float] = {}
    axes, edge = [], 0.0
    for branch in branches:
        piece = _series(branch, flow)
        axes.append(edge - piece.left)
        x |= {item: axes[-1] + place for item, place in piece.x.items()}
        edge = axes[-1] + piece.right
    working = [axis for axis, branch in zip(axes, branches, strict=True) if not _is_line(branch)]
    middle = (min(working or axes) + max(working or axes)) / 2
    return _Piece({item: place - middle for item, place in x.items()}, -middle, edge - middle)


def _rows_of(items: Sequence[Item], flow: _Flow) -> _Piece:
    """Branches that no operator joins: rows in their order, lines in lanes to the right of all."""
    branches = _components(items, flow)
    if len(branches) > 1:
        return _parallel(items, flow)
    rows: dict[int, list[Item]] = {}
    for item in items:
        if not isinstance(item, Edge):
            rows.setdefault(flow.rows[item], []).append(item)
    x = {item: place for row in rows.values() for item, place in _spread(row).items()}
    left = right = max(map(len, rows.values())) * BOX / 2
    for line in (item for item in items if isinstance(item, Edge)):
        x[line] = right + LANE / 2
        right += LANE
    return _Piece(x, -left, right)


def _spread(members: Sequence[Item]) -> dict[Item, float]:
    """Items of one row side by side about the axis."""
    edge = -sum(map(_width, members)) / 2
    x = {}
    for item in members:
        x[item] = edge + _width(item) / 2
        edge += _width(item)
    return x


def _width(item: Item) -> float:
    return LANE if isinstance(item, Edge) else BOX


def _is_line(branch: Sequence[Item]) -> bool:
    return all(isinstance(item, Edge) for item in branch)


def _descendants(items: Sequence[Item], flow: _Flow) -> dict[Item, set[Item]]:
    """What each item leads to, among the items; the last ones first, so that none is missing."""
    members, found = set(items), dict[Item, set[Item]]()
    for item in sorted(items, key=_moment, reverse=True):
        direct = [reader for reader in flow.after[item] if reader in members]
        found[item] = set(direct).union(*(found[reader] for reader in direct))
    return found


def _moment(item: Item) -> float:
    """Place in execution order; a line stands right behind its source."""
    return item.source + 0.5 if isinstance(item, Edge) else item


def _components(items: Sequence[Item], flow: _Flow) -> list[list[Item]]:
    """Items that hang together, in the order of their first ones."""
    group: dict[Item, list[Item]] = {item: [item] for item in items}
    for item in items:
        for reader in flow.after[item]:
            if reader in group and group[reader] is not group[item]:
                merged = [*group[item], *group[reader]]
                group |= dict.fromkeys(merged, merged)
    place = {item: index for index, item in enumerate(items)}
    unique = {id(members): members for members in group.values()}
    branches = [sorted(members, key=place.__getitem__) for members in unique.values()]
    return sorted(branches, key=lambda branch: place[branch[0]])
