"""What a mapping costs, as rows and sentences: levels, accesses, cycles, how it was found."""

from __future__ import annotations

from collections import defaultdict

from accelsim.mapper.chain_search import STEP_LIMIT
from accelsim.mapper.costing import Cost, access_energy, score_of
from accelsim.mapping import OPERANDS
from accelsim.operator_map import OperatorMap
from accelsim.pareto import Front
from accelsim.report.digits import percent, rounded
from accelsim.report.loop_nest import level_text, size_text, tile_text
from accelsim.results.layer import LayerResult
from accelsim.results.network import Row
from accelsim.schedule import kernels
from accelsim.schedule.kernels import Column

CAUSES = {
    "compute_cycles": "compute",
    "fill_drain_cycles": "fill and drain of the array",
    "stall_input_cycles": "wait for inputs",
    "stall_weight_cycles": "wait for weights",
    "stall_output_cycles": "wait for outputs and partial sums",
    "stall_bank_cycles": "wait for ports and banks of on-chip levels",
    "stall_launch_cycles": "launch of the operator",
}
"""Column of a layer -> cause of its cycles in words."""

LEVEL_COLUMNS = (
    "level", "operand", "tile", "size", "filled_bytes", "capacity_bytes", "share_of_level",
)  # fmt: skip
ACCESS_COLUMNS = (
    "level", "operand", "reads", "writes", "moved_bytes", "energy_pj", "share_of_energy",
)  # fmt: skip
CYCLE_COLUMNS = ("cause", "cycles", "share_of_cycles")
FRONT_COLUMNS = (
    "point", "cycles", "energy_uj", "dram_bytes", "dataflow", "best_at", "proved",
)  # fmt: skip


def level_rows(found: OperatorMap) -> list[Row]:
    """One row per tile, levels from DRAM inward; the first row of a level says how full it is."""
    rows: list[Row] = []
    target = found.flow.target
    for level in sorted({fill.level for fill in found.fills}, reverse=True):
        own = [fill for fill in found.fills if fill.level == level]
        filled = sum(fill.claimed_bytes for fill in own)
        capacity = target.hierarchy.levels[level].capacity_bits // 8
        for place, fill in enumerate(own):
            rows.append(
                {
                    "level": level_text(found, level),
                    "operand": fill.operand,
                    "tile": tile_text(found, fill),
                    "size": size_text(fill),
                    "tile_bytes": fill.tile_bytes,
                    "tiles": fill.copies,
                    "filled_bytes": filled if place == 0 else None,
                    "capacity_bytes": capacity if place == 0 else None,
                    "share_of_level": filled / capacity if place == 0 else None,
                }
            )
    return rows


def access_rows(found: OperatorMap, layer: LayerResult) -> list[Row]:
    """Accesses of every level and operand, DRAM first, then the energy that no access takes.

    reads and writes: elements, all instances together. Bytes of DRAM are on the channel, in whole
    bursts. The energies add up to that of the layer.
    """
    rows = _by_place(found)
    dram = len(found.flow.target.hierarchy.levels) - 1
    for operand, (read_bytes, write_bytes) in _channel_bytes(found).items():
        row = rows[dram, operand]
        row.update(read_bytes=read_bytes, write_bytes=write_bytes)
        read_pj, write_pj = found.flow.prices.read[-1], found.flow.prices.write[-1]
        row["energy_pj"] = 8 * (read_bytes * read_pj + write_bytes * write_pj)
    names = found.flow.target.level_names
    for row in rows.values():
        row["moved_bytes"] = row["read_bytes"] + row["write_bytes"]
    table: list[Row] = [
        {"level": names[level], "operand": operand, **rows[level, operand]}
        for level, operand in sorted(rows, key=lambda at: (-at[0], OPERANDS.index(at[1])))
        if rows[level, operand]["reads"] or rows[level, operand]["writes"]
    ]
    table += [
        {"level": name, "energy_pj": value}
        for name, value in (
            ("MACs", layer.energy_mac_pj),
            ("vector unit", layer.energy_vector_pj),
            ("leakage", layer.energy_leakage_pj),
        )
        if value
    ]
    whole = layer.energy_pj
    return [{**row, "share_of_energy": float(row["energy_pj"] or 0) / whole} for row in table]


def _by_place(found: OperatorMap) -> dict[tuple[int, str], dict[str, float]]:
    """(level, operand) -> sums over directions."""
    rows: dict[tuple[int, str], dict[str, float]] = defaultdict(
        lambda: {"reads": 0, "writes": 0, "read_bytes": 0, "write_bytes": 0, "energy_pj": 0.0}
    )
    for access in found.cost.accesses:
        row = rows[access.level, access.operand]
        way = "read" if access.way.startswith("read") else "write"
        row[f"{way}s"] += access.elements
        row[f"{way}_bytes"] += -(-access.bits // 8)
        row["energy_pj"] += access_energy(found.flow.prices, found.flow.target.hierarchy, access)
    return rows


def _channel_bytes(found: OperatorMap) -> dict[str, tuple[int, int]]:
    """Operand -> bytes read and written on the DRAM channel."""
    burst = found.flow.target.machine.burst_bytes
    moved = [int(count) for count in kernels.bytes_on_channel(found.cost.program, burst)]
    return {
        "output": (moved[Column.PSUM_LOAD], moved[Column.STORE]),
        "input": (moved[Column.INPUT_LOAD], 0),
        "weight": (moved[Column.WEIGHT_LOAD], 0),
    }


def cycle_rows(layer: LayerResult) -> list[Row]:
    """Cycles by cause, those that there are; they add up to the layer's."""
    return [
        {"cause": words, "cycles": cycles, "share_of_cycles": cycles / layer.cycles}
        for column, words in CAUSES.items()
        if (cycles := getattr(layer, column))
    ]


def front_rows(front: Front) -> list[Row]:
    """One row per point of a front."""
    return [
        {
            "point": number,
            "cycles": point.cycles,
            "energy_uj": point.energy_pj * 1e-6,
            "edp": point.edp,
            "dram_bytes": point.dram_bytes,
            "dataflow": point.mapping.dataflow,
            "best_at": ", ".join(point.optimum_of),
            "proved": ", ".join(point.proved),
        }
        for number, point in enumerate(front.points, start=1)
    ]


def front_text(front: Front) -> str:
    """What the points of a front are, in two sentences."""
    ended = "no single change of a point is better" if front.complete else "the search was cut off"
    count = len(front.points)
    return (
        f"{count} point{'s' if count > 1 else ''} from {front.costed:,} mappings in "
        f"{rounded(front.seconds)} s. Points that are best at an objective were searched for and "
        "are optima of their space where they are proved; the others are a local search from "
        f"them, one loop, cut or factor at a time ({ended})."
    )


def bound_text(layer: LayerResult) -> str:
    """What takes most of the cycles, in one sentence."""
    causes = {
        "compute": "the array computes",
        "fill": "the array fills and drains",
        "dram": "the array waits for DRAM",
        "sram": "the array waits for ports of on-chip levels",
        "vector": "the vector unit works",
        "launch": "the operator is launched",
    }
    rows = {row["cause"]: row["share_of_cycles"] for row in cycle_rows(layer)}
    if layer.bound == "dram":
        share = sum(float(rows.get(CAUSES[f"stall_{name}_cycles"]) or 0) for name in
                    ("input", "weight", "output"))  # fmt: skip
    else:
        share = float(max(value or 0 for value in rows.values()))
    return f"{layer.bound}: {causes[layer.bound]} in {percent(share)} of the cycles"


def search_text(found: OperatorMap) -> str:
    """How the mapping was found, in one sentence."""
    if found.given:
        return "given, not searched for"
    space = f"space '{found.effort}'"
    what = f"proved optimum of the {space}" if found.optimal else f"best found in the {space}"
    unproved = "" if found.optimal else ", not proved optimal"
    if found.objective == "edp" and found.launch_cycles:
        unproved += f", edp compared without the {found.launch_cycles:,} cycles of the launch"
    if not found.evaluated:
        return f"{what}{unproved}; remembered from a search before"
    rate = found.evaluated / max(found.seconds, 1e-6)
    return (
        f"{what}{unproved}; {found.evaluated:,} candidates costed and {found.pruned:,} left out "
        f"by bounds in {rounded(found.seconds)} s, {rounded(rate)} per second"
    )


def neighbour_text(found: OperatorMap) -> str:
    """What the best change of one loop, cut or factor would cost, in one sentence."""
    near = found.neighbour
    if len(found.cost.program) > STEP_LIMIT:
        return f"not looked for: the mapping takes more than {STEP_LIMIT:,} steps"
    if near is None:
        return "no change of one loop, cut or factor is legal and costs something else"
    value = _relative(near.cost, found.cost, found.objective)
    parts = [f"{value} {found.objective}"]
    parts += [
        f"{_relative(near.cost, found.cost, other)} {other}"
        for other in ("cycles", "energy")
        if other != found.objective
    ]
    outside = ""
    if found.optimal and score_of(near.cost, found.objective) < score_of(
        found.cost, found.objective
    ):
        outside = f" (a mapping outside the space '{found.effort}')"
    return (
        f"best change of one loop, cut or factor: {', '.join(parts)}{outside}: {near.change}; of "
        f"{near.costed} legal changes {near.alike} cost the same as the mapping"
    )


def _relative(cost: Cost, base: Cost, objective: str) -> str:
    """`+3.1 %` of the objective; more digits where it is nearly nothing."""
    new, old = score_of(cost, objective)[0], score_of(base, objective)[0]
    if new == old:
        return "+0 %"
    return f"{'+' if new > old else '-'}{percent(abs(new / old - 1))}"
