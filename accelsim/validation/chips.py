"""Areas of published chips beside this model's: printed as they are, nothing fitted to them.

A chip has what the model leaves out (clock tree, wires between blocks, host interface, control),
so a published area is expected to be the larger one. NVDLA's figures are cell area, so they stand
beside ours before placement; all others are layout, ours placed. Figures marked weak are from
memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from accelsim.cost.area import AreaBreakdown, AreaRow, area_breakdown
from accelsim.hardware.yaml_io import load_hardware

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator

JSSC = "Chen et al., JSSC 52(1), 2017, table IV: core of 3.5 x 3.5 mm"
ISCA15 = "Du et al., ISCA 2015"
ISCA17 = "Jouppi et al., ISCA 2017"
NVDLA = "nvdla.org, primer, example area: silicon cell area with all memories"
FLOOR_PLAN = "fig. 2 (shares read in an article on it) of at most 331 mm2 (table 2)"


class Published(NamedTuple):
    """An area that someone else printed: of a chip or a block of it, with its source."""

    chip: str
    block: str
    area_mm2: float
    source: str
    weak: bool


@dataclass(frozen=True, slots=True)
class ChipArea:
    """A published area and the model's of the same blocks, in mm2 at the chip's node."""

    chip: str
    block: str
    node_nm: float
    published_mm2: float
    area_mm2: float
    source: str
    weak: bool

    @property
    def ratio(self) -> float:
        """Published over ours."""
        return self.published_mm2 / self.area_mm2


Picks = Callable[[AreaRow], bool]


def chip_areas() -> tuple[ChipArea, ...]:
    """Every published figure beside ours, chip by chip."""
    return (*_eyeriss(), *_shidiannao(), *_diannao(), *_tpu(), *_gemmini(), *_nvdla())


def _eyeriss() -> tuple[ChipArea, ...]:
    return (_beside(Published("Eyeriss", "core", 12.25, JSSC, False), "eyeriss"),)


def _shidiannao() -> tuple[ChipArea, ...]:
    """The instruction buffer (32 KiB) is not in ours."""
    layout = f"{ISCA15}, layout table"
    blocks: tuple[tuple[Published, Picks | None], ...] = (
        (Published("ShiDianNao", "chip", 4.86, f"{ISCA15}, abstract", False), None),
        (Published("ShiDianNao", "NFU", 0.66, layout, True), _parts("array", "vector")),
        (Published("ShiDianNao", "NBin", 1.12, layout, True), _level("nbin")),
        (Published("ShiDianNao", "SB", 1.65, layout, True), _level("sb")),
    )
    return tuple(_beside(published, "shidiannao", picks) for published, picks in blocks)


def _diannao() -> tuple[ChipArea, ...]:
    """No preset: ShiDianNao's machine with the array and the buffers of DianNao."""
    changes: dict[str, object] = {
        "clock": "980 MHz",
        "array.rows": 16,
        "array.cols": 16,
        "array.dataflows": ["channel_parallel"],
    }
    buffers = {"nbin": ("2 KiB", 256), "sb": ("32 KiB", 4096), "nbout": ("2 KiB", 256)}
    for name, (size, word_bits) in buffers.items():
        level = f"memory.levels.{name}"
        changes |= {f"{level}.size": size, f"{level}.word_bits": word_bits, f"{level}.banks": 1}
    published = Published("DianNao", "chip", 3.02, "Chen et al., ASPLOS 2014", True)
    breakdown = area_breakdown(_hardware("shidiannao").replace(changes))
    return (_compared(published, 65, breakdown.total_mm2),)


def _tpu() -> tuple[ChipArea, ...]:
    die = 331.0
    blocks: tuple[tuple[Published, Picks | None], ...] = (
        (Published("TPU v1", "die, at most", die, f"{ISCA17}, table 2", False), None),
        (
            Published("TPU v1", "unified buffer", 0.29 * die, f"{ISCA17}, {FLOOR_PLAN}", False),
            _level("unified_buffer"),
        ),
        (
            Published("TPU v1", "matrix unit", 0.24 * die, f"{ISCA17}, {FLOOR_PLAN}", False),
            _parts("array"),
        ),
        (
            Published("TPU v1", "accumulators", 0.06 * die, f"{ISCA17}, {FLOOR_PLAN}", False),
            _level("accumulators"),
        ),
    )
    return tuple(_beside(published, "tpu_v1", picks) for published, picks in blocks)


def _gemmini() -> tuple[ChipArea, ...]:
    source = "Genc et al., DAC 2021: 16 x 16 with its memories, TSMC 16 nm or Intel 22 nm"
    return (_beside(Published("Gemmini", "core, about", 1.0, source, True), "gemmini_16x16"),)


def _nvdla() -> tuple[ChipArea, ...]:
    sizes = (("nvdla_full", "2048 MACs", 5.5, 3.3), ("nvdla_small", "64 MACs", 0.91, 0.55))
    return tuple(
        _compared(Published("NVDLA", block, mm2, NVDLA, False), node_nm, _cells_mm2(name, node_nm))
        for name, block, at_28, at_16 in sizes
        for node_nm, mm2 in ((28.0, at_28), (16.0, at_16))
    )


def _cells_mm2(preset: str, node_nm: float) -> float:
    """Cells and macros at another node, before placement."""
    changes = {"technology.node_nm": node_nm, "constants.placement_utilisation": 1.0}
    return area_breakdown(_hardware(preset).replace(changes)).total_mm2


def _beside(published: Published, preset: str, picks: Picks | None = None) -> ChipArea:
    hw = _hardware(preset)
    counted = [row for row in _breakdown(preset).rows if picks is None or picks(row)]
    return _compared(published, hw.technology.node_nm, sum(row.area_mm2 for row in counted))


def _compared(published: Published, node_nm: float, area_mm2: float) -> ChipArea:
    chip, block, published_mm2, source, weak = published
    return ChipArea(chip, block, node_nm, published_mm2, area_mm2, source, weak)


@cache
def _hardware(preset: str) -> Accelerator:
    return load_hardware(preset)


@cache
def _breakdown(preset: str) -> AreaBreakdown:
    return area_breakdown(_hardware(preset))


def _parts(*parts: str) -> Picks:
    return lambda row: row.part in parts


def _level(name: str) -> Picks:
    """The macros of one level."""
    return lambda row: row.part == "memory" and row.name.startswith(f"{name},")
