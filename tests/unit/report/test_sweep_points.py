from accelsim.report.sweep_points import is_grid, is_same_for_all, sweep_points
from accelsim.results.network import Row

ARRAY = ("array.rows", "array.cols")


def _rows(*points: tuple[int, int]) -> list[Row]:
    return [
        {"network": net, "array.rows": rows, "array.cols": cols, "latency_ms": 1 / (rows + bonus),
         "area_mm2": float(rows * cols)}
        for rows, cols in points
        for net, bonus in (("a", 0), ("b", 1))
    ]  # fmt: skip


def test_sweep_points_square_arrays_are_one_axis() -> None:
    points = sweep_points(_rows((16, 16), (8, 8), (32, 32)), ARRAY)
    assert points is not None
    assert (points.x, points.rest) == (ARRAY, ())
    assert list(points.ticks().items()) == [(8, "8x8"), (16, "16x16"), (32, "32x32")]
    assert [row["latency_ms"] for row in points.line("a", "")] == [1 / 8, 1 / 16, 1 / 32]
    assert points.networks == ("a", "b")
    assert not is_grid(points)


def test_sweep_points_columns_named_first_still_read_rows_by_columns() -> None:
    points = sweep_points(_rows((8, 16), (16, 32)), ("array.cols", "array.rows"))
    assert points is not None
    assert list(points.ticks().values()) == ["8x16", "16x32"]


def test_sweep_points_independent_rows_and_columns_are_a_grid() -> None:
    points = sweep_points(_rows((8, 8), (8, 16), (16, 8), (16, 16)), ARRAY)
    assert points is not None
    assert is_grid(points)


def test_sweep_points_failed_points_are_counted_and_left_out() -> None:
    rows = _rows((8, 8), (16, 16))
    rows[0] |= {"latency_ms": None, "error": "does not fit"}
    points = sweep_points(rows, ARRAY)
    assert points is not None
    assert (len(points.rows), points.failed) == (3, 1)
    assert [row["array.rows"] for row in points.line("a", "")] == [16]


def test_sweep_points_nothing_worked_gives_none() -> None:
    assert sweep_points([{"network": "a", "array.rows": 8, "latency_ms": None}], ARRAY[:1]) is None
    assert sweep_points([], ARRAY) is None


def test_sweep_points_second_axis_of_words_makes_one_line_each() -> None:
    rows = [
        {**row, "size": size} for row in _rows((8, 8), (16, 16)) for size in ("64 KiB", "1 MiB")
    ]
    points = sweep_points(rows, (*ARRAY, "size"))
    assert points is not None
    assert (points.x, points.rest) == (ARRAY, ("size",))
    assert points.combinations == ("size = 64 KiB", "size = 1 MiB")
    assert len(points.line("b", "size = 1 MiB")) == 2


def test_sweep_points_axis_of_words_keeps_its_order() -> None:
    rows: list[Row] = [
        {"network": "a", "size": size, "latency_ms": 1.0} for size in ("64 KiB", "1 MiB", "9 B")
    ]
    points = sweep_points(rows, ("size",))
    assert points is not None
    assert list(points.ticks().items()) == [(0, "64 KiB"), (1, "1 MiB"), (2, "9 B")]


def test_is_same_for_all_tells_area_from_latency() -> None:
    points = sweep_points(_rows((8, 8), (16, 16)), ARRAY)
    assert points is not None
    assert is_same_for_all(points, "area_mm2")
    assert not is_same_for_all(points, "latency_ms")


def test_is_same_for_all_of_one_network_says_nothing_about_others() -> None:
    rows = [row for row in _rows((8, 8), (16, 16)) if row["network"] == "a"]
    points = sweep_points(rows, ARRAY)
    assert points is not None
    assert points.networks == ("a",)
    assert not is_same_for_all(points, "area_mm2")
