"""Blocks in columns and on pages of the size of a slide, as large as they may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from accelsim.report.structure import Graph
from accelsim.report.structure_blocks import Block
from accelsim.report.structure_places import (
    BOX_HEIGHT,
    Box,
    Drawing,
    Point,
    Route,
    Tile,
    Words,
    tile,
)

MARGIN, BETWEEN, GUTTER = 0.1, 0.12, 0.3
"""Inches: at all edges of a page; from one block to the next; from one column to the next."""
CHANNEL = 0.09
"""Inches below and above a column, where the line to the next one runs."""
SCALES = tuple(step / 20 for step in range(36, 19, -1))
"""Sizes of boxes and text that are tried, 1.8 to 1."""


class Room(NamedTuple):
    """Inches of a page."""

    width: float
    height: float


@dataclass(frozen=True)
class Page:
    """What one picture shows; coordinates and size in inches at scale 1."""

    drawing: Drawing
    size: Room


class Column(NamedTuple):
    """Tiles below each other, by their places among all."""

    tiles: tuple[int, ...]
    left: float
    right: float
    height: float


def pages(graph: Graph, blocks: Sequence[Block], room: Room) -> tuple[list[Page], float]:
    """The pages and the scale they are drawn at: as few as text of scale 1 allows, then as large.

    A block larger than the room makes its page larger.
    """
    tiles = [tile(graph, block) for block in blocks]
    least = len(_layout(tiles, room))
    for scale in SCALES:
        smaller = Room(room.width / scale, room.height / scale)
        layout = _layout(tiles, smaller)
        if len(layout) == least and all(_fits(page, smaller) for page in layout):
            break
    return _drawn(blocks, tiles, layout), scale


def _layout(tiles: Sequence[Tile], room: Room) -> list[list[Column]]:
    """Columns by pages."""
    columns = _columns(tiles, room.height - 2 * MARGIN - 2 * CHANNEL)
    found: list[list[Column]] = []
    for column in columns:
        if found and _width([*found[-1], column]) <= room.width:
            found[-1].append(column)
        else:
            found.append([column])
    return found


def _columns(tiles: Sequence[Tile], height: float) -> list[Column]:
    """As many tiles below each other as fit; one at least."""
    groups: list[list[int]] = []
    used = 0.0
    for place, item in enumerate(tiles):
        used += _space(tiles, place) + item.height
        if not groups or used > height:
            groups.append([])
            used = item.height
        groups[-1].append(place)
    return [_column(tiles, group) for group in groups]


def _column(tiles: Sequence[Tile], group: Sequence[int]) -> Column:
    return Column(
        tuple(group),
        max(tiles[place].left for place in group),
        max(tiles[place].right for place in group),
        sum(tiles[place].height for place in group)
        + sum(_space(tiles, place) for place in group[1:]),
    )


def _space(tiles: Sequence[Tile], place: int) -> float:
    """Inches above a tile that is not the first of a column; none between single boxes."""
    framed = tiles[place].drawing.frames or tiles[place - 1].drawing.frames
    return BETWEEN if framed else 0.0


def _width(columns: Sequence[Column]) -> float:
    inner = sum(column.left + column.right for column in columns)
    return 2 * MARGIN + inner + GUTTER * (len(columns) - 1)


def _height(columns: Sequence[Column]) -> float:
    return 2 * MARGIN + 2 * CHANNEL + max(column.height for column in columns)


def _fits(page: Sequence[Column], room: Room) -> bool:
    return _width(page) <= room.width and _height(page) <= room.height


class _Place(NamedTuple):
    """Where a tile is: page, axis, upper and lower edge, right end of its column."""

    page: int
    axis: float
    top: float
    bottom: float
    right: float


def _drawn(
    blocks: Sequence[Block], tiles: Sequence[Tile], layout: Sequence[Sequence[Column]]
) -> list[Page]:
    """The tiles at their places, with the lines between them."""
    places = [
        place for page, columns in enumerate(layout) for place in _places(page, columns, tiles)
    ]
    drawings = [Drawing() for _ in layout]
    sources: dict[int, tuple[_Place, Point]] = {}
    for block, item, place in zip(blocks, tiles, places, strict=True):
        moved = item.drawing.moved(place.axis, place.top)
        inner = [route for route in moved.routes if route.edge.source in block.numbers]
        drawings[place.page] += replace(moved, routes=tuple(inner))
        for route in moved.routes:
            if route.edge.source not in block.numbers:
                for page, part in _entry(route, place, *sources[route.edge.source]):
                    drawings[page] += part
        sources |= {box.numbers[0]: (place, _exit(box)) for box in moved.boxes}
    return [
        Page(
            replace(drawing, words=tuple(dict.fromkeys(drawing.words))),
            Room(_width(columns), _height(columns)),
        )
        for drawing, columns in zip(drawings, layout, strict=True)
    ]


def _places(page: int, columns: Sequence[Column], tiles: Sequence[Tile]) -> list[_Place]:
    """Of the tiles of one page, in order."""
    found = []
    left = MARGIN
    for column in columns:
        axis, right = left + column.left, left + column.left + column.right
        top = MARGIN + CHANNEL
        for place in column.tiles:
            top += _space(tiles, place) if place != column.tiles[0] else 0.0
            found.append(_Place(page, axis, top, top + tiles[place].height, right))
            top = found[-1].bottom
        left = right + GUTTER
    return found


def _exit(box: Box) -> Point:
    """Middle of the lower edge."""
    return box.middle[0], box.middle[1] + BOX_HEIGHT / 2


def _entry(route: Route, place: _Place, before: _Place, start: Point) -> list[tuple[int, Drawing]]:
    """The whole of a line whose end in the next tile is given, by pages."""
    edge, inside = route
    x, _ = start
    if before.page != place.page:
        below = before.bottom + CHANNEL
        over = (place.axis, place.top - CHANNEL)
        leaving = Words((x + 0.05, below), f"to page {place.page + 1}")
        coming = Words(
            (place.axis + 0.05, over[1] - 0.02), f"from {edge.source}, page {before.page + 1}"
        )
        stub = Route(edge, (start, (x, below)))
        return [
            (before.page, Drawing(routes=(stub,), words=(leaving,))),
            (place.page, Drawing(routes=(Route(edge, (over, *inside)),), words=(coming,))),
        ]
    corners: tuple[Point, ...] = ()
    if before.axis == place.axis:
        level = (before.bottom + place.top) / 2
        corners = ((x, level), (place.axis, level))
    else:
        below, gutter, over_y = (
            before.bottom + CHANNEL,
            before.right + GUTTER / 2,
            place.top - CHANNEL,
        )
        corners = ((x, below), (gutter, below), (gutter, over_y), (place.axis, over_y))
    return [(place.page, Drawing(routes=(Route(edge, (start, *corners, *inside)),)))]
