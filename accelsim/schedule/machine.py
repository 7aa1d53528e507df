"""An accelerator in the kernels' terms, for one kind of work on it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from accelsim import mapping
from accelsim.dataflows import CONVENTIONS, OVERLAPS, ArraySpec, streaming
from accelsim.errors import HardwareError
from accelsim.hardware.levels import CONFLICT_FREE, MAP_AXES
from accelsim.hardware.ports import banks_of, scratchpad_read_bytes, scratchpad_write_bytes
from accelsim.schedule.hierarchy import AXIS_BITS, Hierarchy, Level
from accelsim.schedule.nest import Banks, Machine

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.hardware.levels import OnChip, Operand

    Chains = dict[Operand, tuple[OnChip, ...]]

OPERANDS = cast("tuple[Operand, ...]", mapping.OPERANDS)


WHOLE = Fraction(1)


class Target(NamedTuple):
    """Everything that the kernels know of an accelerator that works under one dataflow."""

    machine: Machine
    spec: ArraySpec
    hierarchy: Hierarchy
    level_names: tuple[str, ...]
    """Of `hierarchy.levels`; a level with a part per operand appears once for each."""
    systolic: int


@lru_cache(maxsize=1024)
def target_of(hardware: Accelerator, flow: str) -> Target:
    """Kernel records of an accelerator for a dataflow, or for `vector`, the vector unit.

    A folding array contains its per-PE levels, and an engine its line buffers, so only levels
    without copies serve them. The vector unit stands at the outermost on-chip levels; its gates
    come from where its inputs do.
    """
    chains = _chains(hardware, flow)
    missing = [operand for operand, chain in chains.items() if not chain]
    if missing:
        raise HardwareError(
            f"dataflow {flow} takes its {missing[0]} from a level that all PEs share, and "
            f"{hardware.name} has none for it; add one, or choose a dataflow with timing: loops"
        )
    hierarchy, names = _hierarchy(hardware, chains, flow)
    array = hardware.array
    spec = ArraySpec(
        rows=array.rows,
        cols=array.cols,
        overlap=OVERLAPS[array.overlap],
        rtl=CONVENTIONS[array.convention],
        trim=int(array.trim),
        packing=int(array.depthwise_packing),
    )
    if flow == streaming.DATAFLOW.name:
        taps, registered = array.rows * array.cols, array.tree == "registered"
        latency = streaming.latency(taps, registered_tree=registered)
        # trim: no tile waits for taps that it does not use
        spec = spec._replace(trim=1, planes=array.planes, latency=latency, line=_line(hardware))
    systolic = int(array.interconnect == "systolic")
    machine = _machine(hardware, chains, hierarchy)
    if flow != "vector":
        machine = machine._replace(banks=_banks(hardware, chains["input"][0]))
    return Target(machine, spec, hierarchy, names, systolic)


def narrowed(target: Target, shares: Mapping[str, Fraction]) -> Target:
    """The same machine with only a share of some levels' capacity, in whole bytes."""
    levels = zip(target.level_names, target.hierarchy.levels, strict=True)
    fewer = tuple(
        level._replace(capacity_bits=8 * (level.capacity_bits * shares.get(name, WHOLE) // 8))
        for name, level in levels
    )
    return target._replace(hierarchy=target.hierarchy._replace(levels=fewer))


def _line(hardware: Accelerator) -> int:
    """Pixels that the line buffers of an engine hold per row: its input levels inside the array."""
    held = sum(level.capacity_bytes("input") for level in hardware.chain("input") if level.per)
    rows = max(hardware.array.rows - 1, 1)
    return 8 * held // (rows * hardware.precision.input_bits)


def _chains(hardware: Accelerator, flow: str) -> Chains:
    """On-chip levels of each operand that serve this kind of work, from the PE outward."""
    chains = {operand: hardware.chain(operand) for operand in OPERANDS}
    if flow == "vector":
        outer = {operand: chain[-1:] for operand, chain in chains.items()}
        return {**outer, "weight": outer["input"]}
    whole_array = hardware.dataflow(flow).timing != "loops"
    return {
        operand: tuple(
            level for level in chain if level.used_by(flow) and not (whole_array and level.per)
        )
        for operand, chain in chains.items()
    }


def _hierarchy(
    hardware: Accelerator, chains: Chains, flow: str
) -> tuple[Hierarchy, tuple[str, ...]]:
    levels: list[Level] = []
    names: list[str] = []
    ports: list[int] = []
    numbers: dict[tuple[str, str], int] = {}
    for level in hardware.on_chip:
        users = [operand for operand in OPERANDS if level in chains[operand]]
        if not users:
            continue
        first_port = len(ports)
        ports += [_rate(hardware, level, "read"), _rate(hardware, level, "write")]
        for part in [users] if level.partition is None else [[operand] for operand in users]:
            for operand in part:
                numbers[level.name, operand] = len(levels)
            levels.append(_level(level, part[0], first_port))
            names.append(level.name)
    dram = hardware.dram
    levels.append(Level(0, 0, dram.access_bits or 8, 0, 1, 0, 0, hardware.dram_latency_cycles))
    chained = [
        tuple(numbers[level.name, operand] for level in chains[operand]) for operand in OPERANDS
    ]
    slides = flow != "vector" and hardware.dataflow(flow).input_feed == "per_column"
    hierarchy = Hierarchy(
        levels=tuple(levels),
        chains=(chained[0], chained[1], chained[2]),
        port_bytes=tuple(ports),
        first_sum=int(hardware.memory.first_sum == "read"),
        slides=int(slides),
    )
    return hierarchy, (*names, dram.name)


def _level(level: OnChip, operand: Operand, first_port: int) -> Level:
    return Level(
        capacity_bits=8 * level.capacity_bytes(operand),
        copies=sum(AXIS_BITS[axis] for axis in level.per),
        access_bits=level.access_bits or 8,
        double_buffered=int(level.double_buffered),
        hides_fills=int(level.double_buffered or level.kind == "register"),
        read_port=first_port,
        write_port=first_port if level.shared_port else first_port + 1,
        latency=level.latency_cycles,
    )


def _rate(hardware: Accelerator, level: OnChip, way: str) -> int:
    """Bytes per cycle of a port; 0 where it is as wide as asked.

    The only shared level of a machine has ports as wide as its array asks, which it is built for.
    """
    shared = [other for other in hardware.on_chip if not other.per]
    given = level.read_bytes_per_cycle if way == "read" else level.write_bytes_per_cycle
    if given or shared != [level]:
        return given or 0
    return scratchpad_read_bytes(hardware) if way == "read" else scratchpad_write_bytes(hardware)


def _machine(hardware: Accelerator, chains: Chains, hierarchy: Hierarchy) -> Machine:
    dram = hardware.dram
    rate = dram.bandwidth_bytes_per_s * (1 - dram.refresh_share) / hardware.clock_hz
    outer = [hierarchy.levels[chain[-1]] for chain in hierarchy.chains]
    edges = [hierarchy.levels[chain[0]] for chain in hierarchy.chains]
    ports = [edges[0].write_port, edges[1].read_port, edges[2].read_port]
    return Machine(
        lanes=hardware.vector_unit.lanes,
        double_buffered=min(level.double_buffered for level in outer),
        halo_keep=int(hardware.memory.halo == "keep"),
        burst_bytes=hardware.dma.burst_bytes,
        clock=rate.denominator,
        bandwidth=rate.numerator,
        dram_latency=hardware.dram_latency_cycles,
        edge_port=_places(ports),
        edge_rate=_three([hierarchy.port_bytes[port] for port in ports]),
        row_bytes=dram.row_bytes or 0,
        row_miss_cycles=hardware.row_miss_cycles,
    )


def _banks(hardware: Accelerator, level: OnChip) -> Banks:
    """Banks of the level that feeds the array, as it is built; none where nothing conflicts."""
    if level.layout == CONFLICT_FREE:
        return Banks()
    order = [MAP_AXES.index(axis) for axis in level.layout]
    return Banks(banks_of(hardware, level), level.ports, level.word_bits, _three(order))


def _places(numbers: list[int]) -> tuple[int, int, int]:
    """For each operand the first operand with the same number."""
    return _three([numbers.index(number) for number in numbers])


def _three(values: list[int]) -> tuple[int, int, int]:
    return values[0], values[1], values[2]
