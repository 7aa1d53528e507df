"""Areas that others printed, beside ours; the figures are restated here with their sources."""

import pytest

from accelsim.cost.area import PUBLISHED_CHIPS, area_breakdown
from accelsim.hardware.yaml_io import load_hardware
from accelsim.validation.chips import chip_areas

AREAS = {(area.chip, area.block, area.node_nm): area for area in chip_areas()}

PUBLISHED = {
    # Eyeriss, JSSC 52(1), 2017, table IV: core 3.5 mm x 3.5 mm, TSMC 65 nm LP
    ("Eyeriss", "core", 65): 12.25,
    # ShiDianNao, ISCA 2015, abstract: 4.86 mm2 at 65 nm; blocks from memory
    ("ShiDianNao", "chip", 65): 4.86,
    ("ShiDianNao", "NFU", 65): 0.66,
    ("ShiDianNao", "NBin", 65): 1.12,
    ("ShiDianNao", "SB", 65): 1.65,
    # DianNao, ASPLOS 2014: 3.02 mm2 at 65 nm, from memory
    ("DianNao", "chip", 65): 3.02,
    # TPU v1, ISCA 2017: at most 331 mm2 at 28 nm; buffer 29 %, matrix unit 24 %, accumulators 6 %
    ("TPU v1", "die, at most", 28): 331.0,
    ("TPU v1", "unified buffer", 28): 0.29 * 331,
    ("TPU v1", "matrix unit", 28): 0.24 * 331,
    ("TPU v1", "accumulators", 28): 0.06 * 331,
    # Gemmini, DAC 2021: about 1 mm2, from memory
    ("Gemmini", "core, about", 22): 1.0,
    # NVDLA primer, example area: 2048 MACs with 512 KB, 64 MACs with 128 KB, cells
    ("NVDLA", "2048 MACs", 28): 5.5,
    ("NVDLA", "2048 MACs", 16): 3.3,
    ("NVDLA", "64 MACs", 28): 0.91,
    ("NVDLA", "64 MACs", 16): 0.55,
}


def test_every_published_figure_is_quoted_as_printed():
    assert {key: area.published_mm2 for key, area in AREAS.items()} == PUBLISHED
    assert all(area.source for area in AREAS.values())


def test_figures_from_memory_are_marked():
    weak = {area.chip for area in AREAS.values() if area.weak}
    assert weak == {"ShiDianNao", "DianNao", "Gemmini"}


def test_chips_are_larger_than_the_model_by_what_the_notes_say():
    assert "published chips are 1.7 to 3.1 times as large" in PUBLISHED_CHIPS
    blocks = [area.ratio for key, area in AREAS.items() if key[1] != "die, at most"]
    assert round(min(blocks), 1) == 1.7
    assert round(max(blocks), 1) == 3.1
    assert AREAS["TPU v1", "die, at most", 28].ratio == pytest.approx(4.1, abs=0.05)


def test_blocks_of_a_chip_are_rows_of_its_breakdown():
    tpu = area_breakdown(load_hardware("tpu_v1"))
    assert AREAS["TPU v1", "matrix unit", 28].area_mm2 == pytest.approx(tpu.part_mm2("array"))
    assert AREAS["TPU v1", "die, at most", 28].area_mm2 == pytest.approx(tpu.total_mm2)
    memories = sum(
        AREAS["TPU v1", name, 28].area_mm2 for name in ("unified buffer", "accumulators")
    )
    fifo = next(row.area_mm2 for row in tpu.rows if row.name.startswith("weight_fifo, SRAM"))
    assert memories + fifo == pytest.approx(tpu.part_mm2("memory"))


def test_nvdla_is_compared_before_placement():
    placed = area_breakdown(load_hardware("nvdla_full"))
    cells = placed.part_mm2("memory") - 0.3 * sum(
        row.area_mm2 for row in placed.rows if "flip-flops" in row.name
    )
    cells += 0.7 * sum(placed.part_mm2(part) for part in ("array", "vector", "control"))
    assert AREAS["NVDLA", "2048 MACs", 28].area_mm2 == pytest.approx(cells)
