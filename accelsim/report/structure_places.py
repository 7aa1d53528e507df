"""One block drawn for itself: boxes and lines in inches from its axis and its upper edge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from accelsim.report.structure import Edge, Graph
from accelsim.report.structure_blocks import Block
from accelsim.report.structure_labels import listed
from accelsim.report.structure_lanes import Item, Lanes, is_long, lanes_of

BOX_WIDTH, BOX_HEIGHT, GAP = 1.03, 0.25, 0.135
PITCH = BOX_HEIGHT + GAP
PADDING, TITLE, BADGE, WORD_WIDTH = 0.05, 0.15, 0.42, 0.055
"""Inches: around the boxes of a frame, its rotated title, `x 3`, one sign of a reference."""
WORD_LINES, WORD_SIGNS = 3, 16
"""Lines of a reference, and the least signs in one."""

Point = tuple[float, float]
"""Inches, to the right and down."""


class Box(NamedTuple):
    """A node: its middle, and the numbers of all copies that it stands for, the drawn one first."""

    numbers: tuple[int, ...]
    middle: Point


class Route(NamedTuple):
    """A line from the lower edge of a box to the upper edge of another."""

    edge: Edge
    points: tuple[Point, ...]


class Words(NamedTuple):
    """Text whose left end is in the middle of its height at `place`."""

    place: Point
    text: str


class Frame(NamedTuple):
    """A named block: two corners, title, number of copies."""

    upper_left: Point
    lower_right: Point
    title: str
    times: int


@dataclass(frozen=True)
class Drawing:
    """Boxes, lines and words that belong together, in one system of coordinates."""

    boxes: tuple[Box, ...] = ()
    routes: tuple[Route, ...] = ()
    words: tuple[Words, ...] = ()
    frames: tuple[Frame, ...] = ()

    def moved(self, right: float, down: float) -> Drawing:
        """The same at another place."""

        def shift(point: Point) -> Point:
            return (point[0] + right, point[1] + down)

        return Drawing(
            tuple(box._replace(middle=shift(box.middle)) for box in self.boxes),
            tuple(Route(edge, tuple(map(shift, points))) for edge, points in self.routes),
            tuple(Words(shift(place), text) for place, text in self.words),
            tuple(
                frame._replace(
                    upper_left=shift(frame.upper_left), lower_right=shift(frame.lower_right)
                )
                for frame in self.frames
            ),
        )

    def __add__(self, other: Drawing) -> Drawing:
        """Both."""
        return Drawing(
            self.boxes + other.boxes,
            self.routes + other.routes,
            self.words + other.words,
            self.frames + other.frames,
        )


class Tile(NamedTuple):
    """A block: what it shows, how far it reaches from its axis to both sides, its height.

    Lines that come from another block start at (0, 0), its entry.
    """

    drawing: Drawing
    left: float
    right: float
    height: float


def tile(graph: Graph, block: Block) -> Tile:
    """Boxes in lanes, lines between them, references beside them, a frame if it has a name."""
    members = set(block.numbers)
    edges = [edge for edge in graph.lines if edge.target in members]
    lanes = lanes_of(block.numbers, edges)
    words = _references(graph, lanes)
    copies = {numbers[0]: numbers for numbers in zip(*block.copies, strict=True)}
    boxes = tuple(
        Box(copies[number], (lanes.x[number], _box_y(row))) for number, row in lanes.rows.items()
    )
    framed = len(members) > 1
    left = -lanes.left + (PADDING + TITLE if framed else 0)
    longest = max((len(line) for item in words for line in item.text.split("\n")), default=0)
    badge = BADGE if len(block.copies) > 1 else 0
    right = lanes.right + longest * WORD_WIDTH + badge + (PADDING if framed else 0)
    height = PITCH * (max(lanes.rows.values()) + 1) + (PADDING if framed else 0)
    frame = Frame((-left, 0.02), (right, height), block.title, len(block.copies))
    routes = tuple(Route(edge, points) for edge, points in _routes(edges, lanes).items())
    return Tile(Drawing(boxes, routes, words, (frame,) * framed), left, right, height)


def _box_y(row: int) -> float:
    """Middle of the boxes of a row."""
    return PITCH * row + GAP + BOX_HEIGHT / 2


def _references(graph: Graph, lanes: Lanes) -> tuple[Words, ...]:
    """What nodes read without a line, by rows to the right of all lanes."""
    read: dict[int, list[int]] = {}
    for source, target in graph.references:
        if target in lanes.rows:
            read.setdefault(target, []).append(source)
    texts: dict[int, list[str]] = {}
    for target, sources in read.items():
        row = lanes.rows[target]
        alone = list(lanes.rows.values()).count(row) == 1
        texts.setdefault(row, []).append(f"{'' if alone else target} + {listed(sources)}".strip())
    return tuple(
        Words((lanes.right, _box_y(row)), _wrapped("; ".join(parts)))
        for row, parts in texts.items()
    )


def _wrapped(text: str) -> str:
    """A text in not more than WORD_LINES lines."""
    width = max(WORD_SIGNS, len(text) // WORD_LINES + 5)
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


class _Step(NamedTuple):
    """A part of a line through the gap above row `gap`, from one place to another."""

    gap: int
    source: Item
    target: Item
    start: float
    end: float


def _routes(edges: Iterable[Edge], lanes: Lanes) -> dict[Edge, tuple[Point, ...]]:
    """Every line with its corners: down, across in a gap, down; once more after a long way."""
    steps = {edge: _steps(edge, lanes) for edge in edges}
    tracks = _tracks([step for parts in steps.values() for step in parts])
    found = {}
    for edge, parts in steps.items():
        row = lanes.rows.get(edge.source)
        x = parts[0].start
        start = (x, 0.0 if row is None else _box_y(row) + BOX_HEIGHT / 2)
        corners = [
            (x, tracks[step]) for step in parts for x in (step.start, step.end) if _is_bent(step)
        ]
        end = (parts[-1].end, _box_y(lanes.rows[edge.target]) - BOX_HEIGHT / 2)
        found[edge] = (start, *corners, end)
    return found


def _steps(edge: Edge, lanes: Lanes) -> list[_Step]:
    """One gap for neighbouring rows, else those at both ends of the edge's own lane."""
    first, last = lanes.rows.get(edge.source, -1) + 1, lanes.rows[edge.target]
    start, end = lanes.x.get(edge.source, 0.0), lanes.x[edge.target]
    if not is_long(edge, lanes.rows):
        return [_Step(last, edge.source, edge.target, start, end)]
    middle = lanes.x[edge]
    return [
        _Step(first, edge.source, edge, start, middle),
        _Step(last, edge, edge.target, middle, end),
    ]


def _is_bent(step: _Step) -> bool:
    return abs(step.start - step.end) > 1e-9


def _tracks(steps: Sequence[_Step]) -> dict[_Step, float]:
    """Height of the level part of each step: one for lines of one fan, apart if fans overlap."""
    gaps: dict[int, list[_Step]] = defaultdict(list)
    for step in steps:
        gaps[step.gap].append(step)
    found: dict[_Step, float] = {}
    for gap, members in gaps.items():
        fans = _fans(members)
        tracks = _levels({fan: _extent(parts) for fan, parts in fans.items()})
        spacing = GAP / (max(tracks.values()) + 2)
        for fan, parts in fans.items():
            height = PITCH * gap + spacing * (tracks[fan] + 1)
            found |= dict.fromkeys(parts, height)
    return found


def _fans(steps: Sequence[_Step]) -> dict[tuple[str, Item], list[_Step]]:
    """Steps that may run in one line: to one target if they have no other, else from one source."""
    after, before = defaultdict(list), defaultdict(list)
    for step in steps:
        after[step.source].append(step)
        before[step.target].append(step)
    found: dict[tuple[str, Item], list[_Step]] = defaultdict(list)
    for step in steps:
        fan_in = before[step.target]
        joins = len(fan_in) > 1 and all(len(after[other.source]) == 1 for other in fan_in)
        found[("to", step.target) if joins else ("from", step.source)].append(step)
    return found


def _extent(steps: Sequence[_Step]) -> tuple[float, float]:
    places = [x for step in steps for x in (step.start, step.end)]
    return min(places), max(places)


def _levels(
    extents: Mapping[tuple[str, Item], tuple[float, float]],
) -> dict[tuple[str, Item], int]:
    """The least level for each extent at which it meets no other; 0 for those of no length."""
    found: dict[tuple[str, Item], int] = {}
    for fan, (low, high) in extents.items():
        taken = {
            level
            for other, level in found.items()
            if extents[other][0] < high and low < extents[other][1]
        }
        found[fan] = next(level for level in range(len(found) + 1) if level not in taken)
    return found
