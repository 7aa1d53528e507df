"""What the kernels know of a memory hierarchy and of what lies on the array: flat integer records.

Levels are numbered from the PE outward, DRAM last; a level with one part per operand is several.
Masks of axes have bit 1 for rows, 2 for columns, 4 for planes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ROWS, COLS, PLANES = 1, 2, 4
EVERY_PE = ROWS | COLS | PLANES
AXIS_BITS = {"rows": ROWS, "cols": COLS, "planes": PLANES}

PE = -1
"""Number of the side that computes, below the innermost level of every operand."""


class Level(NamedTuple):
    """One level, or one operand's part of it. Bits and bytes are those of one instance.

    `copies` is a mask of axes along which there are instances. A port of 0 bytes per cycle never
    makes anyone wait; `read_port` and `write_port` number the ports of the hierarchy.
    """

    capacity_bits: int
    copies: int
    access_bits: int
    double_buffered: int
    hides_fills: int
    """1: a fill runs beside the work on the tile before; 0: the array waits for it."""
    read_port: int
    write_port: int
    latency: int


class Hierarchy(NamedTuple):
    """On-chip levels, then DRAM; the levels of each operand (output, input, weight) on chip."""

    levels: tuple[Level, ...]
    chains: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    port_bytes: tuple[int, ...]
    first_sum: int
    """1: the first partial sum of an output is read, as a zero."""
    slides: int
    """1: columns have line registers, along which a window slides (`per_column` feed)."""


class Layout(NamedTuple):
    """What lies on the axes of the array: factors[axis][dim] in DIM_ORDER, and if it skews."""

    factors: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    systolic: int


@lru_cache(maxsize=4096)
def level_table(hierarchy: Hierarchy) -> NDArray[np.int64]:
    """int64[levels, len(Level)]."""
    return np.array(hierarchy.levels, dtype=np.int64)


@lru_cache(maxsize=4096)
def port_table(hierarchy: Hierarchy) -> NDArray[np.int64]:
    """int64[ports], bytes per cycle."""
    return np.array(hierarchy.port_bytes or (0,), dtype=np.int64)
