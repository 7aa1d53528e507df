"""The simpy engine is the reference; the recurrence equals it to the cycle, cause by cause."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.eventsim.simulator import timeline as events_timeline
from accelsim.fastsim.recurrence import timeline as fast_timeline
from accelsim.schedule.kernels import Column
from accelsim.schedule.program import planned, step_program
from tests.oracles.cases import mappings, nests, targets


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_timelines_any_operator_are_equal(data):
    nest = data.draw(nests(vector=data.draw(st.booleans())))
    target = data.draw(targets())
    machine = target.machine
    program = step_program(nest, target, planned(nest, data.draw(mappings(nest)), target))
    fast, events = fast_timeline(program, machine), events_timeline(program, machine)
    assert tuple(fast) == tuple(events)
    causes = fast[1:7]
    assert min(causes) >= 0
    assert sum(causes) == fast.cycles
    assert fast.channel_cycles <= fast.cycles
    work = program[:, [Column.COMPUTE, Column.FILL_DRAIN, Column.BANK]].sum()
    assert fast.cycles >= work
