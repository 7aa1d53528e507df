from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from accelsim.report.plots import (
    draw_kernels,
    draw_layers,
    draw_run,
    draw_sweep,
    layer_picture_names,
)
from accelsim.results.layer import LayerResult
from accelsim.results.network import NetworkResult, Row

Make = Callable[..., LayerResult]
Results = Callable[..., NetworkResult]

PER_KERNEL = ["latency_per_kernel", "area_time_per_kernel", "utilization_per_kernel",
              "traffic_per_kernel"]  # fmt: skip


def _texts(path: Path) -> str:
    """All text of an SVG picture, one line per element."""
    return "\n".join(node.text or "" for node in ElementTree.parse(path).iter())


def _names(paths: list[Path]) -> list[str]:
    return list(dict.fromkeys(path.stem for path in paths))


@pytest.fixture
def sweep_rows(mixed: NetworkResult) -> Callable[..., list[Row]]:
    """Rows as a sweep has them, over arrays and buffer sizes."""

    def make(arrays: list[tuple[int, int]], sizes: tuple[str, ...] = ()) -> list[Row]:
        return [
            {
                **mixed.summary(), "network": net, "array.rows": rows, "array.cols": cols,
                "latency_ms": factor / (rows * cols), "area_mm2": rows * cols / 100,
                **({"size": size} if sizes else {}),
            }
            for rows, cols in arrays
            for size in sizes or ("",)
            for net, factor in (("small", 100.0), ("large", 900.0))
        ]  # fmt: skip

    return make


def test_draw_run_writes_svg_and_png_of_every_picture(mixed: NetworkResult, tmp_path: Path) -> None:
    paths = draw_run([mixed], tmp_path / "new" / "plots")
    assert _names(paths) == [*PER_KERNEL, "cost_vs_parameters", "layers_net"]
    assert {path.suffix for path in paths} == {".svg", ".png"}
    assert all(path.stat().st_size > 5000 for path in paths)
    assert all(
        path.read_bytes().startswith(b"\x89PNG" if path.suffix == ".png" else b"<?xml")
        for path in paths
    )


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        ("latency_per_kernel", ["latency (ms)", "5x5 dw", "depthwise", "box"]),
        ("area_time_per_kernel", ["area × time (mm² ms)", "memory", "2.60"]),
        ("utilization_per_kernel", ["share of the group's cycles (%)", "DRAM stall", "16 %"]),
        ("traffic_per_kernel", ["bytes (logarithmic)", "1.25× / 6.00×"]),
        ("cost_vs_parameters", ["2.78", "1.60", "gap 0.58", "cycles per output element"]),
    ],
)
def test_draw_kernels_svg_names_quantities_with_units(
    picture: str, words: list[str], mixed: NetworkResult, tmp_path: Path
) -> None:
    draw_kernels([mixed], tmp_path, ["svg"])
    text = _texts(tmp_path / f"{picture}.svg")
    assert "net" in text
    assert [word for word in words if word not in text] == []


def test_draw_layers_svg_names_axes_and_the_slowest_layers(
    mixed: NetworkResult, tmp_path: Path
) -> None:
    (path,) = draw_layers(mixed, tmp_path, ["svg"])
    text = _texts(path)
    assert path.name == "layers_net.svg"
    for word in ("cycles", "utilization (%)", "layer (execution order)", "1,300 cycles"):
        assert word in text
    assert "1: stem, 3x3 conv, 38 % of cycles, 45 % utilization" in text


def test_draw_run_twice_gives_equal_bytes(mixed: NetworkResult, tmp_path: Path) -> None:
    first = draw_run([mixed], tmp_path / "a", ["svg"])
    second = draw_run([mixed], tmp_path / "b", ["svg"])
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_draw_kernels_networks_with_other_kernels_are_compared(
    layer: Make, depthwise: Make, result: Results, tmp_path: Path
) -> None:
    small = result(layer(), depthwise(3, 100, index=2), params=1000)
    large = result(layer(), depthwise(5, 700, index=2), params=1040, network="net:kernel=5")
    paths = draw_kernels([small, large], tmp_path, ["svg"])
    assert _names(paths) == [*PER_KERNEL, "network_vs_parameters"]
    text = _texts(tmp_path / "network_vs_parameters.svg")
    assert "+4.0 %" in text  # parameters
    assert "+100 %" in text  # cycles


def test_draw_kernels_networks_without_macs_or_cycles_still_make_pictures(
    layer: Make, result: Results, tmp_path: Path
) -> None:
    pool = layer(operator="pool", type="pool", macs=0, params=0, dataflow="vector")
    nothing = {name: 0 for name in LayerResult.__slots__ if name.endswith(("_cycles", "_bytes"))}
    join = layer(**{**nothing, "operator": "concat", "type": "concat", "macs": 0,
                    "dataflow": "none"})  # fmt: skip
    assert len(draw_run([result(pool), result(join, network="idle")], tmp_path, ["png"])) == 6


def test_draw_run_without_results_draws_nothing(tmp_path: Path) -> None:
    assert draw_run([], tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_layer_names_with_dollar_signs_are_not_formulas(
    layer: Make, result: Results, tmp_path: Path
) -> None:
    (path,) = draw_layers(result(layer(layer="a$_{b$")), tmp_path, ["svg"])
    assert "a$_{b$" in _texts(path)


def test_layer_picture_names_are_safe_and_different(layer: Make, result: Results) -> None:
    names = ["v2:kernel=5", "v2", "v2", "v2"]
    boxes = ["box", "box", "chip/2", "box"]
    results = [result(layer(), network=n, hardware=h) for n, h in zip(names, boxes, strict=True)]
    assert layer_picture_names(results) == [
        "layers_v2_kernel_5", "layers_v2_box", "layers_v2_chip_2", "layers_v2_box_4",
    ]  # fmt: skip


def test_draw_sweep_square_arrays_are_lines_in_one_picture(
    sweep_rows: Callable[..., list[Row]], tmp_path: Path
) -> None:
    rows = sweep_rows([(8, 8), (16, 16)])
    (path,) = draw_sweep(rows, ("array.rows", "array.cols"), tmp_path, ["svg"])
    text = _texts(path)
    assert path.name == "sweep.svg"
    words = [
        "8x8", "16x16", "small", "large", "accelerator area (mm²)", "latency (ms)",
        "array size (rows × columns)", "utilization (%)", "area × time (mm² ms)",
    ]  # fmt: skip
    assert [word for word in words if word not in text] == []


def test_draw_sweep_rows_by_columns_are_heat_maps_with_every_value(
    sweep_rows: Callable[..., list[Row]], tmp_path: Path
) -> None:
    rows = sweep_rows([(8, 8), (8, 16), (16, 8), (16, 16)])
    rows[-1] |= {"latency_ms": None, "area_mm2": None, "area_time_mm2_ms": None}
    paths = draw_sweep(rows, ("array.rows", "array.cols"), tmp_path, ["svg"])
    assert _names(paths) == [
        "sweep_latency", "sweep_area", "sweep_area_time", "sweep_utilization", "sweep_energy",
        "sweep_dram",
    ]  # fmt: skip
    text = _texts(tmp_path / "sweep_latency.svg")
    for value in ("1.56", "0.781", "0.391", "14.1", "7.03"):  # 100/64, 100/128, ..., 900/128
        assert value in text
    assert "1 of 8 points failed" in text


def test_draw_sweep_third_axis_is_a_line_each(
    sweep_rows: Callable[..., list[Row]], tmp_path: Path
) -> None:
    rows = sweep_rows([(8, 8), (16, 16)], ("64 KiB", "1 MiB"))
    paths = draw_sweep(rows, ("array.rows", "array.cols", "size"), tmp_path, ["svg"])
    assert len(paths) == 6
    assert "size = 64 KiB" in _texts(tmp_path / "sweep_area_time.svg")


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_draw_sweep_of_one_network_names_it_in_every_picture(
    sweep_rows: Callable[..., list[Row]], tmp_path: Path, axes: int
) -> None:
    arrays = [(8, 8), (16, 16)] if axes != 2 else [(8, 8), (8, 16), (16, 8), (16, 16)]
    rows = sweep_rows(arrays, ("64 KiB", "1 MiB") if axes == 3 else ())
    names = ("array.rows", "array.cols", "size")[: max(axes, 2)]
    alone = [row for row in rows if row["network"] == "small"]
    for path in draw_sweep(alone, names, tmp_path, ["svg"]):
        assert "all networks" not in _texts(path)
        assert "small: " in _texts(path)
    texts = [_texts(path) for path in draw_sweep(rows, names, tmp_path, ["svg"])]
    assert not any("small: " in text for text in texts)
    assert any("all networks" in text for text in texts) == (axes > 1)


def test_draw_sweep_all_points_failed_draws_nothing(tmp_path: Path) -> None:
    rows: list[Row] = [{"network": "a", "array.rows": 8, "latency_ms": None}]
    assert draw_sweep(rows, ["array.rows"], tmp_path) == []
