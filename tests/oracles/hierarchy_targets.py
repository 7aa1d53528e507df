"""Random machines around the chains of tests.oracles.hierarchy_cases, in the kernels' records."""

from __future__ import annotations

from hypothesis import strategies as st

from accelsim.dataflows import ArraySpec
from accelsim.mapper.finding import Flow
from accelsim.mapper.prices import Prices
from accelsim.mapping import AXES, OPERANDS
from accelsim.schedule.hierarchy import AXIS_BITS, Hierarchy, Level
from accelsim.schedule.machine import Target
from accelsim.schedule.nest import Machine
from tests.oracles.hierarchy_cases import short_chains

SPEC = ArraySpec(rows=1, cols=1, overlap=0, rtl=0, trim=0, packing=0)
"""Of an array that folds; loops on the axes do not look at it."""

HUGE_BITS = 10**9


def level_names(chains):
    """Names of all on-chip levels, from the PE outward within every chain."""
    own = [name for operand in OPERANDS for name, _ in chains[operand] if name != "buffer"]
    return (*own, *(["buffer"] if any(c[-1][0] == "buffer" for c in chains.values()) else []))


def hierarchy_of(chains, levels, dram, ports, first_sum=0, slides=0):
    """The chains over `levels`, a dict name -> Level."""
    names = level_names(chains)
    numbers = [tuple(names.index(name) for name, _ in chains[operand]) for operand in OPERANDS]
    return Hierarchy(
        levels=(*(levels[name] for name in names), dram),
        chains=tuple(numbers),
        port_bytes=tuple(ports),
        first_sum=first_sum,
        slides=slides,
    )


def mask_of(axes):
    """Axes along which a level has copies, as the kernels number them."""
    return sum(AXIS_BITS[axis] for axis in axes)


@st.composite
def levels_of(draw, chains, capacity):
    """(dict name -> Level, bytes per cycle of every port); ports are shared now and then."""
    copies = {name: axes for chain in chains.values() for name, axes in chain}
    levels, ports = {}, []
    for name in level_names(chains):
        shared = draw(st.booleans())
        levels[name] = Level(
            capacity_bits=draw(capacity),
            copies=mask_of(copies[name]),
            access_bits=draw(st.sampled_from([1, 4, 8, 24, 64])),
            double_buffered=draw(st.integers(0, 1)),
            hides_fills=draw(st.integers(0, 1)),
            read_port=len(ports),
            write_port=len(ports) + (not shared),
            latency=draw(st.sampled_from([0, 0, 3])),
        )
        ports += [draw(st.integers(0, 4)) for _ in range(2 - shared)]
    return levels, ports


@st.composite
def machines(draw, levels, chains):
    """The machine outside the inner levels."""
    outer = [levels[chains[operand][-1][0]] for operand in OPERANDS]
    return Machine(
        lanes=1,
        double_buffered=min(level.double_buffered for level in outer),
        halo_keep=draw(st.integers(0, 1)),
        burst_bytes=draw(st.sampled_from([1, 8, 64])),
        clock=draw(st.integers(1, 7)),
        bandwidth=draw(st.integers(1, 40)),
        dram_latency=draw(st.integers(0, 30)),
        edge_port=(0, 1, 2),
        edge_rate=(0, 0, 0),
    )


@st.composite
def targets(draw, chains, capacity=None):
    """A target with these chains; capacity: strategy for the bits of one instance."""
    levels, ports = draw(levels_of(chains, st.just(HUGE_BITS) if capacity is None else capacity))
    dram = Level(0, 0, draw(st.sampled_from([1, 8, 64])), 0, 1, 0, 0, 0)
    hierarchy = hierarchy_of(
        chains, levels, dram, ports, draw(st.integers(0, 1)), draw(st.integers(0, 1))
    )
    machine = draw(machines(levels, chains))
    return Target(machine, SPEC, hierarchy, (*level_names(chains), "dram"), draw(st.integers(0, 1)))


def holds_runs(mapping, axes):
    """Whether instances along `axes` hold consecutive indices of every dimension.

    They do not where a dimension lies on two axes and there are copies along the inner one only.
    """
    for dim in "NGKCPQRS":
        on = [axis for axis in AXES if any(loop.dim == dim for loop in getattr(mapping, axis))]
        copied = [axis in axes for axis in on]
        if copied != sorted(copied, reverse=True):
            return False
    return True


def in_bytes_at_dram(target):
    """The target with DRAM accesses of whole bytes, as a step program counts them."""
    *levels, dram = target.hierarchy.levels
    hierarchy = target.hierarchy._replace(levels=(*levels, dram._replace(access_bits=8)))
    return target._replace(hierarchy=hierarchy)


def without_rounding(target):
    """The target with accesses of whole bytes: the chain's bounds leave rounding up out."""
    levels = tuple(level._replace(access_bits=8) for level in target.hierarchy.levels)
    return target._replace(hierarchy=target.hierarchy._replace(levels=levels))


@st.composite
def flows(draw, nest):
    """A dataflow with loops on the axes of a small array, over short chains with bypasses."""
    chains = draw(short_chains())
    target = draw(targets(chains, st.sampled_from([48, 64, 96, 128, 256, 10**6])))
    target = without_rounding(target._replace(machine=target.machine._replace(halo_keep=0)))
    levels = len(target.hierarchy.levels)
    prices = st.lists(st.integers(0, 9), min_size=levels, max_size=levels)
    long = [dim for dim in "NKCPQRS" if getattr(nest, dim) > 1] or ["K"]
    dims = draw(st.lists(st.sampled_from(long), max_size=4, unique=True))
    on_rows = draw(st.integers(0, len(dims)))
    bypass = [
        tuple(level for level in chain if draw(st.booleans())) for chain in target.hierarchy.chains
    ]
    return Flow(
        name="any",
        target=target,
        prices=Prices(1.0, tuple(draw(prices)), tuple(draw(prices)), draw(st.integers(0, 3))),
        axes=(tuple(dims[:on_rows]), tuple(dims[on_rows:]), ()),
        sizes=(draw(st.integers(1, 3)), draw(st.integers(1, 3)), 1),
        folds=False,
        bypass=tuple(bypass),
    )
