"""SRAM area, energy, leakage and cycle time from a grid of CACTI runs.

The grid (`sram_cacti.csv`, our own runs of CACTI 7) has single-bank macros with one read-write
port in low-standby-power cells: 0.5 KiB to 2 MiB, words of 32 to 256 bits, 65, 45, 32 and 22 nm.
Between its points size, width and node are interpolated on logarithmic axes. Other nodes scale
the nearest row of the grid with the logic factors of Stillmaker and Baas; below 22 nm this
flatters SRAM (bit cells commonly quoted, from memory: 28 to 7 nm x0.21, logic x0.16).

Macros keep their own supply (CACTI's 1.2, 1.1, 1.0, 0.8 V at 65, 45, 32, 22 nm) whatever the
logic runs at: with it the grid is near the cache accesses of Horowitz, ISSCC 2014 (64-bit reads
of 32 KiB 17.0 pJ against 20, of 1 MiB 93.5 against 100). Not modelled: wires between banks and to
the array, redundancy, error correction, built-in test, other cell types (high-performance cells
leak ten times as much and more).
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from accelsim.cost.technology import (
    area_factor,
    delay_factor,
    energy_factor,
    log_interpolated,
)
from accelsim.errors import HardwareError


class Sram(NamedTuple):
    """One memory of `macros` equal macros; energies are those of one word access."""

    macros: int
    macro_area_mm2: float
    read_pj: float
    write_pj: float
    leakage_mw: float
    cycle_ns: float
    """Least time between two accesses; nan where the node's delay is not known."""
    notes: tuple[str, ...]

    @property
    def area_mm2(self) -> float:
        """All macros."""
        return self.macros * self.macro_area_mm2


class Values(NamedTuple):
    """What CACTI says of one macro."""

    read_pj: float
    write_pj: float
    area_mm2: float
    leakage_mw: float
    cycle_ns: float


Point = tuple[float, Values]
Curve = tuple[Point, ...]
"""Macros of one word width by size in bytes, ascending."""

SMALLEST_BYTES, LARGEST_BYTES = 512, 2 * 1024 * 1024
NARROWEST_BITS, WIDEST_BITS = 32, 256
CELL_HEIGHT_F, CELL_WIDTH_F, WIRE_PITCH_F = 10.0, 14.6, 2.5


def sram(total_bytes: int, word_bits: int, banks: int, ports: int, node_nm: float) -> Sram:
    """A memory of `banks` equal banks with words of `word_bits`.

    A bank larger than 2 MiB is several macros, of which one answers an access; a word wider than
    256 bits is several macros side by side, which all answer.
    """
    if min(total_bytes, word_bits, banks, ports) < 1:
        raise HardwareError(
            f"an SRAM of {total_bytes} bytes, {word_bits}-bit words, {banks} banks and {ports} "
            "ports: every figure must be >= 1"
        )
    lanes = -(-word_bits // WIDEST_BITS)
    lane_bytes = total_bytes / (banks * lanes)
    deep = math.ceil(lane_bytes / LARGEST_BYTES)
    size_bytes, width = lane_bytes / deep, word_bits / lanes
    values, factor = macro(size_bytes, width, node_nm), port_area_factor(ports)
    macros = banks * lanes * deep
    return Sram(
        macros=macros,
        macro_area_mm2=values.area_mm2 * factor,
        read_pj=values.read_pj * lanes * math.sqrt(factor),
        write_pj=values.write_pj * lanes * math.sqrt(factor),
        leakage_mw=values.leakage_mw * macros * factor,
        cycle_ns=values.cycle_ns * math.sqrt(factor),
        notes=_notes(size_bytes, width, ports, node_nm),
    )


def macro(size_bytes: float, word_bits: float, node_nm: float) -> Values:
    """One single-port macro: interpolated in the grid, or extended along its last two sizes."""
    nodes = sorted(_grid())
    if nodes[0] <= node_nm <= nodes[-1]:
        below = max(node for node in nodes if node <= node_nm)
        above = min(node for node in nodes if node >= node_nm)
        return _mixed(
            node_nm,
            (below, _at_node(below, size_bytes, word_bits)),
            (above, _at_node(above, size_bytes, word_bits)),
        )
    nearest = nodes[0] if node_nm < nodes[0] else nodes[-1]
    return _scaled(_at_node(nearest, size_bytes, word_bits), nearest, node_nm)


class LeftOut(NamedTuple):
    """A macro of the grid, and what its neighbours in size say of it."""

    node_nm: float
    word_bits: float
    size_bytes: float
    known: Values
    interpolated: Values


def left_out() -> Iterator[LeftOut]:
    """Every macro between two others of its node and width."""
    for node_nm, curves in _grid().items():
        for word_bits, curve in curves.items():
            for below, (size, known), above in zip(curve, curve[1:], curve[2:], strict=False):
                yield LeftOut(node_nm, word_bits, size, known, _mixed(size, below, above))


def port_area_factor(ports: int) -> float:
    """Area of a macro with more read-write ports relative to one port.

    Every port adds a word line to the height and a bit line pair to the width of the cell, two
    wires of pitch 2.5 F each way; the cell of one port is 14.6 F x 10 F. The whole macro is
    scaled like its cells, energy and time of an access like its wires (square root).
    Source: CACTI 7, parameter.cc (cell.h, cell.w) and tech_params.
    """
    more = 2 * WIRE_PITCH_F * (ports - 1)
    return (CELL_HEIGHT_F + more) * (CELL_WIDTH_F + more) / (CELL_HEIGHT_F * CELL_WIDTH_F)


def _notes(size_bytes: float, word_bits: float, ports: int, node_nm: float) -> tuple[str, ...]:
    """Where the figures leave what CACTI was run for."""
    found = []
    if size_bytes < SMALLEST_BYTES:
        found.append(f"macros of {size_bytes:.0f} B: extended below the grid's 512 B")
    if word_bits < NARROWEST_BITS:
        found.append(f"words of {word_bits:g} bits: cost a 32-bit access, CACTI's narrowest")
    if ports > 1:
        found.append(
            f"{ports} ports: area x{port_area_factor(ports):.2f} after CACTI's cell with more "
            "ports; the grid has one port"
        )
    nodes = sorted(_grid())
    if not nodes[0] <= node_nm <= nodes[-1]:
        found.append(
            f"SRAM at {node_nm:g} nm: nearest CACTI node scaled like logic (Stillmaker and Baas)"
        )
    elif node_nm not in nodes:
        found.append(f"SRAM at {node_nm:g} nm: interpolated between CACTI nodes")
    return tuple(found)


def _at_node(node_nm: float, size_bytes: float, word_bits: float) -> Values:
    """Interpolated in size along the two word widths nearest to `word_bits`, then in width.

    Words narrower than the grid's cost what its narrowest do.
    """
    curves = _grid()[node_nm]
    word_bits = max(word_bits, NARROWEST_BITS)
    narrow, wide = _bracket(sorted(curves), word_bits)
    return _mixed(
        word_bits,
        (narrow, _at_size(curves[narrow], size_bytes)),
        (wide, _at_size(curves[wide], size_bytes)),
    )


def _at_size(curve: Curve, size_bytes: float) -> Values:
    points = dict(curve)
    small, large = _bracket(sorted(points), size_bytes)
    return _mixed(size_bytes, (small, points[small]), (large, points[large]))


def _bracket(known: list[float], wanted: float) -> tuple[float, float]:
    """The neighbouring pair of `known` around `wanted`, or the pair at the nearer end."""
    after = next((index for index, x in enumerate(known) if x >= wanted), len(known) - 1)
    after = max(after, 1)
    return known[after - 1], known[after]


def _mixed(x: float, below: Point, above: Point) -> Values:
    (x0, low), (x1, high) = below, above
    return Values(
        *(log_interpolated(x, (x0, y0), (x1, y1)) for y0, y1 in zip(low, high, strict=True))
    )


def _scaled(values: Values, from_nm: float, to_nm: float) -> Values:
    """Each node at its usual supply; leakage power is scaled like energy, cycles like logic."""
    energy = energy_factor(to_nm) / energy_factor(from_nm)
    area = area_factor(to_nm) / area_factor(from_nm)
    return Values(
        values.read_pj * energy,
        values.write_pj * energy,
        values.area_mm2 * area,
        values.leakage_mw * energy,
        values.cycle_ns * _delay_ratio(from_nm, to_nm),
    )


def _delay_ratio(from_nm: float, to_nm: float) -> float:
    before, after = delay_factor(from_nm), delay_factor(to_nm)
    return math.nan if before is None or after is None else after / before


@cache
def _grid() -> dict[float, dict[float, Curve]]:
    """node in nm -> word width in bits -> curve; read once from the table beside this file."""
    text = files("accelsim.cost").joinpath("sram_cacti.csv").read_text(encoding="utf-8")
    grid: dict[float, dict[float, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for row in csv.DictReader(text.splitlines()[1:]):
        values = Values(*(float(row[field]) for field in Values._fields))
        curve = grid[float(row["node_nm"])][float(row["word_bits"])]
        curve.append((float(row["size_kib"]) * 1024, values))
    return {
        node: {width: tuple(sorted(curve)) for width, curve in curves.items()}
        for node, curves in grid.items()
    }
