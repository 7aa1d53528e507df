"""The step program of mappings over memory hierarchies: both engines, and slow truths for it."""

from __future__ import annotations

from math import prod

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.eventsim.simulator import timeline as events_timeline
from accelsim.fastsim.recurrence import timeline as fast_timeline
from accelsim.schedule.accesses import crossings
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import compulsory_bytes
from accelsim.schedule.port_program import port_program
from accelsim.schedule.program import planned, step_program, traffic_of
from tests.oracles.hierarchy_cases import cases
from tests.oracles.hierarchy_grid import Grid
from tests.oracles.hierarchy_ports import step_times
from tests.oracles.hierarchy_targets import holds_runs, in_bytes_at_dram, targets


def program_of(nest, mapping, target):
    """Step program int64[steps, Column]."""
    return step_program(nest, target, planned(nest, mapping, target))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_timelines_any_hierarchy_are_equal_and_every_cycle_has_a_cause(data):
    nest, mapping, chains = data.draw(cases())
    target = data.draw(targets(chains))
    program = program_of(nest, mapping, target)
    fast, events = (engine(program, target.machine) for engine in (fast_timeline, events_timeline))
    assert tuple(fast) == tuple(events)
    causes = fast[1:7]
    assert min(causes) >= 0
    assert sum(causes) == fast.cycles
    assert fast.channel_cycles <= fast.cycles


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_payload_without_kept_halo_equals_crossings_of_the_dram(data):
    nest, mapping, chains = data.draw(cases())
    target = in_bytes_at_dram(data.draw(targets(chains)))
    target = target._replace(machine=target.machine._replace(halo_keep=0))
    program = program_of(nest, mapping, target)
    dram = len(target.hierarchy.levels) - 1
    rows = {
        row.operand: row.counts for row in crossings(nest, mapping, target) if row.upper == dram
    }
    for operand, column in (
        ("output", Column.PSUM_LOAD),
        ("input", Column.INPUT_LOAD),
        ("weight", Column.WEIGHT_LOAD),
    ):
        assert program[:, column].sum() == rows[operand]["down_upper"][2], operand
    assert program[:, Column.STORE].sum() == rows["output"]["up_upper"][2]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_program_any_hierarchy_conserves_macs_and_moves_what_is_compulsory(data):
    nest, mapping, chains = data.draw(cases())
    target = data.draw(targets(chains))
    program = program_of(nest, mapping, target)
    macs = prod(nest[:8])
    assert program[:, Column.MACS].sum() == macs
    passes = program[:, Column.COMPUTE].sum()
    assert passes == sum(1 for _ in Grid(nest, mapping).iterations())
    assert macs <= passes * prod(loop.factor for loop in mapping.spatial)
    traffic = traffic_of(program, target.machine.burst_bytes)
    assert traffic.dram_payload_bytes >= compulsory_bytes(nest)
    assert traffic.dram_read_bytes + traffic.dram_write_bytes >= traffic.dram_payload_bytes


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_port_stalls_any_hierarchy_equal_the_walk_over_inner_tiles(data):
    nest, mapping, chains = data.draw(cases())
    target = data.draw(targets(chains))._replace(systolic=0)
    assume(all(holds_runs(mapping, axes) for _, axes in chains["input"]))
    program = program_of(nest, mapping, target)
    ports = port_program(nest, target, planned(nest, mapping, target), program)
    steps = step_times(nest, mapping, chains, target)
    assert len(program) == len(steps)
    assert ports.tolist() == [list(step.ports) for step in steps]
    for row, step in zip(program, steps, strict=True):
        assert row[Column.COMPUTE] == step.passes
        assert row[Column.FILL_DRAIN] == step.latency
        assert row[Column.BANK] == max(step.busy - step.passes, 0) + step.waits
