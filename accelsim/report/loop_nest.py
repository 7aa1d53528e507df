"""A mapping as an indented loop nest, outermost loop first, with the tiles where they rest."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from accelsim.dataflows.base import WS, Gemm
from accelsim.dataflows.weight_stationary import groups_per_fold
from accelsim.mapping import AXES, OPERANDS, Loop, Mapping
from accelsim.operator_map import OperatorMap
from accelsim.report.digits import counted
from accelsim.schedule.fill import Fill
from accelsim.schedule.hierarchy import AXIS_BITS
from accelsim.workload.dims import DIM_ORDER, RELEVANT

INDENT = "  "
WORDS = {
    "N": "images", "G": "groups", "K": "filters", "C": "channels", "P": "output rows",
    "Q": "output columns", "R": "filter rows", "S": "filter columns",
}  # fmt: skip


def loop_nest(found: OperatorMap) -> list[str]:
    """Lines of text: `for P in 4` walks, `on rows: C 16` lies on the array, `level: ...` rests.

    A tile stands outside the loops that it serves. Loops of one iteration are left out.
    """
    mapping, lines, depth = found.mapping, [], 0
    lines.append(f"{found.flow.target.level_names[-1]}: all operands")
    for position in range(len(mapping.temporal), -1, -1):
        lines += [f"{INDENT * (depth + 1)}{text}" for text in _tiles_at(found, position)]
        if position and mapping.temporal[position - 1].factor > 1:
            depth += 1
            lines.append(INDENT * depth + _loop(found, position - 1))
    return [*lines, *(INDENT * (depth + 1) + text for text in _on_array(found))]


def dims_text(found: OperatorMap) -> str:
    """`G 32, P 112, Q 112, R 3, S 3`: the bounds of all loops that have more than one iteration."""
    bounds = zip(DIM_ORDER, found.nest[:8], strict=True)
    return ", ".join(f"{WORDS[dim]} {dim} {bound}" for dim, bound in bounds if bound > 1)


def tile_text(found: OperatorMap, fill: Fill) -> str:
    """`G16 P10 Q112`: the part of each dimension that one instance holds of an operand."""
    cut = _cut_at(found, fill)
    copies = found.flow.target.hierarchy.levels[fill.level].copies
    bounds = dict(zip(DIM_ORDER, found.nest[:8], strict=True))
    parts = []
    for dim in DIM_ORDER:
        own = min(found.mapping.extent(dim, cut), bounds[dim])
        own = -(-own // _spread(found.mapping, dim, copies))
        if dim in RELEVANT[fill.operand] and own > 1:
            parts.append(f"{dim}{own}")
    return " ".join(parts) or "1 element"


def _cut_at(found: OperatorMap, fill: Fill) -> int:
    chain = found.flow.target.hierarchy.chains[OPERANDS.index(fill.operand)]
    cut = found.mapping.cuts[fill.operand][chain.index(fill.level)]
    assert cut is not None, "a tile rests where there is a cut"
    return cut


def _spread(mapping: Mapping, dim: str, copies: int) -> int:
    """Instances of a level among which a dimension is divided."""
    own = [axis for axis in AXES if copies & AXIS_BITS[axis]]
    return prod(loop.factor for axis in own for loop in getattr(mapping, axis) if loop.dim == dim)


def _tiles_at(found: OperatorMap, position: int) -> Iterator[str]:
    """One line per level, outermost first, of the tiles whose cut is here."""
    here = [fill for fill in found.fills if _cut_at(found, fill) == position]
    for level in sorted({fill.level for fill in here}, reverse=True):
        own = [fill for fill in here if fill.level == level]
        parts = ", ".join(f"{fill.operand} {size_text(fill)}" for fill in own)
        yield f"{level_text(found, level)}: {parts}"


def size_text(fill: Fill) -> str:
    """`25,088 B x 2`: the bytes of a tile, twice where the next one loads beside it."""
    return f"{fill.tile_bytes:,} B" + (" x 2" if fill.copies == 2 else "")


def level_text(found: OperatorMap, level: int) -> str:
    """`sram`, `weight_spad (per PE)`: a level and along which axes it has copies."""
    name = found.flow.target.level_names[level]
    copies = found.flow.target.hierarchy.levels[level].copies
    own = [axis for axis in AXES if copies & AXIS_BITS[axis]]
    if not own:
        return name
    return f"{name} (per {'PE' if len(own) == len(AXES) else ' and '.join(own)})"


def _loop(found: OperatorMap, position: int) -> str:
    """`for P in 12`, with what is ragged where it is the last loop of a dimension to walk."""
    mapping, loop = found.mapping, found.mapping.temporal[position]
    bound = found.nest[DIM_ORDER.index(loop.dim)]
    outermost = not any(
        other.dim == loop.dim and other.factor > 1 for other in mapping.temporal[position + 1 :]
    )
    reach = mapping.extent(loop.dim, len(mapping.temporal))
    ragged = f"  (ragged: {reach} for {bound})" if outermost and reach > bound else ""
    return f"for {loop.dim} in {loop.factor}{ragged}"


def _on_array(found: OperatorMap) -> Iterator[str]:
    """The spatial loops, axis by axis, and what the innermost PE does."""
    if found.nest.vector_ops:
        lanes = found.flow.target.machine.lanes
        yield f"on the vector unit: {counted(lanes, 'lanes')}"
        return
    array, together = found.hardware.array, _groups_together(found)
    for axis, size in zip(AXES, (array.rows, array.cols, array.planes), strict=True):
        if size > 1:
            yield _axis(axis, getattr(found.mapping, axis), size, together)
    yield f"{INDENT}multiply and add"


def _groups_together(found: OperatorMap) -> int:
    """Groups that share a fold on rows and columns."""
    if found.cost.plan.code != WS:
        return 1
    n, g, k, c, p, q, r, s = (
        min(size, bound)
        for size, bound in zip(found.cost.plan.inner.tolist(), found.nest[:8], strict=True)
    )
    return groups_per_fold(Gemm(n * p * q, k, c * r * s, g), found.flow.target.spec)


def _axis(axis: str, loops: tuple[Loop, ...], size: int, together: int) -> str:
    """`on rows: C 32 (16 of 16 PEs in 2 folds)`, `on rows: R 3 of 5 groups (15 of 16 PEs)`."""
    laid = together * prod(loop.factor for loop in loops)
    names = " x ".join(f"{loop.dim} {loop.factor}" for loop in loops if loop.factor > 1)
    if together > 1:
        names += f"{' of ' if names else ''}{together} groups"
    folds = f" in {-(-laid // size)} folds" if laid > size else ""
    return f"on {axis}: {names or 'nothing'} ({min(laid, size)} of {size} PEs{folds})"
