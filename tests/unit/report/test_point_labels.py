"""Labels cover nothing where there is room, and stay beside their own points."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from accelsim.report.point_labels import Box, Label, Point, free_places, label_points
from accelsim.report.style import arrange, drawing, slide

FRAME = Box(0, 0, 600, 300)
SIZE = (24.0, 10.0)
CROWD = [Point(300 + 8 * index, 150 + 3 * index) for index in range(6)]


def around(point):
    return Box(point.x - 4, point.y - 4, point.x + 4, point.y + 4)


def test_labels_of_a_crowd_cover_neither_each_other_nor_a_marker():
    markers = [around(point) for point in CROWD]
    boxes = free_places(CROWD, [SIZE] * 6, FRAME, markers)
    assert not any(one.covered(other) for one, other in combinations([*boxes, *markers[:1]], 2))
    assert not any(box.covered(marker) for box in boxes for marker in markers)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 300)), max_size=3))
def test_labels_of_few_points_stay_in_the_frame_and_apart(places):
    points = [Point(float(x), float(y)) for x, y in places]
    boxes = free_places(points, [SIZE] * len(points), FRAME, [around(point) for point in points])
    for box in boxes:
        assert box.covered(FRAME) == pytest.approx(box.area)
        assert (box.right - box.left, box.top - box.bottom) == pytest.approx(SIZE)
    assert not any(one.covered(other) > 1e-6 for one, other in combinations(boxes, 2))


def test_label_of_a_lonely_point_is_near_and_its_own():
    (box,) = free_places([Point(300, 150)], [SIZE], FRAME, [around(Point(300, 150))])
    assert 4 < box.gap(Point(300, 150)) < SIZE[1]
    points = [Point(300, 150), Point(340, 150)]
    for point, other in zip(points, points[::-1], strict=True):
        box = free_places(points, [SIZE] * 2, FRAME, [around(p) for p in points])[
            points.index(point)
        ]
        assert box.gap(point) < box.gap(other)


def test_covered_and_gap_of_boxes():
    one, other = Box(0, 0, 10, 10), Box(8, 7, 20, 20)
    assert one.covered(other) == other.covered(one) == 2 * 3
    assert one.covered(Box(10, 0, 20, 10)) == 0
    assert one.gap(Point(13, 14)) == 5
    assert one.gap(Point(5, 5)) == 0


def test_written_labels_do_not_overlap_and_far_ones_have_leaders():
    with drawing():
        figure = slide("labels")
        panel = figure.subplots()
        places = [(1 + 0.012 * index, 1.0) for index in range(8)]
        panel.plot(*zip(*places, strict=True), marker="o")
        panel.set_xlim(0, 2)
        arrange(figure)
        label_points(panel, [Label(Point(*at), f"{i}x{i}", "red") for i, at in enumerate(places)])
        figure.canvas.draw()  # texts know where they are only then
    boxes = [Box(*Text.get_window_extent(note).extents) for note in panel.texts]
    assert len(boxes) == 8
    assert not any(one.covered(other) for one, other in combinations(boxes, 2))
    led = [note.arrow_patch.get_visible() for note in panel.texts]
    gaps = [
        box.gap(Point(*panel.transData.transform(at))) / (box.top - box.bottom)
        for box, at in zip(boxes, places, strict=True)
    ]
    assert any(led)
    assert max(gap for gap, leads in zip(gaps, led, strict=True) if not leads) < 2
