"""Bank conflicts of step programs equal a walk of every vector, element by element."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.dataflows import FOLDS
from accelsim.eventsim.simulator import timeline as events_timeline
from accelsim.fastsim.recurrence import timeline as fast_timeline
from accelsim.mapping import Loop, Mapping
from accelsim.schedule.kernels import Column
from accelsim.schedule.program import planned, step_program
from tests.oracles.bank_walk import step_conflicts
from tests.oracles.cases import ON_AXES, banked, mappings, nests, targets


@st.composite
def fold_mappings(draw, nest):
    """Any legal loop nest for an array that folds."""
    return draw(mappings(nest).filter(lambda mapping: mapping.dataflow in FOLDS))


@st.composite
def banked_targets(draw):
    """A systolic array at a buffer with a layout, whose ports are as wide as asked."""
    return wide(draw(banked(draw(targets()))))


def wide(target):
    """The target with ports at which nothing waits."""
    return target._replace(machine=target.machine._replace(edge_rate=(0, 0, 0)))


def conflicts_walked(nest, mapping, target):
    """`bank_walk.step_conflicts` on the target."""
    return step_conflicts(nest, mapping, target.spec, target.machine.banks)


def bank_stalls(nest, mapping, target):
    """Bank stalls of every step."""
    program = step_program(nest, target, planned(nest, mapping, target))
    return program[:, Column.BANK].tolist()


@st.composite
def larger_steps(draw):
    """(nest, mapping, target) of few steps with many vectors, whose addresses come round."""
    nest = draw(nests(largest=8, bits=(8,)))
    nest = nest._replace(C=draw(st.integers(1, 8)), K=draw(st.integers(1, 6)))
    flow = draw(st.sampled_from(sorted(FOLDS)))
    axes, loops = {axis: [] for axis in ON_AXES[flow]}, []
    for dim, size in zip("NGKCPQRS", nest[:8], strict=True):
        laid = 1
        for axis, dims in ON_AXES[flow].items():
            if dim in dims:
                laid = draw(st.sampled_from([size, size, -(-size // 2)]))
                axes[axis].append(Loop(dim, laid))
        loops.append(Loop(dim, -(-size // laid)))
    cut = draw(st.integers(6, 8))
    mapping = Mapping(
        dataflow=flow,
        temporal=tuple(draw(st.permutations(loops))),
        **{axis: tuple(own) for axis, own in axes.items()},
        cuts={"output": (cut,), "input": (draw(st.integers(cut, 8)),), "weight": (cut,)},
    )
    target = draw(banked_targets())
    spec = target.spec._replace(rows=draw(st.integers(1, 12)))
    return nest, mapping, target._replace(spec=spec)


@settings(max_examples=300, deadline=None)
@given(larger_steps())
def test_conflicts_of_many_vectors_equal_the_walk_of_each(case):
    assert bank_stalls(*case) == conflicts_walked(*case)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_conflicts_any_mapping_equal_the_walk_of_all_vectors(data):
    nest = data.draw(nests())
    mapping, target = data.draw(fold_mappings(nest)), data.draw(banked_targets())
    assert bank_stalls(nest, mapping, target) == conflicts_walked(nest, mapping, target)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_conflicts_below_inner_levels_are_those_in_the_tile_that_feeds_the_array(data):
    nest, target = data.draw(nests()), two_levels(data.draw(banked_targets()))
    mapping = data.draw(fold_mappings(nest))
    inner = {
        operand: (data.draw(st.integers(0, cut)), cut) for operand, (cut,) in mapping.cuts.items()
    }
    mapping = replace(mapping, cuts=inner)
    assert bank_stalls(nest, mapping, target) == conflicts_walked(nest, mapping, target)


def two_levels(target):
    """The target with a second shared level around its buffer, whose ports never make wait."""
    level = target.hierarchy.levels[0]._replace(read_port=0, write_port=0, hides_fills=1)
    hierarchy = target.hierarchy._replace(
        levels=(level, level, target.hierarchy.levels[-1]),
        chains=((0, 1), (0, 1), (0, 1)),
        port_bytes=(0,),
    )
    return target._replace(hierarchy=hierarchy, level_names=("inner", "outer", "dram"))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_step_waits_for_conflicts_or_ports_whichever_is_longer_in_both_engines(data):
    nest, target = data.draw(nests()), data.draw(targets())
    mapping, both = data.draw(fold_mappings(nest)), data.draw(banked(target))
    ports = bank_stalls(nest, mapping, target)
    conflicts = bank_stalls(nest, mapping, wide(both))
    waits = [max(pair) for pair in zip(ports, conflicts, strict=True)]
    assert bank_stalls(nest, mapping, both) == waits
    program = step_program(nest, both, planned(nest, mapping, both))
    fast = fast_timeline(program, both.machine)
    assert tuple(fast) == tuple(events_timeline(program, both.machine))
    assert fast.stall_bank_cycles == sum(waits)
