"""Labels beside points that lie close together: where nothing is covered, with a leader if far."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import cos, hypot, radians, sin
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text


class Point(NamedTuple):
    """Where a point lies, in data coordinates or in pixels."""

    x: float
    y: float


class Label(NamedTuple):
    """What a point is called."""

    at: Point
    text: str
    colour: str


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def covered(self, other: Box) -> float:
        """Square pixels that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)

    def gap(self, point: Point) -> float:
        """Pixels between the rectangle and a point."""
        return hypot(
            max(self.left - point.x, point.x - self.right, 0),
            max(self.bottom - point.y, point.y - self.top, 0),
        )

    @property
    def area(self) -> float:
        """Square pixels."""
        return (self.right - self.left) * (self.top - self.bottom)


BESIDE = 0.9
"""Of a label from its point where it needs no leader, in heights of the label; farther it does."""
DISTANCES = (1.6, 2.6, 3.8, 5.2, 7.0)
"""Where it has one."""
DIRECTIONS = (60, 120, -60, -120, 90, -90, 30, 150, -30, -150, 0, 180)
"""Degrees that are tried; leaders do not run along the level lines that points often lie on."""
PLACES = (
    *((BESIDE, way) for way in DIRECTIONS),
    *((far, way) for far in DISTANCES for way in DIRECTIONS[:-2]),
)
"""Distances and directions, the first one where several are as good."""
TEXT = 4
"""Times worse than a marker or a line to cover is another label."""
STRAY = 0.25
"""Part of a label without leader that counts as covered for each point nearer than its own."""
MARKER, STROKE = 5.0, 1.5
"""Half the width of a marker and of a line, in points."""


def label_points(panel: Axes, labels: Sequence[Label], fontsize: float = 8) -> None:
    """Write every label of a panel where it covers no other, no marker and no line.

    The figure must be laid out already (`style.arrange`), as places are found in pixels.
    """
    scale = panel.figure.dpi / 72
    written = [_annotation(panel, label, fontsize) for label in labels]
    points = [Point(*panel.transData.transform(label.at)) for label in labels]
    sizes = [_size(note) for note in written]
    frame = Box(*panel.get_window_extent().extents)
    boxes = free_places(points, sizes, frame, _drawn(panel, scale))
    for note, point, box in zip(written, points, boxes, strict=True):
        away = (box.left + box.right) / 2 - point.x, (box.bottom + box.top) / 2 - point.y
        note.set_position((away[0] / scale, away[1] / scale))
        if note.arrow_patch is not None:
            note.arrow_patch.set_visible(_is_led(box, point))


def free_places(
    points: Sequence[Point], sizes: Sequence[tuple[float, float]], frame: Box, drawn: Sequence[Box]
) -> list[Box]:
    """A box of each size beside its point, one after the other.

    Of all `PLACES` the one that covers least of what is drawn and of the boxes before, and sticks
    out of the frame least; one that is nearer to other points counts as covered in part.
    """
    boxes = list[Box]()
    for point, size in zip(points, sizes, strict=True):
        costs = list[tuple[float, int]]()
        for number, (far, way) in enumerate(PLACES):
            box = _beside(point, size, far, way)
            stray = 0 if _is_led(box, point) else _nearer(box, point, points)
            hidden = sum(box.covered(other) for other in drawn)
            hidden += TEXT * sum(box.covered(other) for other in boxes)
            outside = box.area - box.covered(frame)
            costs.append((round(hidden + TEXT * outside + STRAY * stray * box.area, 3), number))
        boxes.append(_beside(point, size, *PLACES[min(costs)[1]]))
    return boxes


def _is_led(box: Box, point: Point) -> bool:
    """Whether the label is so far from its point that it needs a leader."""
    return box.gap(point) > 1.2 * BESIDE * (box.top - box.bottom)


def _beside(point: Point, size: tuple[float, float], far: float, way: int) -> Box:
    width, height = size
    x = point.x + (far * height + width / 2) * cos(radians(way))
    y = point.y + (far * height + height / 2) * sin(radians(way))
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _nearer(box: Box, own: Point, points: Sequence[Point]) -> int:
    """How many points are nearer to the box than its own."""
    return sum(box.gap(point) < box.gap(own) for point in points)


def _annotation(panel: Axes, label: Label, fontsize: float) -> Annotation:
    note = panel.annotate(
        label.text, label.at, xytext=(0, 0), textcoords="offset points", color=label.colour,
        ha="center", va="center", fontsize=fontsize,
        arrowprops={"arrowstyle": "-", "color": label.colour, "linewidth": 0.6, "shrinkB": 3},
    )  # fmt: skip
    note.set_in_layout(False)
    return note


def _size(note: Annotation) -> tuple[float, float]:
    """Width and height of the text in pixels, with a pixel of margin."""
    text = Text.get_window_extent(note)
    return text.width + 2, text.height + 2


def _drawn(panel: Axes, scale: float) -> list[Box]:
    """Boxes around the markers of a panel, and along the lines that join them."""
    found = list[Box]()
    for line in panel.lines:
        if line.get_marker() in ("None", None, ""):
            continue
        places = [Point(*place) for place in panel.transData.transform(line.get_xydata())]
        found += [_around(place, MARKER * scale) for place in places]
        if line.get_linestyle() not in ("None", ""):
            found += _along(places, STROKE * scale)
    return found


def _along(places: Sequence[Point], half: float) -> list[Box]:
    """Boxes that follow straight lines from place to place."""
    found = list[Box]()
    for a, b in pairwise(places):
        steps = max(1, round(hypot(b.x - a.x, b.y - a.y) / (2 * half)))
        for step in range(steps + 1):
            part = step / steps
            found.append(_around(Point(a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part), half))
    return found


def _around(place: Point, half: float) -> Box:
    return Box(place.x - half, place.y - half, place.x + half, place.y + half)
